//! Assets that may be meant by an ID that none has: it is spelled otherwise, has a typing mistake or two, or goes on
//! otherwise.
//!
//! Each way of looking brings a few hundred candidates at most, by an index; the distance between the IDs decides which
//! of them are shown. Nothing here walks the catalogue.

use super::{
    AssetQuery, Found, Sql, filter::LONGEST_WORD, match_expression, pattern, stage::end_of, typos,
};
use crate::{
    domain::{Asset, CompanyId},
    store::{
        Result, Store,
        convert::storable,
        fold::{fold, fold_id},
    },
};

/// At most so many candidates are compared of each way of looking.
const CANDIDATES: i64 = 500;

const COLUMNS: &str = "key, id, file_name, folder, asset_type, published, handle, created_at, changed_at, vanished_at, id_folded";

/// What somebody meant, folded: all of it, and without what may be an extension.
struct Meant {
    whole: String,
    stem: String,
}

impl Meant {
    fn by(id: &str) -> Self {
        let id = storable(id);
        let stem = id.rsplit_once('.').map_or(&*id, |(stem, _)| stem);
        Self {
            whole: fold(&id),
            stem: fold(stem),
        }
    }

    /// The first two thirds.
    fn beginning(&self) -> String {
        let letters = self.stem.chars().count();
        self.stem.chars().take(letters - letters / 3).collect()
    }

    fn distance(&self, id_folded: &str) -> usize {
        let distance = |name| typos::distance(name, id_folded);
        distance(&self.whole).min(distance(&self.stem))
    }
}

impl Store {
    /// Assets whose ID is much like the given one, the most alike first: it begins with it, whatever the case, the
    /// accents and the extension, or one letter is wrong, missing, too many or swapped with its neighbour. Where there
    /// is none, those with two such mistakes, as far as indexes lead to them, or with the same first two thirds.
    /// Where there is none either, those that hold its words: what stands between its signs.
    pub async fn assets_like(
        &self,
        company: CompanyId,
        id: &str,
        limit: i64,
    ) -> Result<Vec<Asset>> {
        let meant = Meant::by(id);
        let beginning = meant.beginning();
        if beginning.chars().count() < 3 || beginning.len() > LONGEST_WORD {
            return Ok(Vec::new());
        }
        // Until assets are loaded the indexes that all of this goes by are not there.
        if self.indexed_to(company).await?.is_some() {
            return Ok(Vec::new());
        }
        let mut found = self.beginning_with(company, &meant.stem).await?;
        found.extend(self.one_typo_away(company, &meant).await?);
        if found.is_empty() {
            found = self.beginning_with(company, &beginning).await?;
            found.extend(self.two_typos_away(company, &meant).await?);
            found.retain(|it| {
                it.id_folded.starts_with(&beginning) || meant.distance(&it.id_folded) <= 2
            });
        }
        if found.is_empty() {
            return self.with_words_of(company, &meant, limit).await;
        }
        found.sort_by_cached_key(|it| {
            let distance = meant.distance(&it.id_folded);
            (distance, it.id_folded.clone(), it.asset.key)
        });
        found.dedup_by_key(|it| it.asset.key);
        found.truncate(usize::try_from(limit).unwrap_or(0));
        Ok(found.into_iter().map(|it| Asset::from(it.asset)).collect())
    }

    async fn beginning_with(&self, company: CompanyId, prefix: &str) -> Result<Vec<Found>> {
        let mut sql = of_company(company);
        sql.push(" and id_folded >= ").bind(prefix);
        sql.push(" and id_folded < ").bind(end_of(prefix));
        sql.push(" order by id_folded, key limit ").bind(CANDIDATES);
        self.rows(&sql).await
    }

    /// By all that somebody can have meant who made one mistake: they are looked up by name.
    async fn one_typo_away(&self, company: CompanyId, meant: &Meant) -> Result<Vec<Found>> {
        let snapshot = self.snapshot(company).await?;
        let mut names = typos::one_away(&meant.stem, &snapshot.letters);
        if meant.whole != meant.stem {
            names.append(&mut typos::one_away(&meant.whole, &snapshot.letters));
        }
        if names.is_empty() {
            return Ok(Vec::new());
        }
        let names = serde_json::Value::from(names.into_iter().collect::<Vec<String>>());
        let mut sql = of_company(company);
        if self.is_postgres() {
            sql.push(" and id_folded in (select jsonb_array_elements_text(cast(")
                .bind(names.to_string())
                .push(" as jsonb)))");
        } else {
            sql.push(" and id_folded in (select value from json_each(")
                .bind(names.to_string())
                .push("))");
        }
        sql.push(" limit ").bind(CANDIDATES);
        self.rows(&sql).await
    }

