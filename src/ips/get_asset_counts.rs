//! `getAssetCounts`: how many assets of each type a company has.

use serde::Deserialize;

use super::{
    Account, COMPANY, Client, IpsError,
    soap::{Elements, Items, Leaf, Operation, Word},
};

/// The number of assets of one type.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AssetCount {
    /// The type, as Adobe spells it.
    pub asset_type: String,
    /// How many.
    pub count: u64,
}

impl Client {
    /// How many assets of each type there are. Types whose number cannot be read are left out.
    pub async fn asset_counts(
        &self,
        account: &Account,
        company_handle: &str,
    ) -> Result<Vec<AssetCount>, IpsError> {
        self.call(account, &GetAssetCounts { company_handle }).await
    }
}

pub(super) struct GetAssetCounts<'a> {
    pub company_handle: &'a str,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub(super) struct Answer {
    count_array: Items<Row>,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct Row {
    asset_type: Leaf<Word>,
    count: Leaf<u64>,
}

impl Operation for GetAssetCounts<'_> {
    const NAME: &'static str = "getAssetCounts";
    type Answer = Answer;
    type Output = Vec<AssetCount>;

    fn write(&self, param: &mut Elements) -> Result<(), IpsError> {
        param.leaf("companyHandle", COMPANY, self.company_handle)
    }

    fn read(answer: Answer) -> Result<Vec<AssetCount>, IpsError> {
        let count = |row: Row| {
            Some(AssetCount {
                asset_type: row.asset_type.word()?,
                count: row.count.0?,
            })
        };
        Ok(answer
            .count_array
            .items
            .into_iter()
            .filter_map(count)
            .collect())
    }
}
