//! A company's general settings at Dynamic Media, and what Unstale reads from them.
//!
//! Adobe documents neither the names of these properties nor their form, so every look-up is tolerant, says which
//! property it took the value from, and leaves the last word to an administrator.

use serde::{Deserialize, Serialize};

use super::{HostOrigin, PublishServer};
use crate::clock::Timestamp;

/// The property that holds the CDN invalidation template, its lines separated by line ends.
pub const TEMPLATE_PROPERTY: &str = "application_cdn_invalidation_template";

/// The property that holds the secure preview server.
pub const PREVIEW_PROPERTY: &str = "application_test_server_context";

/// What the names of publish servers start with in Adobe's samples.
const PUBLISHED_PREFIX: &str = "application_server_prefix_published";

/// The settings: names and values, in Adobe's order.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct GeneralSettings(pub Vec<(String, String)>);

/// An address that was found, and where.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FoundServer {
    /// The property's name.
    pub property: String,
    /// Its value, as URLs start with it.
    pub server: PublishServer,
}

/// Where a value of ours comes from.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ValueSource {
    /// It was found in a property at Dynamic Media.
    Found {
        /// The property's name.
        property: String,
        /// When it was read.
        at: Timestamp,
    },
    /// Somebody typed it.
    Typed {
        /// Their e-mail address, or where they typed it.
        by: String,
        /// When.
        at: Timestamp,
    },
}

impl GeneralSettings {
    /// The value of a property, if it is there.
    #[must_use]
    pub fn value(&self, name: &str) -> Option<&str> {
        let property = self.0.iter().find(|(own, _)| own == name);
        property.map(|(_, value)| value.as_str())
    }

    /// The publish server: in the property where it was found before, if any; else in the first whose name starts as
    /// in Adobe's samples; else in the first whose name speaks of publishing and whose value is a host.
    #[must_use]
    pub fn publish_server(&self, known: Option<&str>) -> Option<FoundServer> {
        let first = |fits: &dyn Fn(&str) -> bool| self.servers().find(|it| fits(&it.property));
        known
            .and_then(|known| first(&|name| name == known))
            .or_else(|| first(&|name| name.starts_with(PUBLISHED_PREFIX)))
            .or_else(|| first(&speaks_of_publishing))
    }

    /// The server in a property, if it holds one. Around its name, blanks do not count.
    #[must_use]
    pub fn server_in(&self, property: &str) -> Option<FoundServer> {
        self.servers().find(|it| it.property == property.trim())
    }

    /// The names of all properties that hold a server, in Adobe's order.
    pub fn server_properties(&self) -> impl Iterator<Item = String> {
        self.servers().map(|it| it.property)
    }

    /// The secure preview server.
    #[must_use]
    pub fn preview_server(&self) -> Option<FoundServer> {
        self.server_in(PREVIEW_PROPERTY)
    }

    /// Every host that seems to deliver what is published, in Adobe's order, each once.
    #[must_use]
    pub fn delivery_hosts(&self) -> Vec<HostOrigin> {
        let mut hosts = Vec::new();
        for found in self
            .servers()
            .filter(|it| speaks_of_publishing(&it.property))
        {
            if let Some(host) = HostOrigin::of(found.server.as_str())
                && !hosts.contains(&host)
            {
                hosts.push(host);
            }
        }
        hosts
    }

    /// The template, if there is one with lines.
    #[must_use]
    pub fn template(&self) -> Option<&str> {
        self.value(TEMPLATE_PROPERTY)
            .filter(|text| !text.trim().is_empty())
    }

    fn servers(&self) -> impl Iterator<Item = FoundServer> {
        self.0.iter().filter_map(|(property, value)| {
            Some(FoundServer {
                property: property.clone(),
                server: host_in(value)?,
            })
        })
    }
}

fn speaks_of_publishing(name: &str) -> bool {
    name.to_lowercase().contains("publish")
}

