//! Drafts: invalidations that are not submitted yet. For what is selected in them see [`super::selection`].
//!
//! Each change of a draft, its selection included, raises its version by one. Who changes or submits says which version
//! they saw, and is told when it is no longer that one.

use sqlx::FromRow;
use uuid::Uuid;

use super::{
    Result, Store, StoreError,
    convert::{at_most, from_json, storable, to_json},
};
use crate::{
    clock::Timestamp,
    domain::{CompanyId, InvalidationId, Options, PersonId, PresetChoice},
};

/// A draft as *Add Details* shows it, but for its assets.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Draft {
    /// Which one; the submitted invalidation has the same.
    pub id: InvalidationId,
    /// Whose URLs.
    pub company: CompanyId,
    /// Whose draft.
    pub author: PersonId,
    /// The switches.
    pub options: Options,
    /// *Send as N requests*.
    pub split: bool,
    /// Which presets.
    pub presets: PresetChoice,
    /// Add URL, as it was typed.
    pub manual_urls: String,
    /// Counts the changes.
    pub version: i64,
    /// When it was started.
    pub created_at: Timestamp,
    /// When it was changed last.
    pub updated_at: Timestamp,
}

#[derive(FromRow)]
struct DraftRow {
    id: Uuid,
    company_id: Uuid,
    author_id: Uuid,
    #[sqlx(flatten)]
    options: OptionsRow,
    split: bool,
    preset_names: Option<String>,
    manual_urls: String,
    version: i64,
    created_at: i64,
    updated_at: i64,
}

/// The columns of [`Options`].
#[derive(FromRow)]
#[expect(clippy::struct_excessive_bools, reason = "as many as Options has")]
pub(super) struct OptionsRow {
    use_presets: bool,
    use_template: bool,
    clear_alias: bool,
    fold: bool,
}

impl From<OptionsRow> for Options {
    fn from(row: OptionsRow) -> Self {
        Self {
            presets: row.use_presets,
            template: row.use_template,
            alias: row.clear_alias,
            fold: row.fold,
        }
    }
}

impl DraftRow {
    fn into_draft(self) -> Result<Draft> {
        Ok(Draft {
            id: InvalidationId::from_uuid(self.id),
            company: CompanyId::from_uuid(self.company_id),
            author: PersonId::from_uuid(self.author_id),
            options: self.options.into(),
            split: self.split,
            presets: preset_choice(self.preset_names.as_deref())?,
            manual_urls: self.manual_urls,
            version: self.version,
            created_at: Timestamp::from_micros(self.created_at),
            updated_at: Timestamp::from_micros(self.updated_at),
        })
    }
}

/// The choice that a row's `preset_names` stands for.
pub(super) fn preset_choice(names: Option<&str>) -> Result<PresetChoice> {
    match names {
        None => Ok(PresetChoice::All),
        Some(names) => from_json("invalidation.preset_names", names).map(PresetChoice::Some),
    }
}

fn preset_names(choice: &PresetChoice) -> Result<Option<String>> {
    match choice {
        PresetChoice::All => Ok(None),
        PresetChoice::Some(names) => to_json(names).map(Some),
    }
}

impl Store {
    /// Keeps a new draft as it is given.
    pub async fn create_draft(&self, draft: &Draft) -> Result<()> {
        let presets = preset_names(&draft.presets)?;
        let sql = "insert into invalidation (id, company_id, author_id, use_presets, use_template, clear_alias, fold, \
                   split, preset_names, manual_urls, version, created_at, updated_at) \
                   values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)";
        on_writer!(self, |pool| sqlx::query(sql)
            .bind(draft.id.uuid())
            .bind(draft.company.uuid())
            .bind(draft.author.uuid())
            .bind(draft.options.presets)
            .bind(draft.options.template)
            .bind(draft.options.alias)
            .bind(draft.options.fold)
            .bind(draft.split)
            .bind(presets)
            .bind(storable(&draft.manual_urls))
            .bind(draft.version)
            .bind(draft.created_at.as_micros())
            .bind(draft.updated_at.as_micros())
            .execute(pool)
            .await?
            .rows_affected());
        Ok(())
    }

    /// The draft with that id, while it is one.
    pub async fn draft(&self, company: CompanyId, id: InvalidationId) -> Result<Option<Draft>> {
        let sql = "select id, company_id, author_id, use_presets, use_template, clear_alias, fold, split, \
                   preset_names, manual_urls, version, created_at, updated_at from invalidation \
                   where id = $1 and company_id = $2 and submitted_at is null";
        let row: Option<DraftRow> = on_reader!(self, |pool| sqlx::query_as(sql)
            .bind(id.uuid())
            .bind(company.uuid())
            .fetch_optional(pool)
            .await?);
        row.map(DraftRow::into_draft).transpose()
    }

