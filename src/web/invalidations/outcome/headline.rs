//! What stands on top of the outcome: where things stand, in one sentence. It moves with what is sent and with what is
//! seen, so both parts of the page that ask for news bring it along.

use askama::Template;

use super::standing::Standing;
use crate::{
    app::App,
    domain::{BatchState, Company, QueueEntry},
    error::AppError,
    store::{Batch, Invalidation},
    web::{
        invalidations::checks::ChecksSection,
        view::{Moment, counted},
    },
};

/// The notice.
#[derive(Debug, Template)]
#[template(path = "invalidations/headline.html")]
pub struct Headline {
    standing: Standing,
    total: String,
    who: String,
    when: Moment,
    /// It comes beside another part, and htmx is to put it into its place.
    is_beside: bool,
}

impl Headline {
    /// Puts it together; asks the store only for the queue, where something waits in it.
    pub async fn load(
        app: &App,
        company: &Company,
        invalidation: &Invalidation,
        batches: &[Batch],
        checks: &ChecksSection,
    ) -> Result<Self, AppError> {
        let now = app.clock.now();
        let waits = batches
            .iter()
            .any(|batch| matches!(batch.state, BatchState::Waiting | BatchState::Unknown));
        let queue = if waits {
            app.dispatcher.queue(company.id).await?
        } else {
            Vec::new()
        };
        let ahead = QueueEntry::ahead_of(&queue, invalidation.id, now);
        let total: i64 = batches.iter().map(|batch| batch.url_count).sum();
        let submitted_at = invalidation.submitted_at;
        let pause = app.dispatcher.config().pause;
        Ok(Self {
            standing: Standing::of(batches, ahead, pause, now)
                .with_checks(checks.tally(), checks.is_running()),
            total: counted(total.unsigned_abs(), "URL"),
            who: invalidation.author_email.clone(),
            when: submitted_at.unwrap_or(invalidation.created_at).into(),
            is_beside: false,
        })
    }

    /// The same, to be sent beside another part.
    pub fn beside(self) -> Self {
        Self {
            is_beside: true,
            ..self
        }
    }
}
