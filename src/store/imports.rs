//! Files that people have uploaded to be imported: kept in parts until that is done or they think better of it.

use sqlx::FromRow;
use uuid::Uuid;

use super::{
    Result, Store, StoreError,
    convert::{storable, unknown},
};
use crate::{
    clock::Timestamp,
    domain::{CompanyId, ImportId},
};

/// An uploaded file, without its content.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ImportFile {
    /// Which one.
    pub id: ImportId,
    /// For which company.
    pub company: CompanyId,
    /// What its lines are, in the words of whoever imports.
    pub kind: String,
    /// The name that it had.
    pub name: String,
    /// How far it is.
    pub state: ImportState,
    /// What is known about it, as JSON.
    pub report: String,
    /// When it came.
    pub created_at: Timestamp,
    /// When somebody last worked on it.
    pub touched_at: Timestamp,
}

/// How far an import is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ImportState {
    /// Its parts are coming in. One that stays so is not whole, and never imported.
    Receiving,
    /// Its lines are being looked through.
    Checking,
    /// It has bad lines, and a person must say whether the good ones are kept.
    Asks,
    /// Its good lines are being put into the catalogue.
    Importing,
    /// That is done.
    Done,
    /// It cannot be imported.
    Unusable,
}

impl ImportState {
    /// All states, for parsing and tests.
    pub const ALL: [Self; 6] = [
        Self::Receiving,
        Self::Checking,
        Self::Asks,
        Self::Importing,
        Self::Done,
        Self::Unusable,
    ];

    /// The word that the database keeps.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Receiving => "receiving",
            Self::Checking => "checking",
            Self::Asks => "asks",
            Self::Importing => "importing",
            Self::Done => "done",
            Self::Unusable => "unusable",
        }
    }

    fn from_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|state| state.as_str() == word)
    }
}

#[derive(FromRow)]
struct ImportRow {
    id: Uuid,
    kind: String,
    name: String,
    state: String,
    report: String,
    created_at: i64,
    touched_at: i64,
}

impl ImportRow {
    fn into_import(self, company: CompanyId) -> Result<ImportFile> {
        Ok(ImportFile {
            id: ImportId::from_uuid(self.id),
            company,
            kind: self.kind,
            name: self.name,
            state: ImportState::from_word(&self.state)
                .ok_or_else(|| unknown("import_file.state"))?,
            report: self.report,
            created_at: Timestamp::from_micros(self.created_at),
            touched_at: Timestamp::from_micros(self.touched_at),
        })
    }
}

impl Store {
    /// Notes that a file comes in. Its content follows by [`Store::add_import_part`].
    pub async fn add_import(&self, file: &ImportFile) -> Result<()> {
        let sql = "insert into import_file (id, company_id, kind, name, state, report, created_at, touched_at) \
                   values ($1, $2, $3, $4, $5, $6, $7, $8)";
        on_writer!(self, |pool| sqlx::query(sql)
            .bind(file.id.uuid())
            .bind(file.company.uuid())
            .bind(storable(&file.kind))
            .bind(storable(&file.name))
            .bind(file.state.as_str())
            .bind(storable(&file.report))
            .bind(file.created_at.as_micros())
            .bind(file.touched_at.as_micros())
            .execute(pool)
            .await?
            .rows_affected());
        Ok(())
    }

    /// Keeps a part of a file's content; parts count from 0.
    pub async fn add_import_part(
        &self,
        company: CompanyId,
        import: ImportId,
        number: i64,
        bytes: &[u8],
    ) -> Result<()> {
        let sql = "insert into import_part (company_id, import_id, number, bytes) values ($1, $2, $3, $4)";
        on_writer!(self, |pool| sqlx::query(sql)
            .bind(company.uuid())
            .bind(import.uuid())
            .bind(number)
            .bind(bytes)
            .execute(pool)
            .await?
            .rows_affected());
        Ok(())
    }

    /// A part of a file's content; `None` after the last.
    pub async fn import_part(
        &self,
        company: CompanyId,
        import: ImportId,
        number: i64,
    ) -> Result<Option<Vec<u8>>> {
        let sql = "select bytes from import_part where import_id = $1 and company_id = $2 and number = $3";
        Ok(on_reader!(self, |pool| sqlx::query_scalar(sql)
            .bind(import.uuid())
            .bind(company.uuid())
            .bind(number)
            .fetch_optional(pool)
            .await?))
    }

    /// The file with that id.
    pub async fn import(&self, company: CompanyId, id: ImportId) -> Result<Option<ImportFile>> {
        let sql = "select id, kind, name, state, report, created_at, touched_at from import_file \
                   where company_id = $1 and id = $2";
        let row: Option<ImportRow> = on_reader!(self, |pool| sqlx::query_as(sql)
            .bind(company.uuid())
            .bind(id.uuid())
            .fetch_optional(pool)
            .await?);
        row.map(|row| row.into_import(company)).transpose()
    }

    /// The company's files, the newest first.
    pub async fn imports(&self, company: CompanyId) -> Result<Vec<ImportFile>> {
        let sql = "select id, kind, name, state, report, created_at, touched_at from import_file \
                   where company_id = $1 order by created_at desc, id desc";
        let rows: Vec<ImportRow> = on_reader!(self, |pool| sqlx::query_as(sql)
            .bind(company.uuid())
            .fetch_all(pool)
            .await?);
        rows.into_iter()
            .map(|row| row.into_import(company))
            .collect()
    }

    /// Brings a file from the state in which it was seen to another, with its report. [`StoreError::Conflict`] when
    /// somebody has touched it since.
    pub async fn move_import(
        &self,
        seen: &ImportFile,
        state: ImportState,
        report: &str,
        now: Timestamp,
    ) -> Result<()> {
        let sql = "update import_file set state = $1, report = $2, touched_at = $3 \
                   where id = $4 and company_id = $5 and state = $6 and touched_at = $7";
        let moved = on_writer!(self, |pool| sqlx::query(sql)
            .bind(state.as_str())
            .bind(storable(report))
            .bind(now.as_micros())
            .bind(seen.id.uuid())
            .bind(seen.company.uuid())
            .bind(seen.state.as_str())
            .bind(seen.touched_at.as_micros())
            .execute(pool)
            .await?
            .rows_affected());
        if moved == 0 {
            Err(StoreError::Conflict)
        } else {
            Ok(())
        }
    }

    /// Throws a file away.
    pub async fn delete_import(&self, company: CompanyId, id: ImportId) -> Result<()> {
        let sql = "delete from import_file where company_id = $1 and id = $2";
        on_writer!(self, |pool| sqlx::query(sql)
            .bind(company.uuid())
            .bind(id.uuid())
            .execute(pool)
            .await?
            .rows_affected());
        Ok(())
    }

    /// Throws away the files that came before an instant; says how many.
    pub async fn delete_imports_before(&self, before: Timestamp) -> Result<u64> {
        let sql = "delete from import_file where created_at < $1";
        Ok(on_writer!(self, |pool| sqlx::query(sql)
            .bind(before.as_micros())
            .execute(pool)
            .await?
            .rows_affected()))
    }
}
