//! `getCompanyMembership`: the companies that an account may act for.

use serde::Deserialize;

use super::{
    Account, Client, CompanyInfo, IpsError,
    company::CompanyRow,
    soap::{Elements, Items, Leaf, Operation, Word},
};
use crate::clock::Timestamp;

/// A company that the account belongs to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Membership {
    /// The company.
    pub company: CompanyInfo,
    /// The account's role there, as Adobe spells it: `IpsCompanyAdmin`. `None` where the answer does not tell.
    pub role: Option<String>,
    /// Whether the membership counts; true where the answer does not tell.
    pub is_active: bool,
}

impl Client {
    /// The companies that the account belongs to. `user_handle` is the account's own where it is not given. Companies
    /// that come without a handle are left out: nothing could be asked about them.
    pub async fn company_memberships(
        &self,
        account: &Account,
        user_handle: Option<&str>,
    ) -> Result<Vec<Membership>, IpsError> {
        self.call(account, &GetCompanyMembership { user_handle })
            .await
    }
}

pub(super) struct GetCompanyMembership<'a> {
    pub user_handle: Option<&'a str>,
}

/// Before version 6 the list was `companyArray`.
#[derive(Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub(super) struct Answer {
    membership_array: Items<Row>,
    company_array: Items<Row>,
}

/// The schema puts the company into an element of its own; Adobe's example and older versions do not.
#[derive(Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct Row {
    company: CompanyRow,
    company_handle: Leaf<Word>,
    name: Leaf<String>,
    root_path: Leaf<String>,
    expires: Leaf<Timestamp>,
    role: Leaf<Word>,
    is_active: Leaf<bool>,
}

impl Row {
    fn into_membership(self) -> Option<Membership> {
        let flat = CompanyRow {
            company_handle: self.company_handle,
            name: self.name,
            root_path: self.root_path,
            expires: self.expires,
        };
        Some(Membership {
            company: self.company.into_info().or_else(|| flat.into_info())?,
            role: self.role.word(),
            is_active: self.is_active.0.unwrap_or(true),
        })
    }
}

impl Operation for GetCompanyMembership<'_> {
    const NAME: &'static str = "getCompanyMembership";
    type Answer = Answer;
    type Output = Vec<Membership>;

    fn write(&self, param: &mut Elements) -> Result<(), IpsError> {
        param.optional("userHandle", "user handle", self.user_handle)
    }

    fn read(answer: Answer) -> Result<Vec<Membership>, IpsError> {
        let rows = answer.membership_array.items.into_iter();
        Ok(rows
            .chain(answer.company_array.items)
            .filter_map(Row::into_membership)
            .collect())
    }
}
