//! Opening and closing: create the file, migrate, then connect the pools.
//!
//! Migrations run before the pools exist, on a connection of their own: no statement prepared for the old tables
//! survives into the new ones.

use std::{path::Path, time::Duration};

use sqlx::{
    Connection as _, PgConnection, SqliteConnection,
    migrate::{MigrateError, Migrator},
    postgres::{PgConnectOptions, PgPoolOptions},
    sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePoolOptions, SqliteSynchronous},
};

use super::{
    DatabaseUrl, Result, Store,
    address::Target,
    asset_index,
    db::{Db, FLUSHED},
};

static SQLITE_MIGRATIONS: Migrator = sqlx::migrate!("migrations/sqlite");
static POSTGRES_MIGRATIONS: Migrator = sqlx::migrate!("migrations/postgres");

/// How long to wait for PostgreSQL's answer, or for a free connection, before giving up.
const PATIENCE: Duration = Duration::from_secs(10);
/// How long `SQLite` waits for another process, such as `unstale user add`, to finish writing.
const LOCK_PATIENCE: Duration = Duration::from_secs(5);

/// Between two attempts at a file that is busy.
const BUSY_PAUSE: Duration = Duration::from_millis(20);
/// A connection that answered so lately is used without asking whether it is still there: a page makes a dozen statements,
/// and each would be two.
const FRESH: Duration = Duration::from_secs(1);
const SQLITE_READERS: u32 = 4;
const POSTGRES_CONNECTIONS: u32 = 10;

/// Why the database could not be opened. Each is one sentence for the person who starts the program; none holds
/// a password.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    /// The file of an `SQLite` database cannot be opened, created or written, or is none.
    #[error("cannot open or create the database file {path}: {reason}")]
    File {
        /// The file.
        path: String,
        /// What the system says.
        reason: String,
    },
    /// PostgreSQL cannot be reached or does not let us in.
    #[error("cannot connect to the database {database}: {reason}")]
    Connect {
        /// The address, without its password.
        database: String,
        /// What the system or PostgreSQL says.
        reason: String,
    },
    /// A newer version of the program has already changed the database.
    #[error(
        "the database {database} was made by a newer version of Unstale; start that version, or restore a backup"
    )]
    NewerVersion {
        /// The address, without its password.
        database: String,
    },
    /// The tables could not be brought up to date.
    #[error("cannot bring the tables of the database {database} up to date: {reason}")]
    Migration {
        /// The address, without its password.
        database: String,
        /// What the database says.
        reason: String,
    },
}

impl Store {
    /// Connects, creating the file of an `SQLite` database, and brings the tables up to date.
    pub async fn open(url: &DatabaseUrl) -> Result<Self, OpenError> {
        let db = match &url.0 {
            Target::Sqlite(options) => open_sqlite(url, options).await?,
            Target::Postgres { options, .. } => open_postgres(url, options).await?,
        };
        Ok(Self {
            db,
            snapshots: std::sync::Arc::default(),
        })
    }

    /// Whether the database answers.
    pub async fn ping(&self) -> Result<()> {
        on_reader!(self, |pool| sqlx::query("select 1")
            .execute(pool)
            .await?
            .rows_affected());
        Ok(())
    }

    /// Waits for what is under way, then closes every connection. Other clones are closed too.
    pub async fn close(&self) {
        match &self.db {
            Db::Sqlite {
                reader,
                walker,
                writer,
            } => {
                walker.close().await;
                // The writer last: the last connection to close folds the log back into the file, and a reader may not.
                reader.close().await;
                writer.close().await;
            }
            Db::Postgres(pool) => pool.close().await,
        }
    }
}

