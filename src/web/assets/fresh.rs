//! How current the picker is: it says up to when the catalogue is known, and shows itself anew once that is later. Where Adobe
//! was asked within the minute, the page has it asked once more when that is over.

use std::time::Duration;

use askama::Template as _;
use axum::{
    extract::State,
    http::StatusCode,
    response::{Html, IntoResponse as _, Response},
};
use serde::Deserialize;

use super::{show::PickerPage, wanted::Wanted};
use crate::{
    app::App,
    clock::Timestamp,
    domain::{CatalogueSync, CompanyId, Step},
    error::AppError,
    web::{
        extract::{MyDraft, Query},
        view::{Moment, counted, grouped},
    },
};

/// A catalogue that was read so shortly ago is not asked for again.
const FRESH: Duration = Duration::from_mins(1);

/// A reading that failed and is tried again within this is as good as under way.
const SOON: Duration = Duration::from_mins(5);

/// How far the catalogue is known.
#[derive(Debug)]
pub struct AsOf {
    /// Up to when; `None` as long as it was never read to its end.
    pub at: Option<Moment>,
    /// What the first reading has come to.
    pub first: Option<String>,
    /// There will be a newer one. Not when nobody reads.
    pub newer: Option<Newer>,
}

/// How the page asks for a newer one.
#[derive(Debug)]
pub struct Newer {
    /// For [`Than`].
    than: i64,
    /// The seconds until Adobe may be asked again; then the page has that done, once.
    wait: Option<u64>,
}

impl Newer {
    pub fn query(&self) -> String {
        let due = if self.wait.is_some() { "&due=1" } else { "" };
        format!("than={}{due}", self.than)
    }

    pub fn trigger(&self) -> String {
        match self.wait {
            // Again where nobody answered: the answer ends it.
            Some(seconds) => format!("load delay:{seconds}s, every 60s"),
            None => "every 4s".to_owned(),
        }
    }

    /// For who has no script.
    pub fn sentence(&self) -> &'static str {
        match self.wait {
            Some(_) => "What changed since can be read when that is a minute ago",
            None => "What changed since is being read",
        }
    }
}

impl AsOf {
    /// `None` where there is nothing to say: the assets were imported, or none was read yet and none will be.
    pub fn of(sync: &CatalogueSync, now: Timestamp) -> Option<Self> {
        // A short pause is over before somebody has read the page.
        let soon = now.plus(SOON);
        let is_held_up = sync.retry_at.is_some_and(|retry_at| retry_at > soon);
        let is_read = sync.source.is_some() && !sync.stopped && !is_held_up;
        let Some(at) = sync.read_until else {
            return Some(Self {
                at: None,
                first: Some(first_reading(sync, is_read)?),
                newer: is_read.then_some(Newer {
                    than: 0,
                    wait: None,
                }),
            });
        };
        let age = now.since(at);
        Some(Self {
            at: Some(at.into()),
            first: None,
            newer: is_read.then(|| Newer {
                than: at.as_micros(),
                wait: FRESH.checked_sub(age).map(|rest| rest.as_secs() + 1),
            }),
        })
    }

    /// For a page that has asked by itself: it does not go on with that, or one that is left open would have Adobe asked
    /// every minute.
    pub fn asks_no_more(&mut self) {
        self.newer.take_if(|newer| newer.wait.is_some());
    }

    /// Whether what is listed is a part of what there is, and the rest is on its way.
    pub fn is_first_reading(&self) -> bool {
        self.first.is_some() && self.newer.is_some()
    }
}

/// What is listed is not everything.
fn first_reading(sync: &CatalogueSync, is_read: bool) -> Option<String> {
    // Later steps count otherwise.
    let number = (sync.step == Some(Step::Assets)).then_some(sync.seen);
    let so_far = number.map(|seen| match sync.total {
        Some(total) => format!(
            "{} of {}",
            grouped(seen.min(total)),
            counted(total, "asset")
        ),
        None => counted(seen, "asset"),
    });
    match (is_read, so_far) {
        (true, Some(so_far)) => Some(format!(
            "The catalogue is being read for the first time: {so_far} so far."
        )),
        (true, None) => Some("The catalogue is being read for the first time.".to_owned()),
        (false, so_far) => {
            so_far.map(|so_far| format!("Only a part of the catalogue is read: {so_far} so far."))
        }
    }
}

