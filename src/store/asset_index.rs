//! The indexes that searching uses, and loading assets in bulk, which takes them away and makes them again.
//!
//! They are made here rather than in a migration because they come and go. Searching is right without any of them,
//! only slow. What a crash leaves undone is written down in the table `bulk_load`.

use sqlx::{PgPool, SqliteConnection};
use tracing::warn;
use uuid::Uuid;

use super::{
    Result, Store,
    db::Db,
    fold::{fold_id, search_text},
};
use crate::{
    clock::Timestamp,
    domain::{Asset, AssetKey, CompanyId},
};

/// Rows that are indexed in one transaction; the lock is held for about half a second.
const INDEXED_AT_ONCE: i64 = 20_000;

/// Rows whose searched text is made again in one transaction.
const REFOLDED_AT_ONCE: i64 = 2_000;

/// A load into a catalogue that holds more than this keeps the indexes: others are searching it.
const SMALL: i64 = 1_000;

/// Held while the indexes are made on PostgreSQL, so that two nodes do not make them at once.
const ADVISORY_LOCK: i64 = 0x0075_6e73_7461_6c65;

/// An hour in microseconds: what changed sooner after it was made is new rather than replaced.
pub(super) const NEW_FOR: i64 = 3_600_000_000;

/// Walking by name looks at nothing but the index: the columns that searching and filtering need stand behind its key. So
/// does walking by the name of one type. Images are most of a catalogue: for them the one by name is as good.
const SQLITE: [&str; 5] = [
    "create index if not exists asset_by_name on asset (company_id, id_folded, key, number, folder, class, asset_type, \
     published, changed_at, created_at, vanished_at, search_text) where vanished_at is null",
    "create index if not exists asset_by_type on asset (company_id, asset_type, published, id_folded, key, number, folder, \
     class, changed_at, created_at, vanished_at, search_text) where vanished_at is null and asset_type <> 'Image'",
    "create index if not exists asset_by_folder on asset (company_id, folder, id_folded, key) where vanished_at is null",
    "create index if not exists asset_by_change on asset (company_id, changed_at, key, number, class, asset_type, \
     published, created_at, vanished_at) where vanished_at is null",
    "create index if not exists asset_recent on asset (company_id, changed_at, key, number, class, asset_type, \
     published, created_at, vanished_at) where vanished_at is null \
     and changed_at > created_at + 3600000000 and (last_invalidated_at is null or changed_at > last_invalidated_at)",
];

const POSTGRES: [&str; 5] = [
    "create index if not exists asset_by_name on asset (company_id, id_folded, key) include (number, folder, class, \
     asset_type, published, changed_at, created_at, search_text) where vanished_at is null",
    "create index if not exists asset_by_type on asset (company_id, asset_type, published, id_folded, key) \
     include (number, folder, class, changed_at, created_at, search_text) \
     where vanished_at is null and asset_type <> 'Image'",
    "create index if not exists asset_by_folder on asset (company_id, folder, id_folded, key) where vanished_at is null",
    "create index if not exists asset_by_change on asset (company_id, changed_at, key) include (number, id_folded, \
     class, asset_type, published, created_at) where vanished_at is null",
    "create index if not exists asset_recent on asset (company_id, changed_at, key) include (number, id_folded, class, \
     asset_type, published, created_at) where vanished_at is null \
     and changed_at > created_at + 3600000000 and (last_invalidated_at is null or changed_at > last_invalidated_at)",
];

/// PostgreSQL's usual 64 MB make it write the index of pieces in many small parts. Until the transaction's end.
const MORE_MEMORY: &str = "select set_config('maintenance_work_mem', \
                           greatest(pg_size_bytes(current_setting('maintenance_work_mem')) / 1024, 262144)::text, true)";

/// Needs the extension `pg_trgm`, which not every PostgreSQL has and not every account may install.
const POSTGRES_TRIGRAM: [&str; 2] = [
    "create extension if not exists pg_trgm",
    "create index if not exists _asset_trigram on asset using gin (search_text gin_trgm_ops)",
];

const DROPPED: [&str; 5] = [
    "drop index if exists asset_by_name",
    "drop index if exists asset_by_type",
    "drop index if exists asset_by_folder",
    "drop index if exists asset_by_change",
    "drop index if exists asset_recent",
];

/// The load of a company is done.
const DONE: &str = "delete from bulk_load where company_id = $1";

const IS_LOADING: &str = "select exists (select 1 from bulk_load)";

/// Makes what is missing, unless a load is under way or was interrupted: then its end makes them.
pub(super) async fn prepare_sqlite(connection: &mut SqliteConnection) -> Result<(), sqlx::Error> {
    let loading: bool = sqlx::query_scalar(IS_LOADING)
        .fetch_one(&mut *connection)
        .await?;
    if !loading {
        for sql in SQLITE {
            sqlx::query(sql).execute(&mut *connection).await?;
        }
    }
    Ok(())
}

