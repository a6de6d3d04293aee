//! *Settings > Catalogue*: how far the reading of the company's assets is, and what starts and stops it.

use std::time::Duration;

use askama::Template;
use askama_web::WebTemplate;
use axum::{
    extract::State,
    http::StatusCode,
    response::{Html, IntoResponse as _, Redirect, Response},
};
use serde::Deserialize;

use super::Tabs;
use crate::{
    app::App,
    clock::Timestamp,
    domain::{AccountFacts, CatalogueSync, Company, ReadingKind, Step},
    error::AppError,
    ops::{
        connection::{Trouble, doubts},
        sync::INTERVALS,
    },
    web::{
        extract::{Admin, Form, Htmx, InCompany, Query},
        shell::Shell,
        view::{Moment, counted, grouped},
    },
};

/// Seconds after which a browser without JavaScript looks again.
const REFRESH: u32 = 3;

#[derive(Template, WebTemplate)]
#[template(path = "settings/catalogue.html", blocks = ["progress"])]
struct CataloguePage {
    shell: Shell,
    tabs: Tabs,
    connected: bool,
    /// The company was connected just now: which one, by root, handle and role.
    just_connected: Option<String>,
    /// What to know of the account that was connected just now.
    doubts: Vec<Trouble>,
    /// Its company's settings at Dynamic Media could not be read.
    unread: bool,
    state: StateView,
    intervals: Vec<IntervalView>,
}

/// Where things stand.
struct StateView {
    /// A class of the style sheet, and an icon.
    class: &'static str,
    icon: &'static str,
    standing: String,
    detail: Option<String>,
    /// What could not be read, or was left out.
    notice: Option<String>,
    /// What is missing at Dynamic Media and was not taken away.
    unlisted: Option<String>,
    /// What keeps it from going on.
    problem: Option<ProblemView>,
    /// Something is being read, or will be at once.
    running: bool,
    /// Somebody stopped it.
    stopped: bool,
    /// Something was begun, and not finished.
    interrupted: bool,
    bar: Option<Bar>,
    last: Option<LastView>,
    full_read: Option<Moment>,
    swept: Option<Moment>,
}

struct ProblemView {
    sentence: String,
    at: Moment,
    retry: Option<Moment>,
}

/// How much of the assets is read.
struct Bar {
    seen: u64,
    total: u64,
}

/// What the reading that was finished last came to.
struct LastView {
    at: Moment,
    /// Not while another one is under way, or has failed: the numbers are that one's.
    counts: Option<String>,
}

struct IntervalView {
    minutes: u64,
    label: &'static str,
    chosen: bool,
}

/// The buttons, and the interval.
#[derive(Debug, Deserialize)]
pub struct CatalogueForm {
    #[serde(rename = "do")]
    action: Action,
    #[serde(default)]
    minutes: String,
}

#[derive(Debug, Clone, Copy, Deserialize)]
#[serde(rename_all = "kebab-case")]
enum Action {
    SyncNow,
    ReadAll,
    Compare,
    TakeAway,
    Stop,
    Start,
    Interval,
}

/// Whether one comes here from connecting.
#[derive(Debug, Deserialize)]
pub struct Shown {
    #[serde(default)]
    connected: bool,
    #[serde(default)]
    unread: bool,
}

/// Shows it; htmx asks for the part that moves.
pub async fn show(
    Admin(person): Admin,
    State(app): State<App>,
    at: InCompany,
    Htmx(htmx): Htmx,
    Query(shown): Query<Shown>,
) -> Result<Response, AppError> {
    let connection = app.store.connection_state(at.company.id).await?;
    let connected = connection.is_some();
    let facts = connection.and_then(|connection| connection.facts);
    let sync = app.store.catalogue_sync(at.company.id).await?;
    let now = app.clock.now();
    let state = StateView::new(&sync, connected, now);
    let facts = facts.filter(|_| shown.connected);
    let page = CataloguePage {
        shell: Shell {
            refresh: state.running.then_some(REFRESH),
            ..Shell::at("Settings", &person, &at)
        },
        tabs: Tabs::of(&at.company, "catalogue"),
        connected,
        just_connected: shown
            .connected
            .then(|| identity(&at.company, facts.as_ref())),
        doubts: facts
            .as_ref()
            .map(|facts| doubts(facts, now))
            .unwrap_or_default(),
        unread: shown.unread,
        state,
        intervals: INTERVALS
            .iter()
            .map(|(minutes, label)| IntervalView {
                minutes: *minutes,
                label,
                chosen: sync.interval == Duration::from_mins(*minutes),
            })
            .collect(),
    };
    if htmx {
        return Ok(Html(page.as_progress().render()?).into_response());
    }
    Ok(page.into_response())
}

