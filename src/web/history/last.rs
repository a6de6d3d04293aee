//! When an asset was invalidated last, by whom and with what verdict: the sentence above its history.

use super::words::{is_taken, state_view};
use crate::{
    app::App,
    domain::{CompanyId, HistoryVerdict, Verdict, shown_asset},
    error::AppError,
    store::HistoryEntry,
    web::{verdicts::Badge, view::Moment},
};

/// The sentence, in its parts.
pub struct LastView {
    /// What happened then: `Last invalidated`.
    pub what: &'static str,
    pub when: Moment,
    pub who: String,
    /// What came of it: `live`.
    pub outcome: String,
}

impl LastView {
    /// `None` when the asset was never on a list.
    pub async fn load(
        app: &App,
        company: CompanyId,
        asset: &str,
    ) -> Result<Option<Self>, AppError> {
        let Some(entry) = app.store.last_invalidation_of(company, asset).await? else {
            return Ok(None);
        };
        let verdict = verdict_on(app, company, &entry, asset).await?;
        let words = match verdict {
            HistoryVerdict::Known(Verdict::NotChecked) => state_view(entry.state).1,
            seen => Badge::from(seen).label,
        };
        Ok(Some(Self {
            what: if is_taken(entry.state) {
                "Last invalidated"
            } else {
                "Last submitted"
            },
            when: entry.submitted_at.into(),
            who: entry.author_email,
            outcome: words.to_lowercase(),
        }))
    }
}

/// That of the asset's own URLs, which may be better or worse than that of the invalidation.
async fn verdict_on(
    app: &App,
    company: CompanyId,
    entry: &HistoryEntry,
    asset: &str,
) -> Result<HistoryVerdict, AppError> {
    let checks = app.store.checks(company, entry.id).await?;
    let own = checks
        .iter()
        .filter(|check| check.covered && shown_asset(&check.url).as_deref() == Some(asset));
    Ok(HistoryVerdict::together(own.map(|check| {
        HistoryVerdict::of_url(check.verdict, check.next_look_at.is_some())
    })))
}
