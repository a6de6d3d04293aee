//! `getPropertySets`: a company's settings at Dynamic Media, among them the publish server and the CDN invalidation
//! template.

use serde::Deserialize;

use super::{
    Account, Client, IpsError,
    soap::{Elements, Items, Leaf, Operation, Word},
};

/// A set of properties.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PropertySet {
    /// The handle, such as `ps|941`. Opaque.
    pub handle: String,
    /// Names and values, in Adobe's order.
    pub properties: Vec<(String, String)>,
}

impl Client {
    /// The sets of one sort that belong to an owner, such as a company. Sets without a handle and properties without
    /// a name are left out.
    pub async fn property_sets(
        &self,
        account: &Account,
        type_handle: &str,
        owner_handle: &str,
    ) -> Result<Vec<PropertySet>, IpsError> {
        let operation = GetPropertySets {
            type_handle,
            owner_handle,
        };
        self.call(account, &operation).await
    }
}

pub(super) struct GetPropertySets<'a> {
    pub type_handle: &'a str,
    pub owner_handle: &'a str,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub(super) struct Answer {
    set_array: Items<Row>,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct Row {
    set_handle: Leaf<Word>,
    property_array: Items<Property>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Property {
    name: Leaf<Word>,
    value: Leaf<String>,
}

impl Row {
    fn into_set(self) -> Option<PropertySet> {
        let property = |property: Property| {
            let value = property.value.0.unwrap_or_default();
            Some((property.name.word()?, value))
        };
        let properties = self.property_array.items.into_iter();
        Some(PropertySet {
            handle: self.set_handle.word()?,
            properties: properties.filter_map(property).collect(),
        })
    }
}

impl Operation for GetPropertySets<'_> {
    const NAME: &'static str = "getPropertySets";
    type Answer = Answer;
    type Output = Vec<PropertySet>;

    fn write(&self, param: &mut Elements) -> Result<(), IpsError> {
        param.leaf("typeHandle", "property set type's handle", self.type_handle)?;
        param.leaf("primaryOwnerHandle", "owner's handle", self.owner_handle)
    }

    fn read(answer: Answer) -> Result<Vec<PropertySet>, IpsError> {
        let rows = answer.set_array.items.into_iter();
        Ok(rows.filter_map(Row::into_set).collect())
    }
}