/// The same for PostgreSQL.
pub(super) async fn prepare_postgres(pool: &PgPool) -> Result<(), sqlx::Error> {
    let loading: bool = sqlx::query_scalar(IS_LOADING).fetch_one(pool).await?;
    if !loading {
        make_postgres(pool).await?;
    }
    Ok(())
}

async fn make_postgres(pool: &PgPool) -> Result<(), sqlx::Error> {
    let mut turn = pool.begin().await?;
    sqlx::query("select pg_advisory_xact_lock($1)")
        .bind(ADVISORY_LOCK)
        .execute(&mut *turn)
        .await?;
    // The index of pieces takes five times as long as the others together, and PostgreSQL makes it on one core. Each side
    // commits by itself: one that kept its lock on the table until the other is done would wait for it in a circle, behind
    // whoever writes, and PostgreSQL would not see it.
    let (others, trigrams) = (Box::pin(make_others(pool)), Box::pin(make_trigrams(pool)));
    let (others, trigrams) = tokio::join!(others, trigrams);
    others?;
    trigrams?;
    turn.commit().await
}

async fn make_others(pool: &PgPool) -> Result<(), sqlx::Error> {
    let mut tx = pool.begin().await?;
    for sql in POSTGRES {
        sqlx::query(sql).execute(&mut *tx).await?;
    }
    tx.commit().await
}

/// Without the extension there is no index, and a warning.
async fn make_trigrams(pool: &PgPool) -> Result<(), sqlx::Error> {
    let mut tx = pool.begin().await?;
    let made = async {
        sqlx::query(MORE_MEMORY).execute(&mut *tx).await?;
        for sql in POSTGRES_TRIGRAM {
            sqlx::query(sql).execute(&mut *tx).await?;
        }
        Ok::<_, sqlx::Error>(())
    };
    if let Err(error) = made.await {
        warn!(
            %error,
            "PostgreSQL's extension pg_trgm cannot be used, so searching large catalogues for rare words is slow; \
             an administrator of the database can install it with: create extension pg_trgm"
        );
        return tx.rollback().await;
    }
    tx.commit().await
}

impl Store {
    /// Readies the catalogue for many thousands of new assets: until [`Store::finish_bulk_load`], searching is slow and
    /// may find less, and [`Store::put_assets`] is quicker. Beginning twice is beginning once.
    pub async fn begin_bulk_load(&self, company: CompanyId) -> Result<()> {
        let few = "select count(*) from (select 1 from asset limit $1) few";
        let sql = "insert into bulk_load (company_id, indexed_to) \
                   values ($1, coalesce((select max(number) from asset), 0)) on conflict (company_id) do nothing";
        in_transaction!(self, |tx| {
            let rows: i64 = sqlx::query_scalar(few)
                .bind(SMALL + 1)
                .fetch_one(&mut *tx)
                .await?;
            sqlx::query(sql)
                .bind(company.uuid())
                .execute(&mut *tx)
                .await?;
            if rows <= SMALL {
                for sql in DROPPED {
                    sqlx::query(sql).execute(&mut *tx).await?;
                }
                if self.is_postgres() {
                    sqlx::query("drop index if exists _asset_trigram")
                        .execute(&mut *tx)
                        .await?;
                }
            }
        });
        self.catalogue_replaced(company);
        Ok(())
    }

    /// Builds what searching needs for what came since [`Store::begin_bulk_load`]. Does nothing without it. Interrupted,
    /// it goes on where it was when it is called again.
    pub async fn finish_bulk_load(&self, company: CompanyId) -> Result<()> {
        let Some(indexed_to) = self.indexed_to(company).await? else {
            return Ok(());
        };
        if indexed_to < 0 {
            self.refold(company).await?;
        }
        match &self.db {
            Db::Sqlite { writer, .. } => {
                for sql in SQLITE {
                    sqlx::query(sql).execute(writer).await?;
                }
                while self.index_more(company).await? {}
            }
            Db::Postgres(pool) => {
                make_postgres(pool).await?;
                // Only what a vacuum has seen can be answered from an index alone.
                sqlx::query("vacuum (analyze) asset").execute(pool).await?;
                sqlx::query(DONE).bind(company.uuid()).execute(pool).await?;
            }
        }
        self.catalogue_replaced(company);
        Ok(())
    }

    /// The companies whose load was begun and not finished: when none is under way, a crash was in between.
    pub async fn unfinished_bulk_loads(&self) -> Result<Vec<CompanyId>> {
        let sql = "select company_id from bulk_load order by company_id";
        let companies: Vec<Uuid> =
            on_reader!(self, |pool| sqlx::query_scalar(sql).fetch_all(pool).await?);
        Ok(companies.into_iter().map(CompanyId::from_uuid).collect())
    }

