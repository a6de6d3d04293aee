//! What an administrator sets by hand: publish server, preview server, alias.

use super::{AccountError, Connector};
use crate::{
    clock::Timestamp,
    domain::{Alias, Company, CompanyId, HostOrigin, PublishServer, ValueSource},
    ips::{CompanyKey, IpsError},
    ops::companies,
    store::StoreError,
};

/// The settings as they are to be. What is `None` is not set, and may be found at Dynamic Media again.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SiteChange {
    /// What public URLs start with.
    pub publish_server: Option<PublishServer>,
    /// The secure preview server.
    pub preview_server: Option<PublishServer>,
    /// The second root.
    pub alias: Option<Alias>,
    /// Whether new drafts start with *Also clear the alias*.
    pub clear_alias: bool,
}

/// An alias could not be looked up.
#[derive(Debug, thiserror::Error)]
pub enum NoAlias {
    /// There is no account to ask with.
    #[error(transparent)]
    Account(#[from] AccountError),
    /// Adobe knows no company of that name, or did not answer well.
    #[error(transparent)]
    Ips(#[from] IpsError),
    /// The name is the company's own.
    #[error("this is the company itself, not an alias of it")]
    Itself,
}

impl Connector {
    /// Changes the settings. A value that stays keeps its origin.
    pub async fn change_site(
        &self,
        company: &Company,
        change: SiteChange,
        by: &str,
    ) -> Result<(), StoreError> {
        let now = self.clock.now();
        let mut settings = self.store.company_settings(company.id).await?;
        if settings.preview_server != change.preview_server {
            settings.preview_server_source = typed(change.preview_server.as_ref(), by, now);
            settings.preview_server = change.preview_server;
        }
        if company.publish_server != change.publish_server {
            settings.publish_server_source = typed(change.publish_server.as_ref(), by, now);
        }
        settings.clear_alias = change.clear_alias;
        let changed = Company {
            publish_server: change.publish_server,
            alias: change.alias,
            ..company.clone()
        };
        self.store.update_company(&changed, now).await?;
        self.store
            .put_company_settings(company.id, &settings, now)
            .await?;
        self.add_host_of(&changed).await
    }

    /// Sets the publish server alone.
    pub(super) async fn set_publish_server(
        &self,
        company: CompanyId,
        server: PublishServer,
        by: &str,
    ) -> Result<(), StoreError> {
        let company = self.store.company(company).await?;
        let company = company.ok_or(StoreError::NotFound)?;
        let settings = self.store.company_settings(company.id).await?;
        let change = SiteChange {
            publish_server: Some(server),
            preview_server: settings.preview_server,
            alias: company.alias.clone(),
            clear_alias: settings.clear_alias,
        };
        self.change_site(&company, change, by).await
    }

    /// Asks Adobe for the root and the handle of an alias.
    pub async fn look_up_alias(&self, company: &Company, name: &str) -> Result<Alias, NoAlias> {
        let account = self.account(company.id).await?;
        let found = self
            .ips
            .company_info(&account, CompanyKey::Name(name))
            .await?;
        if company.handle.as_deref() == Some(&*found.handle) {
            return Err(NoAlias::Itself);
        }
        Ok(Alias {
            root: found.root,
            handle: found.handle,
        })
    }

    async fn add_host_of(&self, company: &Company) -> Result<(), StoreError> {
        let server = company.publish_server.as_ref();
        let host = server.and_then(|server| HostOrigin::of(server.as_str()));
        companies::add_hosts(&self.store, company.id, host.into_iter().collect(), false).await
    }
}

fn typed(value: Option<&PublishServer>, by: &str, at: Timestamp) -> Option<ValueSource> {
    value.map(|_| ValueSource::Typed {
        by: by.to_owned(),
        at,
    })
}
