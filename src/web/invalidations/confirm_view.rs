//! What Confirm shows: the list by pages of 200 rows, the removed URLs, the totals beside Submit.

use std::{iter, time::Duration};

use askama::Template;
use askama_web::WebTemplate;

use super::confirm::Wanted;
use crate::{
    app::App,
    domain::{
        Asset, BATCH_LIMIT, INVALIDATION_LIMIT, PublishServer, Revision, UrlOrigin,
        formation::{self, Input, PlannedUrl, Severity},
    },
    ops::plan::{self, DraftInputs},
    store::StoreError,
    web::{
        extract::MyDraft,
        shell::Shell,
        view::{
            Moment, ProblemView, Thumbnail, counted, draft_path, grouped, origins_words,
            severity_class,
        },
    },
};

/// Rows on one page.
const ROWS: usize = 200;

/// What colleagues cleared no longer ago than this is marked: it need not be cleared again.
const RECENTLY: Duration = Duration::from_mins(10);

/// Origins and covered URLs that are named in a row; the rest is counted.
const NAMED: usize = 5;

/// The page.
#[derive(Template, WebTemplate)]
#[template(path = "invalidations/confirm.html", blocks = ["list"])]
pub struct ConfirmPage {
    shell: Shell,
    draft: String,
    revision: String,
    page: usize,
    /// See [`Wanted::first`].
    first: String,
    pages: usize,
    rows: Vec<RowView>,
    total: String,
    removed_total: String,
    removed: Vec<String>,
    more_removed: usize,
    blocking: usize,
    requests: usize,
    /// Whether one URL clears sizes and presets; `None` where that changes nothing.
    fold: Option<bool>,
    /// All URLs, one a line, for *Copy all*; empty for lists that are too long to copy.
    all: String,
    refused: Option<(String, String)>,
    /// The company is not connected: the list is downloaded, not sent.
    downloads: bool,
    /// More requests in a day than are normal.
    volume: Option<String>,
    /// See [`super::confirm::ConfirmForm`].
    note: String,
}

/// One URL to be sent.
struct RowView {
    url: String,
    thumbnail: Thumbnail,
    origins: String,
    class: &'static str,
    problems: Vec<ProblemView>,
    covers: Vec<String>,
    more_covers: usize,
    cleared: usize,
    /// Adobe named it when it refused the batch.
    named: bool,
    /// Who else cleared it, not long ago.
    recent: Option<RecentView>,
}

struct RecentView {
    who: String,
    when: Moment,
}

impl ConfirmPage {
    /// Puts it together. `None` when there is nothing that could be confirmed: settings are missing, or there are
    /// too many URLs.
    pub fn new(my: &MyDraft, inputs: &DraftInputs, wanted: &Wanted) -> Option<Self> {
        let input = inputs.formation().ok()?;
        let plan = formation::form(&input);
        let preview = my.at.preview_server.as_ref();
        let count = plan.count();
        let limit = if inputs.draft.split {
            INVALIDATION_LIMIT
        } else {
            BATCH_LIMIT
        };
        if count.urls.max(count.manual) > limit {
            return None;
        }
        let pages = count.urls.div_ceil(ROWS).max(1);
        let page = wanted.page.clamp(1, pages);
        let removed: Vec<String> = plan
            .urls()
            .filter(|url| url.removed)
            .map(|url| url.url.to_owned())
            .collect();
        let blocking = plan
            .sent()
            .filter(|url| url.severity() == Some(Severity::Blocks))
            .count();
        Some(Self {
            shell: Shell::at("CDN Invalidation", &my.editor.0, &my.at),
            draft: draft_path(&my.at.company, my.draft.id, "")
                .trim_end_matches('/')
                .to_owned(),
            revision: plan::revision(&plan).to_string(),
            page,
            pages,
            rows: rows(&plan, &input, preview, page, &wanted.first),
            first: wanted.first.clone(),
            total: counted(count.urls as u64, "URL"),
            removed_total: grouped(removed.len() as u64),
            more_removed: removed.len().saturating_sub(ROWS),
            removed: removed.into_iter().take(ROWS).collect(),
            blocking,
            requests: plan.batches().len(),
            fold: plan.can_fold().then_some(inputs.draft.options.fold),
            all: all(&plan, count.urls),
            refused: None,
            downloads: !inputs.connected,
            volume: None,
            note: String::new(),
        })
    }

