//! Which hosts may be looked at: those of the company, and no others. Its secure preview server is looked at too, for one
//! sentence; it is no delivery host, and no address that somebody names leads there.

use std::collections::HashMap;

use url::Url;

use crate::{
    domain::{CompanyId, HostOrigin, PublishServer, PurgeScope, ValueSource, at_server},
    edge::Reach,
    store::{Store, StoreError},
};

/// The company's delivery hosts, as looks need them.
#[derive(Debug)]
pub(super) struct Hosts {
    delivery: HashMap<HostOrigin, (PurgeScope, Reach)>,
    preview: Option<(PublishServer, Reach)>,
}

/// Where a look leads.
#[derive(Debug, Clone)]
pub(super) struct Target {
    pub url: Url,
    pub reach: Reach,
    pub scope: PurgeScope,
}

impl Hosts {
    pub async fn load(store: &Store, company: CompanyId) -> Result<Self, StoreError> {
        let mut delivery = HashMap::new();
        for setting in store.host_settings(company).await? {
            let reach = reach(!setting.found);
            delivery.insert(setting.host.origin, (setting.host.scope, reach));
        }
        let company = store.company(company).await?.ok_or(StoreError::NotFound)?;
        let publish = company.publish_server;
        if let Some(origin) = publish.and_then(|server| HostOrigin::of(server.as_str())) {
            delivery
                .entry(origin)
                .or_insert((PurgeScope::Exact, Reach::Public));
        }
        let settings = store.company_settings(company.id).await?;
        let typed = matches!(
            settings.preview_server_source,
            Some(ValueSource::Typed { .. })
        );
        Ok(Self {
            delivery,
            preview: settings.preview_server.map(|server| (server, reach(typed))),
        })
    }

    /// Where a look at this URL leads; `None` when its host is not one of the company's. It may be asked for by the other
    /// scheme too, but a purge scope is known only for what is listed.
    pub fn target(&self, url: &str) -> Option<Target> {
        let origin = HostOrigin::of(url)?;
        let (scope, reach) = match self.delivery.get(&origin) {
            Some(&listed) => listed,
            None => (PurgeScope::Exact, self.delivery.get(&origin.twin()?)?.1),
        };
        Some(Target {
            // The text itself is the cache key. Where reading it changes nothing but what browsers change too, that is
            // what is asked for.
            url: Url::parse(url).ok()?,
            reach,
            scope,
        })
    }

    /// Where the same request leads at the preview server; `None` when there is none.
    pub fn preview(&self, url: &str) -> Option<Target> {
        let (server, reach) = self.preview.as_ref()?;
        Some(Target {
            url: Url::parse(&at_server(url, server)?).ok()?,
            reach: *reach,
            scope: PurgeScope::Exact,
        })
    }
}

/// What Adobe's settings name is looked at where it is public; a private address takes somebody's will.
const fn reach(by_hand: bool) -> Reach {
    if by_hand {
        Reach::Private
    } else {
        Reach::Public
    }
}
