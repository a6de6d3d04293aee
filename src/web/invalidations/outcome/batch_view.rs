//! A batch as the moving part of the outcome shows it: its state in words, why not, and what can be done.

use super::Place;
use crate::{
    domain::{BatchState, CompanyId, FailureKind, Part, SEARCH_LIMIT, Search},
    error::AppError,
    ops::bisect,
    store::{Batch, Store},
    web::{
        bad_urls::BadUrls,
        view::{Moment, batch_words, counted, grouped},
    },
};

/// A batch.
pub struct BatchView {
    pub id: String,
    /// Where its URLs are listed.
    pub place: Place,
    pub position: i32,
    pub root: String,
    pub urls: String,
    pub status: &'static str,
    pub status_text: &'static str,
    pub status_icon: &'static str,
    pub finished: Option<Moment>,
    pub estimate: Option<String>,
    pub warnings: i32,
    /// What else there is to say, in sentences.
    pub notes: Vec<String>,
    /// Why it did not go through, for good.
    pub failure: Option<FailureView>,
    /// URLs because of which Adobe refused.
    pub bad: BadUrls,
    /// Whether a reason stands with each of them: one alone has the batch's own.
    pub has_reasons: bool,
    /// What the search for a bad URL would do, where it is possible.
    pub find: Option<String>,
    /// The words of its button.
    pub find_label: &'static str,
    /// The list is a file, and was never sent.
    pub is_file: bool,
}

/// Why a batch did not go through.
pub struct FailureView {
    pub headline: &'static str,
    /// Whether that is certain, whatever was sent before.
    pub cleared_nothing: bool,
    pub advice: &'static str,
    pub reason: String,
    pub code: Option<i32>,
}

impl BatchView {
    /// Puts it together; asks the store only for URLs that a search found.
    pub async fn load(
        store: &Store,
        company: CompanyId,
        batch: &Batch,
        place: &Place,
    ) -> Result<Self, AppError> {
        let search = batch.search();
        let bad = BadUrls::load(store, company, batch, search.as_ref()).await?;
        let (status_text, status_icon) = batch_words(batch.state);
        let is_possible = bisect::is_possible(batch);
        Ok(Self {
            id: batch.id.to_string(),
            place: place.at_urls(batch.id, 0),
            position: batch.position,
            root: batch.root.clone(),
            urls: counted(batch.url_count.unsigned_abs(), "URL"),
            status: batch.state.as_str(),
            status_text,
            status_icon,
            finished: batch.finished_at.map(Moment::from),
            estimate: batch
                .estimated_seconds()
                .map(|seconds| counted(u64::from(seconds.unsigned_abs()), "second")),
            warnings: batch.receipts().map(|receipt| receipt.warnings).sum(),
            notes: notes(batch, search.as_ref()),
            failure: failure(batch, search.as_ref()),
            find: is_possible.then(|| promise(search.as_ref())),
            find_label: if search.is_some() {
                "Go on"
            } else {
                "Find the bad URL"
            },
            is_file: batch.state == BatchState::Downloaded,
            has_reasons: search.is_some_and(|search| search.bad.len() > 1),
            bad,
        })
    }

    /// Whether it takes more than its line.
    pub fn has_more(&self) -> bool {
        self.failure.is_some() || self.is_file || !self.notes.is_empty()
    }
}

fn failure(batch: &Batch, search: Option<&Search>) -> Option<FailureView> {
    let (kind, code, reason) = match (batch.state, search) {
        (BatchState::Refused | BatchState::Failed, _) => {
            let failure = batch.failure.as_ref()?;
            (failure.kind, failure.code, &failure.reason)
        }
        // Whoever calls a search off has still to mend what it was about.
        (BatchState::Cancelled, Some(search)) => {
            let refusal = match search.bad.places().next() {
                Some(place) => batch.refusal_of(place)?,
                None => batch.refusal.as_ref()?,
            };
            let kind = if search.sent.is_empty() {
                FailureKind::BadUrl
            } else {
                FailureKind::Partial
            };
            (kind, refusal.code, &refusal.reason)
        }
        _ => return None,
    };
    Some(FailureView {
        headline: kind.headline().text(),
        cleared_nothing: batch.cleared_nothing(),
        advice: kind.advice(),
        reason: reason.clone(),
        code,
    })
}

fn notes(batch: &Batch, search: Option<&Search>) -> Vec<String> {
    let mut notes = Vec::new();
    if let Some(search) = search {
        notes.push(found(batch, search));
    }
    if batch.state.is_under_way() {
        if let Some(failure) = batch.failure.as_ref().filter(|_| batch.retry_at.is_some()) {
            notes.push(format!(
                "The last attempt did not go through: {}.",
                failure.reason
            ));
        }
    } else if batch.maybe_taken && batch.state != BatchState::Accepted {
        notes.push(
            "An earlier attempt got no clear answer: Adobe may have taken it. Sending it again does no harm."
                .to_owned(),
        );
    }
    if batch.attempts > 1 && search.is_none() {
        notes.push(format!("Tried {} times.", batch.attempts));
    }
    notes
}

/// What a search has come to.
fn found(batch: &Batch, search: &Search) -> String {
    let urls = |part: &Part| counted(part.len().unsigned_abs(), "URL");
    let sent = format!("{} sent", urls(&search.sent));
    let made = batch.probes.len();
    if batch.state.is_under_way() {
        return format!(
            "Looking for the bad URL: {made} of at most {} requests made, {sent}, {} left.",
            batch.search_limit,
            urls(&search.left)
        );
    }
    if search.connection {
        return "Adobe refused also the one URL that passed every check. So it is not about a URL: an administrator can \
                check the connection. The search stopped there."
            .to_owned();
    }
    let bad = match search.bad.len() {
        0 => String::new(),
        1 => ", 1 is why Adobe refused".to_owned(),
        many => format!(", {} are why Adobe refused", grouped(many.unsigned_abs())),
    };
    let left = if search.left.is_empty() {
        String::new()
    } else {
        format!(", {} left", urls(&search.left))
    };
    format!(
        "After {}: {sent}{bad}{left}.",
        counted(made as u64, "request")
    )
}

/// What a search would do; said before it starts.
fn promise(search: Option<&Search>) -> String {
    match search {
        None => format!(
            "Adobe does not say which URL it refused. Unstale can find it by sending parts of the list: at most \
             {SEARCH_LIMIT} requests, with the usual pause between them. The first is one URL that passed every check; if \
             Adobe refuses that too, it stops. The good URLs are cleared on the way, the bad one stays."
        ),
        Some(_) => format!(
            "There may be more bad URLs. Unstale can go on with what is left: at most {SEARCH_LIMIT} further requests."
        ),
    }
}
