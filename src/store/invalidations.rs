//! Submitting, and reading what was submitted. For sending it see [`super::batch_claims`].

use std::collections::BTreeSet;

use sqlx::{FromRow, QueryBuilder};
use uuid::Uuid;

use super::{
    Result, Store,
    convert::{CHUNK, at_most, count, from_json, instant, storable, to_json},
    drafts::{OptionsRow, preset_choice},
    history_conditions::INDEXED,
    last_invalidation::assets_of,
    searchable::Searchable,
};
use crate::{
    clock::Timestamp,
    domain::{
        BatchId, BatchState, CompanyId, InvalidationId, Options, PersonId, PresetChoice, UrlOrigin,
    },
};

/// Turns a draft into something submitted. `$number` is the SQL for the next number: a sequence, where several may
/// submit at once.
macro_rules! submit {
    ($number:literal) => {
        concat!(
            "update invalidation set submitted_at = $1, updated_at = $1, template_version = $2, url_count = $3, ",
            "searchable = $4, version = version + 1, number = ",
            $number,
            " where id = $5 and company_id = $6 and version = $7 and submitted_at is null returning number"
        )
    };
}

/// What a person confirmed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Submission {
    /// Whose URLs.
    pub company: CompanyId,
    /// The draft.
    pub id: InvalidationId,
    /// The version of it that they saw.
    pub version: i64,
    /// The version of the template that the URLs were formed with, if any.
    pub template_version: Option<i32>,
    /// [`BatchState::Waiting`] for what is to be sent, [`BatchState::Downloaded`] for what never is.
    pub first_state: BatchState,
    /// What is sent, in this order.
    pub batches: Vec<NewBatch>,
    /// Now.
    pub now: Timestamp,
}

/// One request to Adobe that is to be sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewBatch {
    /// A new id.
    pub id: BatchId,
    /// The root that its URLs have.
    pub root: String,
    /// Adobe's handle for that root, when it is known.
    pub handle: Option<String>,
    /// The URLs.
    pub urls: Vec<SubmittedUrl>,
}

/// A URL that was confirmed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SubmittedUrl {
    /// Its place; each in a batch has another.
    pub position: i64,
    /// The URL.
    pub url: String,
    /// Why it is on the list.
    pub origins: Vec<UrlOrigin>,
    /// The URLs that it clears along with itself.
    pub covers: Vec<String>,
}

impl SubmittedUrl {
    /// The addresses that pages show: those that it clears along with itself, where there are any.
    #[must_use]
    pub fn shown(&self) -> &[String] {
        if self.covers.is_empty() {
            std::slice::from_ref(&self.url)
        } else {
            &self.covers
        }
    }
}

/// An invalidation, whether it is still a draft or not.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Invalidation {
    /// Which one.
    pub id: InvalidationId,
    /// Whose URLs.
    pub company: CompanyId,
    /// Who started it.
    pub author: PersonId,
    /// Their address.
    pub author_email: String,
    /// The switches.
    pub options: Options,
    /// Which presets, where they are on.
    pub presets: PresetChoice,
    /// *Send as N requests*.
    pub split: bool,
    /// The version of the template that the URLs were formed with.
    pub template_version: Option<i32>,
    /// When the draft was started.
    pub created_at: Timestamp,
    /// When it was submitted; `None` while it is a draft.
    pub submitted_at: Option<Timestamp>,
    /// The edge was looked at, or could have been, before anything of it is sent.
    pub looked: bool,
}

#[derive(FromRow)]
struct InvalidationRow {
    author_id: Uuid,
    author_email: String,
    #[sqlx(flatten)]
    options: OptionsRow,
    split: bool,
    preset_names: Option<String>,
    template_version: Option<i32>,
    created_at: i64,
    submitted_at: Option<i64>,
    looked_at: Option<i64>,
}

#[derive(FromRow)]
struct UrlRow {
    position: i64,
    url: String,
    origins: String,
    covers: String,
}