/// The server that a value names. `true`, `5` or `Immediately` would be hosts too, for a parser of addresses: without a
/// scheme only what ends in a domain, or names a port, counts.
fn host_in(value: &str) -> Option<PublishServer> {
    let server = PublishServer::parse(value)?;
    let authority = server.as_str().split_once("://")?.1;
    let (host, has_port) = match authority.rsplit_once(':') {
        Some((host, _)) => (host, true),
        None => (authority, false),
    };
    let ends_in_a_domain = host
        .rsplit_once('.')
        .is_some_and(|(_, last)| last.contains(|c: char| c.is_alphabetic()));
    (value.contains("://") || has_port || ends_in_a_domain).then_some(server)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn settings(properties: &[(&str, &str)]) -> GeneralSettings {
        let own = |(name, value): &(&str, &str)| ((*name).to_owned(), (*value).to_owned());
        GeneralSettings(properties.iter().map(own).collect())
    }

    #[track_caller]
    fn found(server: Option<FoundServer>) -> (String, String) {
        let found = server.expect("a server");
        (found.property, found.server.to_string())
    }

    #[test]
    fn adobes_own_sample_gives_server_host_and_template() {
        let sample = settings(&[
            (
                "application_server_prefix_origin_test",
                "http://host2:8080/is/image",
            ),
            (
                "application_server_prefix_published_test",
                "http://host:8080/is/image/",
            ),
            (TEMPLATE_PROPERTY, "<ID>\n<ID>?$product$"),
        ]);
        let (property, server) = found(sample.publish_server(None));
        assert_eq!(property, "application_server_prefix_published_test");
        assert_eq!(server, "http://host:8080");
        let hosts = sample.delivery_hosts();
        assert_eq!(
            hosts,
            [HostOrigin::of("http://host:8080").unwrap()],
            "the origin is no host"
        );
        assert_eq!(sample.template(), Some("<ID>\n<ID>?$product$"));
        assert_eq!(sample.preview_server(), None);
    }

    #[test]
    fn the_property_known_from_before_wins_then_the_sample_then_any_that_speaks_of_publishing() {
        let all = settings(&[
            ("is_publish_server", "a.example.com"),
            ("application_server_prefix_published", "b.example.com"),
            ("brandPublishedServerName", "https://c.example.com/"),
        ]);
        for (known, property) in [
            (Some("brandPublishedServerName"), "brandPublishedServerName"),
            (Some("gone"), "application_server_prefix_published"),
            (None, "application_server_prefix_published"),
        ] {
            assert_eq!(found(all.publish_server(known)).0, property);
        }
        let other = settings(&[
            ("x", "d.example.com"),
            ("IS_PUBLISH_SERVER", "a.example.com"),
        ]);
        assert_eq!(found(other.publish_server(None)).0, "IS_PUBLISH_SERVER");
        assert_eq!(all.delivery_hosts().len(), 3);
    }

    #[test]
    fn what_is_no_host_is_no_publish_server() {
        for value in [
            "",
            " ",
            "true",
            "Immediately",
            "5",
            "1.5",
            "2019-01-01",
            "ftp://h",
            "a b.com",
        ] {
            let odd = settings(&[
                ("application_server_prefix_published_test", value),
                ("publish_mode", value),
            ]);
            assert_eq!(odd.publish_server(None), None, "{value:?}");
            assert_eq!(odd.delivery_hosts(), [], "{value:?}");
        }
        let named = settings(&[("publish_1", "true"), ("publish_2", "host:8080")]);
        assert_eq!(found(named.publish_server(None)).0, "publish_2");
    }

    #[test]
    fn the_preview_server_is_read_from_its_own_property() {
        let preview = settings(&[(PREVIEW_PROPERTY, "https://preview1.assetsadobe.com/")]);
        let (_, server) = found(preview.preview_server());
        assert_eq!(server, "https://preview1.assetsadobe.com");
        assert_eq!(preview.publish_server(None), None);
    }

    #[test]
    fn a_template_of_blanks_is_none() {
        assert_eq!(settings(&[(TEMPLATE_PROPERTY, " \n")]).template(), None);
        assert_eq!(settings(&[]).template(), None);
    }
}
