//! Where Adobe's API is, and who calls it.

use std::fmt;

use secrecy::{ExposeSecret as _, SecretString};
use url::Url;

/// The address of a region's API, such as `https://s7sps1apissl.scene7.com/scene7/`.
///
/// Plain http is allowed, for the sandbox; a password is not: it belongs into the [`Account`].
#[derive(Clone, PartialEq, Eq)]
pub struct Endpoint(Url);

/// Why an address cannot be that of the API.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum InvalidEndpoint {
    /// Not an absolute http(s) address.
    #[error("the address of the API must start with https:// and a host name")]
    NotHttp,
    /// It holds a user name or a password.
    #[error("the address of the API must not hold a user name or a password")]
    Credentials,
    /// It holds a query or a fragment.
    #[error("the address of the API must end before any ? or #")]
    Query,
}

impl Endpoint {
    /// Takes the base address; blanks around it and a missing `/` at its end are forgiven.
    pub fn parse(base: &str) -> Result<Self, InvalidEndpoint> {
        let mut url = Url::parse(base.trim()).map_err(|_| InvalidEndpoint::NotHttp)?;
        if !matches!(url.scheme(), "http" | "https") || !url.has_host() {
            return Err(InvalidEndpoint::NotHttp);
        }
        if !url.username().is_empty() || url.password().is_some() {
            return Err(InvalidEndpoint::Credentials);
        }
        if url.query().is_some() || url.fragment().is_some() {
            return Err(InvalidEndpoint::Query);
        }
        if !url.path().ends_with('/') {
            let path = format!("{}/", url.path());
            url.set_path(&path);
        }
        Ok(Self(url))
    }

    /// The base address, with a slash at its end.
    #[must_use]
    pub fn as_str(&self) -> &str {
        self.0.as_str()
    }

    /// Where requests go.
    pub(super) fn service(&self) -> Url {
        let mut url = self.0.clone();
        url.set_path(&format!("{}services/IpsApiService", self.0.path()));
        url
    }
}

impl fmt::Display for Endpoint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl fmt::Debug for Endpoint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Endpoint({})", self.as_str())
    }
}

/// A Dynamic Media account. Its `Debug` shows no password: [`SecretString`] sees to that.
#[derive(Debug, Clone)]
pub struct Account {
    /// The region that the account belongs to.
    pub endpoint: Endpoint,
    /// The e-mail address that it signs in with.
    pub email: String,
    /// Its password.
    pub password: SecretString,
}

impl Account {
    /// Whether both sign in alike.
    #[must_use]
    pub fn is_same_as(&self, other: &Self) -> bool {
        self.endpoint == other.endpoint
            && self.email == other.email
            && self.password.expose_secret() == other.password.expose_secret()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_service_lies_below_the_base_address() {
        for base in [
            "https://host.example/scene7/",
            "https://host.example/scene7",
            "  https://host.example/scene7 \n",
        ] {
            let endpoint = Endpoint::parse(base).unwrap();
            assert_eq!(endpoint.as_str(), "https://host.example/scene7/");
            assert_eq!(
                endpoint.service().as_str(),
                "https://host.example/scene7/services/IpsApiService"
            );
        }
    }

    #[test]
    fn an_address_that_is_no_base_is_refused() {
        for (base, why) in [
            ("", InvalidEndpoint::NotHttp),
            ("host.example/scene7/", InvalidEndpoint::NotHttp),
            ("ftp://host.example/", InvalidEndpoint::NotHttp),
            ("https://", InvalidEndpoint::NotHttp),
            (
                "https://me:secret@host.example/",
                InvalidEndpoint::Credentials,
            ),
            ("https://me@host.example/", InvalidEndpoint::Credentials),
            ("https://host.example/?wsdl", InvalidEndpoint::Query),
            ("https://host.example/#top", InvalidEndpoint::Query),
        ] {
            assert_eq!(Endpoint::parse(base), Err(why), "{base}");
        }
    }
}