async fn open_sqlite(url: &DatabaseUrl, options: &SqliteConnectOptions) -> Result<Db, OpenError> {
    let path = options.get_filename();
    let unopened = |reason: String| OpenError::File {
        path: path.display().to_string(),
        reason,
    };
    create_private_file(path).map_err(|error| unopened(error.to_string()))?;

    let options = options
        .clone()
        .foreign_keys(true)
        .busy_timeout(LOCK_PATIENCE)
        // In KiB when negative. Per connection, so small; what is read often comes from the memory map below.
        .pragma("cache_size", "-8192");
    // A submission that was confirmed to a person must survive power loss.
    let writing = options.clone().synchronous(SqliteSynchronous::Full);
    let walking = options.read_only(true);
    let reading = walking.clone().pragma("mmap_size", "1073741824");

    let mut connection = connect_in_wal_mode(&writing)
        .await
        .map_err(|error| unopened(error.to_string()))?;
    migrate_sqlite(&mut connection)
        .await
        .map_err(|error| unmigrated(url, &error))?;
    asset_index::prepare_sqlite(&mut connection)
        .await
        .map_err(|error| unmigrated(url, &error.into()))?;

    let writer = SqlitePoolOptions::new()
        .max_connections(1)
        .acquire_timeout(PATIENCE)
        .after_connect(|connection, _| {
            Box::pin(async move {
                sqlx::raw_sql(FLUSHED).execute(connection).await?;
                Ok(())
            })
        })
        // However `in_transaction_flushed_if` ended, even given up halfway.
        .after_release(|connection, _| {
            Box::pin(async move {
                sqlx::raw_sql(FLUSHED).execute(connection).await?;
                Ok(true)
            })
        });
    let writer = writer
        .connect_with(writing)
        .await
        .map_err(|error| unopened(error.to_string()))?;
    let reader = SqlitePoolOptions::new()
        .max_connections(SQLITE_READERS)
        .acquire_timeout(PATIENCE);
    let reader = reader
        .connect_with(reading)
        .await
        .map_err(|error| unopened(error.to_string()))?;
    let walker = SqlitePoolOptions::new()
        .max_connections(1)
        .acquire_timeout(PATIENCE)
        .connect_lazy_with(walking);
    // Not earlier: the last connection to close ends the WAL, which another that opens just then takes for a lock.
    connection
        .close()
        .await
        .map_err(|error| unopened(error.to_string()))?;
    Ok(Db::Sqlite {
        reader,
        walker,
        writer,
    })
}

/// A connection to a file that keeps a write-ahead log from now on. While another program switches it over, `SQLite`
/// says at once that it is busy, whatever the busy time-out; so the patience is ours.
async fn connect_in_wal_mode(options: &SqliteConnectOptions) -> sqlx::Result<SqliteConnection> {
    let options = options.clone().journal_mode(SqliteJournalMode::Wal);
    let connected = async {
        loop {
            match SqliteConnection::connect_with(&options).await {
                Err(error) if is_busy(&error) => tokio::time::sleep(BUSY_PAUSE).await,
                connected => return connected,
            }
        }
    };
    tokio::time::timeout(LOCK_PATIENCE, connected)
        .await
        .unwrap_or(Err(sqlx::Error::PoolTimedOut))
}

fn is_busy(error: &sqlx::Error) -> bool {
    const SQLITE_BUSY: &str = "5";
    let code = error
        .as_database_error()
        .and_then(sqlx::error::DatabaseError::code);
    code.is_some_and(|code| code == SQLITE_BUSY)
}

/// Of two programs that start at once, one waits here for the other. (PostgreSQL's migrations lock by themselves.)
async fn migrate_sqlite(connection: &mut SqliteConnection) -> Result<(), MigrateError> {
    let mut tx = connection.begin_with("begin immediate").await?;
    SQLITE_MIGRATIONS.run(&mut *tx).await?;
    Ok(tx.commit().await?)
}

/// Makes sure that the file exists and can be written. A new one is for our user alone, and `SQLite` gives the files
/// beside it the same rights.
fn create_private_file(path: &Path) -> std::io::Result<()> {
    let mut file = std::fs::OpenOptions::new();
    file.append(true).create(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut file, 0o600);
    file.open(path).map(drop)
}

async fn open_postgres(url: &DatabaseUrl, options: &PgConnectOptions) -> Result<Db, OpenError> {
    let unconnected = |reason: String| OpenError::Connect {
        database: url.to_string(),
        reason,
    };
    let mut connection = tokio::time::timeout(PATIENCE, PgConnection::connect_with(options))
        .await
        .map_err(|_| unconnected("no answer".to_owned()))?
        .map_err(|error| unconnected(error.to_string()))?;
    let migrated = POSTGRES_MIGRATIONS.run(&mut connection).await;
    migrated.map_err(|error| unmigrated(url, &error))?;
    connection
        .close()
        .await
        .map_err(|error| unconnected(error.to_string()))?;

    let pool = PgPoolOptions::new()
        .max_connections(POSTGRES_CONNECTIONS)
        .acquire_timeout(PATIENCE)
        .test_before_acquire(false)
        .before_acquire(|connection, used| {
            Box::pin(async move {
                if used.idle_for > FRESH {
                    connection.ping().await?;
                }
                Ok(true)
            })
        });
    let pool = pool
        .connect_with(options.clone())
        .await
        .map_err(|error| unconnected(error.to_string()))?;
    // Apart: whoever opens a store need not carry all of its state.
    Box::pin(asset_index::prepare_postgres(&pool))
        .await
        .map_err(|error| unmigrated(url, &error.into()))?;
    Ok(Db::Postgres(pool))
}

fn unmigrated(url: &DatabaseUrl, error: &MigrateError) -> OpenError {
    let database = url.to_string();
    match error {
        MigrateError::VersionMissing(_) => OpenError::NewerVersion { database },
        error => OpenError::Migration {
            database,
            reason: error.to_string(),
        },
    }
}
