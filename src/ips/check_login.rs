//! `checkLogin`: whether e-mail address and password fit together.

use secrecy::ExposeSecret as _;
use serde::{Deserialize, Deserializer, de::Error as _};

use super::{
    Account, COMPANY, Client, IpsError,
    soap::{Elements, Leaf, Operation, PASSWORD, USER, Word},
};

impl Client {
    /// Whether e-mail address and password fit together, and with the company where one is given. The request is
    /// signed with the same two, so a server may also refuse it as a whole, with the codes 10000 to 10002.
    pub async fn check_login(
        &self,
        account: &Account,
        company_handle: Option<&str>,
    ) -> Result<bool, IpsError> {
        let operation = CheckLogin {
            account,
            company_handle,
        };
        self.call(account, &operation).await
    }
}

pub(super) struct CheckLogin<'a> {
    pub account: &'a Account,
    pub company_handle: Option<&'a str>,
}

#[derive(Deserialize)]
pub(super) struct Answer {
    #[serde(rename = "status", deserialize_with = "valid_or_invalid")]
    valid: bool,
}

fn valid_or_invalid<'de, D: Deserializer<'de>>(from: D) -> Result<bool, D::Error> {
    match Leaf::<Word>::deserialize(from)?.word().as_deref() {
        Some("ValidLogin") => Ok(true),
        Some("InvalidLogin") => Ok(false),
        _ => Err(D::Error::custom("neither valid nor invalid")),
    }
}

impl Operation for CheckLogin<'_> {
    const NAME: &'static str = "checkLogin";
    type Answer = Answer;
    type Output = bool;

    fn write(&self, param: &mut Elements) -> Result<(), IpsError> {
        param.optional("companyHandle", COMPANY, self.company_handle)?;
        param.leaf("email", USER, &self.account.email)?;
        let password = self.account.password.expose_secret();
        param.leaf("password", PASSWORD, password)
    }

    fn read(answer: Answer) -> Result<bool, IpsError> {
        Ok(answer.valid)
    }
}
