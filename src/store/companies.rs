//! Companies and their settings: delivery hosts and the connection to Adobe.

use std::fmt;

use sqlx::FromRow;
use uuid::Uuid;

use super::{
    Result, Store, StoreError,
    convert::{storable, unknown},
};
use crate::{
    clock::Timestamp,
    domain::{
        Alias, Company, CompanyId, DeliveryHost, HostOrigin, PublishServer, PurgeScope, Slug,
    },
};

/// The account with which Adobe is asked on behalf of a company.
#[derive(Clone, PartialEq, Eq)]
pub struct Connection {
    /// The address of the API.
    pub endpoint: String,
    /// The account's e-mail address.
    pub email: String,
    /// The account's password, sealed by the caller. The store never sees it open.
    pub sealed_password: Vec<u8>,
}

impl fmt::Debug for Connection {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Connection")
            .field("endpoint", &self.endpoint)
            .field("email", &self.email)
            .finish_non_exhaustive()
    }
}

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

impl Store {
    /// Adds a company. [`StoreError::Duplicate`] when its slug is taken.
    pub async fn add_company(&self, company: &Company, now: Timestamp) -> Result<()> {
        let sql = "insert into company (slug, name, root, handle, publish_server, alias_root, alias_handle, \
                   updated_at, created_at, id) values ($1, $2, $3, $4, $5, $6, $7, $8, $8, $9)";
        self.write_company(sql, company, now).await?;
        Ok(())
    }

    /// Changes a company to what is given.
    pub async fn update_company(&self, company: &Company, now: Timestamp) -> Result<()> {
        let sql = "update company set slug = $1, name = $2, root = $3, handle = $4, publish_server = $5, \
                   alias_root = $6, alias_handle = $7, updated_at = $8 where id = $9";
        match self.write_company(sql, company, now).await? {
            0 => Err(StoreError::NotFound),
            _ => Ok(()),
        }
    }

    async fn write_company(
        &self,
        sql: &'static str,
        company: &Company,
        now: Timestamp,
    ) -> Result<u64> {
        Ok(on_writer!(self, |pool| sqlx::query(sql)
            .bind(company.slug.as_str())
            .bind(storable(&company.name))
            .bind(company.root.as_deref().map(storable))
            .bind(company.handle.as_deref().map(storable))
            .bind(company.publish_server.as_ref().map(PublishServer::as_str))
            .bind(company.alias.as_ref().map(|alias| storable(&alias.root)))
            .bind(company.alias.as_ref().map(|alias| storable(&alias.handle)))
            .bind(now.as_micros())
            .bind(company.id.uuid())
            .execute(pool)
            .await?
            .rows_affected()))
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

    /// The account with which Adobe is asked, if the company is connected.
    pub async fn connection(&self, company: CompanyId) -> Result<Option<Connection>> {
        let sql = "select endpoint, email, sealed_password from connection where company_id = $1";
        let row: Option<(String, String, Vec<u8>)> = on_reader!(self, |pool| sqlx::query_as(sql)
            .bind(company.uuid())
            .fetch_optional(pool)
            .await?);
        Ok(row.map(|(endpoint, email, sealed_password)| Connection {
            endpoint,
            email,
            sealed_password,
        }))
    }

    /// Connects a company, or changes its connection, which then counts as untested.
    pub async fn put_connection(&self, company: CompanyId, connection: &Connection) -> Result<()> {
        let sql = "insert into connection (company_id, endpoint, email, sealed_password) values ($1, $2, $3, $4) \
                   on conflict (company_id) do update set endpoint = excluded.endpoint, email = excluded.email, \
                   sealed_password = excluded.sealed_password, report = null";
        on_writer!(self, |pool| sqlx::query(sql)
            .bind(company.uuid())
            .bind(storable(&connection.endpoint))
            .bind(storable(&connection.email))
            .bind(connection.sealed_password.as_slice())
            .execute(pool)
            .await?
            .rows_affected());
        Ok(())
    }
}
