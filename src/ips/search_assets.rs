//! `searchAssets`: the company's catalogue, page by page.

use serde::Deserialize;

use super::{
    Account, AssetItem, COMPANY, Client, IpsError,
    assets::{AssetRow, FIELDS, items},
    soap::{Elements, Items, Leaf, Operation, Round, date_time},
};
use crate::clock::Timestamp;

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
    /// Only what was changed in this time, both ends included. Sent in milliseconds, the range widened to whole ones.
    pub modified_between: Option<(Timestamp, Timestamp)>,
    /// The order.
    pub sort: SortBy,
    /// The page, from 1.
    pub page: u32,
    /// Rows of a page: at most 1,000, or 10,000 with `names_only`.
    pub per_page: u32,
    /// Only handle, name and type, which allows larger pages.
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

impl Client {
    /// One page of a company's assets, subfolders included, without what is in the trash. An answer may hold more or
    /// fewer rows than asked for, and the same row on two pages.
    pub async fn search_assets(
        &self,
        account: &Account,
        search: &AssetSearch<'_>,
    ) -> Result<AssetPage, IpsError> {
        self.call(account, &SearchAssets(search)).await
    }
}

pub(super) struct SearchAssets<'a>(pub &'a AssetSearch<'a>);

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub(super) struct Answer {
    total_rows: Leaf<u64>,
    asset_array: Items<AssetRow>,
}

/// Handle, type and name alone allow pages of 10,000: the first of [`FIELDS`].
const NAME_FIELDS: usize = 3;

impl Operation for SearchAssets<'_> {
    const NAME: &'static str = "searchAssets";
    type Answer = Answer;
    type Output = AssetPage;

    fn write(&self, param: &mut Elements) -> Result<(), IpsError> {
        let search = self.0;
        param.leaf("companyHandle", COMPANY, search.company_handle)?;
        // Adobe's text calls it optional, its schema required.
        param.word("includeSubfolders", "true");
        // The default as documented, said all the same: a server with another one would bring deleted assets back.
        param.word("trashState", "NotInTrash");
        if let Some((from, to)) = search.modified_between {
            param.word("systemFieldMatchMode", "MatchAll");
            param.nested("systemFieldConditionArray", |conditions| {
                conditions.nested("items", |condition| {
                    condition.word("field", "LastModified");
                    condition.word("op", "Between");
                    condition.word("minDate", &date_time(from, Round::Down));
                    condition.word("maxDate", &date_time(to, Round::Up));
                    Ok(())
                })
            })?;
        }
        param.word("recordsPerPage", &search.per_page.to_string());
        param.word("resultsPage", &search.page.to_string());
        let (field, direction) = match search.sort {
            SortBy::Created => ("Created", "Ascending"),
            SortBy::ModifiedDescending => ("Modified", "Descending"),
            SortBy::Name => ("Name", "Ascending"),
        };
        param.word("sortBy", field);
        param.word("sortDirection", direction);
        let fields = if search.names_only {
            &FIELDS[..NAME_FIELDS]
        } else {
            &FIELDS
        };
        param.nested("responseFieldArray", |paths| {
            paths.word("items", "totalRows");
            paths.fields_of("assetArray", fields);
            Ok(())
        })
    }

    fn read(answer: Answer) -> Result<AssetPage, IpsError> {
        Ok(AssetPage {
            total_rows: answer.total_rows.0,
            assets: items(answer.asset_array),
        })
    }
}
