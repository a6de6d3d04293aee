//! Companies as Adobe's API tells of them: what `getCompanyMembership` and `getCompanyInfo` share.

use serde::Deserialize;

use super::{
    assets::bare_path,
    soap::{Leaf, Word},
};
use crate::clock::Timestamp;

/// A company as Adobe describes it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CompanyInfo {
    /// Its handle, such as `c|6`. Opaque.
    pub handle: String,
    /// The name that people read.
    pub name: String,
    /// Its root, without the slash that Adobe puts at the end; empty where the answer does not tell.
    pub root: String,
    /// When the account of the company ends, if it does.
    pub expires: Option<Timestamp>,
}

/// A `Company` element, or the same elements strewn among others.
#[derive(Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub(super) struct CompanyRow {
    pub company_handle: Leaf<Word>,
    pub name: Leaf<String>,
    pub root_path: Leaf<String>,
    pub expires: Leaf<Timestamp>,
}

impl CompanyRow {
    /// `None` without a handle: nothing can be asked about such a company.
    pub fn into_info(self) -> Option<CompanyInfo> {
        Some(CompanyInfo {
            handle: self.company_handle.word()?,
            name: self.name.0.unwrap_or_default(),
            root: self.root_path.0.map_or_else(String::new, bare_path),
            expires: self.expires.0,
        })
    }
}
