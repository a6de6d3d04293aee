//! `getUserInfo`: who the account is.

use serde::{Deserialize, Deserializer, de::Error as _};

use super::{
    Account, Client, IpsError,
    soap::{Elements, Leaf, Operation, USER, Word},
};
use crate::clock::Timestamp;

/// The account's owner.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UserInfo {
    /// The handle, such as `u|41|mail@host`. Opaque.
    pub handle: String,
    /// First and last name, as far as they are known.
    pub name: String,
    /// The e-mail address; empty where the answer does not tell.
    pub email: String,
    /// Whether the account may be used; true where the answer does not tell.
    pub is_valid: bool,
    /// Adobe's own administrators.
    pub is_ips_admin: bool,
    /// The role in the company that was asked from, or the default one, as Adobe spells it.
    pub role: Option<String>,
    /// When the password ends, if it does.
    pub password_expires: Option<Timestamp>,
}

impl Client {
    /// Who the account is.
    pub async fn user_info(&self, account: &Account) -> Result<UserInfo, IpsError> {
        let email = &account.email;
        self.call(account, &GetUserInfo { email }).await
    }
}

/// Asks by e-mail address: what comes back when neither it nor a handle is sent is not documented.
pub(super) struct GetUserInfo<'a> {
    pub email: &'a str,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Answer {
    #[serde(deserialize_with = "with_handle")]
    user_info: UserInfo,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct Row {
    user_handle: Leaf<Word>,
    first_name: Leaf<Word>,
    last_name: Leaf<Word>,
    email: Leaf<Word>,
    is_valid: Leaf<bool>,
    is_ips_admin: Leaf<bool>,
    default_role: Leaf<Word>,
    role: Leaf<Word>,
    password_expires: Leaf<Timestamp>,
}

fn with_handle<'de, D: Deserializer<'de>>(from: D) -> Result<UserInfo, D::Error> {
    let row = Row::deserialize(from)?;
    let handle = row.user_handle.word();
    let names = [row.first_name.word(), row.last_name.word()];
    Ok(UserInfo {
        handle: handle.ok_or_else(|| D::Error::missing_field("userHandle"))?,
        name: names.into_iter().flatten().collect::<Vec<_>>().join(" "),
        email: row.email.word().unwrap_or_default(),
        is_valid: row.is_valid.0.unwrap_or(true),
        is_ips_admin: row.is_ips_admin.0.unwrap_or(false),
        role: row.role.word().or_else(|| row.default_role.word()),
        password_expires: row.password_expires.0,
    })
}

impl Operation for GetUserInfo<'_> {
    const NAME: &'static str = "getUserInfo";
    type Answer = Answer;
    type Output = UserInfo;

    fn write(&self, param: &mut Elements) -> Result<(), IpsError> {
        param.leaf("email", USER, self.email)
    }

    fn read(answer: Answer) -> Result<UserInfo, IpsError> {
        Ok(answer.user_info)
    }
}
