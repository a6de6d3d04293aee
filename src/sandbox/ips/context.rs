//! What an operation goes by, and what it did.

use super::{
    IpsAccount, IpsCompany, IpsConfig, IpsRole, Knobs, answer::Fault, request::Request,
    settings::Settings,
};

/// What an operation goes by.
pub(super) struct Context<'a> {
    pub config: &'a IpsConfig,
    pub knobs: &'a Knobs,
    pub account: &'a IpsAccount,
    pub settings: &'a Settings,
    /// The number of this request, from 1.
    pub number: usize,
}

/// What an operation did: the children of its `Return` element, and the URLs to clear.
#[derive(Default)]
pub(super) struct Done {
    pub children: String,
    pub purge: Vec<String>,
}

impl Done {
    pub fn answer(children: String) -> Self {
        Self {
            children,
            purge: Vec::new(),
        }
    }
}

impl<'a> Context<'a> {
    /// The company that `companyHandle` names, and what the account may do there.
    pub fn company(&self, request: &Request<'_, '_>) -> Result<(&'a IpsCompany, IpsRole), Fault> {
        self.company_with(&request.required("companyHandle")?)
    }

    /// The company with this handle, and what the account may do there.
    pub fn company_with(&self, handle: &str) -> Result<(&'a IpsCompany, IpsRole), Fault> {
        let mut companies = self.config.companies.iter();
        let company = companies
            .find(|company| company.handle == handle)
            .ok_or_else(|| Fault::new(20_000, format!("Invalid company {handle}")))?;
        self.member(company)
    }

    /// What the account may do in a company.
    pub fn member(&self, company: &'a IpsCompany) -> Result<(&'a IpsCompany, IpsRole), Fault> {
        let role = self.account.role_in(company).ok_or_else(|| {
            let handle = &company.handle;
            Fault::new(
                20_006,
                format!("Illegal company {handle}: the user is no member"),
            )
        })?;
        Ok((company, role))
    }

    /// The account's handle, such as `u|41|mail@host`.
    pub fn user_handle(&self) -> String {
        let email = &self.account.email;
        let mut accounts = self.config.accounts.iter();
        let place = accounts.position(|account| account.email == *email);
        format!("u|{}|{email}", 41 + place.unwrap_or_default())
    }

    /// Demands that `userHandle`, where it is given, is the account's own.
    pub fn own_handle(&self, request: &Request<'_, '_>) -> Result<(), Fault> {
        match request.text("userHandle") {
            Some(handle) if handle != self.user_handle() => {
                Err(Fault::new(20_007, format!("Illegal request user {handle}")))
            }
            _ => Ok(()),
        }
    }
}
