//! What became of a pasted list, as the page says it.

use std::collections::HashSet;

use super::{ASKED, Found};
use crate::{
    app::App,
    domain::{Asset, AssetClass, AssetKey},
    error::AppError,
    web::{
        extract::MyDraft,
        view::{counted, grouped, isolated},
    },
};

/// More rows of a kind stand in a text for all of them only.
const LISTED: usize = 200;

/// For so many of the IDs that are not found, similar ones are looked for at once, and so many of each.
const COMPARED: usize = 50;
const SIMILAR: i64 = 3;

/// What became of the list.
pub struct ResultView {
    pub found_count: String,
    pub found: Listed,
    /// That some addresses of files were taken for assets whose IDs have no extension.
    pub by_stem: Option<String>,
    pub unsupported: Listed,
    pub missing_count: String,
    /// All that is missing, one a line, where it is not one ID alone.
    pub all_missing: Option<String>,
    /// Those of it that similar ones were looked for.
    pub missing: Vec<Missing>,
    /// Which those are, when not all.
    pub compared: Option<Compared>,
    pub foreign: Listed,
    /// Adobe could not be asked.
    pub not_asked: Option<String>,
    /// The last that Adobe was asked for.
    pub asked: Option<String>,
    pub unasked: Option<Unasked>,
}

/// A list of what may be thousands.
pub struct Listed {
    pub first: Vec<String>,
    /// How many more there are, and all of them, one a line.
    pub more: Option<(String, String)>,
}

impl Listed {
    /// `shown`: as a row of the page.
    fn new(all: &[String], shown: impl Fn(usize) -> String) -> Self {
        let more = all.len().saturating_sub(LISTED);
        Self {
            first: (0..all.len().min(LISTED)).map(shown).collect(),
            more: (more > 0).then(|| (grouped(more as u64), all.join("\n"))),
        }
    }

    fn plain(all: &[String]) -> Self {
        Self::new(all, |at| all[at].clone())
    }
}

/// Which of what is missing was compared with the catalogue: it costs too much for thousands at once.
pub struct Compared {
    from: usize,
    to: usize,
    all: usize,
}

impl Compared {
    pub fn sentence(&self) -> String {
        let from = grouped(self.from as u64 + 1);
        let (to, all) = (grouped(self.to as u64), grouped(self.all as u64));
        format!("Similar IDs were looked for with {from} to {to} of {all}.")
    }

    /// Where the next ones begin.
    pub fn next(&self) -> Option<usize> {
        (self.to < self.all).then_some(self.to)
    }

    pub fn button(&self) -> String {
        let next = COMPARED.min(self.all - self.to);
        format!("Look for more similar ones, for the next {next}")
    }
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

/// It has one box on the page, however many IDs are much like it.
pub struct Similar {
    pub key: AssetKey,
    pub id: String,
    pub is_selected: bool,
    pub has_box: bool,
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
    /// `from`: with which of the missing ones looking for similar ones begins.
    pub async fn new(app: &App, my: &MyDraft, found: Found, from: usize) -> Result<Self, AppError> {
        let (unsupported, fine): (Vec<Asset>, Vec<Asset>) = found
            .assets
            .into_iter()
            .partition(|asset| asset.class() == AssetClass::Unsupported);
        let ids = |assets: &[Asset]| assets.iter().map(|it| it.id.clone()).collect::<Vec<_>>();
        let all = found.missing.len();
        let from = if from < all { from } else { 0 };
        let to = all.min(from + COMPARED);
        let mut similar = Vec::new();
        for id in &found.missing[from..to] {
            let mut like = app.store.assets_like(my.at.company.id, id, SIMILAR).await?;
            like.retain(|asset| asset.class() != AssetClass::Unsupported);
            similar.push((id, like));
        }
        let keys: Vec<AssetKey> = similar
            .iter()
            .flat_map(|(_, like)| like)
            .map(|asset| asset.key)
            .collect();
        let selected = app.store.selected_among(my.draft.id, &keys).await?;
        let mut seen = HashSet::new();
        let missing = similar.into_iter().map(|(id, like)| Missing {
            id: id.clone(),
            similar: like
                .into_iter()
                .map(|asset| Similar {
                    key: asset.key,
                    id: asset.id,
                    is_selected: selected.contains(&asset.key),
                    has_box: seen.insert(asset.key),
                })
                .collect(),
        });
        let missing = missing.collect();
        Ok(Self {
            found_count: counted(fine.len() as u64, "asset"),
            found: Listed::plain(&ids(&fine)),
            by_stem: by_stem(&found.by_stem),
            unsupported: Listed::new(&ids(&unsupported), |at| {
                let asset = &unsupported[at];
                format!("{} ({})", isolated(&asset.id), asset.asset_type)
            }),
            missing_count: counted(all as u64, "ID"),
            all_missing: (all > 1).then(|| found.missing.join("\n")),
            missing,
            compared: (to - from < all).then_some(Compared { from, to, all }),
            foreign: Listed::plain(&found.foreign),
            not_asked: found.not_asked,
            asked: found.asked,
            unasked: found.unasked,
        })
    }

    /// Whether something is to be ticked or was found.
    pub fn can_add(&self) -> bool {
        let has_similar = |missing: &Missing| !missing.similar.is_empty();
        !self.found.first.is_empty() || self.missing.iter().any(has_similar)
    }
}
