//! The one way in which a batch's state is written: by a change, with its event, inside somebody's transaction.

use crate::domain::{BatchChange, BatchState};

/// Writes the change where it is possible, and takes the lease and the reason of an earlier pause off. `$8` is true for a
/// change that takes the batch to be sent; with `$9` the lease must be that node's.
pub(super) const CHANGE: &str = "update batch set state = $1, maybe_taken = (maybe_taken or $2), \
     attempts = attempts + $8, lease_owner = null, lease_until = null, held_by = null \
     where id = $3 and company_id = $4 and state in ($5, $6, $7) and ($9 is null or lease_owner = $9) returning attempts";

/// Writes the event of it.
pub(super) const EVENT: &str = "insert into batch_event (company_id, batch_id, number, at, change, attempts, note) \
     values ($1, $2, (select coalesce(max(number), 0) + 1 from batch_event where batch_id = $2), $3, $4, $5, $6)";

/// The words of the states in which a change can happen, as many as [`CHANGE`] has places for.
pub(super) fn from_words(change: BatchChange) -> [&'static str; 3] {
    let from: &[BatchState] = change.from();
    [0, 1, 2].map(|index| from[index.min(from.len() - 1)].as_str())
}

/// Changes a batch inside a transaction, and tells whether it could: `change!(tx, company, batch, change, node, now, note)`.
/// `node` is who must hold the lease, if that matters.
macro_rules! change {
    ($tx:ident, $company:expr, $batch:expr, $change:expr, $node:expr, $now:expr, $note:expr) => {{
        let (change, note): ($crate::domain::BatchChange, Option<String>) = ($change, $note);
        let node: Option<String> = $node;
        let [one, two, three] = $crate::store::batch_change::from_words(change);
        let takes = i32::from(change.to() == $crate::domain::BatchState::Sending);
        let attempts: Option<i32> = sqlx::query_scalar($crate::store::batch_change::CHANGE)
            .bind(change.to().as_str())
            .bind(change.leaves_doubt())
            .bind($batch)
            .bind($company)
            .bind(one)
            .bind(two)
            .bind(three)
            .bind(takes)
            .bind(node)
            .fetch_optional(&mut *$tx)
            .await?;
        if let Some(attempts) = attempts {
            sqlx::query($crate::store::batch_change::EVENT)
                .bind($company)
                .bind($batch)
                .bind($now.as_micros())
                .bind(change.as_str())
                .bind(attempts)
                .bind(note)
                .execute(&mut *$tx)
                .await?;
        }
        attempts.is_some()
    }};
}
