//! One asset as the picker lists it.

use std::collections::HashSet;

use super::{
    kinds::kind_words,
    marks::{Piece, is_found, marked},
};
use crate::{
    app::App,
    domain::{Asset, AssetClass, AssetKey, PublishServer, Site},
    error::AppError,
    web::{
        extract::MyDraft,
        view::{AssetView, Moment},
    },
};

/// A row, or a card of the grid.
#[derive(Debug)]
pub struct PickRow {
    pub asset: AssetView,
    /// Its class and its type.
    pub kind: String,
    pub is_selected: bool,
    /// Its ID, folder and file name, with what was searched marked. The file's name only when
    /// it says more, or why the asset was found.
    pub id: Vec<Piece>,
    pub folder: Vec<Piece>,
    pub file_name: Vec<Piece>,
    pub changed: Moment,
    /// Whether the sets that it is in can be asked for.
    pub has_sets: bool,
}

/// Assets as the draft's picker lists them, with the words marked.
pub async fn rows(
    app: &App,
    my: &MyDraft,
    assets: &[Asset],
    words: &[String],
) -> Result<Vec<PickRow>, AppError> {
    let company = &my.at.company;
    let keys: Vec<AssetKey> = assets.iter().map(|asset| asset.key).collect();
    let selected: HashSet<AssetKey> = app.store.selected_among(my.draft.id, &keys).await?;
    let site = company.site().ok();
    let preview = my.at.preview_server.as_ref();
    let row = |asset| PickRow::new(asset, site.as_ref(), preview, &selected, words);
    Ok(assets.iter().map(row).collect())
}

impl PickRow {
    fn new(
        asset: &Asset,
        site: Option<&Site>,
        preview: Option<&PublishServer>,
        selected: &HashSet<AssetKey>,
        words: &[String],
    ) -> Self {
        let stem = asset.file_name.rsplit_once('.').map(|(stem, _)| stem);
        let is_found_only = |word: &String| {
            let is_in = |text| is_found(text, std::slice::from_ref(word));
            is_in(&asset.file_name) && !is_in(&asset.id) && !is_in(&asset.folder)
        };
        let says_more =
            stem.unwrap_or(&asset.file_name) != asset.id || words.iter().any(is_found_only);
        Self {
            kind: kind_words(asset),
            is_selected: selected.contains(&asset.key),
            id: marked(&asset.id, words),
            folder: marked(&asset.folder, words),
            file_name: if says_more {
                marked(&asset.file_name, words)
            } else {
                Vec::new()
            },
            changed: asset.changed_at.into(),
            has_sets: asset.class() == AssetClass::Image
                && asset.handle.is_some()
                && !asset.asset_type.ends_with("Set"),
            asset: AssetView::new(asset, site, preview),
        }
    }

    /// Why it cannot be chosen.
    pub fn why_not(&self) -> Option<String> {
        let kind = &self.asset.asset_type;
        self.asset.unsupported.then(|| {
            format!(
                "Adobe excludes this format ({kind}) from invalidation, so it cannot be selected"
            )
        })
    }
}
