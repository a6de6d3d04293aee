//! `getAssociatedAssets`: what holds an asset, and what it holds.

use serde::Deserialize;

use super::{
    Account, AssetItem, COMPANY, Client, IpsError,
    assets::{AssetRow, FIELDS, items},
    soap::{Elements, Items, Operation},
};

/// The assets around one asset.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct AssociatedAssets {
    /// Sets and templates that hold it.
    pub containers: Vec<AssetItem>,
    /// What it holds itself.
    pub members: Vec<AssetItem>,
    /// What owns it, such as the video of a rendition.
    pub owners: Vec<AssetItem>,
    /// What Adobe calls derived: by its text, the assets that this one was made from.
    pub derived: Vec<AssetItem>,
}

impl Client {
    /// What holds an asset, and what it holds.
    pub async fn associated_assets(
        &self,
        account: &Account,
        company_handle: &str,
        asset_handle: &str,
    ) -> Result<AssociatedAssets, IpsError> {
        let operation = GetAssociatedAssets {
            company_handle,
            asset_handle,
        };
        self.call(account, &operation).await
    }
}

pub(super) struct GetAssociatedAssets<'a> {
    pub company_handle: &'a str,
    pub asset_handle: &'a str,
}

/// Adobe sends layers, generators and generated assets too, with whole copies of the originator in each.
#[derive(Default, Deserialize)]
#[serde(default)]
pub(super) struct Answer {
    #[serde(rename = "containerArray")]
    containers: Items<AssetRow>,
    #[serde(rename = "memberArray")]
    members: Items<AssetRow>,
    #[serde(rename = "ownerArray")]
    owners: Items<AssetRow>,
    #[serde(rename = "derivedArray")]
    derived: Items<AssetRow>,
}

const ARRAYS: [&str; 4] = [
    "containerArray",
    "memberArray",
    "ownerArray",
    "derivedArray",
];

impl Operation for GetAssociatedAssets<'_> {
    const NAME: &'static str = "getAssociatedAssets";
    type Answer = Answer;
    type Output = AssociatedAssets;

    fn write(&self, param: &mut Elements) -> Result<(), IpsError> {
        param.leaf("companyHandle", COMPANY, self.company_handle)?;
        param.leaf("assetHandle", "asset handle", self.asset_handle)?;
        param.nested("responseFieldArray", |paths| {
            for array in ARRAYS {
                paths.fields_of(array, &FIELDS);
            }
            Ok(())
        })
    }

    fn read(answer: Answer) -> Result<AssociatedAssets, IpsError> {
        Ok(AssociatedAssets {
            containers: items(answer.containers),
            members: items(answer.members),
            owners: items(answer.owners),
            derived: items(answer.derived),
        })
    }
}
