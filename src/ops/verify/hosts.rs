//! Which hosts may be looked at: those of the company, and no others.

use std::collections::HashMap;

use url::Url;

use crate::{
    domain::{CompanyId, HostOrigin, PurgeScope},
    edge::Reach,
    store::{Store, StoreError},
};

/// The company's delivery hosts, as looks need them.
#[derive(Debug)]
pub(super) struct Hosts(HashMap<HostOrigin, (PurgeScope, Reach)>);

/// Where a look leads.
#[derive(Debug, Clone)]
pub(super) struct Target {
    pub url: Url,
    pub reach: Reach,
    pub scope: PurgeScope,
}

impl Hosts {
    pub async fn load(store: &Store, company: CompanyId) -> Result<Self, StoreError> {
        let mut hosts = HashMap::new();
        for setting in store.host_settings(company).await? {
            // What Adobe's settings name is looked at where it is public; a private address takes somebody's will.
            let reach = if setting.found {
                Reach::Public
            } else {
                Reach::Private
            };
            hosts.insert(setting.host.origin, (setting.host.scope, reach));
        }
        let company = store.company(company).await?.ok_or(StoreError::NotFound)?;
        let publish = company.publish_server;
        if let Some(origin) = publish.and_then(|server| HostOrigin::of(server.as_str())) {
            hosts
                .entry(origin)
                .or_insert((PurgeScope::Exact, Reach::Public));
        }
        Ok(Self(hosts))
    }

    /// Where a look at this URL leads; `None` when its host is not one of the company's.
    pub fn target(&self, url: &str) -> Option<Target> {
        let &(scope, reach) = self.0.get(&HostOrigin::of(url)?)?;
        Some(Target {
            // The text itself is the cache key. Where reading it changes nothing but what browsers change too, that is
            // what is asked for.
            url: Url::parse(url).ok()?,
            reach,
            scope,
        })
    }
}
