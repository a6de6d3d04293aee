//! Image presets: the list as it was read last, and which of them the company's site uses.

use std::collections::{BTreeSet, HashSet};

use sqlx::QueryBuilder;

use super::{
    Result, Store,
    convert::{CHUNK, instant, storable},
};
use crate::{
    clock::Timestamp,
    domain::{CompanyId, Preset},
};

/// The whole list of a company.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PresetList {
    /// The presets, by name.
    pub presets: Vec<ListedPreset>,
    /// When the list was put last.
    pub put_at: Option<Timestamp>,
}

/// A preset of the list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ListedPreset {
    /// The preset.
    pub preset: Preset,
    /// Whether the company's site uses it. Of one that it does not use, no URLs are formed.
    pub used: bool,
}

impl Store {
    /// The presets that the company's site uses, by name.
    pub async fn presets(&self, company: CompanyId) -> Result<Vec<Preset>> {
        let list = self.preset_list(company).await?;
        let used = list.presets.into_iter().filter(|listed| listed.used);
        Ok(used.map(|listed| listed.preset).collect())
    }

    /// All presets, and when they were read.
    pub async fn preset_list(&self, company: CompanyId) -> Result<PresetList> {
        let sql = "select name, modifier, used from preset where company_id = $1 and gone = $2 order by name";
        let put_at = "select presets_at from company where id = $1";
        let rows: Vec<(String, String, bool)> = on_reader!(self, |pool| sqlx::query_as(sql)
            .bind(company.uuid())
            .bind(false)
            .fetch_all(pool)
            .await?);
        let put_at: Option<(Option<i64>,)> = on_reader!(self, |pool| sqlx::query_as(put_at)
            .bind(company.uuid())
            .fetch_optional(pool)
            .await?);
        Ok(PresetList {
            presets: rows
                .into_iter()
                .map(|(name, modifier, used)| ListedPreset {
                    preset: Preset { name, modifier },
                    used,
                })
                .collect(),
            put_at: put_at.and_then(|(at,)| instant(at)),
        })
    }

    /// Replaces the list of presets. A name that stays, or that comes back, keeps that the site does not use it; a new one
    /// is used.
    pub async fn put_presets(
        &self,
        company: CompanyId,
        presets: &[Preset],
        now: Timestamp,
    ) -> Result<()> {
        let clear = "update preset set gone = $1 where company_id = $2";
        let forget = "delete from preset where company_id = $1 and gone = $2 and used = $2";
        let dated = "update company set presets_at = $1 where id = $2";
        in_transaction!(self, |tx| {
            // Before rows whose foreign key locks the company's row too, see `finish_batch`.
            sqlx::query(dated)
                .bind(now.as_micros())
                .bind(company.uuid())
                .execute(&mut *tx)
                .await?;
            sqlx::query(clear)
                .bind(true)
                .bind(company.uuid())
                .execute(&mut *tx)
                .await?;
            for chunk in distinct(presets).chunks(CHUNK) {
                let mut insert = QueryBuilder::new(
                    "insert into preset (company_id, name, modifier, used, gone) ",
                );
                insert.push_values(chunk, |mut row, preset| {
                    row.push_bind(company.uuid())
                        .push_bind(storable(&preset.name))
                        .push_bind(storable(&preset.modifier))
                        .push_bind(true)
                        .push_bind(false);
                });
                insert.push(
                    " on conflict (company_id, name) do update set modifier = excluded.modifier, gone = excluded.gone",
                );
                insert.build().execute(&mut *tx).await?;
            }
            sqlx::query(forget)
                .bind(company.uuid())
                .bind(true)
                .execute(&mut *tx)
                .await?;
        });
        Ok(())
    }

    /// Of the presets with these names, ticks those in `used` and unticks the others. Others, and names that are no
    /// preset's, are passed over: the list may have been read anew since it was shown.
    pub async fn set_used_presets(
        &self,
        company: CompanyId,
        shown: &BTreeSet<String>,
        used: &BTreeSet<String>,
    ) -> Result<()> {
        let (ticked, unticked): (Vec<&String>, Vec<&String>) =
            shown.iter().partition(|name| used.contains(*name));
        in_transaction!(self, |tx| {
            for (names, used) in [(&ticked, true), (&unticked, false)] {
                for chunk in names.chunks(CHUNK) {
                    let mut update = QueryBuilder::new("update preset set used = ");
                    update.push_bind(used);
                    update
                        .push(" where company_id = ")
                        .push_bind(company.uuid());
                    update.push(" and name in (");
                    let mut list = update.separated(", ");
                    for name in chunk {
                        list.push_bind(storable(name));
                    }
                    update.push(")");
                    update.build().execute(&mut *tx).await?;
                }
            }
        });
        Ok(())
    }
}

/// The presets without repeated names: PostgreSQL refuses to upsert one row twice in a statement.
fn distinct(presets: &[Preset]) -> Vec<&Preset> {
    let mut names = HashSet::new();
    presets
        .iter()
        .filter(|preset| names.insert(preset.name.as_str()))
        .collect()
}
