//! What can go wrong in the store, in its own words.

use std::fmt;

use sqlx::error::ErrorKind;

/// The result of a store method.
pub type Result<T, E = StoreError> = std::result::Result<T, E>;

/// Why a store method did not do what it was asked. Nothing was changed then.
#[derive(thiserror::Error)]
pub enum StoreError {
    /// The row, or one that it must belong to, does not exist.
    #[error("there is no such entry")]
    NotFound,
    /// Something with that name or id exists already.
    #[error("an entry with that name exists already")]
    Duplicate,
    /// It was changed by someone else meanwhile, or is no longer in a state that allows this.
    #[error("the entry was changed meanwhile")]
    Conflict,
    /// The database is overloaded or locked. Trying again may help.
    #[error("the database is busy")]
    Busy,
    /// The database failed in a way that nobody can do something about from here.
    #[error("the database failed")]
    Backend(#[source] sqlx::Error),
}

/// Written by hand because PostgreSQL's errors carry whole rows in their `Debug` form, password hashes included.
impl fmt::Debug for StoreError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NotFound => f.write_str("NotFound"),
            Self::Duplicate => f.write_str("Duplicate"),
            Self::Conflict => f.write_str("Conflict"),
            Self::Busy => f.write_str("Busy"),
            Self::Backend(error) => write!(f, "Backend({error})"),
        }
    }
}

impl From<sqlx::Error> for StoreError {
    fn from(error: sqlx::Error) -> Self {
        match &error {
            sqlx::Error::RowNotFound => Self::NotFound,
            sqlx::Error::PoolTimedOut => Self::Busy,
            sqlx::Error::Database(cause) => match cause.kind() {
                ErrorKind::UniqueViolation => Self::Duplicate,
                ErrorKind::ForeignKeyViolation => Self::NotFound,
                _ if cause.code().is_some_and(|code| is_passing(&code)) => Self::Busy,
                _ => Self::Backend(error),
            },
            _ => Self::Backend(error),
        }
    }
}

/// Codes of failures that pass by themselves: `SQLITE_BUSY` and `SQLITE_LOCKED` with their extended forms; on
/// PostgreSQL failed serialisation, deadlock, a lock that is taken, too many connections.
fn is_passing(code: &str) -> bool {
    matches!(
        code,
        "5" | "6" | "261" | "262" | "517" | "518" | "773" | "40001" | "40P01" | "55P03" | "53300"
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pool_without_a_free_connection_is_busy() {
        assert!(matches!(sqlx::Error::PoolTimedOut.into(), StoreError::Busy));
    }

    #[test]
    fn a_failure_of_the_database_is_shown_by_its_message_alone() {
        let error = StoreError::from(sqlx::Error::Protocol("half a row".to_owned()));
        assert_eq!(error.to_string(), "the database failed");
        assert_eq!(
            format!("{error:?}"),
            "Backend(encountered unexpected or invalid data: half a row)"
        );
    }
}
