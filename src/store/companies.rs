//! Companies and the hosts that serve them.

use sqlx::FromRow;
use uuid::Uuid;

use super::{
    Result, Store,
    convert::{storable, unknown},
};
use crate::{
    clock::Timestamp,
    domain::{
        Alias, Company, CompanyId, DeliveryHost, HostOrigin, PublishServer, PurgeScope, Slug,
    },
};

#[derive(FromRow)]
struct CompanyRow {
    id: Uuid,
    slug: String,
    name: String,
    root: Option<String>,
    handle: Option<String>,
    publish_server: Option<String>,
    alias_root: Option<String>,
    alias_handle: Option<String>,
}

impl CompanyRow {
    fn into_company(self) -> Result<Company> {
        Ok(Company {
            id: CompanyId::from_uuid(self.id),
            slug: self.slug.parse().map_err(|_| unknown("company.slug"))?,
            name: self.name,
            root: self.root,
            handle: self.handle,
            publish_server: self
                .publish_server
                .as_deref()
                .and_then(PublishServer::parse),
            alias: self
                .alias_root
                .zip(self.alias_handle)
                .map(|(root, handle)| Alias { root, handle }),
        })
    }
}

#[derive(FromRow)]
pub(super) struct HostRow {
    origin: String,
    scope: String,
    check_root: bool,
}

impl HostRow {
    pub(super) fn into_host(self) -> Result<DeliveryHost> {
        Ok(DeliveryHost {
            origin: HostOrigin::of(&self.origin).ok_or_else(|| unknown("delivery_host.origin"))?,
            scope: match self.scope.as_str() {
                "exact" => PurgeScope::Exact,
                "base" => PurgeScope::Base,
                _ => return Err(unknown("delivery_host.scope")),
            },
            check_root: self.check_root,
        })
    }
}

const fn scope_word(scope: PurgeScope) -> &'static str {
    match scope {
        PurgeScope::Exact => "exact",
        PurgeScope::Base => "base",
    }
}

/// The statement that adds a company.
macro_rules! company_insertion {
    ($company:expr, $now:expr) => {
        sqlx::query(
            "insert into company (id, slug, name, root, handle, publish_server, alias_root, alias_handle, \
             created_at, updated_at) values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $9)",
        )
        .bind($company.id.uuid())
        .bind($company.slug.as_str())
        .bind(storable(&$company.name))
        .bind($company.root.as_deref().map(storable))
        .bind($company.handle.as_deref().map(storable))
        .bind($company.publish_server.as_ref().map(PublishServer::as_str))
        .bind($company.alias.as_ref().map(|alias| storable(&alias.root)))
        .bind($company.alias.as_ref().map(|alias| storable(&alias.handle)))
        .bind($now.as_micros())
    };
}

impl Store {
    /// Adds a company. [`StoreError::Duplicate`](super::StoreError::Duplicate) when its slug is taken.
    pub async fn add_company(&self, company: &Company, now: Timestamp) -> Result<()> {
        on_writer!(self, |pool| company_insertion!(company, now)
            .execute(pool)
            .await?
            .rows_affected());
        Ok(())
    }

    /// All companies, by name.
    pub async fn companies(&self) -> Result<Vec<Company>> {
        let sql = "select id, slug, name, root, handle, publish_server, alias_root, alias_handle from company";
        let rows: Vec<CompanyRow> =
            on_reader!(self, |pool| sqlx::query_as(sql).fetch_all(pool).await?);
        let mut companies = rows
            .into_iter()
            .map(CompanyRow::into_company)
            .collect::<Result<Vec<_>>>()?;
        companies.sort_by_cached_key(|company| (company.name.to_lowercase(), company.id));
        Ok(companies)
    }

    /// The company with that id.
    pub async fn company(&self, id: CompanyId) -> Result<Option<Company>> {
        let sql = "select id, slug, name, root, handle, publish_server, alias_root, alias_handle from company \
                   where id = $1";
        let row: Option<CompanyRow> = on_reader!(self, |pool| sqlx::query_as(sql)
            .bind(id.uuid())
            .fetch_optional(pool)
            .await?);
        row.map(CompanyRow::into_company).transpose()
    }

    /// The company with that name in our addresses.
    pub async fn company_by_slug(&self, slug: &Slug) -> Result<Option<Company>> {
        let sql = "select id, slug, name, root, handle, publish_server, alias_root, alias_handle from company \
                   where slug = $1";
        let row: Option<CompanyRow> = on_reader!(self, |pool| sqlx::query_as(sql)
            .bind(slug.as_str())
            .fetch_optional(pool)
            .await?);
        row.map(CompanyRow::into_company).transpose()
    }

    /// The hosts that serve a company, by origin.
    pub async fn delivery_hosts(&self, company: CompanyId) -> Result<Vec<DeliveryHost>> {
        let sql = "select origin, scope, check_root from delivery_host where company_id = $1 order by origin";
        let rows: Vec<HostRow> = on_reader!(self, |pool| sqlx::query_as(sql)
            .bind(company.uuid())
            .fetch_all(pool)
            .await?);
        rows.into_iter().map(HostRow::into_host).collect()
    }

    /// Adds a delivery host, or changes the one with that origin.
    pub async fn put_delivery_host(&self, company: CompanyId, host: &DeliveryHost) -> Result<()> {
        let sql = "insert into delivery_host (company_id, origin, scope, check_root) values ($1, $2, $3, $4) \
                   on conflict (company_id, origin) do update set scope = excluded.scope, \
                   check_root = excluded.check_root";
        on_writer!(self, |pool| sqlx::query(sql)
            .bind(company.uuid())
            .bind(host.origin.as_str())
            .bind(scope_word(host.scope))
            .bind(host.check_root)
            .execute(pool)
            .await?
            .rows_affected());
        Ok(())
    }
}
