//! What a selection means for the URLs that one request takes: presets, template and alias multiply them.

use crate::{
    app::App,
    domain::{BATCH_LIMIT, formation::UpperBound},
    error::AppError,
    ops::plan,
    web::{extract::MyDraft, view::grouped},
};

/// What decides how many URLs a draft's assets make.
pub struct Limit<'a> {
    my: &'a MyDraft,
    bound: UpperBound,
}

impl<'a> Limit<'a> {
    /// Reads it.
    pub async fn of(app: &App, my: &'a MyDraft) -> Result<Self, AppError> {
        let bound = plan::upper_bound(&app.store, &my.at.company, &my.draft).await?;
        Ok(Self { my, bound })
    }

    /// What so many assets need, where one request may not take their URLs.
    pub fn warning(&self, assets: i64, what: &str) -> Option<String> {
        let assets = usize::try_from(assets).unwrap_or_default();
        let urls = self.bound.urls(assets);
        let is_plain = self.bound.per_asset == 1 && assets > BATCH_LIMIT;
        if assets == 0 || urls <= BATCH_LIMIT {
            None
        } else if is_plain {
            Some(beyond_one_request(what))
        } else {
            Some(format!(
                "One request takes {limit} URLs: {what} may make up to {urls}, with this invalidation’s {causes}. More \
                 than {limit} need “Send as several requests” on Add Details.",
                limit = grouped(BATCH_LIMIT as u64),
                urls = grouped(urls as u64),
                causes = self.causes(),
            ))
        }
    }

    /// What assets need that are too many to be counted.
    pub fn warning_for_more(&self, what: &str) -> Option<String> {
        (self.bound.per_asset > 0).then(|| beyond_one_request(what))
    }

    /// What makes more URLs than there are assets.
    fn causes(&self) -> String {
        let (draft, company) = (&self.my.draft, &self.my.at.company);
        let causes = [
            (draft.options.presets, "presets"),
            (draft.options.template, "template"),
            (draft.options.alias && company.alias.is_some(), "alias"),
            (!draft.manual_urls.trim().is_empty(), "Add URL"),
        ];
        let causes = causes.into_iter().filter(|(is_one, _)| *is_one);
        let causes: Vec<&str> = causes.map(|(_, name)| name).collect();
        match causes.split_last() {
            Some((last, rest)) if !rest.is_empty() => format!("{} and {last}", rest.join(", ")),
            _ => causes.concat(),
        }
    }
}

/// What so many assets need that each request would be more than full.
pub fn beyond_one_request(what: &str) -> String {
    let limit = grouped(BATCH_LIMIT as u64);
    format!(
        "One request takes {limit} URLs, and each asset makes at least one: {what} needs “Send as several requests” on \
         Add Details."
    )
}
