//! `getAssetsByName`: which of these IDs exist, and what they are.

use serde::Deserialize;

use super::{
    Account, AssetItem, COMPANY, Client, IpsError,
    assets::{AssetRow, FIELDS, TRASH_STATE, items},
    soap::{Elements, Items, Operation},
};

impl Client {
    /// The assets with these IDs that the account may read. Those that are not there, or in the trash, are left out. IDs are
    /// case-sensitive to us; a server may see that otherwise, so compare what comes back.
    pub async fn assets_by_name(
        &self,
        account: &Account,
        company_handle: &str,
        names: &[String],
    ) -> Result<Vec<AssetItem>, IpsError> {
        let operation = GetAssetsByName {
            company_handle,
            names,
        };
        self.call(account, &operation).await
    }
}

pub(super) struct GetAssetsByName<'a> {
    pub company_handle: &'a str,
    pub names: &'a [String],
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub(super) struct Answer {
    asset_array: Items<AssetRow>,
}

impl Operation for GetAssetsByName<'_> {
    const NAME: &'static str = "getAssetsByName";
    type Answer = Answer;
    type Output = Vec<AssetItem>;

    fn write(&self, param: &mut Elements) -> Result<(), IpsError> {
        param.leaf("companyHandle", COMPANY, self.company_handle)?;
        param.array("nameArray", "asset ID", self.names)?;
        param.nested("responseFieldArray", |paths| {
            paths.fields_of("assetArray", &FIELDS);
            paths.fields_of("assetArray", &[TRASH_STATE]);
            Ok(())
        })
    }

    fn read(answer: Answer) -> Result<Vec<AssetItem>, IpsError> {
        let mut found = items(answer.asset_array);
        found.retain(|asset| !asset.trashed);
        Ok(found)
    }
}
