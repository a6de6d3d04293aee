//! Where Adobe's API is: the regions that Adobe documents, and any other base address.

use crate::ips::{Endpoint, InvalidEndpoint};

/// A region of Dynamic Media. An account exists in one of them only.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Region {
    /// The word that forms and the command line use.
    pub word: &'static str,
    /// The name that people read.
    pub name: &'static str,
    /// The base address of its API.
    pub endpoint: &'static str,
}

/// The three regions, production first.
pub const REGIONS: [Region; 6] = [
    Region {
        word: "north-america",
        name: "North America",
        endpoint: "https://s7sps1apissl.scene7.com/scene7/",
    },
    Region {
        word: "emea",
        name: "Europe, Middle East and Africa",
        endpoint: "https://s7sps3apissl.scene7.com/scene7/",
    },
    Region {
        word: "apac",
        name: "Japan and Asia-Pacific",
        endpoint: "https://s7sps5apissl.scene7.com/scene7/",
    },
    Region {
        word: "north-america-staging",
        name: "North America, staging",
        endpoint: "https://s7sps1apissl-staging.scene7.com/scene7/",
    },
    Region {
        word: "emea-staging",
        name: "Europe, Middle East and Africa, staging",
        endpoint: "https://s7sps3apissl-staging.scene7.com/scene7/",
    },
    Region {
        word: "apac-staging",
        name: "Japan and Asia-Pacific, staging",
        endpoint: "https://s7sps5apissl-staging.scene7.com/scene7/",
    },
];

impl Region {
    /// The region of an address, if it is one of Adobe's.
    #[must_use]
    pub fn of(endpoint: &str) -> Option<&'static Self> {
        REGIONS.iter().find(|region| region.endpoint == endpoint)
    }
}

/// The address that a region's word or a base address names.
pub fn endpoint(text: &str) -> Result<Endpoint, InvalidEndpoint> {
    let text = text.trim();
    let region = REGIONS.iter().find(|region| region.word == text);
    Endpoint::parse(region.map_or(text, |region| region.endpoint))
}

/// Whether a password on its way to that address can be read: it is not encrypted, and leaves this machine.
#[must_use]
pub fn travels_in_plain(endpoint: &str) -> bool {
    let stays_here = |url: &url::Url| match url.host() {
        Some(url::Host::Domain(name)) => name == "localhost",
        Some(url::Host::Ipv4(address)) => address.is_loopback(),
        Some(url::Host::Ipv6(address)) => address.is_loopback(),
        None => false,
    };
    url::Url::parse(endpoint).is_ok_and(|url| url.scheme() == "http" && !stays_here(&url))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_region_has_a_word_and_an_address_that_leads_back_to_it() {
        for region in &REGIONS {
            let address = endpoint(region.word).unwrap();
            assert_eq!(address.as_str(), region.endpoint);
            assert_eq!(Region::of(address.as_str()), Some(region));
        }
        assert_eq!(Region::of("https://example.com/"), None);
        assert!(endpoint("https://example.com/scene7").is_ok());
        assert!(endpoint("nowhere").is_err());
    }

    #[test]
    fn an_address_without_encryption_is_told_from_one_on_this_machine() {
        for (address, plain) in [
            ("https://ips.example.com/scene7/", false),
            ("http://ips.example.com/scene7/", true),
            ("http://10.0.0.7/scene7/", true),
            ("http://localhost:8084/scene7/", false),
            ("http://127.0.0.1:8084/scene7/", false),
            ("http://[::1]:8084/scene7/", false),
        ] {
            assert_eq!(travels_in_plain(address), plain, "{address}");
        }
    }
}
