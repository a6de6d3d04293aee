//! `getCompanyMembership` and `getCompanyInfo`: the companies that an account may act for.

use super::{Account, Client, IpsError};
use crate::clock::Timestamp;

/// A company as Adobe describes it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CompanyInfo {
    /// Its handle, such as `c|6`. Opaque.
    pub handle: String,
    /// The name that people read.
    pub name: String,
    /// Its root, without the slash that Adobe puts at the end.
    pub root: String,
    /// When the account of the company ends, if it does.
    pub expires: Option<Timestamp>,
}

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

/// How a company is asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CompanyKey<'a> {
    /// By its handle.
    Handle(&'a str),
    /// By its name.
    Name(&'a str),
}

impl Client {
    /// The companies that the account belongs to. `user_handle` is the account's own where it is not given.
    pub async fn company_memberships(
        &self,
        account: &Account,
        user_handle: Option<&str>,
    ) -> Result<Vec<Membership>, IpsError> {
        let _ = (account, user_handle);
        todo!()
    }

    /// One company.
    pub async fn company_info(
        &self,
        account: &Account,
        company: CompanyKey<'_>,
    ) -> Result<CompanyInfo, IpsError> {
        let _ = (account, company);
        todo!()
    }
}
