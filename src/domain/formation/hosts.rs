//! What is known about the host that a URL names.
//!
//! Hosts are compared as scheme, host and port, without regard to case, which takes a real URL parser; so each
//! spelling is looked up once and remembered.

use std::collections::{BTreeMap, BTreeSet};

use crate::domain::{DeliveryHost, GenericHosts, HostOrigin, PublishServer, PurgeScope};

/// What matters about one host.
#[derive(Debug, Clone)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "facts that do not depend on one another"
)]
pub(super) struct HostFacts {
    /// As hosts are compared; `None` when no such host can exist.
    pub origin: Option<HostOrigin>,
    /// One of the company's, with this scheme or the other one.
    pub known: bool,
    /// A URL up to `?` clears every query string of it.
    pub base: bool,
    /// Whether paths must name the company.
    pub check_root: bool,
    /// Shared by many companies, as `s7d1.scene7.com` is.
    pub generic: bool,
    /// Dynamic Media with `OpenAPI` capabilities.
    pub open_api: bool,
    /// Whether a URL of the plan is on it.
    pub used: bool,
}

/// The hosts that have been met so far.
pub(super) struct Hosts<'a> {
    listed: &'a [DeliveryHost],
    generic: &'a GenericHosts,
    publish: Option<HostOrigin>,
    by_spelling: BTreeMap<String, usize>,
    met: Vec<HostFacts>,
}

impl<'a> Hosts<'a> {
    pub(super) fn new(
        listed: &'a [DeliveryHost],
        generic: &'a GenericHosts,
        publish: &PublishServer,
    ) -> Self {
        Self {
            listed,
            generic,
            publish: HostOrigin::of(publish.as_str()),
            by_spelling: BTreeMap::new(),
            met: Vec::new(),
        }
    }

    /// The number of the host that is written so, for [`Hosts::facts`].
    pub(super) fn meet(&mut self, origin: &str) -> usize {
        if let Some(&number) = self.by_spelling.get(origin) {
            return number;
        }
        let number = self.met.len();
        self.met.push(self.look_up(origin));
        self.by_spelling.insert(origin.to_owned(), number);
        number
    }

    pub(super) fn facts(&self, number: usize) -> &HostFacts {
        &self.met[number]
    }

    pub(super) fn mark_used(&mut self, number: usize) {
        self.met[number].used = true;
    }

    /// The hosts of the plan's URLs whose other scheme no URL has: what is listed, and what is missing.
    pub(super) fn without_twin(&self) -> impl Iterator<Item = (HostOrigin, HostOrigin)> {
        let used: BTreeSet<&HostOrigin> = self
            .met
            .iter()
            .filter(|host| host.used)
            .filter_map(|host| host.origin.as_ref())
            .collect();
        used.clone()
            .into_iter()
            .filter_map(move |origin| Some((origin.clone(), origin.twin()?)))
            .filter(move |(_, twin)| !used.contains(twin))
    }

    /// The scheme says nothing about who serves a host, but a purge scope is known only for what is listed.
    fn look_up(&self, spelling: &str) -> HostFacts {
        let origin = HostOrigin::of(spelling);
        let twin = origin.as_ref().and_then(HostOrigin::twin);
        let find = |wanted: &Option<HostOrigin>| {
            let wanted = wanted.as_ref()?;
            self.listed.iter().find(|host| host.origin == *wanted)
        };
        let itself = find(&origin);
        let listed = itself.or_else(|| find(&twin));
        let publish = self.publish.is_some() && (self.publish == origin || self.publish == twin);
        let name = origin.as_ref().map(HostOrigin::name).unwrap_or_default();
        HostFacts {
            known: publish || listed.is_some(),
            base: itself.is_some_and(|host| host.scope == PurgeScope::Base),
            check_root: listed.is_none_or(|host| host.check_root),
            generic: origin.as_ref().is_some_and(|it| self.generic.matches(it)),
            open_api: name.starts_with("delivery-p") && name.ends_with(".adobeaemcloud.com"),
            used: false,
            origin,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn facts(origin: &str) -> HostFacts {
        let listed = [
            DeliveryHost {
                origin: HostOrigin::of("https://smart.example.com").unwrap(),
                scope: PurgeScope::Base,
                check_root: false,
            },
            DeliveryHost {
                origin: HostOrigin::of("https://s7d1.scene7.com").unwrap(),
                scope: PurgeScope::Exact,
                check_root: true,
            },
        ];
        let publish = PublishServer::parse("http://my.publishserver.com:8080").unwrap();
        let generic = GenericHosts::parse("^s7d\\d+\\.scene7\\.com$").unwrap();
        let mut hosts = Hosts::new(&listed, &generic, &publish);
        let number = hosts.meet(origin);
        hosts.facts(number).clone()
    }

    #[test]
    fn a_host_is_known_without_regard_to_case_default_port_and_scheme() {
        for origin in [
            "https://smart.example.com",
            "HTTPS://SMART.example.com:443",
            "http://smart.example.com",
            "http://my.publishserver.com:8080",
            "https://my.publishserver.com:8080",
        ] {
            assert!(facts(origin).known, "{origin}");
        }
        for origin in ["https://my.publishserver.com", "https://other.example.com"] {
            assert!(!facts(origin).known, "{origin}");
        }
    }

    #[test]
    fn a_purge_scope_holds_for_the_listed_scheme_only() {
        assert!(facts("https://smart.example.com").base);
        assert!(!facts("http://smart.example.com").base);
        assert!(!facts("http://smart.example.com").check_root);
        assert!(facts("https://other.example.com").check_root);
    }

    #[test]
    fn shared_hosts_are_those_of_the_list() {
        for origin in ["http://s7d9.scene7.com", "https://S7D10.scene7.com:8443"] {
            assert!(facts(origin).generic, "{origin}");
        }
        for origin in ["https://s7ap1.scene7.com", "https://s7d1.example.com"] {
            assert!(!facts(origin).generic, "{origin}");
        }
        assert!(facts("https://delivery-p1-e2.adobeaemcloud.com").open_api);
    }

    #[test]
    fn what_cannot_be_a_host_is_none() {
        for origin in ["https://", "http://<ID>", "https://a b"] {
            assert!(facts(origin).origin.is_none(), "{origin}");
        }
    }
}