/// What the page that asks was made from.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct Than {
    /// Up to when the catalogue was known, in microseconds; 0 for never.
    #[serde(rename = "than")]
    until: String,
    /// `1`: the catalogue was too new to be asked for again, and is no longer.
    due: String,
    /// `1`: it lists nothing.
    pub empty: String,
}

impl Than {
    /// Whether the catalogue is newer by now.
    pub fn is_behind(&self, sync: &CatalogueSync) -> bool {
        let than: i64 = self.until.parse().unwrap_or_default();
        sync.read_until.is_some_and(|at| at.as_micros() > than)
    }

    /// Whether there is nothing new to show, nor to say. Where it is due, the catalogue is asked for first.
    pub async fn is_up_to_date(&self, app: &App, company: CompanyId) -> Result<bool, AppError> {
        let sync = app.store.catalogue_sync(company).await?;
        if self.is_behind(&sync) {
            return Ok(false);
        }
        let is_due = self.due == "1";
        if is_due && let Err(error) = app.syncer.freshen(company).await {
            tracing::warn!(%error, "a catalogue could not be asked to be brought up to date");
        }
        Ok(sync.read_until.is_some() && !is_due)
    }
}

/// Shows the list anew once the catalogue is newer than it was; until then there is nothing to show. A first reading only
/// says how far it is: a list that grew all the time would leave nobody the time to choose. But an empty one is filled.
pub async fn newer(
    State(app): State<App>,
    my: MyDraft,
    Query(than): Query<Than>,
    Query(wanted): Query<Wanted>,
) -> Result<Response, AppError> {
    let company = my.at.company.id;
    if than.is_up_to_date(&app, company).await? {
        return Ok(StatusCode::NO_CONTENT.into_response());
    }
    let mut page = PickerPage::load(&app, &my, wanted, None).await?;
    page.picker.as_of.iter_mut().for_each(AsOf::asks_no_more);
    let is_behind = than.is_behind(&app.store.catalogue_sync(company).await?);
    let is_filled = than.empty == "1" && !page.picker.rows.is_empty();
    if is_behind || is_filled {
        return Ok(Html(page.results()?).into_response());
    }
    Ok(alone(page.as_as_of().render()?))
}

/// Only how far the catalogue is known, in the place of what said so.
pub fn alone(as_of: String) -> Response {
    let headers = [("hx-retarget", "this"), ("hx-reswap", "outerHTML")];
    (headers, Html(as_of)).into_response()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::{CatalogueSource, ReadingKind};

    const NOW: Timestamp = Timestamp::from_micros(1_800_000_000_000_000);

    #[test]
    fn a_first_reading_says_how_far_it_is_whatever_has_become_of_it() {
        let source = CatalogueSource {
            endpoint: "a".to_owned(),
            handle: "c|1".to_owned(),
            email: "x".to_owned(),
        };
        let mut sync = CatalogueSync {
            source: Some(source),
            ..CatalogueSync::default()
        };
        let said = |sync: &CatalogueSync| {
            AsOf::of(sync, NOW).map(|it| (it.first.unwrap(), it.newer.map(|newer| newer.query())))
        };
        let beginning = "The catalogue is being read for the first time.";
        assert_eq!(
            said(&sync).unwrap(),
            (beginning.to_owned(), Some("than=0".to_owned()))
        );
        sync.begin(ReadingKind::Full, NOW);
        (sync.seen, sync.total) = (12_000, Some(1_000_000));
        let under_way =
            "The catalogue is being read for the first time: 12,000 of 1,000,000 assets so far.";
        assert_eq!(
            said(&sync).unwrap(),
            (under_way.to_owned(), Some("than=0".to_owned()))
        );
        sync.stopped = true;
        let stopped = "Only a part of the catalogue is read: 12,000 of 1,000,000 assets so far.";
        assert_eq!(said(&sync).unwrap(), (stopped.to_owned(), None));
        sync.step = None;
        assert!(
            said(&sync).is_none(),
            "they were imported, for all one knows"
        );
    }
}
