//! Adding companies, and the host that serves them.

use crate::{
    clock::Timestamp,
    domain::{Company, CompanyId, HostOrigin, PublishServer},
    store::{Store, StoreError},
};

/// Adds a company and the host of its publish server. [`StoreError::Duplicate`] when its short name is taken.
pub async fn add(store: &Store, company: &Company, now: Timestamp) -> Result<(), StoreError> {
    store.add_company(company, now).await?;
    add_server_host(store, company.id, company.publish_server.as_ref(), false).await
}

/// Adds the host of a publish server, as `exact`, even one that was removed: without it nothing would be sent there. One
/// that the company has stays as it is. `found` says that the server was found among the settings at Adobe.
pub async fn add_server_host(
    store: &Store,
    company: CompanyId,
    server: Option<&PublishServer>,
    found: bool,
) -> Result<(), StoreError> {
    if let Some(host) = server.and_then(|server| HostOrigin::of(server.as_str())) {
        store.add_delivery_host(company, &host, found).await?;
    }
    Ok(())
}