impl Store {
    /// Turns a draft into a submitted invalidation with its batches and URLs, all in one transaction. What is
    /// only downloaded counts as invalidated now, everything else once Adobe has taken it.
    /// [`Conflict`](super::StoreError::Conflict) when the draft no longer has that version or was submitted.
    pub async fn submit(&self, submission: &Submission) -> Result<()> {
        let Submission {
            company, id, now, ..
        } = *submission;
        let finished_at = submission.first_state.is_final().then_some(now.as_micros());
        let sql = if self.is_postgres() {
            submit!("nextval('_invalidation_number')")
        } else {
            submit!("(select coalesce(max(number), 0) + 1 from invalidation)")
        };
        let urls = || submission.batches.iter().flat_map(|batch| &batch.urls);
        let searchable = Searchable::of(&submission.batches);
        // Nobody ever says that a list was used that is only downloaded.
        let assets = match submission.first_state {
            BatchState::Downloaded => assets_of(&submission.batches),
            _ => Vec::new(),
        };
        in_transaction!(self, |tx| {
            let number: Option<i64> = sqlx::query_scalar(sql)
                .bind(now.as_micros())
                .bind(submission.template_version)
                .bind(count(urls().count()))
                .bind(true)
                .bind(id.uuid())
                .bind(company.uuid())
                .bind(submission.version)
                .fetch_optional(&mut *tx)
                .await?;
            let Some(number) = number else {
                drop(tx);
                return Err(self.conflict_or_not_found(company, id).await?);
            };
            for chunk in numbered(&submission.batches).chunks(CHUNK) {
                let mut insert = QueryBuilder::new(
                    "insert into batch (id, company_id, invalidation_id, position, root, handle, state, url_count, \
                     attempts, created_at, finished_at) ",
                );
                insert.push_values(chunk, |mut row, (position, batch)| {
                    row.push_bind(batch.id.uuid())
                        .push_bind(company.uuid())
                        .push_bind(id.uuid())
                        .push_bind(*position)
                        .push_bind(storable(&batch.root))
                        .push_bind(batch.handle.as_deref().map(storable))
                        .push_bind(submission.first_state.as_str())
                        .push_bind(count(batch.urls.len()))
                        .push_bind(0_i32)
                        .push_bind(now.as_micros())
                        .push_bind(finished_at);
                });
                insert.build().execute(&mut *tx).await?;
            }
            for batch in &submission.batches {
                for chunk in batch.urls.chunks(CHUNK) {
                    let chunk = chunk.iter().map(JsonUrl::new).collect::<Result<Vec<_>>>()?;
                    let mut insert = QueryBuilder::new(
                        "insert into invalidation_url (company_id, batch_id, number, position, url, origins, covers) ",
                    );
                    insert.push_values(&chunk, |mut row, url| {
                        row.push_bind(company.uuid())
                            .push_bind(batch.id.uuid())
                            .push_bind(number)
                            .push_bind(url.position)
                            .push_bind(storable(url.url))
                            .push_bind(url.origins.as_str())
                            .push_bind(url.covers.as_str());
                    });
                    insert.build().execute(&mut *tx).await?;
                }
                let covered: Vec<String> = covered(batch).into_iter().collect();
                for chunk in covered.chunks(CHUNK) {
                    let mut insert = QueryBuilder::new(
                        "insert into covered_url (company_id, batch_id, number, url) ",
                    );
                    insert.push_values(chunk, |mut row, url| {
                        row.push_bind(company.uuid())
                            .push_bind(batch.id.uuid())
                            .push_bind(number)
                            .push_bind(url.as_str());
                    });
                    insert.build().execute(&mut *tx).await?;
                }
            }
            invalidated!(tx, company.uuid(), assets, now);
            write_searchable!(self, tx, company.uuid(), number, searchable);
        });
        if !assets.is_empty() {
            self.catalogue_changed(company);
        }
        Ok(())
    }

    /// The invalidation with that id, draft or submitted.
    pub async fn invalidation(
        &self,
        company: CompanyId,
        id: InvalidationId,
    ) -> Result<Option<Invalidation>> {
        let sql = "select i.author_id, p.email as author_email, i.use_presets, i.use_template, i.clear_alias, i.fold, \
                   i.split, i.preset_names, i.template_version, i.created_at, i.submitted_at, i.looked_at \
                   from invalidation i join person p on p.id = i.author_id where i.id = $1 and i.company_id = $2";
        let row: Option<InvalidationRow> = on_reader!(self, |pool| sqlx::query_as(sql)
            .bind(id.uuid())
            .bind(company.uuid())
            .fetch_optional(pool)
            .await?);
        let Some(row) = row else { return Ok(None) };
        Ok(Some(Invalidation {
            id,
            company,
            author: PersonId::from_uuid(row.author_id),
            author_email: row.author_email,
            options: row.options.into(),
            presets: preset_choice(row.preset_names.as_deref())?,
            split: row.split,
            template_version: row.template_version,
            created_at: Timestamp::from_micros(row.created_at),
            submitted_at: instant(row.submitted_at),
            looked: row.looked_at.is_some(),
        }))
    }

    /// URLs of a batch by position, those after the given one.
    pub async fn batch_urls(
        &self,
        company: CompanyId,
        batch: BatchId,
        after: i64,
        limit: i64,
    ) -> Result<Vec<SubmittedUrl>> {
        let sql = "select position, url, origins, covers from invalidation_url \
                   where batch_id = $1 and company_id = $2 and position > $3 order by position limit $4";
        let rows: Vec<UrlRow> = on_reader!(self, |pool| sqlx::query_as(sql)
            .bind(batch.uuid())
            .bind(company.uuid())
            .bind(after)
            .bind(at_most(limit))
            .fetch_all(pool)
            .await?);
        rows.into_iter()
            .map(|row| {
                Ok(SubmittedUrl {
                    position: row.position,
                    url: row.url,
                    origins: from_json("invalidation_url.origins", &row.origins)?,
                    covers: from_json("invalidation_url.covers", &row.covers)?,
                })
            })
            .collect()
    }
}

/// The batches with their positions, from 1.
fn numbered(batches: &[NewBatch]) -> Vec<(i32, &NewBatch)> {
    (1..).zip(batches).collect()
}

/// What a batch clears besides its own URLs, as the index holds it: each once.
fn covered(batch: &NewBatch) -> BTreeSet<String> {
    let covered = batch.urls.iter().flat_map(|url| &url.covers);
    let indexed = |url: &String| storable(url).chars().take(INDEXED).collect();
    covered.map(indexed).collect()
}

/// A URL with its lists as JSON.
struct JsonUrl<'a> {
    position: i64,
    url: &'a str,
    origins: String,
    covers: String,
}

impl<'a> JsonUrl<'a> {
    fn new(url: &'a SubmittedUrl) -> Result<Self> {
        Ok(Self {
            position: url.position,
            url: &url.url,
            origins: to_json(&url.origins)?,
            covers: to_json(&url.covers)?,
        })
    }
}
