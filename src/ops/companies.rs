//! Adding companies: a short name of their own, and the hosts that serve them.

use crate::{
    clock::Timestamp,
    domain::{Company, CompanyId, HostOrigin},
    store::{Store, StoreError},
};

/// How many companies may have the same name before something is wrong.
const MOST_NAMESAKES: u32 = 1_000;

/// Adds a company and the host of its publish server. [`StoreError::Duplicate`] when its short name is taken.
pub async fn add(store: &Store, company: &Company, now: Timestamp) -> Result<(), StoreError> {
    store.add_company(company, now).await?;
    let server = company.publish_server.as_ref();
    if let Some(origin) = server.and_then(|server| HostOrigin::of(server.as_str())) {
        add_hosts(store, company.id, vec![origin], false).await?;
    }
    Ok(())
}

/// Adds a company under its short name, or that name with a number where it is taken. Returns it as it was added.
pub async fn add_under_a_free_name(
    store: &Store,
    company: Company,
    now: Timestamp,
) -> Result<Company, StoreError> {
    let wanted = company.slug.clone();
    let mut company = company;
    for number in 2..MOST_NAMESAKES {
        match add(store, &company, now).await {
            Err(StoreError::Duplicate) => company.slug = wanted.numbered(number),
            other => return other.map(|()| company),
        }
    }
    Err(StoreError::Duplicate)
}

/// Adds hosts that serve a company, as `exact`. One that it has stays as it is. `found` says that they stand among the
/// settings at Adobe, and were not named by an administrator.
pub async fn add_hosts(
    store: &Store,
    company: CompanyId,
    origins: Vec<HostOrigin>,
    found: bool,
) -> Result<(), StoreError> {
    for origin in origins {
        store.add_delivery_host(company, &origin, found).await?;
    }
    Ok(())
}
