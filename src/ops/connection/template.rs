//! Putting our template into the place of the one at Dynamic Media, and reading it back.

use super::{AccountError, Connector, check::asked_as};
use crate::{
    domain::{Company, ForeignTemplate, TEMPLATE_PROPERTY},
    ips::{Account, IpsError},
    store::{RememberedTemplate, StoreError},
};

/// The template at Dynamic Media is not the one that was to be put there.
#[derive(Debug, thiserror::Error)]
pub(super) enum PushError {
    /// It is another one than the person saw: nothing was sent.
    #[error("the template at Dynamic Media was changed meanwhile")]
    ChangedThere,
    /// Dynamic Media has no settings for the company: there is no place for it.
    #[error("Dynamic Media has no settings for this company that could hold a template")]
    NoSettings,
    /// It was sent, and another text stands there.
    #[error("Dynamic Media took the template, but another text stands there")]
    NotHeld,
    /// There is no account to ask with.
    #[error(transparent)]
    Account(#[from] AccountError),
    /// Adobe did not answer well.
    #[error(transparent)]
    Ips(#[from] IpsError),
    /// The database failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl Connector {
    /// Puts a template into the place of `seen`, the one that the person saw at Dynamic Media, and reads it back.
    /// Everything else in the company's settings there stays as it is.
    pub(super) async fn put_template(
        &self,
        company: &Company,
        ours: &str,
        seen: &str,
    ) -> Result<(), PushError> {
        let account = self.account(company.id).await?;
        let handle = company.handle.as_deref();
        let handle = handle.ok_or(PushError::NoSettings)?;
        let read = self.read_settings(&account, handle).await?;
        let read = read.ok_or(PushError::NoSettings)?;
        let stands = read.settings.template().unwrap_or_default();
        if !ForeignTemplate::of(stands).says_the_same_as(seen) {
            self.remember(company, &account, stands).await?;
            return Err(PushError::ChangedThere);
        }
        let sent = self
            .ips
            .update_property(&account, &read.set_handle, TEMPLATE_PROPERTY, ours)
            .await;
        match sent {
            // Sent, and the answer lost: what stands there now tells.
            Ok(()) | Err(IpsError::TimedOut { .. } | IpsError::Closed { .. }) => {}
            Err(error) => return Err(error.into()),
        }
        let read = self.read_settings(&account, handle).await?;
        let settings = read.map(|read| read.settings).unwrap_or_default();
        let stands = settings.template().unwrap_or_default();
        self.remember(company, &account, stands).await?;
        if ForeignTemplate::of(stands).says_the_same_as(ours) {
            Ok(())
        } else {
            Err(PushError::NotHeld)
        }
    }

    async fn remember(
        &self,
        company: &Company,
        account: &Account,
        text: &str,
    ) -> Result<(), StoreError> {
        let template = RememberedTemplate {
            text: text.to_owned(),
            read_at: self.clock.now(),
        };
        let asked = asked_as(account);
        self.store
            .remember_template(company.id, asked, &template)
            .await
    }
}
