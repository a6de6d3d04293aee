//! A fresh database per test, of either kind, gone when the test ends.

use std::env;

use sqlx::{Connection as _, PgConnection, SqliteConnection};
use tempfile::TempDir;
use unstale::{
    clock::Clock,
    store::{DatabaseUrl, Store},
};

/// Where the tests find PostgreSQL: the address of a database of a throw-away cluster, as someone who may create others.
const POSTGRES: &str = "UNSTALE_TEST_POSTGRES";

/// The two databases that Unstale runs on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Backend {
    Sqlite,
    Postgres,
}

/// A database of its own, opened and migrated.
pub struct TestDatabase {
    pub store: Store,
    pub url: DatabaseUrl,
    /// What [`TestDatabase::url`] was made from.
    address: String,
    pub backend: Backend,
    _guard: Guard,
}

/// Removes the database when it is dropped.
pub enum Guard {
    Folder(#[expect(dead_code, reason = "held for its drop")] TempDir),
    Database { admin: String, name: String },
}

impl TestDatabase {
    pub async fn create(backend: Backend) -> Self {
        let (address, guard) = empty(backend).await;
        Self::open(backend, address, guard).await
    }

    /// A PostgreSQL database that belongs to an account which may make tables and no extensions.
    pub async fn without_trigrams() -> Self {
        let (admin, guard) = create_postgres().await;
        let account = "do $$ begin create role unstale_plain login; \
                       exception when duplicate_object or unique_violation then null; end $$; \
                       grant all on schema public to unstale_plain";
        run_as_admin(&admin, account.to_owned()).await;
        let mut url = url::Url::parse(&admin).unwrap();
        url.set_username("unstale_plain").unwrap();
        Self::open(Backend::Postgres, url.into(), guard).await
    }

    async fn open(backend: Backend, address: String, guard: Guard) -> Self {
        let url: DatabaseUrl = address.parse().unwrap();
        let store = Store::open(&url).await.unwrap();
        Self {
            store,
            url,
            address,
            backend,
            _guard: guard,
        }
    }

    /// A second store on the same database, as another node would have.
    pub async fn reopen(&self) -> Store {
        Store::open(&self.url).await.unwrap()
    }

    /// Runs statements of the test's own, past the store.
    pub async fn execute(&self, sql: &'static str) {
        match self.backend {
            Backend::Sqlite => {
                let mut connection = self.sqlite().await;
                sqlx::raw_sql(sql).execute(&mut connection).await.unwrap();
                connection.close().await.unwrap();
            }
            Backend::Postgres => {
                let mut connection = self.postgres().await;
                sqlx::raw_sql(sql).execute(&mut connection).await.unwrap();
                connection.close().await.unwrap();
            }
        }
    }

    pub async fn sqlite(&self) -> SqliteConnection {
        SqliteConnection::connect(&self.address).await.unwrap()
    }

    pub async fn postgres(&self) -> PgConnection {
        PgConnection::connect(&self.address).await.unwrap()
    }
}

/// The address of a database without tables, which for `SQLite` means none yet.
pub async fn empty(backend: Backend) -> (String, Guard) {
    match backend {
        Backend::Sqlite => {
            let folder = TempDir::new().unwrap();
            let address = format!("sqlite://{}", folder.path().join("test.db").display());
            (address, Guard::Folder(folder))
        }
        Backend::Postgres => create_postgres().await,
    }
}

async fn create_postgres() -> (String, Guard) {
    let admin = env::var(POSTGRES).unwrap_or_else(|_| {
        panic!("{POSTGRES} is not set: run `make test`, which starts a PostgreSQL of its own for the tests")
    });
    let name = format!("unstale_{}", Clock::system().new_uuid().simple());
    let mut url = url::Url::parse(&admin).unwrap();
    url.set_path(&name);
    run_as_admin(&admin, format!("create database {name}")).await;
    (url.into(), Guard::Database { admin, name })
}

async fn run_as_admin(admin: &str, sql: String) {
    let mut connection = PgConnection::connect(admin).await.unwrap();
    sqlx::raw_sql(sqlx::AssertSqlSafe(sql))
        .execute(&mut connection)
        .await
        .unwrap();
    connection.close().await.unwrap();
}

impl Drop for Guard {
    fn drop(&mut self) {
        let Self::Database { admin, name } = self else {
            return;
        };
        let admin = std::mem::take(admin);
        let sql = format!("drop database if exists {name} with (force)");
        // A drop cannot wait, and the test's own runtime may be shutting down: a thread with a runtime of its own.
        let dropped = std::thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread()
                .enable_all()
                .build()
                .unwrap();
            runtime.block_on(run_as_admin(&admin, sql));
        });
        if dropped.join().is_err() {
            eprintln!("the test's database {name} could not be dropped");
        }
    }
}
