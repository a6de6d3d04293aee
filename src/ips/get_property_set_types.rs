//! `getPropertySetTypes`: the sorts of settings that Dynamic Media keeps.

use serde::Deserialize;

use super::{
    Account, COMPANY, Client, IpsError,
    soap::{Elements, Items, Leaf, Operation, Word},
};

/// A sort of property set.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PropertySetType {
    /// The handle, such as `pt|10801`. Opaque.
    pub handle: String,
    /// The name, such as `Adobe.SPS.ApplicationSetting`.
    pub name: String,
    /// Whether a company may have several sets of it; `None` where the answer does not tell.
    pub allow_multiple: Option<bool>,
}

impl Client {
    /// The sorts of property sets: the global ones, or with a company those of the company. Those without a handle or
    /// a name are left out.
    pub async fn property_set_types(
        &self,
        account: &Account,
        company_handle: Option<&str>,
    ) -> Result<Vec<PropertySetType>, IpsError> {
        self.call(account, &GetPropertySetTypes { company_handle })
            .await
    }
}

pub(super) struct GetPropertySetTypes<'a> {
    pub company_handle: Option<&'a str>,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub(super) struct Answer {
    type_array: Items<Row>,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct Row {
    type_handle: Leaf<Word>,
    name: Leaf<Word>,
    allow_multiple: Leaf<bool>,
    /// So Adobe's example has it.
    #[serde(rename = "alllowMultiple")]
    misspelt: Leaf<bool>,
}

impl Operation for GetPropertySetTypes<'_> {
    const NAME: &'static str = "getPropertySetTypes";
    type Answer = Answer;
    type Output = Vec<PropertySetType>;

    fn write(&self, param: &mut Elements) -> Result<(), IpsError> {
        param.optional("companyHandle", COMPANY, self.company_handle)
    }

    fn read(answer: Answer) -> Result<Vec<PropertySetType>, IpsError> {
        let set_type = |row: Row| {
            Some(PropertySetType {
                handle: row.type_handle.word()?,
                name: row.name.word()?,
                allow_multiple: row.allow_multiple.0.or(row.misspelt.0),
            })
        };
        let rows = answer.type_array.items.into_iter();
        Ok(rows.filter_map(set_type).collect())
    }
}
