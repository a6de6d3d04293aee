//! One sentence: where things stand. It never says more than is known: Adobe's *accepted* is not yet *live*, and no
//! clear answer is none.

use std::time::Duration;

use crate::{
    clock::Timestamp,
    domain::BatchState,
    store::{Batch, Taken},
    web::{
        verdicts::Tally,
        view::{counted, grouped},
    },
};

/// Requests whose pace tells how long the rest will take.
const RECENT: usize = 6;
/// How long a request takes while none was made.
const GUESS: Duration = Duration::from_secs(2);

/// The sentence, and its tone.
#[derive(Debug, PartialEq, Eq)]
pub struct Standing {
    /// Where things stand.
    pub sentence: String,
    /// A class of the style sheet: `info`, `success`, `warns`, `blocks`.
    pub class: &'static str,
    /// How long the rest will take.
    pub remaining: Option<String>,
    /// Adobe has taken something, and nothing more is on its way: what is seen of it is all that is still to be known.
    is_taken: bool,
}

impl Standing {
    /// Of an invalidation before whose next batch so many others go, if it is in the queue.
    pub fn of(batches: &[Batch], ahead: Option<usize>, pause: Duration, now: Timestamp) -> Self {
        let counts = Counts::of(batches);
        if counts.under_way > 0 {
            return Self {
                sentence: under_way(batches, &counts, ahead, now),
                class: "info",
                remaining: remaining(batches, &counts, pause),
                is_taken: false,
            };
        }
        let (sentence, class) = if counts.paused > 0 {
            (format!("{} {}", paused(batches), counts.ended()), "warns")
        } else {
            at_end(batches, &counts)
        };
        Self {
            sentence,
            class,
            remaining: None,
            is_taken: counts.urls_sent > 0 && counts.paused == 0,
        }
    }

    /// The same with what was seen of the URLs. It is good only when all that was looked at is live.
    pub fn with_checks(mut self, tally: Tally, is_running: bool) -> Self {
        let seen = match tally.sentence(is_running) {
            Some(seen) => seen,
            None if !self.is_taken => return self,
            None if is_running => "The first check comes in a moment.".to_owned(),
            None => "None was checked.".to_owned(),
        };
        if self.class == "success" {
            self.class = if is_running { "info" } else { tally.class() };
        }
        self.sentence = format!("{} {seen}", self.sentence);
        self
    }
}

#[derive(Debug, Default)]
struct Counts {
    all: usize,
    under_way: usize,
    waiting: usize,
    paused: usize,
    accepted: usize,
    cancelled: usize,
    downloaded: usize,
    /// URLs that Adobe took.
    urls_sent: i64,
    urls: i64,
}

impl Counts {
    fn of(batches: &[Batch]) -> Self {
        let mut counts = Self {
            all: batches.len(),
            ..Self::default()
        };
        for batch in batches {
            counts.urls += batch.url_count;
            match batch.state {
                BatchState::Waiting | BatchState::Unknown => {
                    counts.under_way += 1;
                    counts.waiting += 1;
                }
                BatchState::Sending => counts.under_way += 1,
                BatchState::Paused => counts.paused += 1,
                BatchState::Accepted => counts.accepted += 1,
                BatchState::Cancelled => counts.cancelled += 1,
                BatchState::Downloaded => counts.downloaded += 1,
                BatchState::Refused | BatchState::Failed => {}
            }
            let searched = || batch.search().map_or(0, |search| search.sent.len());
            counts.urls_sent += Taken::of(batch).map_or_else(searched, |taken| taken.count());
        }
        counts
    }

    fn ended(&self) -> String {
        let ended = self.all - self.under_way - self.paused;
        let (ended, all) = (grouped(ended as u64), counted(self.all as u64, "request"));
        format!("{ended} of {all} done.")
    }
}

fn under_way(batches: &[Batch], counts: &Counts, ahead: Option<usize>, now: Timestamp) -> String {
    let ahead = ahead.filter(|ahead| *ahead > 0);
    if counts.all > 1 {
        return match ahead.filter(|_| counts.under_way == counts.waiting) {
            Some(ahead) => {
                format!("On its way to Adobe. {} {}", counts.ended(), queued(ahead))
            }
            None => format!("On its way to Adobe. {}", counts.ended()),
        };
    }
    let batch = &batches[0];
    let later = batch.failure.is_some() && batch.retry_at.is_some_and(|at| at > now);
    // Also where somebody held it back meanwhile and let it go again: it waits then, and the doubt stays.
    let is_in_doubt = match batch.state {
        BatchState::Unknown => true,
        BatchState::Waiting => batch.maybe_taken && (later || batch.search_limit == 0),
        _ => false,
    };
    match batch.state {
        _ if is_in_doubt => {
            "Adobe has not answered, so nobody knows yet whether it took the request. It is sent again, which does no harm."
                .to_owned()
        }
        BatchState::Waiting if later => "Adobe could not be reached. It is tried again.".to_owned(),
        BatchState::Waiting if let Some(ahead) = ahead => {
            format!("Waiting to be sent. {}", queued(ahead))
        }
        _ if batch.search_limit > 0 => "Looking for the bad URL.".to_owned(),
        BatchState::Waiting => "Waiting to be sent.".to_owned(),
        _ => "On its way to Adobe.".to_owned(),
    }
}

