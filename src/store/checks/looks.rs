//! What looks at a URL showed, and the small pictures of it.

use std::collections::{HashMap, HashSet};

use sqlx::FromRow;

use crate::{
    clock::Timestamp,
    domain::{CacheWord, CheckFormat, CheckId, CompanyId, Evidence, Look, LookKind, Sighting},
    store::{Result, Store, convert::unknown, statement::Statement},
};

/// A look at a URL in one format.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredLook {
    /// What the browser could show.
    pub format: CheckFormat,
    /// At what.
    pub kind: LookKind,
    /// When.
    pub at: Timestamp,
    /// What it showed. How long browsers may keep it is kept with the check alone.
    pub look: Look,
}

/// What was seen, as it is served.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredPicture {
    /// Its media type.
    pub content_type: String,
    /// Its bytes.
    pub bytes: Vec<u8>,
}

#[derive(FromRow)]
struct LookRow {
    format: String,
    kind: String,
    at: i64,
    failure: Option<String>,
    status: Option<i32>,
    hash: Option<Vec<u8>>,
    etag: Option<String>,
    last_modified: Option<String>,
    length: Option<i64>,
    cache_word: Option<String>,
    age: Option<i64>,
}

/// The same of one URL among many.
#[derive(FromRow)]
struct LookOfRow {
    check_id: uuid::Uuid,
    #[sqlx(flatten)]
    look: LookRow,
}

impl LookRow {
    fn into_look(self) -> Result<StoredLook> {
        let at = Timestamp::from_micros(self.at);
        let word = self
            .cache_word
            .map(|word| CacheWord::from_word(&word).ok_or_else(|| unknown("url_look.cache_word")));
        let hash = self
            .hash
            .map(|hash| hash.try_into().map_err(|_| unknown("url_look.hash")));
        let look = match self.failure {
            Some(failure) => Err(failure),
            None => Ok(Sighting {
                at,
                status: self
                    .status
                    .and_then(|status| u16::try_from(status).ok())
                    .unwrap_or(0),
                hash: hash.transpose()?,
                etag: self.etag,
                last_modified: self.last_modified,
                length: self.length.map(i64::unsigned_abs),
                evidence: Evidence {
                    word: word.transpose()?,
                    age: self.age.map(i64::unsigned_abs),
                },
                keeps: None,
            }),
        };
        Ok(StoredLook {
            format: CheckFormat::from_word(&self.format)
                .ok_or_else(|| unknown("url_look.format"))?,
            kind: LookKind::from_word(&self.kind).ok_or_else(|| unknown("url_look.kind"))?,
            at,
            look,
        })
    }
}

/// Inserts looks of checks inside a transaction; the last argument says what happens to those that are there.
macro_rules! insert_looks {
    ($tx:ident, $company:expr, $looks:expr, $conflict:literal) => {
        for chunk in $looks.chunks($crate::store::convert::CHUNK) {
            let mut insert = sqlx::QueryBuilder::new(
                "insert into url_look (company_id, check_id, format, kind, at, failure, status, hash, etag, \
                 last_modified, length, cache_word, age) ",
            );
            insert.push_values(chunk, |mut row, (check, look)| {
                let seen = look.look.as_ref().ok();
                row.push_bind($company.uuid())
                    .push_bind(check.uuid())
                    .push_bind(look.format.as_str())
                    .push_bind(look.kind.as_str())
                    .push_bind(look.at.as_micros())
                    .push_bind(look.look.as_ref().err().map(|why| $crate::store::convert::storable(why)))
                    .push_bind(seen.map(|seen| i32::from(seen.status)))
                    .push_bind(seen.and_then(|seen| seen.hash).map(Vec::from))
                    .push_bind(seen.and_then(|seen| seen.etag.as_deref()).map($crate::store::convert::storable))
                    .push_bind(seen.and_then(|seen| seen.last_modified.as_deref()).map($crate::store::convert::storable))
                    .push_bind(seen.and_then(|seen| seen.length).map($crate::store::checks::looks::whole))
                    .push_bind(seen.and_then(|seen| seen.evidence.word).map(|word| word.as_str()))
                    .push_bind(seen.and_then(|seen| seen.evidence.age).map($crate::store::checks::looks::whole));
            });
            insert.push($conflict);
            insert.build().execute(&mut *$tx).await?;
        }
    };
}
pub(super) use insert_looks;

/// The database's type for a number, however large.
pub(super) fn whole(number: u64) -> i64 {
    i64::try_from(number).unwrap_or(i64::MAX)
}

