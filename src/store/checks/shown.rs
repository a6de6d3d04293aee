//! What pages show of an invalidation's checks, however many there are: how many stand alike, one page of them, and the
//! verdicts on URLs that were sent.

use std::collections::HashMap;

use sqlx::FromRow;

use super::{Check, CheckRow, looks::whole, verdict};
use crate::{
    clock::Timestamp,
    domain::{CompanyId, HistoryVerdict, InvalidationId, Verdict},
    store::{Result, Store, convert::instant, statement::Statement},
};

/// How many URLs of an invalidation stand alike.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CheckCount {
    /// Whether the invalidation clears them at all.
    pub covered: bool,
    /// What can be said of them so far.
    pub verdict: Option<Verdict>,
    /// They are to be looked at again by themselves.
    pub is_pending: bool,
    /// Browsers keep none of what they show: they ask each time.
    pub asks: bool,
    /// How many there are.
    pub urls: u64,
    /// How many of them wait for their purge.
    pub unpurged: u64,
    /// How many of them are cleared by another URL, their base URL.
    pub behind_base: u64,
    /// How many of them were purged and do not say for how long browsers may keep them.
    pub silent: u64,
    /// The latest instant to which a browser may keep one of them.
    pub kept_until: Option<Timestamp>,
}

impl CheckCount {
    /// They were seen to be old, and nothing better is expected, see [`Check::stayed_old`].
    #[must_use]
    pub const fn stayed_old(&self) -> bool {
        self.covered
            && !self.is_pending
            && matches!(self.verdict, Some(Verdict::StillOld | Verdict::CachedAgain))
    }
}

#[derive(FromRow)]
struct CountRow {
    covered: bool,
    verdict: Option<String>,
    is_pending: bool,
    asks: bool,
    urls: i64,
    unpurged: i64,
    behind_base: i64,
    silent: i64,
    kept_until: Option<i64>,
}

/// The order in which checks are shown: what somebody asked for, then what asks for somebody. Within that, the latest that
/// was asked for is on top, and the rest in the order of the URLs.
macro_rules! order {
    () => {
        "order by asked desc, case verdict when 'still-old' then 0 when 'cached-again' then 0 when 'could-not-check' then 1 \
         when 'nothing-newer' then 2 when 'live' then 4 when 'gone' then 4 else 3 end, \
         case when asked then -created_at else 0 end, url, id"
    };
}

impl Store {
    /// The checks of an invalidation, counted.
    pub async fn check_counts(
        &self,
        company: CompanyId,
        invalidation: InvalidationId,
    ) -> Result<Vec<CheckCount>> {
        // Hosts name any number: what would be kept beyond the end of time is kept until then.
        let sql = "select covered, verdict, next_look_at is not null as is_pending, coalesce(keeps = 0, $3) as asks, \
                   count(*) as urls, count(*) - count(purged_at) as unpurged, \
                   count(case when url <> sent_url then 1 end) as behind_base, \
                   count(case when purged_at is not null and keeps is null then 1 end) as silent, \
                   max(case when keeps > $4 - purged_at then $4 else purged_at + keeps end) as kept_until \
                   from url_check where invalidation_id = $1 and company_id = $2 \
                   group by covered, verdict, is_pending, asks";
        let rows: Vec<CountRow> = on_reader!(self, |pool| sqlx::query_as(sql)
            .bind(invalidation.uuid())
            .bind(company.uuid())
            .bind(false)
            .bind(i64::MAX)
            .fetch_all(pool)
            .await?);
        let count = |row: CountRow| {
            Ok(CheckCount {
                covered: row.covered,
                verdict: verdict(row.verdict)?,
                is_pending: row.is_pending,
                asks: row.asks,
                urls: row.urls.unsigned_abs(),
                unpurged: row.unpurged.unsigned_abs(),
                behind_base: row.behind_base.unsigned_abs(),
                silent: row.silent.unsigned_abs(),
                kept_until: instant(row.kept_until),
            })
        };
        rows.into_iter().map(count).collect()
    }

    /// At most `limit` checks of an invalidation, after the first `skipped` ones: what somebody asked for comes first, then
    /// what asks for somebody.
    pub async fn checks_shown(
        &self,
        company: CompanyId,
        invalidation: InvalidationId,
        skipped: u64,
        limit: u64,
    ) -> Result<Vec<Check>> {
        // Whole rows are read once it is known which ones: sorting them all takes up to three times as long.
        let sql = concat!(
            "select id, url, sent_url, covered, asked, purged_at, keeps, looks, next_look_at, verdict, doubt, verdict_at \
             from url_check where id in (select id from url_check where invalidation_id = $1 and company_id = $2 ",
            order!(),
            " limit $3 offset $4) ",
            order!()
        );
        let rows: Vec<CheckRow> = on_reader!(self, |pool| sqlx::query_as(sql)
            .bind(invalidation.uuid())
            .bind(company.uuid())
            .bind(whole(limit))
            .bind(whole(skipped))
            .fetch_all(pool)
            .await?);
        rows.into_iter().map(CheckRow::into_check).collect()
    }

    /// What was seen of these URLs that an invalidation sent, and of what each clears, together: of those where anything
    /// was or is to be looked at since their purge.
    pub async fn verdicts_of_sent(
        &self,
        company: CompanyId,
        invalidation: InvalidationId,
        sent_urls: &[&str],
    ) -> Result<HashMap<String, HistoryVerdict>> {
        let mut verdicts = HashMap::new();
        if sent_urls.is_empty() {
            return Ok(verdicts);
        }
        let mut statement = Statement::default();
        statement.sql(
            "select sent_url, verdict, next_look_at is not null as is_pending from url_check where invalidation_id = ",
        );
        statement.uuid(invalidation.uuid());
        statement.sql(" and company_id = ").uuid(company.uuid());
        statement.sql(" and covered and purged_at is not null and sent_url in ");
        statement.texts(sent_urls.iter().copied());
        statement.sql(" group by sent_url, verdict, is_pending");
        let rows: Vec<(String, Option<String>, bool)> = on_reader!(self, |pool| {
            let mut sql = build!(statement);
            sql.build_query_as().fetch_all(pool).await?
        });
        for (url, word, is_pending) in rows {
            let seen = HistoryVerdict::of_url(verdict(word)?, is_pending);
            let of_all = verdicts.entry(url).or_insert(seen);
            *of_all = HistoryVerdict::together([*of_all, seen]);
        }
        Ok(verdicts)
    }
}