fn queued(ahead: usize) -> String {
    if ahead == 1 {
        "1 request of another invalidation goes first.".to_owned()
    } else {
        format!(
            "{} requests of other invalidations go first.",
            grouped(ahead as u64)
        )
    }
}

/// Why, and what to do about it.
fn paused(batches: &[Batch]) -> String {
    let held = batches.iter().find_map(|batch| batch.held_by?.holds_back());
    match held {
        Some(why) => format!(
            "Paused: {why}, so nothing more is sent with it. An administrator can mend the connection; after that, press Resume."
        ),
        None => "Paused: nothing more is sent until somebody presses Resume.".to_owned(),
    }
}

fn at_end(batches: &[Batch], counts: &Counts) -> (String, &'static str) {
    if counts.downloaded > 0 {
        return (
            "The list is ready to be downloaded. Nothing was sent: this company is not connected to Dynamic Media."
                .to_owned(),
            "info",
        );
    }
    let certain = batches.iter().all(Batch::cleared_nothing);
    if counts.accepted == counts.all {
        return (
            format!(
                "Accepted by Adobe: {}.",
                counted(counts.urls.unsigned_abs(), "URL")
            ),
            "success",
        );
    }
    let called_off = if counts.cancelled > 0 {
        "Cancelled. "
    } else {
        ""
    };
    if counts.urls_sent > 0 {
        let rest = if counts.cancelled > 0 {
            "The rest was not sent, or did not go through."
        } else {
            "The rest did not go through."
        };
        let part = format!(
            "{} of {}",
            grouped(counts.urls_sent.unsigned_abs()),
            counted(counts.urls.unsigned_abs(), "URL")
        );
        return (
            format!("{called_off}Adobe has accepted a part of it: {part}. {rest}"),
            "warns",
        );
    }
    let class = if counts.cancelled == counts.all {
        "warns"
    } else {
        "blocks"
    };
    if certain {
        (format!("{called_off}Nothing was cleared."), class)
    } else {
        (
            format!("{called_off}It is not certain what was cleared."),
            class,
        )
    }
}