/// Does what the button says, and shows the page again.
pub async fn act(
    Admin(_): Admin,
    State(app): State<App>,
    at: InCompany,
    Form(form): Form<CatalogueForm>,
) -> Result<Response, AppError> {
    let company = at.company.id;
    let syncer = &app.syncer;
    match form.action {
        Action::SyncNow => syncer.read_soon(company, ReadingKind::Increment).await?,
        Action::ReadAll => syncer.read_soon(company, ReadingKind::Full).await?,
        Action::Compare => syncer.read_soon(company, ReadingKind::Sweep).await?,
        Action::TakeAway => syncer.take_away(company).await?,
        Action::Stop => syncer.stop(company).await?,
        Action::Start => syncer.go_on(company).await?,
        Action::Interval => {
            let minutes = form.minutes.parse().map_err(|_| AppError::BadForm)?;
            let set = syncer.set_interval(company, minutes).await?;
            set.ok_or(AppError::BadForm)?;
        }
    }
    let page = Redirect::to(&format!("{}/catalogue", Tabs::of(&at.company, "").base));
    Ok((StatusCode::SEE_OTHER, page).into_response())
}

/// What tells one company from another of the same name.
fn identity(company: &Company, facts: Option<&AccountFacts>) -> String {
    let unknown = "unknown";
    let role = facts.and_then(|facts| facts.role.as_deref());
    format!(
        "Root {}, handle {}, your account’s role: {}.",
        company.root.as_deref().unwrap_or(unknown),
        company.handle.as_deref().unwrap_or(unknown),
        role.unwrap_or(unknown)
    )
}

impl StateView {
    fn new(sync: &CatalogueSync, connected: bool, now: Timestamp) -> Self {
        let reading = sync.step.filter(|_| !sync.stopped);
        let waits = sync.retry_at.is_some_and(|at| at > now);
        // Somebody holds the lease, or will within seconds.
        let running = connected && !waits && (reading.is_some() || sync.due(now).is_some());
        let (class, icon, standing) = if !connected {
            ("info", "info", "Not connected to Dynamic Media.".to_owned())
        } else if sync.stopped {
            let standing = if sync.refused {
                "Stopped until something is mended."
            } else {
                "Stopped by somebody."
            };
            ("warns", "warning", standing.to_owned())
        } else if waits {
            ("warns", "warning", "Waiting to try again.".to_owned())
        } else if running {
            ("info", "info", reading_words(sync))
        } else if sync.unlisted.is_some() {
            let standing = "Up to date, except for deletions.";
            ("warns", "warning", standing.to_owned())
        } else {
            ("success", "check-circle", "Up to date.".to_owned())
        };
        Self {
            class,
            icon,
            standing,
            detail: detail(sync, now).filter(|_| connected),
            notice: sync.notices.told(),
            unlisted: sync.unlisted.map(|unlisted| unlisted.sentence(grouped)),
            problem: problem(sync, now),
            running,
            stopped: sync.stopped,
            interrupted: sync.step.is_some(),
            bar: reading.and(sync.total).map(|total| Bar {
                seen: sync.seen.min(total),
                total,
            }),
            last: last(sync),
            full_read: sync.full_read_at.map(Moment::from),
            swept: sync.swept_at.map(Moment::from),
        }
    }
}

/// What is being read.
fn reading_words(sync: &CatalogueSync) -> String {
    match (sync.step, sync.kind) {
        (Some(Step::Assets), _) => "Reading all assets.",
        (Some(Step::Index), _) => "Building what searching needs.",
        (Some(Step::Increment), Some(ReadingKind::Full)) => "Reading what changed meanwhile.",
        (Some(Step::Increment), _) => "Reading what changed.",
        (Some(Step::Sweep), _) => "Comparing all IDs with Dynamic Media’s.",
        (Some(Step::Confirm), _) => "Asking for assets that were not listed.",
        (Some(Step::Folders), _) => "Reading folders.",
        (Some(Step::Presets), _) => "Reading image presets.",
        (Some(Step::Settings), _) => "Reading the company’s settings.",
        (None, _) => "Beginning.",
    }
    .to_owned()
}

