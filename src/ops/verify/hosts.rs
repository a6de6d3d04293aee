//! Which hosts may be looked at: those of the company, and no others.

use std::collections::HashMap;

use url::Url;

use crate::{
    domain::{CompanyId, DeliveryHost, HostOrigin, PurgeScope},
    edge::Reach,
    store::{Store, StoreError},
};

/// The company's delivery hosts, as looks need them.
#[derive(Debug)]
pub(super) struct Hosts(HashMap<HostOrigin, DeliveryHost>);

/// Where a look leads.
#[derive(Debug, Clone)]
pub(super) struct Target {
    pub url: Url,
    pub reach: Reach,
    pub scope: PurgeScope,
}

impl Hosts {
    pub async fn load(store: &Store, company: CompanyId) -> Result<Self, StoreError> {
        let mut hosts: HashMap<_, _> = store
            .delivery_hosts(company)
            .await?
            .into_iter()
            .map(|host| (host.origin.clone(), host))
            .collect();
        let company = store.company(company).await?.ok_or(StoreError::NotFound)?;
        let publish = company.publish_server;
        if let Some(origin) = publish.and_then(|server| HostOrigin::of(server.as_str())) {
            let host = DeliveryHost {
                origin: origin.clone(),
                scope: PurgeScope::Exact,
                check_root: true,
            };
            hosts.entry(origin).or_insert(host);
        }
        Ok(Self(hosts))
    }

    /// Where a look at this URL leads; `None` when its host is not one of the company's.
    pub fn target(&self, url: &str) -> Option<Target> {
        let host = self.0.get(&HostOrigin::of(url)?)?;
        Some(Target {
            // The text itself is the cache key. Where reading it changes nothing but what browsers change too, that is
            // what is asked for.
            url: Url::parse(url).ok()?,
            // An administrator has put every host on the list.
            reach: Reach::Private,
            scope: host.scope,
        })
    }
}
