//! URLs that were looked at before the purge and whose purge Adobe is not known to have taken: where they stand.

use uuid::Uuid;

use super::{Result, Store};
use crate::domain::{BatchId, CheckId, CompanyId, InvalidationId};

/// A URL that waits for its purge.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UnpurgedCheck {
    /// Which check.
    pub id: CheckId,
    /// The batch that its URL is sent with.
    pub batch: BatchId,
    /// The place of that URL in the batch.
    pub position: i64,
    /// That URL.
    pub sent_url: String,
}

impl Store {
    /// Those of an invalidation.
    pub async fn unpurged_checks(
        &self,
        company: CompanyId,
        invalidation: InvalidationId,
    ) -> Result<Vec<UnpurgedCheck>> {
        // The beginning of the URL, because that is what its index holds.
        let sql = "select c.id, u.batch_id, u.position, u.url from invalidation i cross join url_check c \
                   cross join invalidation_url u where i.id = $1 and i.company_id = $2 and c.invalidation_id = i.id \
                   and c.purged_at is null and u.company_id = i.company_id and u.number = i.number \
                   and substr(u.url, 1, 400) = substr(c.sent_url, 1, 400) and u.url = c.sent_url order by c.id";
        let rows: Vec<(Uuid, Uuid, i64, String)> = on_reader!(self, |pool| sqlx::query_as(sql)
            .bind(invalidation.uuid())
            .bind(company.uuid())
            .fetch_all(pool)
            .await?);
        let checks = rows.into_iter().map(|(id, batch, position, sent_url)| {
            let (id, batch) = (CheckId::from_uuid(id), BatchId::from_uuid(batch));
            UnpurgedCheck {
                id,
                batch,
                position,
                sent_url,
            }
        });
        Ok(checks.collect())
    }
}