    /// The same page, with the draft's note, and with marks at what colleagues cleared in the last ten minutes.
    pub async fn with_history(mut self, app: &App, my: &MyDraft) -> Result<Self, StoreError> {
        let company = my.at.company.id;
        self.note = app.store.note(company, my.draft.id).await?;
        let since = app.clock.now().minus(RECENTLY);
        let urls: Vec<&str> = self.rows.iter().map(|row| row.url.as_str()).collect();
        let me = my.editor.0.id;
        let mut cleared = app
            .store
            .recently_cleared(company, me, since, &urls)
            .await?;
        for row in &mut self.rows {
            row.recent = cleared.remove(&row.url).map(|clear| RecentView {
                who: clear.author_email,
                when: clear.submitted_at.into(),
            });
        }
        Ok(self)
    }

    /// The same page, with a warning where the company would make more requests in a day than are normal.
    pub async fn warned(self, app: &App, my: &MyDraft) -> Result<Self, StoreError> {
        let volume = app.dispatcher.volume(my.at.company.id).await?;
        Ok(Self {
            volume: volume.for_submit(self.requests),
            ..self
        })
    }

    /// The same page, with why the press was refused.
    pub fn refused(self, headline: &str, sentence: &str) -> Self {
        Self {
            refused: Some((headline.to_owned(), sentence.to_owned())),
            ..self
        }
    }
}

fn all(plan: &formation::Plan, count: usize) -> String {
    if count > BATCH_LIMIT {
        return String::new();
    }
    plan.sent()
        .map(|url| url.url)
        .collect::<Vec<_>>()
        .join("\n")
}

/// One page of rows; the URL that Adobe named comes before all others.
fn rows(
    plan: &formation::Plan,
    input: &Input<'_>,
    preview: Option<&PublishServer>,
    page: usize,
    first: &str,
) -> Vec<RowView> {
    let named = plan
        .sent()
        .filter(|_| !first.is_empty())
        .find(|url| Revision::of(iter::once(url.url)).to_string() == first)
        .map(|url| url.url);
    let is_named = |url: &PlannedUrl<'_>| Some(url.url) == named;
    let others = plan.sent().filter(|url| !is_named(url));
    let rows = plan.sent().filter(is_named).chain(others);
    rows.skip((page - 1) * ROWS)
        .take(ROWS)
        .map(|url| RowView {
            named: is_named(&url),
            ..row(&url, input, preview)
        })
        .collect()
}

fn row(planned: &PlannedUrl<'_>, input: &Input<'_>, preview: Option<&PublishServer>) -> RowView {
    let origins: Vec<UrlOrigin> = planned
        .origins
        .iter()
        .map(|origin| origin.named(input))
        .collect();
    let cleared = planned.covers().count();
    RowView {
        url: planned.url.to_owned(),
        thumbnail: first_asset(planned, input).map_or(Thumbnail::NONE, |asset| {
            Thumbnail::of(asset, Some(input.site), preview)
        }),
        origins: origins_words(&origins, NAMED),
        class: planned.severity().map(severity_class).unwrap_or_default(),
        problems: planned
            .problems()
            .map(|problem| ProblemView::new(problem, input.assets, input.manual))
            .collect(),
        covers: planned
            .covers()
            .take(NAMED)
            .map(|covered| covered.url.to_owned())
            .collect(),
        more_covers: cleared.saturating_sub(NAMED),
        cleared,
        named: false,
        recent: None,
    }
}

fn first_asset<'a>(planned: &PlannedUrl<'_>, input: &Input<'a>) -> Option<&'a Asset> {
    let own = planned.origins.iter().find_map(|origin| origin.asset());
    let index = own.or_else(|| {
        planned
            .covers()
            .find_map(|covered| covered.origins.iter().find_map(|origin| origin.asset()))
    })?;
    input.assets.get(index as usize)
}
