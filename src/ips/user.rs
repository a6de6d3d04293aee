//! `checkLogin` and `getUserInfo`: who the account is.

use super::{Account, Client, IpsError};
use crate::clock::Timestamp;

/// The account's owner.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UserInfo {
    /// The handle, such as `u|41|mail@host`. Opaque.
    pub handle: String,
    /// First and last name, as far as they are known.
    pub name: String,
    /// The e-mail address.
    pub email: String,
    /// Whether the account may be used.
    pub is_valid: bool,
    /// Adobe's own administrators.
    pub is_ips_admin: bool,
    /// The role in the company that was asked from, or the default one, as Adobe spells it.
    pub role: Option<String>,
    /// When the password ends, if it does.
    pub password_expires: Option<Timestamp>,
}

impl Client {
    /// Whether e-mail address and password fit together, and with the company where one is given.
    pub async fn check_login(
        &self,
        account: &Account,
        company_handle: Option<&str>,
    ) -> Result<bool, IpsError> {
        let _ = (account, company_handle);
        todo!()
    }

    /// Who the account is.
    pub async fn user_info(&self, account: &Account) -> Result<UserInfo, IpsError> {
        let _ = account;
        todo!()
    }
}
