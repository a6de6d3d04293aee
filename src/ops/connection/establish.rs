//! Connecting a company: the chosen membership becomes a company of ours with its account, or an account of one that
//! is there already.

use tracing::warn;

use super::{AccountError, Candidate, ConnectError, Connector, SignedIn, connect};
use crate::{
    domain::{AccountFacts, Change, Company, CompanyId, PublishServer, SiteChange, Slug},
    ips::{Account, IpsError},
    ops::companies,
    store::{Store, StoreError},
};

/// What is to be connected.
#[derive(Debug)]
pub struct Wanted<'a> {
    /// The verified account.
    pub account: &'a Account,
    /// What Adobe said of it.
    pub signed_in: &'a SignedIn,
    /// The company that was chosen among its memberships.
    pub company: &'a Candidate,
    /// A publish server that was typed, and by whom.
    pub publish_server: Option<(PublishServer, &'a str)>,
}

/// A company that is connected now.
#[derive(Debug)]
pub struct Connected {
    /// The company.
    pub company: Company,
    /// The account in it.
    pub facts: AccountFacts,
    /// Why its settings at Dynamic Media could not be read, if so.
    pub unread_settings: Option<IpsError>,
}

impl Connector {
    /// Connects a company: a new one, or one that is known by its root or handle.
    pub async fn establish(&self, wanted: &Wanted<'_>) -> Result<Connected, StoreError> {
        let known = known_company(&self.store, wanted.account, wanted.company).await?;
        let company = match known {
            Some(company) => company,
            None => self.new_company(wanted.company).await?,
        };
        self.attach(company.id, wanted).await
    }

    /// Whether a membership means a company that is here already: connecting it changes its account.
    pub async fn knows(&self, account: &Account, company: &Candidate) -> Result<bool, StoreError> {
        let known = known_company(&self.store, account, company).await?;
        Ok(known.is_some())
    }

    /// Changes the account of a company, once Adobe has verified the new one.
    pub async fn change_account(
        &self,
        company: &Company,
        account: &Account,
    ) -> Result<Connected, ConnectError> {
        let signed_in = self.sign_in(account).await?;
        let connection = self.store.connection(company.id).await?;
        let same_region =
            connection.is_some_and(|connection| connection.endpoint == account.endpoint.as_str());
        let Some(membership) = signed_in.in_company(company, same_region) else {
            warn!(company = %company.id, "the account of a company was not changed: the new one does not belong to it");
            return Err(ConnectError::NotAMember {
                company: company.name.clone(),
            });
        };
        let wanted = Wanted {
            account,
            signed_in: &signed_in,
            company: membership,
            publish_server: None,
        };
        Ok(self.attach(company.id, &wanted).await?)
    }

    /// Forgets the account. The company, its history and its catalogue stay.
    pub async fn disconnect(&self, company: CompanyId) -> Result<(), AccountError> {
        Ok(self.store.delete_connection(company).await?)
    }

    async fn new_company(&self, wanted: &Candidate) -> Result<Company, StoreError> {
        let slug = Slug::of_name(&wanted.name).or_else(|| Slug::of_name(wanted.root.as_deref()?));
        let company = Company {
            id: CompanyId::from_uuid(self.clock.new_uuid()),
            slug: slug.unwrap_or_else(|| Slug::of_name("company").expect("it is plain text")),
            name: wanted.name.clone(),
            root: wanted.root.clone(),
            handle: Some(wanted.handle.clone()),
            publish_server: None,
            alias: None,
        };
        companies::add_under_a_free_name(&self.store, company, self.clock.now()).await
    }

    /// Gives a company its account, and takes over what Adobe says of it.
    async fn attach(
        &self,
        company: CompanyId,
        wanted: &Wanted<'_>,
    ) -> Result<Connected, StoreError> {
        let store = &self.store;
        let Account {
            endpoint,
            email,
            password,
        } = wanted.account;
        connect(store, &self.vault, company, endpoint, email, password).await?;
        let facts = wanted.signed_in.facts(wanted.company, self.clock.now());
        store.put_account_facts(company, email, &facts).await?;
        if let Some((server, by)) = &wanted.publish_server {
            let change = SiteChange {
                publish_server: Change::To(Some(server.clone())),
                ..SiteChange::default()
            };
            self.change_site(company, &change, by).await?;
        }
        let (company, unread_settings) = self
            .take_over_all(company, wanted.account, wanted.company)
            .await?;
        Ok(Connected {
            company,
            facts,
            unread_settings,
        })
    }
}

/// The company of ours that a membership means. Handles are a region's own, so they count only where the company is
/// connected to that region; its root counts there too, and where it has no account.
async fn known_company(
    store: &Store,
    account: &Account,
    wanted: &Candidate,
) -> Result<Option<Company>, StoreError> {
    let mut by_root = None;
    for company in store.companies().await? {
        let connection = store.connection(company.id).await?;
        let here = connection
            .as_ref()
            .map(|connection| connection.endpoint == account.endpoint.as_str());
        if here == Some(true) && company.handle.as_deref() == Some(&*wanted.handle) {
            return Ok(Some(company));
        }
        if here != Some(false) && wanted.root.is_some() && company.root == wanted.root {
            by_root = by_root.or(Some(company));
        }
    }
    Ok(by_root)
}
