//! Puts together what URL formation needs for one draft: company, hosts, presets, template, assets.
//!
//! Every page and the submission itself go through [`DraftInputs::load`], so that all of them see the same list.

use std::collections::BTreeSet;

use super::hosts;
use crate::{
    domain::{
        Asset, Company, DeliveryHost, GenericHosts, INVALIDATION_LIMIT, MissingSetting, Options,
        Preset, PresetChoice, Revision, Site,
        formation::{self, Plan, UpperBound},
    },
    store::{Draft, Store, StoreError, TemplateVersion},
};

/// Everything that decides which URLs a draft sends.
#[derive(Debug)]
pub struct DraftInputs {
    /// The draft itself.
    pub draft: Draft,
    /// The company's publish server, root and alias, or which of them is missing.
    pub site: Result<Site, MissingSetting>,
    /// The hosts that serve the company.
    pub hosts: Vec<DeliveryHost>,
    /// The hosts that it shares with others.
    pub generic: GenericHosts,
    /// All presets of the company.
    pub presets: Vec<Preset>,
    /// Those that the draft uses, a part of `presets`.
    pub chosen_presets: Vec<Preset>,
    /// The newest template, if one was ever saved.
    pub template: Option<TemplateVersion>,
    /// The selected assets, in the order of selection.
    pub assets: Vec<Asset>,
    /// URLs that the person removed on Confirm.
    pub removed: BTreeSet<String>,
    /// Whether the company has an account to send with. Without one, the list is downloaded.
    pub connected: bool,
}

impl DraftInputs {
    /// Reads it all.
    pub async fn load(store: &Store, company: &Company, draft: Draft) -> Result<Self, StoreError> {
        let presets = store.presets(company.id).await?;
        Ok(Self {
            site: company.site(),
            hosts: store.delivery_hosts(company.id).await?,
            generic: hosts::generic(store, company).await?,
            chosen_presets: chosen(&presets, &draft.presets),
            presets,
            template: store.template(company.id).await?,
            assets: store.draft_assets(draft.id).await?,
            removed: store.removed_urls(draft.id).await?,
            connected: store.connection(company.id).await?.is_some(),
            draft,
        })
    }

    /// The text of the template, empty when there is none.
    #[must_use]
    pub fn template_text(&self) -> &str {
        self.template.as_ref().map_or("", |template| &template.text)
    }

    /// What URL formation takes; or why it cannot, or had better not, begin.
    pub fn formation(&self) -> Result<formation::Input<'_>, Unformable> {
        let input = formation::Input {
            site: self.site.as_ref().map_err(|missing| *missing)?,
            hosts: &self.hosts,
            generic: &self.generic,
            presets: &self.chosen_presets,
            template: self.template_text(),
            options: self.draft.options,
            assets: &self.assets,
            manual: &self.draft.manual_urls,
            removed: &self.removed,
        };
        match formation::upper_bound(&input) {
            urls if urls > FORMED_AT_MOST => Err(Unformable::TooMany(urls)),
            _ => Ok(input),
        }
    }
}

/// More URLs than this, before duplicates merge, are not formed at all: what a person can submit is far below, and
/// assets times lines grow without end.
const FORMED_AT_MOST: usize = 10 * INVALIDATION_LIMIT;

/// How many URLs a draft makes at most, for any number of assets.
pub async fn upper_bound(
    store: &Store,
    company: &Company,
    draft: &Draft,
) -> Result<UpperBound, StoreError> {
    let (presets, template) =
        tokio::try_join!(store.presets(company.id), store.template(company.id))?;
    Ok(UpperBound::new(
        draft.options,
        chosen(&presets, &draft.presets).len(),
        template.as_ref().map_or("", |template| &template.text),
        &draft.manual_urls,
        company.alias.is_some(),
    ))
}

/// Why a draft's URLs are not formed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Unformable {
    /// The company's settings are not complete.
    #[error(transparent)]
    MissingSetting(#[from] MissingSetting),
    /// There would be far too many.
    #[error("some {0} URLs would be formed")]
    TooMany(usize),
}

/// Forms lines of Add URL alone, with nothing else of a draft, and reads what is wanted of the plan; `None` when the
/// company's settings are not complete.
pub async fn of_lines<T>(
    store: &Store,
    company: &Company,
    lines: &str,
    fold: bool,
    read: impl FnOnce(&Plan) -> T,
) -> Result<Option<T>, StoreError> {
    let Ok(site) = company.site() else {
        return Ok(None);
    };
    let plan = formation::form(&formation::Input {
        site: &site,
        hosts: &store.delivery_hosts(company.id).await?,
        generic: &hosts::generic(store, company).await?,
        presets: &[],
        template: "",
        options: Options {
            presets: false,
            template: false,
            alias: false,
            fold,
        },
        assets: &[],
        manual: lines,
        removed: &BTreeSet::new(),
    });
    Ok(Some(read(&plan)))
}

/// The revision of a plan's list: two lists have the same one only when they send the same URLs.
#[must_use]
pub fn revision(plan: &Plan) -> Revision {
    Revision::of(plan.sent().map(|url| url.url))
}

fn chosen(presets: &[Preset], choice: &PresetChoice) -> Vec<Preset> {
    match choice {
        PresetChoice::All => presets.to_vec(),
        PresetChoice::Some(names) => presets
            .iter()
            .filter(|preset| names.contains(&preset.name))
            .cloned()
            .collect(),
    }
}
