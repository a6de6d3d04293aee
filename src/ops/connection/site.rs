//! What an administrator sets by hand: publish server, preview server, alias. Read from what was typed, on the page or on
//! the command line, and stored.

use tracing::warn;

use super::{AccountError, Connector, Trouble};
use crate::{
    domain::{
        Alias, Change, Company, CompanyId, FoundServer, GeneralSettings, PublishServer, SiteChange,
        ValueSource,
    },
    ips::{CompanyKey, IpsError},
    ops::companies,
    store::StoreError,
};

/// The settings as somebody typed them, each `None` where it was not touched. An empty text takes a value away; a server
/// is then found at Dynamic Media again.
#[derive(Debug, Clone, Copy, Default)]
pub struct TypedSite<'a> {
    /// What public URLs start with.
    pub publish_server: Option<&'a str>,
    /// The property at Dynamic Media that holds it, in place of the server itself.
    pub publish_server_property: Option<&'a str>,
    /// The secure preview server.
    pub preview_server: Option<&'a str>,
    /// Root and handle of the alias. Without a handle it is looked up.
    pub alias: Option<(&'a str, &'a str)>,
    /// Whether new drafts start with *Also clear the alias*.
    pub clear_alias: Option<bool>,
}

/// Why the settings cannot be what was typed.
#[derive(Debug)]
pub enum NoSite {
    /// What is wrong, and what to do.
    Trouble(Trouble),
    /// The database failed.
    Store(StoreError),
}

/// An alias could not be looked up.
#[derive(Debug, thiserror::Error)]
enum NoAlias {
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

impl From<Trouble> for NoSite {
    fn from(trouble: Trouble) -> Self {
        Self::Trouble(trouble)
    }
}

impl Connector {
    /// Reads what was typed; a property that was named is looked into, and the handle of an alias is looked up where none
    /// was typed for this name.
    pub async fn site_change(
        &self,
        company: &Company,
        typed: &TypedSite<'_>,
    ) -> Result<SiteChange, NoSite> {
        let mut publish_server = server(typed.publish_server, "publish server")?;
        let mut publish_server_property = None;
        if let Some(property) = typed.publish_server_property {
            if publish_server.is_made() {
                return Err(one_of_both().into());
            }
            let found = self.server_in(company, property).await?;
            publish_server = Change::To(Some(found.server));
            publish_server_property = Some(found.property);
        }
        Ok(SiteChange {
            publish_server,
            publish_server_property,
            preview_server: server(typed.preview_server, "preview server")?,
            alias: match typed.alias {
                Some((root, handle)) => {
                    Change::To(self.alias(company, root.trim(), handle.trim()).await?)
                }
                None => Change::Keep,
            },
            clear_alias: typed.clear_alias,
        })
    }

    /// Stores a change that `by` has made. A server that was taken away is looked up at Dynamic Media at once; that its
    /// settings cannot be read is returned, and what was stored stays.
    pub async fn change_site(
        &self,
        company: CompanyId,
        change: &SiteChange,
        by: &str,
    ) -> Result<Option<Trouble>, StoreError> {
        let now = self.clock.now();
        let typed = ValueSource::Typed {
            by: by.to_owned(),
            at: now,
        };
        self.store.change_site(company, change, &typed, now).await?;
        let server = change.publish_server.value();
        companies::add_server_host(&self.store, company, server, false).await?;
        if change.publish_server.is_emptied() || change.preview_server.is_emptied() {
            return self.look_up_servers(company).await;
        }
        Ok(None)
    }