/// How far it is, how fast, and for how long yet.
fn detail(sync: &CatalogueSync, now: Timestamp) -> Option<String> {
    sync.step?;
    let read = match sync.total {
        Some(total) => format!("{} of {}", grouped(sync.seen), counted(total, "asset")),
        None => counted(sync.seen, "asset"),
    };
    if sync.stopped {
        return Some(format!("{read} read so far"));
    }
    let rate = sync.rate(now).filter(|rate| *rate > 0);
    let rate = rate.map(|rate| format!("{} a second", grouped(rate)));
    let left = sync.time_left(now);
    let left = left.map(|left| format!("{} left", duration_words(left)));
    let words: Vec<String> = [Some(read), rate, left].into_iter().flatten().collect();
    Some(words.join(", "))
}

/// `some seconds`, `about 12 minutes`, `about 3 hours`.
fn duration_words(duration: Duration) -> String {
    match duration.as_secs() {
        0..60 => "some seconds".to_owned(),
        seconds @ 60..7_200 => format!("about {}", counted(seconds.div_ceil(60), "minute")),
        seconds => format!("about {}", counted(seconds.div_ceil(3_600), "hour")),
    }
}

fn problem(sync: &CatalogueSync, now: Timestamp) -> Option<ProblemView> {
    let retry = sync.retry_at.filter(|at| *at > now && !sync.stopped);
    Some(ProblemView {
        sentence: sync.problem.clone()?,
        at: sync.problem_at?.into(),
        retry: retry.map(Moment::from),
    })
}

fn last(sync: &CatalogueSync) -> Option<LastView> {
    let at = sync.finished_at?;
    let is_the_last = sync.step.is_none();
    let counts = format!(
        "{} read: {} new, {} changed, {} vanished",
        counted(sync.seen, "asset"),
        grouped(sync.added),
        grouped(sync.changed),
        grouped(sync.vanished)
    );
    Some(LastView {
        at: at.into(),
        counts: is_the_last.then_some(counts),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: Timestamp = Timestamp::from_micros(1_800_000_000_000_000);

    #[test]
    fn progress_is_told_with_rate_and_time_left() {
        let mut sync = CatalogueSync::default();
        sync.begin(ReadingKind::Full, NOW);
        (sync.seen, sync.total) = (12_000, Some(1_000_000));
        let now = NOW.plus(Duration::from_secs(10));
        assert_eq!(
            detail(&sync, now).unwrap(),
            "12,000 of 1,000,000 assets, 1,200 a second, about 14 minutes left"
        );
        sync.stopped = true;
        assert_eq!(
            detail(&sync, now).unwrap(),
            "12,000 of 1,000,000 assets read so far"
        );
    }

    #[test]
    fn the_numbers_of_a_reading_under_way_are_not_told_as_those_of_the_last() {
        let mut sync = CatalogueSync::default();
        sync.begin(ReadingKind::Full, NOW);
        sync.seen = 12;
        while sync.step.is_some() {
            sync.next_step(NOW);
        }
        assert!(
            last(&sync)
                .unwrap()
                .counts
                .unwrap()
                .starts_with("12 assets")
        );
        sync.begin(ReadingKind::Full, NOW);
        sync.seen = 3;
        assert!(last(&sync).unwrap().counts.is_none());
    }

    #[test]
    fn a_failure_says_when_it_is_tried_again_unless_somebody_stopped_it() {
        let mut sync = CatalogueSync::default();
        sync.begin(ReadingKind::Full, NOW);
        sync.fail("Down.".to_owned(), NOW);
        let state = StateView::new(&sync, true, NOW);
        assert!(!state.running);
        assert!(state.problem.unwrap().retry.is_some());
        sync.stopped = true;
        let state = StateView::new(&sync, true, NOW);
        assert_eq!(state.standing, "Stopped by somebody.");
        assert!(state.problem.unwrap().retry.is_none());
        sync.refused = true;
        let state = StateView::new(&sync, true, NOW);
        assert_eq!(state.standing, "Stopped until something is mended.");
    }
}
