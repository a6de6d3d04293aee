//! What the settings know of delivery hosts beyond [`DeliveryHost`]: where they come from, and how a test of them went.

use sqlx::FromRow;

use super::{
    Result, Store, StoreError,
    assets::AssetRow,
    companies::HostRow,
    convert::{at_most, instant, storable, unknown},
};
use crate::{
    clock::Timestamp,
    domain::{Asset, AssetClass, CompanyId, DeliveryHost, HostOrigin, HostVerdict},
};

/// A delivery host as *Settings > Delivery hosts* shows it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HostSetting {
    /// The host.
    pub host: DeliveryHost,
    /// Found among the settings at Adobe; otherwise an administrator has typed it.
    pub found: bool,
    /// Since when a test is under way.
    pub testing_since: Option<Timestamp>,
    /// What the last test showed.
    pub test: Option<HostTest>,
}

/// What a test of a host showed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HostTest {
    /// The verdict.
    pub verdict: HostVerdict,
    /// What was seen, in a sentence.
    pub note: String,
    /// The ID of the sample.
    pub asset: String,
    /// When.
    pub at: Timestamp,
}

#[derive(FromRow)]
struct SettingRow {
    #[sqlx(flatten)]
    host: HostRow,
    found: bool,
    test_asset: Option<String>,
    test_started_at: Option<i64>,
    tested_at: Option<i64>,
    test_verdict: Option<String>,
    test_note: Option<String>,
}

impl SettingRow {
    fn into_setting(self) -> Result<HostSetting> {
        let test = match (self.tested_at, self.test_verdict) {
            (Some(at), Some(verdict)) => Some(HostTest {
                verdict: HostVerdict::from_word(&verdict)
                    .ok_or_else(|| unknown("delivery_host.test_verdict"))?,
                note: self.test_note.unwrap_or_default(),
                asset: self.test_asset.unwrap_or_default(),
                at: Timestamp::from_micros(at),
            }),
            _ => None,
        };
        Ok(HostSetting {
            host: self.host.into_host()?,
            found: self.found,
            testing_since: instant(self.test_started_at),
            test,
        })
    }
}

impl Store {
    /// The hosts that serve a company, by origin, with all that the settings know of them.
    pub async fn host_settings(&self, company: CompanyId) -> Result<Vec<HostSetting>> {
        let sql = "select origin, scope, check_root, found, test_asset, test_started_at, tested_at, test_verdict, \
                   test_note from delivery_host where company_id = $1 order by origin";
        let rows: Vec<SettingRow> = on_reader!(self, |pool| sqlx::query_as(sql)
            .bind(company.uuid())
            .fetch_all(pool)
            .await?);
        rows.into_iter().map(SettingRow::into_setting).collect()
    }

    /// Adds a host, as `exact`, whatever became of it before; says whether it was not there yet. `found` as in
    /// [`HostSetting::found`].
    pub async fn add_delivery_host(
        &self,
        company: CompanyId,
        origin: &HostOrigin,
        found: bool,
    ) -> Result<bool> {
        let back = "delete from removed_host where company_id = $1 and origin = $2";
        let sql = "insert into delivery_host (company_id, origin, scope, check_root, found) \
                   values ($1, $2, 'exact', $3, $4) on conflict (company_id, origin) do nothing";
        let added = in_transaction!(self, |tx| {
            sqlx::query(back)
                .bind(company.uuid())
                .bind(origin.as_str())
                .execute(&mut *tx)
                .await?;
            sqlx::query(sql)
                .bind(company.uuid())
                .bind(origin.as_str())
                .bind(true)
                .bind(found)
                .execute(&mut *tx)
                .await?
                .rows_affected()
        });
        Ok(added > 0)
    }

    /// Adds a host that was found among the settings at Adobe, as `exact`, unless somebody has removed it here.
    pub async fn add_found_host(&self, company: CompanyId, origin: &HostOrigin) -> Result<()> {
        let sql = "insert into delivery_host (company_id, origin, scope, check_root, found) \
                   select id, $2, 'exact', $3, $3 from company where id = $1 and not exists \
                   (select 1 from removed_host where company_id = $1 and origin = $2) \
                   on conflict (company_id, origin) do nothing";
        on_writer!(self, |pool| sqlx::query(sql)
            .bind(company.uuid())
            .bind(origin.as_str())
            .bind(true)
            .execute(pool)
            .await?
            .rows_affected());
        Ok(())
    }

