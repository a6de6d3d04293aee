//! Connecting a company: the chosen membership becomes a company of ours with its account, or an account of one that
//! is there already.

use tracing::warn;

use super::{Candidate, ConnectError, Connector, SignedIn, sealed};
use crate::{
    domain::{AccountFacts, Change, Company, CompanyId, PublishServer, SiteChange, Slug},
    ips::{Account, IpsError},
    store::StoreError,
};

/// How many companies may have the same name before something is wrong.
const MOST_NAMESAKES: u32 = 1_000;

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
        let membership = self.with_root(wanted.account, wanted.company.clone()).await;
        let wanted = Wanted {
            account: wanted.account,
            signed_in: wanted.signed_in,
            company: &membership,
            publish_server: wanted.publish_server.clone(),
        };
        let company = match self.known(wanted.account, wanted.company).await? {
            Some(company) => company,
            None => self.new_company(&wanted).await?,
        };
        self.attach(company, &wanted).await
    }

    /// Whether a membership means a company that is here already: connecting it changes its account.
    pub async fn knows(&self, account: &Account, company: &Candidate) -> Result<bool, StoreError> {
        Ok(self.known(account, company).await?.is_some())
    }

    async fn known(
        &self,
        account: &Account,
        company: &Candidate,
    ) -> Result<Option<CompanyId>, StoreError> {
        let Candidate { handle, root, .. } = company;
        self.store
            .known_company(account.endpoint.as_str(), handle, root.as_deref())
            .await
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
        match self.attach(company.id, &wanted).await {
            Err(StoreError::Duplicate) => {
                let other = self.known(account, membership).await?;
                let other = other.ok_or(StoreError::Duplicate)?;
                let other = self.store.company(other).await?;
                let other = other.ok_or(StoreError::Duplicate)?;
                warn!(company = %company.id, other = %other.id, "the account of a company was not changed: another one is that company of Dynamic Media's");
                Err(ConnectError::AnotherIsIt {
                    company: format!("{} (/c/{})", other.name, other.slug),
                })
            }
            attached => Ok(attached?),
        }
    }

    /// Forgets the account. The company, its history and its catalogue stay.
    pub async fn disconnect(&self, company: CompanyId) -> Result<(), StoreError> {
        self.store.delete_connection(company).await
    }

    /// Adds the company with its account, unless somebody else has just done so. Returns the one that is there.
    async fn new_company(&self, wanted: &Wanted<'_>) -> Result<CompanyId, StoreError> {
        let Candidate {
            name, root, handle, ..
        } = wanted.company;
        let slug = Slug::of_name(name).or_else(|| Slug::of_name(root.as_deref()?));
        let slug = slug.unwrap_or_else(|| Slug::of_name("company").expect("it is plain text"));
        let mut company = Company {
            id: CompanyId::from_uuid(self.clock.new_uuid()),
            slug: slug.clone(),
            name: name.clone(),
            root: root.clone(),
            handle: Some(handle.clone()),
            publish_server: None,
            alias: None,
        };
        let now = self.clock.now();
        let connection = sealed(&self.vault, company.id, wanted.account);
        let facts = wanted.signed_in.facts(wanted.company, now);
        for number in 2..MOST_NAMESAKES {
            let added = self
                .store
                .add_connected_company(&company, &connection, &facts, now)
                .await;
            match added {
                Err(StoreError::Duplicate) => company.slug = slug.numbered(number),
                added => return added,
            }
        }
        Err(StoreError::Duplicate)
    }

    /// Gives a company its account, and takes over what Adobe says of it.
    async fn attach(
        &self,
        company: CompanyId,
        wanted: &Wanted<'_>,
    ) -> Result<Connected, StoreError> {
        let now = self.clock.now();
        let connection = sealed(&self.vault, company, wanted.account);
        let facts = wanted.signed_in.facts(wanted.company, now);
        self.store
            .put_account(company, &connection, wanted.company.said(&facts), now)
            .await?;
        if let Some((server, by)) = &wanted.publish_server {
            let change = SiteChange {
                publish_server: Change::To(Some(server.clone())),
                ..SiteChange::default()
            };
            self.change_site(company, &change, by).await?;
        }
        let (company, unread_settings) = self
            .take_over(company, wanted.account, &wanted.company.handle)
            .await?;
        Ok(Connected {
            company,
            facts,
            unread_settings,
        })
    }
}
