//! `getPropertySetTypes`, `getPropertySets` and `updatePropertySet`: the company's settings at Dynamic Media, among
//! them the publish server and the CDN invalidation template.

use super::{Account, Client, IpsError};

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

/// A set of properties.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PropertySet {
    /// The handle, such as `ps|941`. Opaque.
    pub handle: String,
    /// Names and values, in Adobe's order.
    pub properties: Vec<(String, String)>,
}

impl Client {
    /// The sorts of property sets: the global ones, or with a company those of the company.
    pub async fn property_set_types(
        &self,
        account: &Account,
        company_handle: Option<&str>,
    ) -> Result<Vec<PropertySetType>, IpsError> {
        let _ = (account, company_handle);
        todo!()
    }

    /// The sets of one sort that belong to an owner, such as a company.
    pub async fn property_sets(
        &self,
        account: &Account,
        type_handle: &str,
        owner_handle: &str,
    ) -> Result<Vec<PropertySet>, IpsError> {
        let _ = (account, type_handle, owner_handle);
        todo!()
    }

    /// Sets one property of a set and leaves the others: it always sends `replaceProperties=false`, because with
    /// `true` Adobe would delete every other setting of the company. Adobe answers nothing; read the set again to
    /// know.
    pub async fn update_property(
        &self,
        account: &Account,
        set_handle: &str,
        name: &str,
        value: &str,
    ) -> Result<(), IpsError> {
        let _ = (account, set_handle, name, value);
        todo!()
    }
}
