//! The two databases, and the four macros that let a method's SQL and its binding be written once for both.
//!
//! A body is compiled once per driver: every value bound or read must be of a type that both drivers know.
//! See `docs/decisions/0001-one-set-of-queries.md`.

use sqlx::{PgPool, SqlitePool};

/// The connections of a store.
#[derive(Debug, Clone)]
pub(super) enum Db {
    /// One connection that writes, and several that may only read. Those map the file; one more maps nothing, for what walks
    /// through all of a table, which would have the whole file in the process's memory.
    Sqlite {
        reader: SqlitePool,
        walker: SqlitePool,
        writer: SqlitePool,
    },
    Postgres(PgPool),
}

impl super::Store {
    /// Whether no other process sends from this database: a file has one owner.
    #[must_use]
    pub const fn is_single_node(&self) -> bool {
        !self.is_postgres()
    }

    /// For the few statements whose text differs.
    pub(super) const fn is_postgres(&self) -> bool {
        matches!(self.db, Db::Postgres(_))
    }
}

/// Evaluates the expression with a pool to read from.
macro_rules! on_reader {
    ($store:expr, |$pool:ident| $body:expr) => {
        match &$store.db {
            $crate::store::db::Db::Sqlite { reader: $pool, .. } => $body,
            $crate::store::db::Db::Postgres($pool) => $body,
        }
    };
}

/// The same for a statement that walks through all of a large table.
macro_rules! on_walker {
    ($store:expr, |$pool:ident| $body:expr) => {
        match &$store.db {
            $crate::store::db::Db::Sqlite { walker: $pool, .. } => $body,
            $crate::store::db::Db::Postgres($pool) => $body,
        }
    };
}

/// Evaluates the expression with a pool to write to, for a single statement.
macro_rules! on_writer {
    ($store:expr, |$pool:ident| $body:expr) => {
        match &$store.db {
            $crate::store::db::Db::Sqlite { writer: $pool, .. } => $body,
            $crate::store::db::Db::Postgres($pool) => $body,
        }
    };
}

/// Evaluates the block inside a transaction and commits it. Leaving the block early, by `?` or `return`, rolls back.
///
/// On `SQLite` the transaction takes the write lock at once: one that reads first and asks for the lock later fails
/// whenever somebody wrote in between.
macro_rules! in_transaction {
    ($store:expr, |$tx:ident| $body:block) => {
        match &$store.db {
            $crate::store::db::Db::Sqlite { writer, .. } => {
                let mut $tx = writer.begin_with("begin immediate").await?;
                let value = $body;
                $tx.commit().await?;
                value
            }
            $crate::store::db::Db::Postgres(pool) => {
                let mut $tx = pool.begin().await?;
                let value = $body;
                $tx.commit().await?;
                value
            }
        }
    };
}
