//! The rules of *Settings > Delivery hosts*, for pages and command line alike.

use crate::{
    domain::{Company, DeliveryHost, GenericHosts, HostOrigin, InvalidGenericHosts, PurgeScope},
    store::{HostSetting, Store, StoreError},
};

/// A company is served by no more hosts.
const MOST: usize = 200;

/// Why a setting was not changed. Each is a sentence that says what to do.
#[derive(Debug, thiserror::Error)]
pub enum HostError {
    /// No host can be found in what was typed.
    #[error(
        "No host can be read from this. Paste any address of a picture, or a name such as images.example.com."
    )]
    Unreadable,
    /// The host is on the list.
    #[error("{0} is on the list already.")]
    Known(HostOrigin),
    /// There are too many.
    #[error("The list holds {MOST} hosts and takes no more. Remove one first.")]
    TooMany,
    /// The host is not on the list.
    #[error("This host is no longer on the list.")]
    NoHost,
    /// A shared host cannot be `base`.
    #[error(
        "{0} is a host that Adobe shares among many companies: there each full URL must be cleared, so it stays “each full URL”. If it is your own, change the patterns of shared hosts below."
    )]
    Generic(HostOrigin),
    /// The publish server's own host stays.
    #[error("{0} is the host of the publish server, and stays as long as it is that.")]
    PublishServer(HostOrigin),
    /// The patterns cannot be used.
    #[error(transparent)]
    Patterns(#[from] InvalidGenericHosts),
    /// With these patterns, hosts that are `base` would be shared.
    #[error("With these patterns, {} would be shared by many companies, and one URL clears all its sizes there. Set it to “each full URL” first, or correct the pattern.", .0.join(", "))]
    BaseHosts(Vec<String>),
    /// The database failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// The company's patterns of shared hosts. Patterns that an earlier version took and this one does not count as the
/// default.
pub async fn generic(store: &Store, company: &Company) -> Result<GenericHosts, StoreError> {
    let text = store.generic_hosts(company.id).await?;
    let text = text.as_deref().unwrap_or(GenericHosts::DEFAULT);
    Ok(GenericHosts::parse(text)
        .or_else(|_| GenericHosts::parse(GenericHosts::DEFAULT))
        .expect("the default was tested"))
}

/// Whether a host is that of the publish server.
#[must_use]
pub fn is_publish_server(company: &Company, origin: &HostOrigin) -> bool {
    let server = company.publish_server.as_ref();
    server
        .and_then(|server| HostOrigin::of(server.as_str()))
        .as_ref()
        == Some(origin)
}

/// Where a host comes from, in words.
#[must_use]
pub fn source(company: &Company, setting: &HostSetting) -> &'static str {
    match (
        is_publish_server(company, &setting.host.origin),
        setting.found,
    ) {
        (true, _) => "publish server",
        (false, true) => "found among the settings",
        (false, false) => "added by hand",
    }
}

/// Adds the host of a pasted address, as `exact`.
pub async fn add(store: &Store, company: &Company, text: &str) -> Result<HostOrigin, HostError> {
    let origin = HostOrigin::pasted(text).ok_or(HostError::Unreadable)?;
    if store.delivery_hosts(company.id).await?.len() >= MOST {
        return Err(HostError::TooMany);
    }
    if store.add_delivery_host(company.id, &origin, false).await? {
        Ok(origin)
    } else {
        Err(HostError::Known(origin))
    }
}

/// Changes the purge scope and the root check of a host that is on the list.
pub async fn change(
    store: &Store,
    company: &Company,
    host: &DeliveryHost,
) -> Result<(), HostError> {
    let hosts = store.delivery_hosts(company.id).await?;
    if !hosts.iter().any(|known| known.origin == host.origin) {
        return Err(HostError::NoHost);
    }
    if host.scope == PurgeScope::Base && generic(store, company).await?.matches(&host.origin) {
        return Err(HostError::Generic(host.origin.clone()));
    }
    Ok(store.put_delivery_host(company.id, host).await?)
}

/// Removes a host.
pub async fn remove(
    store: &Store,
    company: &Company,
    origin: &HostOrigin,
) -> Result<(), HostError> {
    if is_publish_server(company, origin) {
        return Err(HostError::PublishServer(origin.clone()));
    }
    match store.remove_delivery_host(company.id, origin).await {
        Err(StoreError::NotFound) => Err(HostError::NoHost),
        removed => Ok(removed?),
    }
}

/// Changes the patterns of shared hosts; `None` restores the default.
pub async fn set_generic(
    store: &Store,
    company: &Company,
    text: Option<&str>,
) -> Result<(), HostError> {
    let patterns = GenericHosts::parse(text.unwrap_or(GenericHosts::DEFAULT))?;
    let hosts = store.delivery_hosts(company.id).await?;
    let base = hosts.iter().filter(|host| host.scope == PurgeScope::Base);
    let shared: Vec<String> = base
        .filter(|host| patterns.matches(&host.origin))
        .map(|host| host.origin.to_string())
        .collect();
    if !shared.is_empty() {
        return Err(HostError::BaseHosts(shared));
    }
    Ok(store.set_generic_hosts(company.id, text).await?)
}
