//! Assets as Adobe's API tells of them, and the operations that find them: `searchAssets`, `getAssetsByName`,
//! `getAssociatedAssets`, `getAssetCounts`.

use super::{Account, Client, IpsError};
use crate::clock::Timestamp;

/// One asset, as far as the answer tells. Nothing is certain to be there.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct AssetItem {
    /// The handle, such as `a|942`. Opaque.
    pub handle: Option<String>,
    /// The asset's ID: what replaces `<ID>`. To the byte.
    pub name: Option<String>,
    /// The type, as Adobe spells it.
    pub asset_type: String,
    /// The subtype; empty where there is none.
    pub sub_type: String,
    /// The file's name; may be empty.
    pub file_name: String,
    /// The folder, without slashes at its ends.
    pub folder: String,
    /// Marked for publish.
    pub ready_for_publish: Option<bool>,
    /// When it was made.
    pub created: Option<Timestamp>,
    /// When it was changed last.
    pub last_modified: Option<Timestamp>,
}

/// The order of a search.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SortBy {
    /// By creation, oldest first: what comes meanwhile comes last.
    Created,
    /// By last change, newest first.
    ModifiedDescending,
    /// By ID.
    Name,
}

/// What a search asks for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AssetSearch<'a> {
    /// The company.
    pub company_handle: &'a str,
    /// Only what was changed in this time, both ends included.
    pub modified_between: Option<(Timestamp, Timestamp)>,
    /// The order.
    pub sort: SortBy,
    /// The page, from 1.
    pub page: u32,
    /// Rows of a page: at most 1,000, or 10,000 with `names_only`.
    pub per_page: u32,
    /// Only handle, name, type and subtype, which allows larger pages.
    pub names_only: bool,
}

/// One page of a search.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct AssetPage {
    /// How many there are in all, if the answer tells; not to be relied on.
    pub total_rows: Option<u64>,
    /// The assets of this page.
    pub assets: Vec<AssetItem>,
}

/// The assets around one asset.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct AssociatedAssets {
    /// Sets and templates that hold it.
    pub containers: Vec<AssetItem>,
    /// What it holds itself.
    pub members: Vec<AssetItem>,
    /// What owns it, such as the video of a rendition.
    pub owners: Vec<AssetItem>,
    /// What was derived from it.
    pub derived: Vec<AssetItem>,
}

/// The number of assets of one type.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AssetCount {
    /// The type, as Adobe spells it.
    pub asset_type: String,
    /// How many.
    pub count: u64,
}

impl Client {
    /// One page of a company's assets, subfolders included, without what is in the trash.
    pub async fn search_assets(
        &self,
        account: &Account,
        search: &AssetSearch<'_>,
    ) -> Result<AssetPage, IpsError> {
        let _ = (account, search);
        todo!()
    }

    /// The assets with these IDs that the account may read. Those that are not there are left out.
    pub async fn assets_by_name(
        &self,
        account: &Account,
        company_handle: &str,
        names: &[String],
    ) -> Result<Vec<AssetItem>, IpsError> {
        let _ = (account, company_handle, names);
        todo!()
    }

    /// What holds an asset, and what it holds.
    pub async fn associated_assets(
        &self,
        account: &Account,
        company_handle: &str,
        asset_handle: &str,
    ) -> Result<AssociatedAssets, IpsError> {
        let _ = (account, company_handle, asset_handle);
        todo!()
    }

    /// How many assets of each type there are.
    pub async fn asset_counts(
        &self,
        account: &Account,
        company_handle: &str,
    ) -> Result<Vec<AssetCount>, IpsError> {
        let _ = (account, company_handle);
        todo!()
    }
}
