//! What administrators set for a company beside its identity: where its servers' addresses come from, the secure
//! preview server, and whether new drafts clear the alias.

use sqlx::FromRow;

use super::{
    Result, Store, StoreError,
    convert::{from_json, storable, to_json},
};
use crate::{
    clock::Timestamp,
    domain::{CompanyId, PublishServer, SiteChange, ValueSource},
};

/// The settings.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CompanySettings {
    /// Where the company's publish server comes from.
    pub publish_server_source: Option<ValueSource>,
    /// The secure preview server, which shows what is not published yet.
    pub preview_server: Option<PublishServer>,
    /// Where its address comes from.
    pub preview_server_source: Option<ValueSource>,
    /// Whether new drafts start with *Also clear the alias*.
    pub clear_alias: bool,
}

#[derive(FromRow)]
struct SettingsRow {
    publish_server_source: Option<String>,
    preview_server: Option<String>,
    preview_server_source: Option<String>,
    clear_alias: bool,
}

impl SettingsRow {
    fn into_settings(self) -> Result<CompanySettings> {
        let source =
            |column, text: Option<String>| text.map(|text| from_json(column, &text)).transpose();
        Ok(CompanySettings {
            publish_server_source: source(
                "company.publish_server_source",
                self.publish_server_source,
            )?,
            preview_server: self
                .preview_server
                .as_deref()
                .and_then(PublishServer::parse),
            preview_server_source: source(
                "company.preview_server_source",
                self.preview_server_source,
            )?,
            clear_alias: self.clear_alias,
        })
    }
}

impl Store {
    /// The settings of a company. [`StoreError::NotFound`] when there is no such company.
    pub async fn company_settings(&self, company: CompanyId) -> Result<CompanySettings> {
        let sql = "select publish_server_source, preview_server, preview_server_source, clear_alias from company \
                   where id = $1";
        let row: SettingsRow = on_reader!(self, |pool| sqlx::query_as(sql)
            .bind(company.uuid())
            .fetch_one(pool)
            .await?);
        row.into_settings()
    }

    /// Changes the settings of a company to what is given.
    pub async fn put_company_settings(
        &self,
        company: CompanyId,
        settings: &CompanySettings,
        now: Timestamp,
    ) -> Result<()> {
        let sql = "update company set publish_server_source = $1, preview_server = $2, preview_server_source = $3, \
                   clear_alias = $4, updated_at = $5 where id = $6";
        let publish_source = settings.publish_server_source.as_ref();
        let publish_source = publish_source.map(to_json).transpose()?;
        let preview_source = settings.preview_server_source.as_ref();
        let preview_source = preview_source.map(to_json).transpose()?;
        let preview = settings.preview_server.as_ref();
        let changed = on_writer!(self, |pool| sqlx::query(sql)
            .bind(publish_source.as_deref())
            .bind(preview.map(PublishServer::as_str))
            .bind(preview_source.as_deref())
            .bind(settings.clear_alias)
            .bind(now.as_micros())
            .bind(company.uuid())
            .execute(pool)
            .await?
            .rows_affected());
        match changed {
            0 => Err(StoreError::NotFound),
            _ => Ok(()),
        }
    }

    /// Changes what an administrator has changed, and notes for a server that it was typed. Everything else stays, also
    /// what was found since the administrator looked.
    pub async fn change_site(
        &self,
        company: CompanyId,
        change: &SiteChange,
        typed: &ValueSource,
        now: Timestamp,
    ) -> Result<()> {
        let sql = "update company set publish_server = case when $1 then $2 else publish_server end, \
                   publish_server_source = case when $1 then $3 else publish_server_source end, \
                   preview_server = case when $4 then $5 else preview_server end, \
                   preview_server_source = case when $4 then $6 else preview_server_source end, \
                   alias_root = case when $7 then $8 else alias_root end, \
                   alias_handle = case when $7 then $9 else alias_handle end, \
                   clear_alias = coalesce($10, clear_alias), updated_at = $11 where id = $12";
        let SiteChange {
            publish_server,
            publish_server_property,
            preview_server,
            alias,
            clear_alias,
        } = change;
        let found = publish_server_property
            .clone()
            .map(|property| ValueSource::Found { property, at: now });
        let publish_source = to_json(found.as_ref().unwrap_or(typed))?;
        let publish_source = publish_server.value().map(|_| publish_source.as_str());
        let typed = to_json(typed)?;
        let preview_source = preview_server.value().map(|_| typed.as_str());
        let changed = on_writer!(self, |pool| sqlx::query(sql)
            .bind(publish_server.is_made())
            .bind(publish_server.value().map(PublishServer::as_str))
            .bind(publish_source)
            .bind(preview_server.is_made())
            .bind(preview_server.value().map(PublishServer::as_str))
            .bind(preview_source)
            .bind(alias.is_made())
            .bind(alias.value().map(|alias| storable(&alias.root)))
            .bind(alias.value().map(|alias| storable(&alias.handle)))
            .bind(*clear_alias)
            .bind(now.as_micros())
            .bind(company.uuid())
            .execute(pool)
            .await?
            .rows_affected());
        match changed {
            0 => Err(StoreError::NotFound),
            _ => Ok(()),
        }
    }

    /// Keeps the servers that were found, with where they were found, unless their sources are no longer those that were
    /// `seen`: then somebody typed one meanwhile, and that stays.
    pub async fn put_found_servers(
        &self,
        company: CompanyId,
        publish_server: Option<&PublishServer>,
        found: &CompanySettings,
        seen: &CompanySettings,
        now: Timestamp,
    ) -> Result<()> {
        let sql = "update company set publish_server = $1, publish_server_source = $2, preview_server = $3, \
                   preview_server_source = $4, updated_at = $5 where id = $6 \
                   and publish_server_source is not distinct from $7 and preview_server_source is not distinct from $8";
        let json = |source: &Option<ValueSource>| source.as_ref().map(to_json).transpose();
        let publish_source = json(&found.publish_server_source)?;
        let preview_source = json(&found.preview_server_source)?;
        let seen_publish_source = json(&seen.publish_server_source)?;
        let seen_preview_source = json(&seen.preview_server_source)?;
        on_writer!(self, |pool| sqlx::query(sql)
            .bind(publish_server.map(PublishServer::as_str))
            .bind(publish_source.as_deref())
            .bind(found.preview_server.as_ref().map(PublishServer::as_str))
            .bind(preview_source.as_deref())
            .bind(now.as_micros())
            .bind(company.uuid())
            .bind(seen_publish_source.as_deref())
            .bind(seen_preview_source.as_deref())
            .execute(pool)
            .await?
            .rows_affected());
        Ok(())
    }
}
