//! Companies that are set up by hand, without an account at Adobe: their lists are downloaded, not sent.

use crate::{
    clock::Clock,
    domain::{Company, CompanyId, PublishServer, Slug},
    ops::companies,
    store::{Store, StoreError},
};

/// No name of a company is longer, in characters.
const LONGEST_NAME: usize = 100;
/// No root is longer.
const LONGEST_ROOT: usize = 100;

/// What somebody typed.
#[derive(Debug, Clone, Default)]
pub struct ByHand {
    /// The name that people read.
    pub name: String,
    /// The company root.
    pub root: String,
    /// What the company's public URLs start with.
    pub publish_server: String,
    /// The name in our addresses; empty to have it made from the name.
    pub slug: String,
}

/// Why the company was not added. Each is a sentence that says what to do.
#[derive(Debug, thiserror::Error)]
pub enum NotAdded {
    /// No name, or an endless one.
    #[error("Give the company a name of 1 to {LONGEST_NAME} characters.")]
    Name,
    /// No root can be read.
    #[error(
        "The root is one part of an address: what stands after /is/image/ in your pictures' URLs, without slashes and blanks."
    )]
    Root,
    /// No publish server can be read.
    #[error(
        "The publish server must be an address such as https://images.example.com, without a path."
    )]
    PublishServer,
    /// The short name is none, or none can be made.
    #[error("The short name has 1 to 60 of the characters a-z, 0-9 and -. Type one.")]
    Slug,
    /// The short name is another company's.
    #[error("There is a company with the short name {0} already. Choose another.")]
    Taken(Slug),
    /// The database failed.
    #[error(transparent)]
    Store(StoreError),
}

/// Adds a company without an account, with the host of its publish server as `exact`.
pub async fn add(store: &Store, clock: &Clock, typed: &ByHand) -> Result<Company, NotAdded> {
    let company = read(clock, typed)?;
    match companies::add(store, &company, clock.now()).await {
        Ok(()) => {}
        Err(StoreError::Duplicate) => return Err(NotAdded::Taken(company.slug)),
        Err(error) => return Err(NotAdded::Store(error)),
    }
    Ok(company)
}

fn read(clock: &Clock, typed: &ByHand) -> Result<Company, NotAdded> {
    let name = typed.name.trim();
    if name.is_empty() || name.chars().count() > LONGEST_NAME || name.contains(char::is_control) {
        return Err(NotAdded::Name);
    }
    let root = typed.root.trim().trim_matches('/');
    let is_one_part =
        !root.contains(|c: char| c.is_whitespace() || c.is_control() || "/?#".contains(c));
    if root.is_empty() || root.len() > LONGEST_ROOT || !is_one_part {
        return Err(NotAdded::Root);
    }
    let slug = match typed.slug.trim() {
        "" => Slug::of_name(name).ok_or(NotAdded::Slug)?,
        slug => slug.parse().map_err(|_| NotAdded::Slug)?,
    };
    Ok(Company {
        id: CompanyId::from_uuid(clock.new_uuid()),
        slug,
        name: name.to_owned(),
        root: Some(root.to_owned()),
        handle: None,
        publish_server: Some(
            PublishServer::parse(&typed.publish_server).ok_or(NotAdded::PublishServer)?,
        ),
        alias: None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::clock::Timestamp;

    fn company(name: &str, root: &str, server: &str, slug: &str) -> Result<Company, NotAdded> {
        let typed = ByHand {
            name: name.to_owned(),
            root: root.to_owned(),
            publish_server: server.to_owned(),
            slug: slug.to_owned(),
        };
        read(&Clock::manual(Timestamp::from_micros(0)), &typed)
    }

    #[test]
    fn a_company_is_read_from_what_people_type() {
        let company = company(
            " Weekend Site, Inc. ",
            "/WeekendSite/",
            "weekend.scene7.com/is/image/",
            "",
        )
        .unwrap();
        assert_eq!(company.slug.as_str(), "weekend-site-inc");
        assert_eq!(company.name, "Weekend Site, Inc.");
        assert_eq!(company.root.as_deref(), Some("WeekendSite"));
        assert_eq!(
            company.publish_server.unwrap().as_str(),
            "https://weekend.scene7.com"
        );
        assert_eq!(company.handle, None);
    }

    #[test]
    fn what_cannot_be_a_company_says_what_to_do() {
        let server = "https://h.example";
        for (name, root, server, slug, sentence) in [
            ("", "R", server, "", "Give the company a name"),
            ("N", "", server, "", "The root is one part"),
            ("N", "a b", server, "", "The root is one part"),
            ("N", "a/b", server, "", "The root is one part"),
            (
                "N",
                "R",
                "https://h.example/path",
                "",
                "The publish server must be",
            ),
            ("N", "R", "", "", "The publish server must be"),
            ("日本", "R", server, "", "The short name has"),
            ("N", "R", server, "Not A Slug", "The short name has"),
        ] {
            let error = company(name, root, server, slug).unwrap_err().to_string();
            assert!(error.starts_with(sentence), "{error}");
        }
    }
}
