//! Signing in at Dynamic Media: who the account is and which companies it belongs to; and keeping that, sealed, until
//! a company is chosen.

use std::time::Duration;

use serde::{Deserialize, Serialize};
use tracing::warn;

use super::{ConnectError, Connector, Question};
use crate::{
    clock::Timestamp,
    domain::{AccountFacts, Company, PersonId},
    ips::{Account, CompanyKey, Endpoint, Membership, UserInfo},
    store::{PendingConnection, Said, StoreError},
};

/// How long a verified account waits for its company to be chosen.
const PENDING_FOR: Duration = Duration::from_mins(15);

/// A verified account: who it is, and where it belongs.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SignedIn {
    /// First and last name; may be empty.
    pub name: String,
    /// One of Adobe's own administrators.
    pub is_ips_admin: bool,
    /// The role that counts where a membership tells none.
    pub role: Option<String>,
    /// When the password ends, if it does.
    pub password_expires: Option<Timestamp>,
    /// The companies, by name; at least one.
    pub companies: Vec<Candidate>,
}

/// A company that the account belongs to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Candidate {
    /// Adobe's handle.
    pub handle: String,
    /// The name that people read.
    pub name: String,
    /// The path element after `/is/image/`; `None` where Adobe does not tell it.
    pub root: Option<String>,
    /// The account's role there, as Adobe spells it.
    pub role: Option<String>,
}

impl Candidate {
    /// What is kept of the company and of the account in it.
    pub(super) fn said<'a>(&'a self, facts: &'a AccountFacts) -> Said<'a> {
        Said {
            facts,
            root: self.root.as_deref(),
            handle: &self.handle,
        }
    }
}

/// A verified account whose company is not chosen yet.
#[derive(Debug)]
pub struct Pending {
    /// The account.
    pub account: Account,
    /// What Adobe said of it.
    pub signed_in: SignedIn,
}

impl SignedIn {
    fn new(user: UserInfo, memberships: Vec<Membership>) -> Self {
        let mut companies: Vec<_> = memberships
            .into_iter()
            .filter(|membership| membership.is_active)
            .map(|membership| Candidate {
                handle: membership.company.handle,
                name: membership.company.name,
                root: Some(membership.company.root).filter(|root| !root.is_empty()),
                role: membership.role,
            })
            .collect();
        companies.sort_by_cached_key(|it| (it.name.to_lowercase(), it.handle.clone()));
        Self {
            name: user.name,
            is_ips_admin: user.is_ips_admin,
            role: user.role,
            password_expires: user.password_expires,
            companies,
        }
    }

    /// The membership in a company of ours. Handles are a region's own, so they count only `within_its_region`.
    #[must_use]
    pub fn in_company(&self, company: &Company, within_its_region: bool) -> Option<&Candidate> {
        let companies = || self.companies.iter();
        let handle = company.handle.as_deref().filter(|_| within_its_region);
        handle
            .and_then(|handle| companies().find(|it| it.handle == handle))
            .or_else(|| companies().find(|it| it.root.is_some() && it.root == company.root))
    }

    /// What is kept of the account in one of its companies.
    #[must_use]
    pub fn facts(&self, company: &Candidate, now: Timestamp) -> AccountFacts {
        AccountFacts {
            name: self.name.clone(),
            role: company.role.clone().or_else(|| self.role.clone()),
            is_ips_admin: self.is_ips_admin,
            password_expires: self.password_expires,
            company_name: company.name.clone(),
            read_at: now,
        }
    }
}

impl Connector {
    /// Asks Adobe whether the account is right, who it is, and which companies it belongs to.
    pub async fn sign_in(&self, account: &Account) -> Result<SignedIn, ConnectError> {
        let signed_in = self.ask_who(account).await;
        signed_in.inspect_err(
            |error| warn!(endpoint = %account.endpoint, %error, "an account could not be connected"),
        )
    }

    pub(super) async fn ask_who(&self, account: &Account) -> Result<SignedIn, ConnectError> {
        let may_sign_in = self.ips.check_login(account, None).await;
        if !may_sign_in.map_err(Question::Login.failed())? {
            return Err(ConnectError::WrongPassword);
        }
        self.pause().await;
        let user = self.ips.user_info(account).await;
        let user = user.map_err(Question::User.failed())?;
        if !user.is_valid {
            return Err(ConnectError::NotValid);
        }
        let now = self.clock.now();
        if user.password_expires.is_some_and(|end| end <= now) {
            return Err(ConnectError::PasswordOver);
        }
        self.pause().await;
        let memberships = self.ips.company_memberships(account, None).await;
        let memberships = memberships.map_err(Question::Membership.failed())?;
        let signed_in = SignedIn::new(user, memberships);
        if signed_in.companies.is_empty() {
            return Err(ConnectError::NoCompany);
        }
        Ok(signed_in)
    }

    /// The company with its root, which is asked for where the membership does not tell it. That it is not told there either
    /// is no reason to connect nothing.
    pub(super) async fn with_root(&self, account: &Account, company: Candidate) -> Candidate {
        if company.root.is_some() {
            return company;
        }
        self.pause().await;
        let key = CompanyKey::Handle(&company.handle);
        let root = match self.ips.company_info(account, key).await {
            Ok(info) => Some(info.root).filter(|root| !root.is_empty()),
            Err(error) => {
                warn!(handle = company.handle, %error, "a company's root could not be asked for");
                None
            }
        };
        Candidate { root, ..company }
    }

    /// Keeps a verified account for its person, sealed and for a quarter of an hour, until a company is chosen.
    pub async fn keep_pending(
        &self,
        person: PersonId,
        account: &Account,
        signed_in: &SignedIn,
    ) -> Result<(), StoreError> {
        let now = self.clock.now();
        self.store.delete_expired_pending_connections(now).await?;
        let found = serde_json::to_string(signed_in).expect("plain values have a JSON form");
        let pending = PendingConnection {
            person,
            endpoint: account.endpoint.to_string(),
            email: account.email.clone(),
            sealed_password: self.vault.seal(&pending_row(person), &account.password),
            found,
            expires_at: now.plus(PENDING_FOR),
        };
        self.store.put_pending_connection(&pending).await
    }

    /// The verified account of a person, if its company is still to be chosen. One that cannot be read is as good as over:
    /// an earlier version wrote it, or the key was changed since.
    pub async fn pending(&self, person: PersonId) -> Result<Option<Pending>, StoreError> {
        let now = self.clock.now();
        let Some(pending) = self.store.pending_connection(person, now).await? else {
            return Ok(None);
        };
        let opened = self.open_pending(pending);
        if opened.is_none() {
            warn!(%person, "an account whose company is to be chosen cannot be read; it must sign in again");
        }
        Ok(opened)
    }

    fn open_pending(&self, pending: PendingConnection) -> Option<Pending> {
        let row = pending_row(pending.person);
        Some(Pending {
            signed_in: serde_json::from_str(&pending.found).ok()?,
            account: Account {
                endpoint: Endpoint::parse(&pending.endpoint).ok()?,
                password: self.vault.unseal(&row, &pending.sealed_password).ok()?,
                email: pending.email,
            },
        })
    }

    /// Forgets it.
    pub async fn forget_pending(&self, person: PersonId) -> Result<(), StoreError> {
        self.store.delete_pending_connection(person).await
    }
}

/// What the sealed password is bound to.
pub(super) fn pending_row(person: PersonId) -> String {
    format!("pending_connection/{person}")
}