    /// Behind a beginning that few have, or by the pieces that are left between the mistakes: that finds most of them, not all.
    async fn two_typos_away(&self, company: CompanyId, meant: &Meant) -> Result<Vec<Found>> {
        let snapshot = self.snapshot(company).await?;
        let mut found = Vec::new();
        if let Some(beginning) = snapshot.rare_beginning(&meant.stem, CANDIDATES) {
            found = self.beginning_with(company, beginning).await?;
        }
        let alternatives = typos::pieces_left_by_two(&meant.stem, &snapshot);
        if alternatives.is_empty() {
            return Ok(found);
        }
        let mut sql = if self.is_postgres() {
            with_pieces_on_postgres(company, &alternatives)
        } else {
            with_pieces_on_sqlite(company, &alternatives)
        };
        sql.push(" limit ").bind(CANDIDATES);
        found.append(&mut self.rows(&sql).await?);
        Ok(found)
    }

    /// Those whose ID holds the words: that a folder or a file has them makes no ID alike.
    async fn with_words_of(
        &self,
        company: CompanyId,
        meant: &Meant,
        limit: i64,
    ) -> Result<Vec<Asset>> {
        let words: Vec<&str> = meant
            .stem
            .split(|c: char| !c.is_alphanumeric())
            .filter(|word| !word.is_empty())
            .collect();
        if words.is_empty() {
            return Ok(Vec::new());
        }
        let query = AssetQuery {
            words: words.iter().map(|word| (*word).to_owned()).collect(),
            limit: CANDIDATES,
            ..AssetQuery::default()
        };
        let mut assets = self.search_assets(company, &query).await?.assets;
        assets.retain(|asset| {
            let id = fold_id(&asset.id);
            words.iter().all(|word| id.contains(word))
        });
        assets.truncate(usize::try_from(limit).unwrap_or(0));
        Ok(assets)
    }
}

/// `select` of the company's assets that have not vanished, to which conditions can be added.
fn of_company(company: CompanyId) -> Sql {
    let mut sql = Sql::default();
    sql.push("select ").push(COLUMNS);
    sql.push(" from asset where company_id = ")
        .bind(company.uuid());
    sql.push(" and vanished_at is null");
    sql
}

/// Those that hold all pieces of one of the alternatives.
fn with_pieces_on_sqlite(company: CompanyId, alternatives: &[Vec<[char; 3]>]) -> Sql {
    let alternatives: Vec<String> = alternatives
        .iter()
        .map(|pieces| format!("({})", match_expression(pieces)))
        .collect();
    let hits = "(select rowid as hit from _asset_trigram where _asset_trigram match ";
    let mut sql = Sql::default();
    sql.push("select ").push(COLUMNS).push(" from ").push(hits);
    sql.bind(alternatives.join(" OR "));
    sql.push(") hits cross join asset where number = hits.hit and company_id = ")
        .bind(company.uuid());
    sql.push(" and vanished_at is null");
    sql
}

/// The same. The company is looked at outside: inside, the planner would take an index that begins with it.
fn with_pieces_on_postgres(company: CompanyId, alternatives: &[Vec<[char; 3]>]) -> Sql {
    let mut sql = Sql::default();
    sql.push("select ").push(COLUMNS);
    sql.push(" from (select company_id, ").push(COLUMNS);
    sql.push(" from asset where false");
    for pieces in alternatives {
        sql.push(" or (true");
        for piece in pieces {
            let piece: String = piece.iter().collect();
            sql.push(" and search_text like ").bind(pattern(&piece));
        }
        sql.push(")");
    }
    sql.push(" offset 0) hits where company_id = ")
        .bind(company.uuid());
    sql.push(" and vanished_at is null");
    sql
}