    /// Those of them that nobody works on: nobody reads the catalogue, and since `quiet_since` no asset came. Where none
    /// came, all of the company's assets are walked, once: their end takes longer, and an index by `seen_at` would be
    /// written anew by each comparison of all IDs.
    pub async fn abandoned_bulk_loads(
        &self,
        quiet_since: Timestamp,
        now: Timestamp,
    ) -> Result<Vec<CompanyId>> {
        let sql = "select l.company_id from bulk_load l where not exists (select 1 from catalogue_sync s \
                   where s.company_id = l.company_id and s.lease_until > $1) and not exists (select 1 from asset a \
                   where a.company_id = l.company_id and a.seen_at > $2) order by l.company_id";
        let companies: Vec<Uuid> = on_reader!(self, |pool| sqlx::query_scalar(sql)
            .bind(now.as_micros())
            .bind(quiet_since.as_micros())
            .fetch_all(pool)
            .await?);
        Ok(companies.into_iter().map(CompanyId::from_uuid).collect())
    }

    pub(super) async fn indexed_to(&self, company: CompanyId) -> Result<Option<i64>> {
        let sql = "select indexed_to from bulk_load where company_id = $1";
        Ok(on_reader!(self, |pool| sqlx::query_scalar(sql)
            .bind(company.uuid())
            .fetch_optional(pool)
            .await?))
    }

    /// Indexes the next rows on `SQLite`; false when there were none, and the load is done. The transaction moves the mark
    /// with them, or takes it away, so that nothing is indexed twice, or never, whoever puts assets meanwhile.
    async fn index_more(&self, company: CompanyId) -> Result<bool> {
        // `+` keeps the planner from going by company and sorting all of its assets by number, for each of the steps.
        let last = "select max(number) from (select number from asset where +company_id = $1 and number > \
                    (select indexed_to from bulk_load where company_id = $1) order by number limit $2) next";
        let index = "insert into _asset_trigram (rowid, search_text) select number, search_text from asset \
                     where +company_id = $1 and number > (select indexed_to from bulk_load where company_id = $1) \
                     and number <= $2 order by number";
        let mark = "update bulk_load set indexed_to = $1 where company_id = $2";
        Ok(in_transaction_flushed_if!(self, false, |tx| {
            let last: Option<i64> = sqlx::query_scalar(last)
                .bind(company.uuid())
                .bind(INDEXED_AT_ONCE)
                .fetch_one(&mut *tx)
                .await?;
            if let Some(last) = last {
                sqlx::query(index)
                    .bind(company.uuid())
                    .bind(last)
                    .execute(&mut *tx)
                    .await?;
                sqlx::query(mark)
                    .bind(last)
                    .bind(company.uuid())
                    .execute(&mut *tx)
                    .await?;
            } else {
                sqlx::query(DONE)
                    .bind(company.uuid())
                    .execute(&mut *tx)
                    .await?;
            }
            last.is_some()
        }))
    }

    /// Makes the searched text of every asset again, after an older version of Unstale.
    async fn refold(&self, company: CompanyId) -> Result<()> {
        let mut after = 0;
        while let Some(last) = self.refold_more(company, after).await? {
            after = last;
        }
        let sql = "update bulk_load set indexed_to = 0 where company_id = $1";
        on_writer!(self, |pool| sqlx::query(sql)
            .bind(company.uuid())
            .execute(pool)
            .await?
            .rows_affected());
        Ok(())
    }

    async fn refold_more(&self, company: CompanyId, after: i64) -> Result<Option<i64>> {
        let read = "select number, id, file_name, folder from asset \
                    where company_id = $1 and number > $2 order by number limit $3";
        let write = "update asset set id_folded = $1, search_text = $2 where number = $3";
        Ok(in_transaction_flushed_if!(self, false, |tx| {
            let rows: Vec<(i64, String, String, String)> = sqlx::query_as(read)
                .bind(company.uuid())
                .bind(after)
                .bind(REFOLDED_AT_ONCE)
                .fetch_all(&mut *tx)
                .await?;
            let last = rows.last().map(|row| row.0);
            for (number, id, file_name, folder) in rows {
                let asset = named(id, file_name, folder);
                sqlx::query(write)
                    .bind(fold_id(&asset.id))
                    .bind(search_text(&asset))
                    .bind(number)
                    .execute(&mut *tx)
                    .await?;
            }
            last
        }))
    }
}

/// An asset of which nothing but the names counts.
fn named(id: String, file_name: String, folder: String) -> Asset {
    Asset {
        key: AssetKey::from_uuid(Uuid::nil()),
        id,
        file_name,
        folder,
        asset_type: String::new(),
        published: false,
        handle: None,
        created_at: Timestamp::from_micros(0),
        changed_at: Timestamp::from_micros(0),
        vanished_at: None,
    }
}