    /// Stores the options, the presets and Add URL of a draft, as of its `updated_at`, and returns the new version.
    /// [`StoreError::Conflict`] when it no longer has the given version or was submitted.
    pub async fn save_details(&self, draft: &Draft) -> Result<i64> {
        let presets = preset_names(&draft.presets)?;
        let sql = "update invalidation set use_presets = $1, use_template = $2, clear_alias = $3, fold = $4, \
                   split = $5, preset_names = $6, manual_urls = $7, updated_at = $8, version = version + 1 \
                   where id = $9 and company_id = $10 and version = $11 and submitted_at is null returning version";
        let version: Option<i64> = on_writer!(self, |pool| sqlx::query_scalar(sql)
            .bind(draft.options.presets)
            .bind(draft.options.template)
            .bind(draft.options.alias)
            .bind(draft.options.fold)
            .bind(draft.split)
            .bind(presets)
            .bind(storable(&draft.manual_urls))
            .bind(draft.updated_at.as_micros())
            .bind(draft.id.uuid())
            .bind(draft.company.uuid())
            .bind(draft.version)
            .fetch_optional(pool)
            .await?);
        match version {
            Some(version) => Ok(version),
            None => Err(self.conflict_or_not_found(draft.company, draft.id).await?),
        }
    }

    /// Why an invalidation could not be changed: it is not there, or not as it was seen.
    pub(super) async fn conflict_or_not_found(
        &self,
        company: CompanyId,
        id: InvalidationId,
    ) -> Result<StoreError> {
        let found = self.invalidation(company, id).await?;
        Ok(found.map_or(StoreError::NotFound, |_| StoreError::Conflict))
    }

    /// Deletes a draft with all that belongs to it. [`StoreError::NotFound`] when it is none.
    pub async fn delete_draft(&self, company: CompanyId, id: InvalidationId) -> Result<()> {
        let sql =
            "delete from invalidation where id = $1 and company_id = $2 and submitted_at is null";
        let deleted = on_writer!(self, |pool| sqlx::query(sql)
            .bind(id.uuid())
            .bind(company.uuid())
            .execute(pool)
            .await?
            .rows_affected());
        if deleted == 0 {
            Err(StoreError::NotFound)
        } else {
            Ok(())
        }
    }

    /// A person's drafts, the one changed last first.
    pub async fn open_drafts(
        &self,
        company: CompanyId,
        author: PersonId,
        limit: i64,
    ) -> Result<Vec<Draft>> {
        let sql = "select id, company_id, author_id, use_presets, use_template, clear_alias, fold, split, \
                   preset_names, manual_urls, version, created_at, updated_at from invalidation \
                   where company_id = $1 and author_id = $2 and submitted_at is null \
                   order by updated_at desc, id desc limit $3";
        let rows: Vec<DraftRow> = on_reader!(self, |pool| sqlx::query_as(sql)
            .bind(company.uuid())
            .bind(author.uuid())
            .bind(at_most(limit))
            .fetch_all(pool)
            .await?);
        rows.into_iter().map(DraftRow::into_draft).collect()
    }

    /// The switches of the draft that a person changed, or the invalidation that they submitted, last. One that holds
    /// nothing but added URLs says nothing about them.
    pub async fn last_choice(
        &self,
        company: CompanyId,
        author: PersonId,
    ) -> Result<Option<Options>> {
        let sql = "select use_presets, use_template, clear_alias, fold from invalidation \
                   where company_id = $1 and author_id = $2 and (manual_urls = '' or exists \
                   (select 1 from invalidation_asset s where s.invalidation_id = invalidation.id)) \
                   order by updated_at desc, id desc limit 1";
        let row: Option<OptionsRow> = on_reader!(self, |pool| sqlx::query_as(sql)
            .bind(company.uuid())
            .bind(author.uuid())
            .fetch_optional(pool)
            .await?);
        Ok(row.map(Options::from))
    }

    /// Deletes the drafts that nobody has changed since; says how many.
    pub async fn delete_drafts_untouched_since(&self, before: Timestamp) -> Result<u64> {
        let sql = "delete from invalidation where submitted_at is null and updated_at < $1";
        Ok(on_writer!(self, |pool| sqlx::query(sql)
            .bind(before.as_micros())
            .execute(pool)
            .await?
            .rows_affected()))
    }
}