    /// Removes a host, and remembers that: found among the settings again, it stays away. [`StoreError::NotFound`] when
    /// it is none of the company's.
    pub async fn remove_delivery_host(
        &self,
        company: CompanyId,
        origin: &HostOrigin,
    ) -> Result<()> {
        let remove = "delete from delivery_host where company_id = $1 and origin = $2";
        let remember = "insert into removed_host (company_id, origin) values ($1, $2) \
                        on conflict (company_id, origin) do nothing";
        in_transaction!(self, |tx| {
            let removed = sqlx::query(remove)
                .bind(company.uuid())
                .bind(origin.as_str())
                .execute(&mut *tx)
                .await?
                .rows_affected();
            if removed == 0 {
                return Err(StoreError::NotFound);
            }
            sqlx::query(remember)
                .bind(company.uuid())
                .bind(origin.as_str())
                .execute(&mut *tx)
                .await?;
        });
        Ok(())
    }

    /// Notes that a test of a host begins. [`StoreError::Conflict`] when one is under way that began at or after
    /// `abandoned_before`, or there is no such host.
    pub async fn begin_host_test(
        &self,
        company: CompanyId,
        origin: &HostOrigin,
        now: Timestamp,
        abandoned_before: Timestamp,
    ) -> Result<()> {
        let sql = "update delivery_host set test_started_at = $1 where company_id = $2 and origin = $3 \
                   and (test_started_at is null or test_started_at < $4)";
        let begun = on_writer!(self, |pool| sqlx::query(sql)
            .bind(now.as_micros())
            .bind(company.uuid())
            .bind(origin.as_str())
            .bind(abandoned_before.as_micros())
            .execute(pool)
            .await?
            .rows_affected());
        if begun == 0 {
            Err(StoreError::Conflict)
        } else {
            Ok(())
        }
    }

    /// Notes what the test of a host showed. A host that was removed meanwhile stays removed.
    pub async fn finish_host_test(
        &self,
        company: CompanyId,
        origin: &HostOrigin,
        test: &HostTest,
    ) -> Result<()> {
        let sql = "update delivery_host set test_started_at = null, tested_at = $1, test_verdict = $2, \
                   test_note = $3, test_asset = $4 where company_id = $5 and origin = $6";
        on_writer!(self, |pool| sqlx::query(sql)
            .bind(test.at.as_micros())
            .bind(test.verdict.as_str())
            .bind(storable(&test.note))
            .bind(storable(&test.asset))
            .bind(company.uuid())
            .bind(origin.as_str())
            .execute(pool)
            .await?
            .rows_affected());
        Ok(())
    }

    /// The company's patterns of generic hosts, one a line; `None` for the default.
    pub async fn generic_hosts(&self, company: CompanyId) -> Result<Option<String>> {
        let sql = "select generic_hosts from company where id = $1";
        let row: Option<(Option<String>,)> = on_reader!(self, |pool| sqlx::query_as(sql)
            .bind(company.uuid())
            .fetch_optional(pool)
            .await?);
        Ok(row.and_then(|(patterns,)| patterns))
    }

    /// Changes the patterns of generic hosts; `None` for the default.
    pub async fn set_generic_hosts(
        &self,
        company: CompanyId,
        patterns: Option<&str>,
    ) -> Result<()> {
        let sql = "update company set generic_hosts = $1 where id = $2";
        on_writer!(self, |pool| sqlx::query(sql)
            .bind(patterns.map(storable))
            .bind(company.uuid())
            .execute(pool)
            .await?
            .rows_affected());
        Ok(())
    }

    /// Published images, those that were changed last first.
    pub async fn recent_images(&self, company: CompanyId, limit: i64) -> Result<Vec<Asset>> {
        let sql = "select key, id, file_name, folder, asset_type, published, handle, created_at, changed_at, vanished_at \
                   from asset where company_id = $1 and vanished_at is null and class = $2 and published = $3 \
                   order by changed_at desc, id limit $4";
        let rows: Vec<AssetRow> = on_reader!(self, |pool| sqlx::query_as(sql)
            .bind(company.uuid())
            .bind(AssetClass::Image.as_str())
            .bind(true)
            .bind(at_most(limit))
            .fetch_all(pool)
            .await?);
        Ok(rows.into_iter().map(Asset::from).collect())
    }
}
