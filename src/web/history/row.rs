//! A line of what was submitted, as the history and Tools list it.

use super::words::{is_taken, state_view};
use crate::{
    domain::{Company, HistoryVerdict, Verdict},
    store::HistoryEntry,
    web::{
        verdicts::Badge,
        view::{Moment, counted, outcome_path},
    },
};

/// One line.
#[derive(Debug)]
pub struct Row {
    pub href: String,
    pub when: Moment,
    pub who: String,
    pub urls: String,
    pub note: String,
    /// A class of the style sheet.
    pub status: &'static str,
    pub status_text: &'static str,
    pub status_icon: &'static str,
    /// What was seen of it; `None` where there is nothing to look for.
    pub verdict: Option<Badge>,
}

impl Row {
    /// In words.
    pub fn new(company: &Company, entry: &HistoryEntry) -> Self {
        let (status, status_text, status_icon) = state_view(entry.state);
        Self {
            href: outcome_path(company, entry.id),
            when: entry.submitted_at.into(),
            who: entry.author_email.clone(),
            urls: counted(entry.url_count.unsigned_abs(), "URL"),
            note: entry.note.clone(),
            status,
            status_text,
            status_icon,
            verdict: verdict_view(entry),
        }
    }
}

fn verdict_view(entry: &HistoryEntry) -> Option<Badge> {
    let is_known = entry.verdict != HistoryVerdict::Known(Verdict::NotChecked);
    (is_known || is_taken(entry.state)).then(|| entry.verdict.into())
}
