//! What became of a pasted list, as the page says it.

use std::collections::BTreeSet;

use super::{ASKED, Found};
use crate::{
    app::App,
    domain::{Asset, AssetClass, AssetKey},
    error::AppError,
    web::{
        extract::MyDraft,
        view::{counted, isolated},
    },
};

/// More rows of a kind are only counted.
const LISTED: usize = 200;

/// For so many of the IDs that are not found, similar ones are looked for, and so many of each.
const COMPARED: usize = 50;
const SIMILAR: i64 = 3;

/// What became of the list.
pub struct ResultView {
    pub found: String,
    pub has_found: bool,
    pub examples: Vec<String>,
    pub more_found: usize,
    /// That some addresses of files were taken for assets whose IDs have no extension.
    pub by_stem: Option<String>,
    pub unsupported: Vec<String>,
    pub more_unsupported: usize,
    pub missing: Vec<Missing>,
    pub more_missing: usize,
    pub missing_count: String,
    pub foreign: Vec<String>,
    pub more_foreign: usize,
    /// Adobe could not be asked.
    pub not_asked: Option<String>,
    pub unasked: Option<Unasked>,
    /// For how many similar IDs were looked for, when not for all.
    pub compared: Option<usize>,
}

/// What Adobe was not asked for, because it is asked for so many at once.
#[derive(Default)]
pub struct Unasked {
    pub number: usize,
    /// The last ID that was asked for and is still missing: the next ones follow it.
    pub after: String,
}

impl Unasked {
    pub fn sentence(&self) -> String {
        let ids = counted(self.number as u64, "ID");
        format!("Dynamic Media was not asked for the last {ids} of the list yet.")
    }

    pub fn button(&self) -> String {
        let next = counted(self.number.min(ASKED) as u64, "ID");
        format!("Ask for the next {next}")
    }
}

/// An ID that is not found, and what is much like it.
pub struct Missing {
    pub id: String,
    pub similar: Vec<Similar>,
}

pub struct Similar {
    pub key: AssetKey,
    pub id: String,
    pub is_ticked: bool,
}

impl Similar {
    pub fn new(asset: Asset, is_ticked: bool) -> Self {
        Self {
            key: asset.key,
            id: asset.id,
            is_ticked,
        }
    }
}

fn by_stem(files: &[String]) -> Option<String> {
    let (first, rest) = files.split_first()?;
    let first = isolated(first);
    let files = match rest.len() {
        0 => format!("{first} was"),
        rest => format!("{first} and {} were", counted(rest as u64, "other file")),
    };
    Some(format!(
        "{files} found by the asset’s ID, which has no extension. Where a page uses the address with the extension, add that under Add URL too."
    ))
}

impl ResultView {
    pub async fn new(
        app: &App,
        my: &MyDraft,
        found: Found,
        ticked: &BTreeSet<AssetKey>,
    ) -> Result<Self, AppError> {
        let (unsupported, fine): (Vec<Asset>, Vec<Asset>) = found
            .assets
            .into_iter()
            .partition(|asset| asset.class() == AssetClass::Unsupported);
        let mut missing = Vec::new();
        for (index, id) in found.missing.iter().take(LISTED).enumerate() {
            let similar = if index < COMPARED {
                app.store.assets_like(my.at.company.id, id, SIMILAR).await?
            } else {
                Vec::new()
            };
            let similar = similar
                .into_iter()
                .filter(|asset| asset.class() != AssetClass::Unsupported);
            missing.push(Missing {
                id: id.clone(),
                similar: similar
                    .map(|asset| (ticked.contains(&asset.key), asset))
                    .map(|(is_ticked, asset)| Similar::new(asset, is_ticked))
                    .collect(),
            });
        }
        let more = |all: usize| all.saturating_sub(LISTED);
        Ok(Self {
            found: counted(fine.len() as u64, "asset"),
            has_found: !fine.is_empty(),
            more_found: more(fine.len()),
            examples: fine
                .into_iter()
                .take(LISTED)
                .map(|asset| asset.id)
                .collect(),
            by_stem: by_stem(&found.by_stem),
            more_unsupported: more(unsupported.len()),
            unsupported: unsupported
                .into_iter()
                .take(LISTED)
                .map(|asset| format!("{} ({})", isolated(&asset.id), asset.asset_type))
                .collect(),
            more_missing: more(found.missing.len()),
            missing_count: counted(found.missing.len() as u64, "ID"),
            missing,
            more_foreign: more(found.foreign.len()),
            foreign: found.foreign.into_iter().take(LISTED).collect(),
            not_asked: found.not_asked,
            unasked: found.unasked,
            compared: (found.missing.len() > COMPARED).then_some(COMPARED),
        })
    }

    /// Whether something is to be ticked or was found.
    pub fn can_add(&self) -> bool {
        self.has_found || self.similar().next().is_some()
    }

    /// Whether it can be ticked here.
    pub fn lists(&self, key: AssetKey) -> bool {
        self.similar().any(|it| it.key == key)
    }

    fn similar(&self) -> impl Iterator<Item = &Similar> {
        self.missing.iter().flat_map(|missing| &missing.similar)
    }
}
