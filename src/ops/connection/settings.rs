//! Reading a company's general settings at Dynamic Media, and keeping what Unstale needs of them.

use tracing::warn;

use super::{Connector, check::asked_as};
use crate::{
    clock::Timestamp,
    domain::{Company, CompanyId, GeneralSettings, TEMPLATE_PROPERTY, ValueSource},
    ips::{Account, IpsError, PropertySet},
    ops::companies,
    store::{CompanySettings, RememberedTemplate, StoreError},
};

/// The sort of property set that holds them.
const SETTING_TYPE: &str = "Adobe.SPS.ApplicationSetting";

/// The settings as they were read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct ReadSettings {
    /// The set that holds the template, or would.
    pub set_handle: String,
    /// All of them.
    pub settings: GeneralSettings,
}

impl Connector {
    /// Reads the settings of a company; `None` when Dynamic Media has none for it.
    pub(super) async fn read_settings(
        &self,
        account: &Account,
        company_handle: &str,
    ) -> Result<Option<ReadSettings>, IpsError> {
        // The global sorts come first: so Adobe's own clients ask, and only where that gives nothing by company.
        for of_company in [None, Some(company_handle)] {
            self.pause().await;
            let types = self.ips.property_set_types(account, of_company).await?;
            if let Some(setting) = types.into_iter().find(|it| it.name == SETTING_TYPE) {
                self.pause().await;
                let sets = self
                    .ips
                    .property_sets(account, &setting.handle, company_handle)
                    .await?;
                return Ok(joined(sets));
            }
        }
        Ok(None)
    }

    /// The same for a company of ours; that they cannot be read is logged.
    pub(super) async fn read_settings_of(
        &self,
        company: CompanyId,
        account: &Account,
        company_handle: &str,
    ) -> Result<Option<ReadSettings>, IpsError> {
        let read = self.read_settings(account, company_handle).await;
        read.inspect_err(
            |error| warn!(%company, %error, "the company's settings could not be read"),
        )
    }

    /// Reads the settings and takes them over. Where they cannot be read, the reason is returned with the company.
    pub(super) async fn take_over(
        &self,
        id: CompanyId,
        account: &Account,
        company_handle: &str,
    ) -> Result<(Company, Option<IpsError>), StoreError> {
        let read = self.read_settings_of(id, account, company_handle).await;
        let unread = match read {
            Ok(read) => {
                let settings = read.map(|read| read.settings).unwrap_or_default();
                self.take_settings(id, account, &settings).await?;
                None
            }
            Err(error) => Some(error),
        };
        let company = self.store.company(id).await?.ok_or(StoreError::NotFound)?;
        Ok((company, unread))
    }

    /// Takes over what the settings say. What an administrator typed stays; hosts are only added, and none that was removed
    /// here. [`StoreError::NotFound`] when the account that was asked with is the company's no longer.
    async fn take_settings(
        &self,
        id: CompanyId,
        account: &Account,
        settings: &GeneralSettings,
    ) -> Result<(), StoreError> {
        let (store, now) = (&self.store, self.clock.now());
        // Read only now, and where each value comes from first: while Adobe was asked, somebody may have changed it.
        let seen = store.company_settings(id).await?;
        let mut company = store.company(id).await?.ok_or(StoreError::NotFound)?;
        // First, so that what another account was told changes nothing.
        let template = RememberedTemplate {
            text: settings.template().unwrap_or_default().to_owned(),
            read_at: now,
        };
        let asked = asked_as(account);
        store.remember_template(id, asked, &template).await?;
        let names_it = settings.publish_server(None).is_some();
        store.put_names_publish_server(id, asked, names_it).await?;
        let mut own = seen.clone();
        take_servers(&mut company, &mut own, settings, now);
        store
            .put_found_servers(id, company.publish_server.as_ref(), &own, &seen, now)
            .await?;
        let company = store.company(id).await?.ok_or(StoreError::NotFound)?;
        companies::add_server_host(store, id, company.publish_server.as_ref(), true).await?;
        for host in settings.delivery_hosts() {
            store.add_found_host(id, &host).await?;
        }
        Ok(())
    }
}

fn take_servers(
    company: &mut Company,
    own: &mut CompanySettings,
    settings: &GeneralSettings,
    now: Timestamp,
) {
    let is_set = company.publish_server.is_some();
    if may_change(is_set, own.publish_server_source.as_ref())
        && let Some(found) =
            settings.publish_server(property_of(own.publish_server_source.as_ref()))
    {
        company.publish_server = Some(found.server);
        own.publish_server_source = Some(ValueSource::Found {
            property: found.property,
            at: now,
        });
    }
    let is_set = own.preview_server.is_some();
    if may_change(is_set, own.preview_server_source.as_ref())
        && let Some(found) = settings.preview_server()
    {
        own.preview_server = Some(found.server);
        own.preview_server_source = Some(ValueSource::Found {
            property: found.property,
            at: now,
        });
    }
}

/// A value that is missing or was found may be found anew; one that somebody typed, or of unknown origin, stays.
fn may_change(is_set: bool, source: Option<&ValueSource>) -> bool {
    !is_set || matches!(source, Some(ValueSource::Found { .. }))
}

fn property_of(source: Option<&ValueSource>) -> Option<&str> {
    match source {
        Some(ValueSource::Found { property, .. }) => Some(property),
        _ => None,
    }
}

/// All sets as one, the one with the template first.
fn joined(sets: Vec<PropertySet>) -> Option<ReadSettings> {
    let mut sets = sets;
    sets.sort_by_key(|set| {
        !set.properties
            .iter()
            .any(|(name, _)| name == TEMPLATE_PROPERTY)
    });
    let set_handle = sets.first()?.handle.clone();
    let properties = sets.into_iter().flat_map(|set| set.properties).collect();
    Some(ReadSettings {
        set_handle,
        settings: GeneralSettings(properties),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn of_several_sets_the_one_with_the_template_is_written_to() {
        let set = |handle: &str, name: &str| PropertySet {
            handle: handle.to_owned(),
            properties: vec![(name.to_owned(), "x".to_owned())],
        };
        let sets = vec![
            set("ps|1", "a"),
            set("ps|2", TEMPLATE_PROPERTY),
            set("ps|3", "b"),
        ];
        let read = joined(sets).unwrap();
        assert_eq!(read.set_handle, "ps|2");
        assert_eq!(read.settings.value("b"), Some("x"));
        assert_eq!(joined(vec![]), None);
    }
}