    /// Reads the settings of a company that has an account, and takes them over.
    async fn look_up_servers(&self, id: CompanyId) -> Result<Option<Trouble>, StoreError> {
        let account = match self.account(id).await {
            Ok(account) => account,
            Err(AccountError::NotConnected) => return Ok(None),
            Err(error) => return error.trouble().map(Some),
        };
        let company = self.store.company(id).await?.ok_or(StoreError::NotFound)?;
        let Some(handle) = company.handle else {
            return Ok(None);
        };
        match self.take_over(id, &account, &handle).await {
            Ok((_, unread)) => Ok(unread.as_ref().map(Trouble::of)),
            // Disconnected meanwhile: there is nothing to look it up in.
            Err(StoreError::NotFound) => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// The server in a property of the company's settings at Dynamic Media.
    async fn server_in(&self, company: &Company, property: &str) -> Result<FoundServer, NoSite> {
        let account = match self.account(company.id).await {
            Ok(account) => account,
            Err(error) => return Err(error.trouble().map_or_else(NoSite::Store, NoSite::Trouble)),
        };
        let handle = company.handle.as_deref().unwrap_or_default();
        let read = self.read_settings_of(company.id, &account, handle).await;
        let read = read.map_err(|error| Trouble::of(&error))?;
        let settings = read.map(|read| read.settings).unwrap_or_default();
        let found = settings.server_in(property);
        found.ok_or_else(|| no_server_in(property.trim(), &settings).into())
    }

    async fn alias(
        &self,
        company: &Company,
        root: &str,
        handle: &str,
    ) -> Result<Option<Alias>, NoSite> {
        if root.is_empty() {
            return Ok(None);
        }
        usable(root, handle)?;
        let stored = company.alias.as_ref();
        let is_of_another = stored.is_some_and(|it| it.handle == handle && it.root != root);
        if !handle.is_empty() && !is_of_another {
            let (root, handle) = (root.to_owned(), handle.to_owned());
            return Ok(Some(Alias { root, handle }));
        }
        match self.look_up_alias(company, root).await {
            Ok(alias) => Ok(Some(alias)),
            Err(NoAlias::Account(AccountError::Store(error))) => Err(NoSite::Store(error)),
            Err(NoAlias::Ips(error)) => Err(not_found(root, &Trouble::of(&error).sentence).into()),
            Err(error) => Err(not_found(root, &format!("Because {error}.")).into()),
        }
    }

    /// Asks Adobe for the root and the handle of an alias.
    async fn look_up_alias(&self, company: &Company, name: &str) -> Result<Alias, NoAlias> {
        let account = self.account(company.id).await?;
        let found = self
            .ips
            .company_info(&account, CompanyKey::Name(name))
            .await
            .inspect_err(
                |error| warn!(company = %company.id, %error, "an alias could not be looked up"),
            )?;
        if company.handle.as_deref() == Some(&*found.handle) {
            return Err(NoAlias::Itself);
        }
        Ok(Alias {
            // Where the answer does not tell it, the name that it was found by is all there is.
            root: if found.root.is_empty() {
                name.to_owned()
            } else {
                found.root
            },
            handle: found.handle,
        })
    }
}

/// An address, or none where nothing was typed.
fn server(typed: Option<&str>, what: &str) -> Result<Change<PublishServer>, Trouble> {
    let Some(typed) = typed else {
        return Ok(Change::Keep);
    };
    if typed.trim().is_empty() {
        return Ok(Change::To(None));
    }
    match PublishServer::parse(typed) {
        Some(server) => Ok(Change::To(Some(server))),
        None => Err(Trouble {
            sentence: format!("The {what} is no web address."),
            advice: "Type scheme and host, such as https://images.example.com, without a path."
                .to_owned(),
        }),
    }
}

fn one_of_both() -> Trouble {
    Trouble {
        sentence: "The publish server was changed, and a setting that holds it was named."
            .to_owned(),
        advice: "Change only one of them.".to_owned(),
    }
}

fn no_server_in(property: &str, settings: &GeneralSettings) -> Trouble {
    let others: Vec<String> = settings.server_properties().collect();
    Trouble {
        sentence: format!(
            "No property {property} with a web address is among the settings at Dynamic Media."
        ),
        advice: if others.is_empty() {
            "No other property holds one either: type the publish server.".to_owned()
        } else {
            format!("These hold one: {}.", others.join(", "))
        },
    }
}

fn usable(root: &str, handle: &str) -> Result<(), Trouble> {
    let is_name = |c: char| c.is_alphanumeric() || matches!(c, '-' | '_' | '.');
    let unreadable = |c: char| c.is_control() || c == char::REPLACEMENT_CHARACTER;
    let (sentence, advice) = if !root.chars().all(is_name) {
        (
            "This is no name of an alias.",
            "Type the path element after /is/image/: letters, digits, - and _.",
        )
    } else if handle.contains(unreadable) {
        (
            "The handle of the alias holds characters that cannot be read.",
            "Leave it empty to have it looked up.",
        )
    } else {
        return Ok(());
    };
    Err(Trouble {
        sentence: sentence.to_owned(),
        advice: advice.to_owned(),
    })
}

fn not_found(name: &str, why: &str) -> Trouble {
    Trouble {
        sentence: format!("The handle of the alias {name} could not be looked up. {why}"),
        advice: "Check the name, or type the handle by hand.".to_owned(),
    }
}