/// The pace of the last requests, for all that wait.
fn remaining(batches: &[Batch], counts: &Counts, pause: Duration) -> Option<String> {
    if counts.all == 1 || counts.waiting == 0 {
        return None;
    }
    let mut ends: Vec<Timestamp> = batches
        .iter()
        .filter_map(|batch| batch.finished_at)
        .collect();
    ends.sort_unstable();
    let recent = &ends[ends.len().saturating_sub(RECENT)..];
    let mut paces: Vec<Duration> = recent
        .windows(2)
        .map(|ends| ends[1].since(ends[0]))
        .collect();
    paces.sort_unstable();
    // The one in the middle: that somebody paused for an hour says nothing about the rest.
    let each = paces
        .get(paces.len().saturating_sub(1) / 2)
        .copied()
        .unwrap_or(pause + GUESS);
    let left = each.saturating_mul(u32::try_from(counts.under_way).unwrap_or(u32::MAX));
    Some(match left.as_secs() {
        0..60 => "Less than a minute remains.".to_owned(),
        60..3_600 => format!(
            "About {} remain.",
            counted(left.as_secs().div_ceil(60), "minute")
        ),
        seconds => format!("About {} remain.", counted(seconds.div_ceil(3_600), "hour")),
    })
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;
    use crate::domain::{BatchId, Failure, FailureKind, InvalidationId, Part, Probe, Receipt};

    const NOW: Timestamp = Timestamp::from_micros(1_000_000_000);

    fn batch(state: BatchState) -> Batch {
        Batch {
            id: BatchId::from_uuid(Uuid::nil()),
            invalidation: InvalidationId::from_uuid(Uuid::nil()),
            position: 1,
            root: "Acme".to_owned(),
            state,
            url_count: 1_000,
            attempts: i32::from(state != BatchState::Waiting),
            first_sent_at: None,
            sent_at: None,
            finished_at: state.is_final().then_some(NOW),
            receipt: None,
            failure: None,
            named_url: None,
            held_by: None,
            wish: None,
            retry_at: None,
            maybe_taken: false,
            search_limit: 0,
            search_sound: 1,
            refusal: None,
            probes: Vec::new(),
        }
    }

    fn failed(kind: FailureKind) -> Batch {
        Batch {
            failure: Some(Failure {
                kind,
                code: None,
                reason: String::new(),
            }),
            ..batch(BatchState::Failed)
        }
    }

    fn standing(batches: &[Batch], ahead: Option<usize>) -> Standing {
        Standing::of(batches, ahead, Duration::from_secs(2), NOW)
    }

    fn class(states: &[BatchState]) -> &'static str {
        let batches: Vec<_> = states.iter().map(|state| batch(*state)).collect();
        standing(&batches, None).class
    }

    #[test]
    fn it_never_says_more_than_is_known() {
        use BatchState::{Accepted, Cancelled, Failed, Paused, Refused, Sending, Unknown, Waiting};
        assert_eq!(class(&[Accepted, Waiting]), "info");
        assert_eq!(class(&[Sending]), "info");
        assert_eq!(class(&[Unknown]), "info");
        assert_eq!(class(&[Accepted, Accepted]), "success");
        assert_eq!(class(&[Accepted, Refused]), "warns");
        assert_eq!(class(&[Accepted, Paused]), "warns");
        assert_eq!(class(&[Accepted, Cancelled]), "warns");
        assert_eq!(class(&[Failed, Refused]), "blocks");

        let sentence = |batch: Batch| standing(&[batch], None).sentence;
        let unreachable = failed(FailureKind::Unreachable);
        assert_eq!(sentence(unreachable.clone()), "Nothing was cleared.");
        let doubtful = Batch {
            maybe_taken: true,
            ..unreachable
        };
        assert_eq!(sentence(doubtful), "It is not certain what was cleared.");
        assert_eq!(
            sentence(failed(FailureKind::TimedOut)),
            "It is not certain what was cleared."
        );
        let cancelled = batch(BatchState::Cancelled);
        assert_eq!(
            sentence(cancelled.clone()),
            "Cancelled. Nothing was cleared."
        );
        let cancelled = Batch {
            maybe_taken: true,
            ..cancelled
        };
        assert_eq!(
            sentence(cancelled),
            "Cancelled. It is not certain what was cleared."
        );
    }

    #[test]
    fn what_got_no_answer_is_in_doubt_also_after_a_pause() {
        let sentence = |kind, maybe_taken, retry_at| {
            let batch = Batch {
                state: BatchState::Waiting,
                maybe_taken,
                retry_at,
                ..failed(kind)
            };
            standing(&[batch], None).sentence
        };
        let later = Some(NOW.plus(Duration::from_secs(30)));
        let unreachable = sentence(FailureKind::Unreachable, false, later);
        assert!(unreachable.starts_with("Adobe could not be reached."));
        for retry_at in [later, Some(NOW)] {
            let unanswered = sentence(FailureKind::TimedOut, true, retry_at);
            assert!(
                unanswered.starts_with("Adobe has not answered"),
                "{unanswered}"
            );
        }
        let since = sentence(FailureKind::Unreachable, true, later);
        assert!(since.starts_with("Adobe has not answered"), "{since}");
    }

    #[test]
    fn what_was_held_back_says_why_and_what_to_do() {
        let held = Batch {
            held_by: Some(FailureKind::Account),
            ..batch(BatchState::Paused)
        };
        assert_eq!(
            standing(&[failed(FailureKind::Account), held], None).sentence,
            "Paused: Adobe did not accept the account, so nothing more is sent with it. An administrator can mend the \
             connection; after that, press Resume. 1 of 2 requests done."
        );
    }

    #[test]
    fn a_search_that_sent_the_good_ones_says_how_many() {
        let taken = |first, last| Probe {
            part: Part::range(first..=last),
            sent_at: None,
            answered_at: None,
            answer: Ok(Receipt::default()),
        };
        let batch = Batch {
            search_limit: 12,
            probes: vec![taken(1, 1), taken(2, 999)],
            ..batch(BatchState::Refused)
        };
        assert_eq!(
            standing(&[batch], None).sentence,
            "Adobe has accepted a part of it: 999 of 1,000 URLs. The rest did not go through."
        );
    }

    #[test]
    fn who_waits_knows_how_many_go_first() {
        let waiting = [batch(BatchState::Waiting)];
        assert_eq!(standing(&waiting, Some(0)).sentence, "Waiting to be sent.");
        assert_eq!(
            standing(&waiting, Some(1)).sentence,
            "Waiting to be sent. 1 request of another invalidation goes first."
        );
        let two = [batch(BatchState::Accepted), batch(BatchState::Waiting)];
        assert_eq!(
            standing(&two, Some(3)).sentence,
            "On its way to Adobe. 1 of 2 requests done. 3 requests of other invalidations go first."
        );
    }

    #[test]
    fn the_time_that_remains_follows_the_pace() {
        let done = |seconds: u64| Batch {
            finished_at: Some(NOW.minus(Duration::from_secs(seconds))),
            ..batch(BatchState::Accepted)
        };
        let mut batches = vec![done(20), done(10)];
        batches.extend((0..30).map(|_| batch(BatchState::Waiting)));
        assert_eq!(
            standing(&batches, None).remaining.as_deref(),
            Some("About 5 minutes remain.")
        );
        batches.push(done(3_000));
        assert_eq!(
            standing(&batches, None).remaining.as_deref(),
            Some("About 5 minutes remain."),
            "a pause is not the pace"
        );
        let guessed = standing(&batches[2..5], None).remaining;
        assert_eq!(guessed.as_deref(), Some("Less than a minute remains."));
        assert_eq!(standing(&batches[2..3], None).remaining, None);
    }
}
