//! The address of a database, which may hold a password and so is never shown as it was typed.

use std::{fmt, path::Path, str::FromStr};

use sqlx::{postgres::PgConnectOptions, sqlite::SqliteConnectOptions};

/// The address of a database: `sqlite://unstale.db`, `sqlite:///var/lib/unstale.db`, `postgres://user@host/name`.
/// `Display` and `Debug` show it without its password and parameters.
#[derive(Clone)]
pub struct DatabaseUrl(pub(super) Target);

#[derive(Clone)]
pub(super) enum Target {
    Sqlite(Box<SqliteConnectOptions>),
    Postgres {
        options: Box<PgConnectOptions>,
        /// The address without password and parameters.
        shown: String,
    },
}

/// The text is no address of a database. Its `Display` does not repeat the text, which may hold a password.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum InvalidDatabaseUrl {
    /// It names no database that Unstale knows.
    #[error("the address of a database starts with sqlite:// or postgres://")]
    Scheme,
    /// The rest of it cannot be read.
    #[error(
        "the address of the database cannot be read; look at its host, port, path and parameters"
    )]
    Unreadable,
    /// An `SQLite` database that would be gone, or empty for the next connection.
    #[error(
        "the address of an SQLite database names a file: a database in memory would lose everything"
    )]
    NoFile,
}

impl FromStr for DatabaseUrl {
    type Err = InvalidDatabaseUrl;

    fn from_str(text: &str) -> Result<Self, InvalidDatabaseUrl> {
        let text = text.trim();
        match text.split_once("://") {
            Some(("sqlite", rest)) => sqlite(text, rest),
            Some(("postgres" | "postgresql", _)) => postgres(text),
            _ => Err(InvalidDatabaseUrl::Scheme),
        }
    }
}

fn sqlite(text: &str, rest: &str) -> Result<DatabaseUrl, InvalidDatabaseUrl> {
    let (path, parameters) = rest.split_once('?').unwrap_or((rest, ""));
    if path.is_empty() || path == ":memory:" || parameters.contains("mode=memory") {
        return Err(InvalidDatabaseUrl::NoFile);
    }
    let options =
        SqliteConnectOptions::from_str(text).map_err(|_| InvalidDatabaseUrl::Unreadable)?;
    Ok(DatabaseUrl(Target::Sqlite(Box::new(options))))
}

fn postgres(text: &str) -> Result<DatabaseUrl, InvalidDatabaseUrl> {
    let options = PgConnectOptions::from_str(text).map_err(|_| InvalidDatabaseUrl::Unreadable)?;
    let mut url = url::Url::parse(text).map_err(|_| InvalidDatabaseUrl::Unreadable)?;
    url.set_query(None);
    url.set_fragment(None);
    if url.password().is_some() && url.set_password(Some("***")).is_err() {
        return Err(InvalidDatabaseUrl::Unreadable);
    }
    Ok(DatabaseUrl(Target::Postgres {
        options: Box::new(options.application_name("unstale")),
        shown: url.into(),
    }))
}

impl DatabaseUrl {
    /// The file of an `SQLite` database.
    #[must_use]
    pub fn file(&self) -> Option<&Path> {
        match &self.0 {
            Target::Sqlite(options) => Some(options.get_filename()),
            Target::Postgres { .. } => None,
        }
    }
}

impl fmt::Display for DatabaseUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.0 {
            Target::Sqlite(options) => write!(f, "sqlite://{}", options.get_filename().display()),
            Target::Postgres { shown, .. } => f.write_str(shown),
        }
    }
}

impl fmt::Debug for DatabaseUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "DatabaseUrl({self})")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(text: &str) -> Result<DatabaseUrl, InvalidDatabaseUrl> {
        text.parse()
    }

    #[test]
    fn an_address_is_shown_without_its_password() {
        for text in [
            "postgres://ann:s3cret@db.example.com:5433/unstale",
            "postgresql://ann:s3cret@db.example.com/unstale?sslmode=require",
            "postgres://ann@db.example.com/unstale?password=s3cret",
        ] {
            let url = parse(text).unwrap();
            let shown = format!("{url} {url:?}");
            assert!(!shown.contains("s3cret"), "{shown}");
            assert!(
                shown.contains("ann") && shown.contains("db.example.com"),
                "{shown}"
            );
        }
    }

    #[test]
    fn a_file_may_be_relative_or_absolute_and_hold_blanks() {
        for (text, path) in [
            ("sqlite://unstale.db", "unstale.db"),
            (
                "sqlite:///var/lib/unstale.db?cache=private",
                "/var/lib/unstale.db",
            ),
            ("sqlite:///a%20b.db", "/a b.db"),
        ] {
            assert_eq!(parse(text).unwrap().file(), Some(Path::new(path)), "{text}");
        }
    }

    #[test]
    fn what_is_no_address_says_why_without_repeating_it() {
        for (text, error) in [
            ("", InvalidDatabaseUrl::Scheme),
            ("unstale.db", InvalidDatabaseUrl::Scheme),
            ("mysql://u:s3cret@h/d", InvalidDatabaseUrl::Scheme),
            (
                "postgres://u:s3cret@h:port/d",
                InvalidDatabaseUrl::Unreadable,
            ),
            ("sqlite://a.db?mode=odd", InvalidDatabaseUrl::Unreadable),
            ("sqlite://", InvalidDatabaseUrl::NoFile),
            ("sqlite://:memory:", InvalidDatabaseUrl::NoFile),
            ("sqlite://a.db?mode=memory", InvalidDatabaseUrl::NoFile),
        ] {
            assert_eq!(parse(text).unwrap_err(), error, "{text}");
            assert!(!error.to_string().contains("s3cret"));
        }
    }
}
