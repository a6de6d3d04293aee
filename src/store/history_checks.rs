//! What was seen of the URLs of several batches, for exports.

use sqlx::FromRow;
use uuid::Uuid;

use super::{
    Result, Store,
    convert::{instant, unknown},
    statement::Statement,
};
use crate::{
    clock::Timestamp,
    domain::{BatchId, CompanyId, HistoryVerdict, Verdict},
};

/// What was seen of a URL that an invalidation clears.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HistoryCheck {
    /// The batch.
    pub batch: BatchId,
    /// The URL of it.
    pub sent_url: String,
    /// The URL that was looked at: the same, or one that it covers.
    pub url: String,
    /// What can be said.
    pub verdict: HistoryVerdict,
    /// Why nothing certain was seen.
    pub doubt: Option<String>,
    /// When the last look was.
    pub at: Option<Timestamp>,
}

#[derive(FromRow)]
struct CheckRow {
    batch_id: Uuid,
    sent_url: String,
    url: String,
    verdict: Option<String>,
    is_pending: bool,
    doubt: Option<String>,
    verdict_at: Option<i64>,
}

impl CheckRow {
    fn into_check(self) -> Result<HistoryCheck> {
        let verdict = self
            .verdict
            .map(|word| Verdict::from_word(&word).ok_or_else(|| unknown("url_check.verdict")));
        Ok(HistoryCheck {
            batch: BatchId::from_uuid(self.batch_id),
            sent_url: self.sent_url,
            url: self.url,
            verdict: HistoryVerdict::of_url(verdict.transpose()?, self.is_pending),
            doubt: self.doubt,
            at: instant(self.verdict_at),
        })
    }
}

impl Store {
    /// What was seen of the URLs of several batches, by URL.
    pub async fn history_checks(
        &self,
        company: CompanyId,
        batches: &[BatchId],
    ) -> Result<Vec<HistoryCheck>> {
        if batches.is_empty() {
            return Ok(Vec::new());
        }
        let mut statement = Statement::default();
        // The beginning of the URL, because that is what its index holds.
        statement.sql(
            "select b.id as batch_id, c.sent_url, c.url, c.verdict, c.doubt, \
             c.next_look_at is not null or (c.purged_at is null and b.state = 'accepted') as is_pending, \
             c.verdict_at from batch b cross join url_check c cross join invalidation_url u \
             where c.invalidation_id = b.invalidation_id and c.covered and u.company_id = b.company_id \
             and substr(u.url, 1, 400) = substr(c.sent_url, 1, 400) and u.batch_id = b.id and u.url = c.sent_url \
             and b.id in ",
        );
        statement.uuids(batches.iter().map(|id| id.uuid()));
        statement.sql(" and b.company_id = ").uuid(company.uuid());
        statement.sql(" order by c.sent_url, c.url");
        let rows: Vec<CheckRow> = on_reader!(self, |pool| {
            let mut sql = build!(statement);
            sql.build_query_as().fetch_all(pool).await?
        });
        rows.into_iter().map(CheckRow::into_check).collect()
    }
}
