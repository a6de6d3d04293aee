//! Submit: from a confirmed draft to batches that are stored, before the first byte goes to Adobe.

use crate::{
    clock::Clock,
    domain::{
        BATCH_LIMIT, BatchId, BatchState, Company, Headline, INVALIDATION_LIMIT, Revision,
        formation,
    },
    ops::plan::{self, DraftInputs, Unformable},
    store::{NewBatch, Store, StoreError, Submission, SubmittedUrl},
};

/// What a person has pressed below a list.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Way {
    /// *Submit*: Adobe is asked to clear it.
    Send,
    /// *Download list*: the company is not connected, and somebody clears it by other means.
    Download,
}

/// Why nothing was sent.
#[derive(Debug, thiserror::Error)]
pub enum SubmitError {
    /// The list is not the one that was confirmed.
    #[error("the list has changed since it was shown")]
    Stale,
    /// The company was connected since the list was shown, or is so no longer.
    #[error("whether the company is connected has changed since the list was shown")]
    OtherWay,
    /// It was submitted already, in another tab or by a second press.
    #[error("this invalidation was submitted already")]
    AlreadySubmitted,
    /// Every URL was removed.
    #[error("{}", Headline::NoUrls.text())]
    NoUrls,
    /// A URL on the list would make Adobe refuse all of them.
    #[error("the list holds URLs that Adobe would refuse")]
    Blocked,
    /// More URLs than one request takes, and *Send as N requests* is not ticked; or more than an invalidation takes.
    #[error("the list holds {0} URLs")]
    TooMany(usize),
    /// No URL can be formed.
    #[error(transparent)]
    Unformable(#[from] Unformable),
    /// The database failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Stores the draft's list as batches that wait to be sent, or that were downloaded, if it is the list that was
/// confirmed.
///
/// The list is formed anew and compared, so that neither a template saved meanwhile nor another tab can slip a
/// URL in; the store refuses when the draft itself changed in between.
pub async fn submit(
    store: &Store,
    clock: &Clock,
    company: &Company,
    inputs: &DraftInputs,
    confirmed: &Revision,
    way: Way,
) -> Result<(), SubmitError> {
    let input = inputs.formation()?;
    let plan = formation::form(&input);
    if inputs.connected != (way == Way::Send) {
        return Err(SubmitError::OtherWay);
    }
    if plan::revision(&plan) != *confirmed {
        return Err(SubmitError::Stale);
    }
    let count = plan.count().urls;
    if count == 0 {
        return Err(SubmitError::NoUrls);
    }
    if plan.blocks() {
        return Err(SubmitError::Blocked);
    }
    if count > INVALIDATION_LIMIT || (count > BATCH_LIMIT && !inputs.draft.split) {
        return Err(SubmitError::TooMany(count));
    }

    let uses_template = inputs.draft.options.template;
    let submission = Submission {
        company: company.id,
        id: inputs.draft.id,
        version: inputs.draft.version,
        template_version: inputs
            .template
            .as_ref()
            .filter(|_| uses_template)
            .map(|template| template.version),
        first_state: match way {
            Way::Send => BatchState::Waiting,
            Way::Download => BatchState::Downloaded,
        },
        batches: plan
            .batches()
            .iter()
            .map(|batch| new_batch(batch, &plan, &input, clock, company))
            .collect(),
        now: clock.now(),
    };
    match store.submit(&submission).await {
        Ok(()) => Ok(()),
        Err(StoreError::Conflict) => {
            let submitted = store
                .invalidation(company.id, inputs.draft.id)
                .await?
                .is_some_and(|invalidation| invalidation.submitted_at.is_some());
            Err(if submitted {
                SubmitError::AlreadySubmitted
            } else {
                SubmitError::Stale
            })
        }
        Err(error) => Err(error.into()),
    }
}

fn new_batch(
    batch: &formation::PlannedBatch,
    plan: &formation::Plan,
    input: &formation::Input<'_>,
    clock: &Clock,
    company: &Company,
) -> NewBatch {
    let alias = company
        .alias
        .as_ref()
        .filter(|_| batch.root == formation::UrlRoot::Alias);
    let urls = batch
        .urls
        .iter()
        .filter_map(|index| plan.get(*index))
        .zip(1..);
    NewBatch {
        id: BatchId::from_uuid(clock.new_uuid()),
        root: alias.map_or_else(|| input.site.root.clone(), |alias| alias.root.clone()),
        handle: alias.map_or_else(
            || company.handle.clone(),
            |alias| Some(alias.handle.clone()),
        ),
        urls: urls
            .map(|(planned, position)| SubmittedUrl {
                position,
                url: planned.url.to_owned(),
                origins: planned
                    .origins
                    .iter()
                    .map(|origin| origin.named(input))
                    .collect(),
                covers: planned
                    .covers()
                    .map(|covered| covered.url.to_owned())
                    .collect(),
            })
            .collect(),
    }
}
