//! What every `Store` method promises, checked on both databases: each case becomes a test in `sqlite` and one in
//! `postgres`. No method without a case, see [`schema`].

use std::time::Duration;

use unstale::{
    clock::{Clock, Timestamp},
    domain::{
        Asset, AssetKey, BatchId, BatchState, Company, CompanyId, Email, InvalidationId, Options,
        PersonId, PresetChoice, PublishServer, Role, UrlOrigin,
    },
    store::{Draft, NewBatch, NewPerson, PasswordHash, Store, Submission, SubmittedUrl},
};

use crate::support::database::{Backend, TestDatabase};

/// Makes a test of each case, on one database.
macro_rules! on_database {
    ($database:ident: $fixture:expr, $($case:ident)*) => {
        mod $database {
            $(#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn $case() {
                use crate::store_contract::Fixture;
                super::$case(&$fixture.await).await;
            })*
        }
    };
}

/// Makes two tests of each case.
macro_rules! on_both_databases {
    ($($case:ident)*) => {
        on_database!(sqlite: Fixture::new(crate::support::database::Backend::Sqlite), $($case)*);
        on_database!(postgres: Fixture::new(crate::support::database::Backend::Postgres), $($case)*);
    };
}

/// Makes three: PostgreSQL need not have the extension that searching likes to use.
macro_rules! on_both_databases_and_without_trigrams {
    ($($case:ident)*) => {
        on_both_databases!($($case)*);
        on_database!(postgres_without_trigrams: Fixture::without_trigrams(), $($case)*);
    };
}

mod alike;
mod assets;
mod batches;
mod bulk_load;
mod catalogue;
mod catalogue_syncs;
mod checks;
mod checks_shown;
mod companies;
mod connections;
mod drafts;
mod evidence;
mod history;
mod history_verdicts;
mod hosts;
mod imports;
mod invalidations;
mod last_invalidation;
mod opening;
mod people;
mod presets;
mod schema;
mod search;
mod selection;
mod sessions;
mod templates;

/// A fresh database, and what cases are made of.
struct Fixture {
    store: Store,
    db: TestDatabase,
    clock: Clock,
}

impl Fixture {
    async fn new(backend: Backend) -> Self {
        Self::on(TestDatabase::create(backend).await)
    }

    /// On a PostgreSQL whose account may not install `pg_trgm`.
    async fn without_trigrams() -> Self {
        let fixture = Self::on(TestDatabase::without_trigrams().await);
        fixture.has_no_trigrams().await;
        fixture
    }

    fn on(db: TestDatabase) -> Self {
        let clock = Clock::manual(Timestamp::from_micros(1_800_000_000_000_000));
        Self {
            store: db.store.clone(),
            db,
            clock,
        }
    }

    /// Whatever was done to it, the extension is not there, and the index that needs it neither.
    async fn has_no_trigrams(&self) {
        let sql = "select count(*) from pg_extension where extname = 'pg_trgm'";
        let mut connection = self.db.postgres().await;
        let number: i64 = sqlx::query_scalar(sql)
            .fetch_one(&mut connection)
            .await
            .unwrap();
        assert_eq!(number, 0);
    }

    fn now(&self) -> Timestamp {
        self.clock.now()
    }

    /// A second later.
    fn later(&self) -> Timestamp {
        self.clock.advance(Duration::from_secs(1));
        self.clock.now()
    }

    fn new_company(&self, slug: &str) -> Company {
        Company {
            id: CompanyId::from_uuid(self.clock.new_uuid()),
            slug: slug.parse().unwrap(),
            name: format!("The {slug} company"),
            root: Some(slug.to_owned()),
            handle: Some("c|6".to_owned()),
            publish_server: PublishServer::parse("http://images.example.com:8080"),
            alias: None,
        }
    }

    /// A company in the database.
    async fn company(&self, slug: &str) -> CompanyId {
        let company = self.new_company(slug);
        self.store.add_company(&company, self.now()).await.unwrap();
        company.id
    }

    fn new_person(&self, email: &str, role: Role) -> NewPerson {
        NewPerson {
            id: PersonId::from_uuid(self.clock.new_uuid()),
            email: email.parse::<Email>().unwrap(),
            role,
            password_hash: PasswordHash(format!("$argon2id$of {email}")),
            created_at: self.now(),
        }
    }

    /// An editor in the database.
    async fn person(&self, email: &str) -> PersonId {
        let person = self.new_person(email, Role::Editor);
        self.store.add_person(&person).await.unwrap();
        person.id
    }

    fn new_asset(&self, id: &str, folder: &str) -> Asset {
        Asset {
            key: AssetKey::from_uuid(self.clock.new_uuid()),
            id: id.to_owned(),
            file_name: format!("{id}.tif"),
            folder: folder.to_owned(),
            asset_type: "Image".to_owned(),
            published: true,
            handle: Some(format!("a|{id}")),
            created_at: Timestamp::from_micros(3),
            changed_at: Timestamp::from_micros(7),
            vanished_at: None,
        }
    }

    /// Assets in the database, in the order of their IDs.
    async fn assets(&self, company: CompanyId, ids: &[&str]) -> Vec<Asset> {
        let assets: Vec<Asset> = ids
            .iter()
            .map(|id| self.new_asset(id, "shop/shoes"))
            .collect();
        self.store
            .put_assets(company, &assets, self.now())
            .await
            .unwrap();
        assets
    }

    fn new_draft(&self, company: CompanyId, author: PersonId) -> Draft {
        Draft {
            id: InvalidationId::from_uuid(self.clock.new_uuid()),
            company,
            author,
            options: Options {
                presets: false,
                template: true,
                alias: true,
                fold: false,
            },
            split: false,
            presets: PresetChoice::All,
            manual_urls: String::new(),
            version: 1,
            created_at: self.now(),
            updated_at: self.now(),
        }
    }

    /// A draft in the database.
    async fn draft(&self, company: CompanyId, author: PersonId) -> Draft {
        let draft = self.new_draft(company, author);
        self.store.create_draft(&draft).await.unwrap();
        draft
    }

    /// So many URLs in each of so many batches.
    fn submission(&self, draft: &Draft, batches: usize, urls: usize) -> Submission {
        let url = |batch: usize, position: usize| SubmittedUrl {
            position: i64::try_from(position).unwrap(),
            url: format!("http://images.example.com:8080/is/image/shop/{batch}-{position}"),
            origins: vec![
                UrlOrigin::Base {
                    asset: format!("{batch}-{position}"),
                },
                UrlOrigin::Manual { line: 3 },
            ],
            covers: vec![format!(
                "http://images.example.com:8080/is/image/shop/{batch}-{position}?wid=100"
            )],
        };
        Submission {
            company: draft.company,
            id: draft.id,
            version: draft.version,
            template_version: None,
            first_state: BatchState::Waiting,
            batches: (1..=batches)
                .map(|batch| NewBatch {
                    id: BatchId::from_uuid(self.clock.new_uuid()),
                    root: "shop".to_owned(),
                    handle: Some("c|6".to_owned()),
                    urls: (1..=urls).map(|position| url(batch, position)).collect(),
                })
                .collect(),
            now: self.now(),
        }
    }

    /// A submitted invalidation in the database.
    async fn submitted(&self, company: CompanyId, author: PersonId, batches: usize) -> Submission {
        let draft = self.draft(company, author).await;
        let submission = self.submission(&draft, batches, 2);
        self.store.submit(&submission).await.unwrap();
        submission
    }
}

/// IDs, for comparing.
fn ids(assets: &[Asset]) -> Vec<&str> {
    assets.iter().map(|asset| asset.id.as_str()).collect()
}
