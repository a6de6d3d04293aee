//! The two databases, and the five macros that let a method's SQL and its binding be written once for both.
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

/// How the writing connection of `SQLite` commits: with the log on the disk, and folded back into the file when it has some 40 MB
/// (the usual 4 wrote the same pages of the indexes again and again).
pub(super) const FLUSHED: &str = "pragma synchronous = full; pragma wal_autocheckpoint = 10000";
/// Without waiting for the disk, which happens when the log is folded back: for the same reason at 160 MB.
pub(super) const UNFLUSHED: &str = "pragma synchronous = normal; pragma wal_autocheckpoint = 40000";

/// Like [`in_transaction`], but unless it is `$flushed` it does not wait for the disk, which takes a quarter of the time of a first
/// reading. A power failure can take it, together with what followed in the same way; whatever is flushed after it has it
/// on the disk too. A kill takes nothing.
macro_rules! in_transaction_flushed_if {
    ($store:expr, $flushed:expr, |$tx:ident| $body:block) => {
        match &$store.db {
            $crate::store::db::Db::Sqlite { writer, .. } => {
                let mut connection = writer.acquire().await?;
                if !$flushed {
                    // The pool sets it back.
                    sqlx::raw_sql($crate::store::db::UNFLUSHED)
                        .execute(&mut *connection)
                        .await?;
                }
                let mut $tx =
                    sqlx::Connection::begin_with(&mut *connection, "begin immediate").await?;
                let value = $body;
                $tx.commit().await?;
                value
            }
            $crate::store::db::Db::Postgres(pool) => {
                let mut $tx = pool.begin().await?;
                if !$flushed {
                    sqlx::query("set local synchronous_commit = off")
                        .execute(&mut *$tx)
                        .await?;
                }
                let value = $body;
                $tx.commit().await?;
                value
            }
        }
    };
}

#[cfg(test)]
mod tests {
    use tokio::sync::Notify;

    use crate::store::{Result, Store};

    const FULL: i64 = 2;
    const NORMAL: i64 = 1;

    /// How this connection commits.
    const HOW: &str = "pragma synchronous";

    async fn unflushed(store: &Store) -> Result<i64> {
        Ok(in_transaction_flushed_if!(store, false, |tx| {
            sqlx::query_scalar(HOW).fetch_one(&mut *tx).await?
        }))
    }

    /// Begins one that does not end, and tells when it has begun.
    async fn hang(store: &Store, begun: &Notify) -> Result<()> {
        in_transaction_flushed_if!(store, false, |tx| {
            sqlx::query(HOW).execute(&mut *tx).await?;
            begun.notify_one();
            std::future::pending::<()>().await;
        });
        Ok(())
    }

    #[tokio::test]
    async fn after_what_would_be_read_again_everything_waits_for_the_disk_again() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("unstale.db");
        let address = format!("sqlite://{}", file.display());
        let store = Store::open(&address.parse().unwrap()).await.unwrap();
        let how = async || -> Result<i64> {
            Ok(in_transaction!(store, |tx| {
                sqlx::query_scalar(HOW).fetch_one(&mut *tx).await?
            }))
        };
        assert_eq!(how().await.unwrap(), FULL);
        assert_eq!(unflushed(&store).await.unwrap(), NORMAL);
        assert_eq!(how().await.unwrap(), FULL);
        let begun = Notify::new();
        tokio::select! {
            ended = hang(&store, &begun) => panic!("{ended:?}"),
            () = begun.notified() => {}
        }
        assert_eq!(how().await.unwrap(), FULL, "it was given up halfway");
    }
}
