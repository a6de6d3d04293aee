//! The fields of a Dynamic Media account: region, e-mail address, password. Two pages have them.

use secrecy::{ExposeSecret as _, SecretString};
use serde::Deserialize;

use crate::{
    domain::Email,
    ips::{Account, Endpoint},
    ops::connection::{self, REGIONS, Region, Trouble},
    web::forms::{readable, showable},
};

/// The choice that stands for an address of one's own.
const OTHER: &str = "other";

/// The fields as they were sent.
#[derive(Deserialize)]
pub struct AccountForm {
    /// A region's word, or [`OTHER`].
    #[serde(default)]
    region: String,
    /// The address of one's own.
    #[serde(default)]
    endpoint: String,
    #[serde(default)]
    email: String,
    #[serde(default)]
    pub password: SecretString,
}

/// The fields as a page shows them. There is none for the password: it is never shown again.
#[derive(Debug)]
pub struct AccountFields {
    pub regions: Vec<RegionChoice>,
    pub is_other: bool,
    pub endpoint: String,
    pub email: String,
}

/// A region to choose.
#[derive(Debug)]
pub struct RegionChoice {
    pub word: &'static str,
    pub name: &'static str,
    pub is_chosen: bool,
}

impl AccountFields {
    /// For a first connection: nothing is filled in.
    pub fn empty() -> Self {
        Self::new("", "", "")
    }

    /// The account that is stored.
    pub fn of(endpoint: &str, email: &str) -> Self {
        match Region::of(endpoint) {
            Some(region) => Self::new(region.word, "", email),
            None => Self::new(OTHER, endpoint, email),
        }
    }

    fn new(chosen: &str, endpoint: &str, email: &str) -> Self {
        Self {
            regions: REGIONS
                .iter()
                .map(|region| RegionChoice {
                    word: region.word,
                    name: region.name,
                    is_chosen: region.word == chosen,
                })
                .collect(),
            is_other: chosen == OTHER,
            endpoint: showable(endpoint),
            email: showable(email),
        }
    }
}

impl AccountForm {
    /// What was typed, for the page that says what is wrong with it.
    pub fn fields(&self) -> AccountFields {
        AccountFields::new(&self.region, &self.endpoint, &self.email)
    }

    /// Where the account is.
    pub fn endpoint(&self) -> Result<Endpoint, Trouble> {
        let typed = match self.region.as_str() {
            "" => {
                return Err(trouble(
                    "No region is chosen.",
                    "Choose the account’s region.",
                ));
            }
            OTHER => self.endpoint.as_str(),
            word => word,
        };
        connection::endpoint(typed).map_err(|error| {
            let sentence = format!("This base URL cannot be used: {error}.");
            trouble(&sentence, "Type it as Adobe gave it to you.")
        })
    }

    /// The account, with `stored` for a password that was left empty.
    pub fn account(&self, stored: Option<SecretString>) -> Result<Account, Trouble> {
        let endpoint = self.endpoint()?;
        let email = readable(&self.email).map_err(|_| no_email())?;
        let email: Email = email.parse().map_err(|_| no_email())?;
        let typed = (!self.password.expose_secret().is_empty()).then(|| self.password.clone());
        let password = typed.or(stored).ok_or_else(|| {
            trouble(
                "The password is missing.",
                "Type the password of the account.",
            )
        })?;
        Ok(Account {
            endpoint,
            email: email.to_string(),
            password,
        })
    }
}

fn no_email() -> Trouble {
    trouble(
        "This is no e-mail address.",
        "Type the address that the account signs in with, such as name@example.com.",
    )
}

fn trouble(sentence: &str, advice: &str) -> Trouble {
    Trouble {
        sentence: sentence.to_owned(),
        advice: advice.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn form(region: &str, endpoint: &str, email: &str, password: &str) -> AccountForm {
        AccountForm {
            region: region.to_owned(),
            endpoint: endpoint.to_owned(),
            email: email.to_owned(),
            password: password.to_owned().into(),
        }
    }

    #[test]
    fn an_account_has_a_region_an_address_and_a_password() {
        let account = form("emea", "ignored", " a@example.com ", "p").account(None);
        let account = account.unwrap();
        assert!(account.endpoint.as_str().contains("sps3"));
        assert_eq!(account.email, "a@example.com");
        for (form, said) in [
            (form("", "", "a@example.com", "p"), "No region"),
            (form("other", "nowhere", "a@example.com", "p"), "base URL"),
            (form("emea", "", "nobody", "p"), "no e-mail address"),
            (form("emea", "", "a@example.com", ""), "password is missing"),
        ] {
            let trouble = form.account(None).unwrap_err();
            assert!(trouble.sentence.contains(said), "{trouble:?}");
        }
    }

    #[test]
    fn an_empty_password_means_the_stored_one() {
        let empty = form("emea", "", "a@example.com", "");
        let account = empty.account(Some("stored".to_owned().into())).unwrap();
        assert_eq!(account.password.expose_secret(), "stored");
        let typed = form("emea", "", "a@example.com", "typed");
        let account = typed.account(Some("stored".to_owned().into())).unwrap();
        assert_eq!(account.password.expose_secret(), "typed");
    }

    #[test]
    fn a_stored_address_is_shown_as_its_region() {
        let known = AccountFields::of("https://s7sps1apissl.scene7.com/scene7/", "a@b");
        assert!(known.regions[0].is_chosen && !known.is_other);
        let own = AccountFields::of("http://localhost:1/scene7/", "a@b");
        assert!(own.is_other && own.regions.iter().all(|it| !it.is_chosen));
    }
}
