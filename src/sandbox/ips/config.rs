//! Who may call the endpoint, and the companies there are.

use std::sync::Arc;

use crate::{
    clock::{Clock, Timestamp},
    domain::Preset,
    sandbox::library::{Generated, Library},
};

/// Who may call, and the companies there are.
#[derive(Clone)]
pub struct IpsConfig {
    /// Tells which passwords have expired.
    pub clock: Clock,
    /// The accounts.
    pub accounts: Vec<IpsAccount>,
    /// The companies; an alias is one more, with a handle and a root of its own.
    pub companies: Vec<IpsCompany>,
}

/// An account of the sandbox.
#[derive(Clone)]
pub struct IpsAccount {
    /// What it signs in with.
    pub email: String,
    /// Its password.
    pub password: String,
    /// When its password ends, if it does.
    pub password_expires: Option<Timestamp>,
    /// The handles of the companies that it belongs to, and what it may do there.
    pub memberships: Vec<(String, IpsRole)>,
}

/// Adobe's roles, as far as they differ here.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum IpsRole {
    /// May purge everywhere.
    IpsAdmin,
    /// May purge for the company.
    IpsCompanyAdmin,
    /// May look, but not purge.
    IpsUser,
}

/// A company of the sandbox.
#[derive(Debug, Clone)]
pub struct IpsCompany {
    /// Its handle, such as `c|6`.
    pub handle: String,
    /// What people call it.
    pub name: String,
    /// The path element that its URLs carry, matched exactly.
    pub root: String,
    /// The handle of the company whose alias this is. Its members may act for the alias, which no list of memberships
    /// names.
    pub alias_of: Option<String>,
    /// Its image presets.
    pub presets: Vec<Preset>,
    /// Its application settings at the start: names and values.
    pub settings: Vec<(String, String)>,
    /// What it owns.
    pub library: Arc<dyn Library>,
}

impl IpsAccount {
    /// An account of no company whose password lasts.
    #[must_use]
    pub fn new(email: &str, password: &str) -> Self {
        Self {
            email: email.to_owned(),
            password: password.to_owned(),
            password_expires: None,
            memberships: Vec::new(),
        }
    }

    /// Makes it a member of one more company.
    #[must_use]
    pub fn member_of(mut self, company_handle: &str, role: IpsRole) -> Self {
        self.memberships.push((company_handle.to_owned(), role));
        self
    }

    /// Sets when its password ends.
    #[must_use]
    pub fn expiring(mut self, at: Timestamp) -> Self {
        self.password_expires = Some(at);
        self
    }

    /// Whether these are its credentials, and still good.
    pub(super) fn signs_in(&self, email: &str, password: &str, now: Timestamp) -> bool {
        self.email == email
            && self.password == password
            && self.password_expires.is_none_or(|end| now < end)
    }

    pub(super) fn is_ips_admin(&self) -> bool {
        self.memberships
            .iter()
            .any(|(_, role)| *role == IpsRole::IpsAdmin)
    }

    /// Its role in a company; `None` where it is no member.
    pub(super) fn role_in(&self, company: &IpsCompany) -> Option<IpsRole> {
        if self.is_ips_admin() {
            return Some(IpsRole::IpsAdmin);
        }
        let mut memberships = self.memberships.iter();
        memberships
            .find(|(handle, _)| {
                *handle == company.handle || company.alias_of.as_ref() == Some(handle)
            })
            .map(|(_, role)| *role)
    }
}

impl IpsRole {
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::IpsAdmin => "IpsAdmin",
            Self::IpsCompanyAdmin => "IpsCompanyAdmin",
            Self::IpsUser => "IpsUser",
        }
    }
}

impl IpsCompany {
    /// A company that is called as its root is, and owns nothing.
    #[must_use]
    pub fn new(handle: &str, root: &str) -> Self {
        // Nothing is made, so it does not matter when.
        let nothing = Generated::new(0, Clock::manual(Timestamp::from_micros(0)));
        Self {
            handle: handle.to_owned(),
            name: root.to_owned(),
            root: root.to_owned(),
            alias_of: None,
            presets: Vec::new(),
            settings: Vec::new(),
            library: Arc::new(nothing),
        }
    }
}
