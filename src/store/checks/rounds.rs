//! What a round of looks at a URL came to, stored through the lease under which they were taken.

use std::time::Duration;

use super::{
    due::{CheckLease, DueCheck},
    looks::{StoredLook, insert_looks},
    micros,
};
use crate::{
    clock::Timestamp,
    domain::Judgement,
    store::{Result, Store, StoreError, convert::storable},
};

/// What a round of looks came to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Round {
    /// What was seen.
    pub looks: Vec<StoredLook>,
    /// What can be said.
    pub judgement: Judgement,
    /// When.
    pub at: Timestamp,
    /// How long after the purge a browser may keep what was seen. Used where nobody looked before the purge, and where the
    /// old picture is kept for longer because it was given out again.
    pub keeps: Option<Duration>,
    /// When to look again; `None` when the verdict is final.
    pub next_look_at: Option<Timestamp>,
}

impl Store {
    /// Stores what a round of looks came to, and gives the URL back. [`StoreError::Conflict`] when the lease is lost.
    pub async fn finish_round(
        &self,
        check: &DueCheck,
        lease: CheckLease,
        round: &Round,
    ) -> Result<()> {
        // Somebody may have asked for a look meanwhile: that one is still to come.
        let sql = "update url_check set verdict = $1, doubt = $2, verdict_at = $3, looks = looks + 1, \
                   keeps = case when keeps is null or ($10 and keeps < $4) then $4 else keeps end, \
                   next_look_at = case when next_look_at = $9 then $5 else next_look_at end, lease_owner = null, lease_until = null \
                   where id = $6 and company_id = $7 and lease_owner = $8";
        let doubt = round.judgement.doubt.as_ref().map(ToString::to_string);
        let looks: Vec<_> = round.looks.iter().map(|look| (check.id, look)).collect();
        in_transaction!(self, |tx| {
            let finished = sqlx::query(sql)
                .bind(round.judgement.verdict.as_str())
                .bind(doubt.as_deref().map(storable))
                .bind(round.at.as_micros())
                .bind(micros(round.keeps))
                .bind(round.next_look_at.map(Timestamp::as_micros))
                .bind(check.id.uuid())
                .bind(check.company.uuid())
                .bind(lease.0)
                .bind(check.due_at.as_micros())
                .bind(round.judgement.verdict.is_old())
                .execute(&mut *tx)
                .await?;
            if finished.rows_affected() == 0 {
                return Err(StoreError::Conflict);
            }
            insert_looks!(
                tx,
                check.company,
                &looks,
                " on conflict (check_id, format, kind) do update set at = excluded.at, failure = excluded.failure, \
                 status = excluded.status, hash = excluded.hash, etag = excluded.etag, \
                 last_modified = excluded.last_modified, length = excluded.length, cache_word = excluded.cache_word, \
                 age = excluded.age where url_look.kind <> 'before'"
            );
        });
        Ok(())
    }
}
