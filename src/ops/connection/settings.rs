//! Reading a company's general settings at Dynamic Media, and keeping what Unstale needs of them.

use tracing::warn;

use super::{Candidate, Connector};
use crate::{
    clock::Timestamp,
    domain::{Company, CompanyId, GeneralSettings, HostOrigin, TEMPLATE_PROPERTY, ValueSource},
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
            let types = self.ips.property_set_types(account, of_company).await?;
            if let Some(setting) = types.into_iter().find(|it| it.name == SETTING_TYPE) {
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

    /// Reads the settings and takes them over. Where they cannot be read, handle and root are taken over, and the reason
    /// is returned with the company.
    pub(super) async fn take_over_all(
        &self,
        id: CompanyId,
        account: &Account,
        membership: &Candidate,
    ) -> Result<(Company, Option<IpsError>), StoreError> {
        let (settings, unread) = match self.read_settings_of(id, account, &membership.handle).await
        {
            Ok(read) => (
                Some(read.map(|read| read.settings).unwrap_or_default()),
                None,
            ),
            Err(error) => (None, Some(error)),
        };
        let company = self.take_over(id, membership, settings.as_ref()).await?;
        Ok((company, unread))
    }

    /// Takes over what Adobe says of a company: handle and root, and its settings where they could be read. What an
    /// administrator typed stays; hosts are only added.
    pub(super) async fn take_over(
        &self,
        id: CompanyId,
        membership: &Candidate,
        settings: Option<&GeneralSettings>,
    ) -> Result<Company, StoreError> {
        let now = self.clock.now();
        let Candidate { root, handle, .. } = membership;
        self.store
            .put_company_identity(id, root.as_deref(), handle, now)
            .await?;
        // Read only now, and where each value comes from first: while Adobe was asked, somebody may have changed it.
        let seen = self.store.company_settings(id).await?;
        let mut company = self.store.company(id).await?.ok_or(StoreError::NotFound)?;
        if let Some(settings) = settings {
            let mut own = seen.clone();
            take_servers(&mut company, &mut own, settings, now);
            self.store
                .put_found_servers(id, company.publish_server.as_ref(), &own, &seen, now)
                .await?;
            let template = RememberedTemplate {
                text: settings.template().unwrap_or_default().to_owned(),
                read_at: now,
            };
            self.store.remember_template(id, &template).await?;
            company = self.store.company(id).await?.ok_or(StoreError::NotFound)?;
        }
        let hosts = hosts_of(&company, settings);
        companies::add_hosts(&self.store, id, hosts, true).await?;
        Ok(company)
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

/// The host of the publish server, and those that the settings name.
fn hosts_of(company: &Company, settings: Option<&GeneralSettings>) -> Vec<HostOrigin> {
    let server = company.publish_server.as_ref();
    let own = server.and_then(|server| HostOrigin::of(server.as_str()));
    let others = settings.map(GeneralSettings::delivery_hosts);
    own.into_iter().chain(others.unwrap_or_default()).collect()
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