impl Store {
    /// The looks at a URL, of each kind the one that is kept.
    pub async fn looks(&self, company: CompanyId, check: CheckId) -> Result<Vec<StoredLook>> {
        let sql = "select format, kind, at, failure, status, hash, etag, last_modified, length, cache_word, age \
                   from url_look where check_id = $1 and company_id = $2 order by format, kind";
        let rows: Vec<LookRow> = on_reader!(self, |pool| sqlx::query_as(sql)
            .bind(check.uuid())
            .bind(company.uuid())
            .fetch_all(pool)
            .await?);
        rows.into_iter().map(LookRow::into_look).collect()
    }

    /// The same for several URLs at once.
    pub async fn looks_of(
        &self,
        company: CompanyId,
        checks: &[CheckId],
    ) -> Result<HashMap<CheckId, Vec<StoredLook>>> {
        let mut looks: HashMap<CheckId, Vec<StoredLook>> = HashMap::new();
        if checks.is_empty() {
            return Ok(looks);
        }
        let mut statement = Statement::default();
        statement.sql(
            "select check_id, format, kind, at, failure, status, hash, etag, last_modified, length, cache_word, age \
             from url_look where check_id in ",
        );
        statement.uuids(checks.iter().map(|id| id.uuid()));
        statement.sql(" and company_id = ").uuid(company.uuid());
        statement.sql(" order by check_id, format, kind");
        let rows: Vec<LookOfRow> = on_reader!(self, |pool| {
            let mut sql = build!(statement);
            sql.build_query_as().fetch_all(pool).await?
        });
        for row in rows {
            let of_check = looks.entry(CheckId::from_uuid(row.check_id));
            of_check.or_default().push(row.look.into_look()?);
        }
        Ok(looks)
    }

    /// Keeps the small picture of a look, in the place of an older one; that from before the purge is never replaced.
    pub async fn put_picture(
        &self,
        company: CompanyId,
        check: CheckId,
        kind: LookKind,
        picture: &StoredPicture,
    ) -> Result<()> {
        let sql = "insert into look_picture (company_id, check_id, kind, content_type, bytes) \
                   select company_id, id, $3, $4, $5 from url_check where id = $2 and company_id = $1 \
                   on conflict (check_id, kind) do update set content_type = excluded.content_type, \
                   bytes = excluded.bytes where look_picture.kind <> 'before'";
        on_writer!(self, |pool| sqlx::query(sql)
            .bind(company.uuid())
            .bind(check.uuid())
            .bind(kind.as_str())
            .bind(picture.content_type.as_str())
            .bind(picture.bytes.as_slice())
            .execute(pool)
            .await?
            .rows_affected());
        Ok(())
    }

    /// Takes the small picture of an earlier look away, where the latest showed none. That from before the purge stays.
    pub async fn drop_picture(
        &self,
        company: CompanyId,
        check: CheckId,
        kind: LookKind,
    ) -> Result<()> {
        let sql = "delete from look_picture where company_id = $1 and check_id = $2 and kind = $3 and kind <> 'before'";
        on_writer!(self, |pool| sqlx::query(sql)
            .bind(company.uuid())
            .bind(check.uuid())
            .bind(kind.as_str())
            .execute(pool)
            .await?
            .rows_affected());
        Ok(())
    }

    /// The small picture of a look.
    pub async fn picture(
        &self,
        company: CompanyId,
        check: CheckId,
        kind: LookKind,
    ) -> Result<Option<StoredPicture>> {
        let sql = "select content_type, bytes from look_picture \
                   where check_id = $1 and kind = $2 and company_id = $3";
        let row: Option<(String, Vec<u8>)> = on_reader!(self, |pool| sqlx::query_as(sql)
            .bind(check.uuid())
            .bind(kind.as_str())
            .bind(company.uuid())
            .fetch_optional(pool)
            .await?);
        Ok(row.map(|(content_type, bytes)| StoredPicture {
            content_type,
            bytes,
        }))
    }

    /// Which small pictures there are of these URLs.
    pub async fn pictures(
        &self,
        company: CompanyId,
        checks: &[CheckId],
    ) -> Result<HashSet<(CheckId, LookKind)>> {
        if checks.is_empty() {
            return Ok(HashSet::new());
        }
        let mut statement = Statement::default();
        statement.sql("select check_id, kind from look_picture where check_id in ");
        statement.uuids(checks.iter().map(|id| id.uuid()));
        statement.sql(" and company_id = ").uuid(company.uuid());
        let rows: Vec<(uuid::Uuid, String)> = on_reader!(self, |pool| {
            let mut sql = build!(statement);
            sql.build_query_as().fetch_all(pool).await?
        });
        let picture = |(check, kind): (uuid::Uuid, String)| {
            let kind = LookKind::from_word(&kind).ok_or_else(|| unknown("look_picture.kind"))?;
            Ok((CheckId::from_uuid(check), kind))
        };
        rows.into_iter().map(picture).collect()
    }
}
