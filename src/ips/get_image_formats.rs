//! `getImageFormats`: the company's image presets.

use serde::Deserialize;

use super::{
    Account, COMPANY, Client, IpsError,
    soap::{Elements, Items, Leaf, Operation},
};
use crate::domain::Preset;

impl Client {
    /// The image presets; there may be none. Those without a name are left out: no URL can hold them.
    pub async fn image_formats(
        &self,
        account: &Account,
        company_handle: &str,
    ) -> Result<Vec<Preset>, IpsError> {
        self.call(account, &GetImageFormats { company_handle })
            .await
    }
}

pub(super) struct GetImageFormats<'a> {
    pub company_handle: &'a str,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub(super) struct Answer {
    image_format_array: Items<Row>,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct Row {
    name: Leaf<String>,
    url_modifier: Leaf<String>,
}

impl Operation for GetImageFormats<'_> {
    const NAME: &'static str = "getImageFormats";
    type Answer = Answer;
    type Output = Vec<Preset>;

    fn write(&self, param: &mut Elements) -> Result<(), IpsError> {
        param.leaf("companyHandle", COMPANY, self.company_handle)
    }

    fn read(answer: Answer) -> Result<Vec<Preset>, IpsError> {
        let preset = |row: Row| {
            Some(Preset {
                name: row.name.0?,
                modifier: row.url_modifier.0.unwrap_or_default(),
            })
        };
        let rows = answer.image_format_array.items.into_iter();
        Ok(rows.filter_map(preset).collect())
    }
}
