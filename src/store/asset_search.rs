//! Searching the catalogue, page by page.
//!
//! Pages go on from the last row seen rather than by counting rows, so a deep page costs what the first one does and
//! none is skipped or shown twice while the catalogue changes.

use std::{collections::BTreeSet, fmt, str::FromStr};

use sqlx::QueryBuilder;
use uuid::Uuid;

use super::{
    Result, Store,
    assets::AssetRow,
    convert::{at_most, count, fold, storable},
};
use crate::domain::{Asset, AssetClass, AssetKey, CompanyId};

/// More different words than this occur in no asset. `SQLite` allows some 1,000 conditions in a statement.
const MOST_WORDS: usize = 100;
/// A longer word occurs in no asset. `SQLite` allows 50,000 bytes in a pattern.
const LONGEST_WORD: usize = 10_000;

/// What to look for.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct AssetQuery {
    /// Each must occur somewhere in the ID, the file name or the folder, whatever its case. Empty ones do not count.
    pub words: Vec<String>,
    /// Only in this folder; the empty path is the root.
    pub folder: Option<String>,
    /// With [`AssetQuery::folder`]: in the folders below it too.
    pub with_subfolders: bool,
    /// Only of this class.
    pub class: Option<AssetClass>,
    /// Go on after this.
    pub after: Option<AssetCursor>,
    /// At most so many.
    pub limit: i64,
}

/// One page of what was found, by folded ID.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AssetPage {
    /// The assets.
    pub assets: Vec<Asset>,
    /// Where the next page goes on, if there is one.
    pub next: Option<AssetCursor>,
}

/// The place after one asset. Its text holds `0-9`, `a-f`, `-` and `.` only, and so can stand in any URL as it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AssetCursor {
    id_folded: String,
    key: AssetKey,
}

/// The text is no cursor.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not a place in a list of assets")]
pub struct InvalidCursor;

impl fmt::Display for AssetCursor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}", self.key, hex::encode(&self.id_folded))
    }
}

impl FromStr for AssetCursor {
    type Err = InvalidCursor;

    fn from_str(text: &str) -> Result<Self, InvalidCursor> {
        let (key, name) = text.split_once('.').ok_or(InvalidCursor)?;
        let bytes = hex::decode(name).map_err(|_| InvalidCursor)?;
        let id_folded = String::from_utf8(bytes).map_err(|_| InvalidCursor)?;
        if id_folded.contains('\0') {
            return Err(InvalidCursor);
        }
        Ok(Self {
            id_folded,
            key: AssetKey::from_uuid(Uuid::try_parse(key).map_err(|_| InvalidCursor)?),
        })
    }
}

impl AssetCursor {
    fn after(asset: &Asset) -> Self {
        Self {
            id_folded: fold(&asset.id),
            key: asset.key,
        }
    }
}

impl Store {
    /// Looks for assets that have not vanished. What cannot be found, such as a hundred different words, is not.
    pub async fn search_assets(&self, company: CompanyId, query: &AssetQuery) -> Result<AssetPage> {
        let limit = at_most(query.limit);
        let Some(patterns) = patterns(&query.words) else {
            return Ok(AssetPage {
                assets: Vec::new(),
                next: None,
            });
        };
        let rows: Vec<AssetRow> = on_reader!(self, |pool| {
            let mut sql = QueryBuilder::new(
                "select key, id, file_name, folder, asset_type, published, handle, created_at, changed_at, vanished_at from asset \
                 where vanished_at is null and company_id = ",
            );
            sql.push_bind(company.uuid());
            for pattern in &patterns {
                sql.push(" and search_text like ")
                    .push_bind(pattern.as_str())
                    .push(r" escape '\'");
            }
            match query.folder.as_deref().map(storable) {
                Some(folder) if !query.with_subfolders => {
                    sql.push(" and folder = ").push_bind(folder);
                }
                Some(folder) if !folder.is_empty() => {
                    // What starts with "folder/" sorts before "folder0", the next character being the digit. Unlike
                    // `like`, comparing minds the case on SQLite too.
                    sql.push(" and (folder = ").push_bind(folder.clone());
                    sql.push(" or (folder >= ").push_bind(format!("{folder}/"));
                    sql.push(" and folder < ")
                        .push_bind(format!("{folder}0"))
                        .push("))");
                }
                _ => {}
            }
            if let Some(class) = query.class {
                sql.push(" and class = ").push_bind(class.as_str());
            }
            if let Some(after) = &query.after {
                sql.push(" and (id_folded, key) > (")
                    .push_bind(after.id_folded.as_str());
                sql.push(", ").push_bind(after.key.uuid()).push(")");
            }
            sql.push(" order by id_folded, key limit ")
                .push_bind(limit.saturating_add(1));
            sql.build_query_as().fetch_all(pool).await?
        });
        Ok(page(rows, limit))
    }
}

/// One row more than asked for was read: when it is there, so is a next page.
fn page(rows: Vec<AssetRow>, limit: i64) -> AssetPage {
    let mut assets: Vec<Asset> = rows.into_iter().map(Asset::from).collect();
    let more = count(assets.len()) > limit;
    if more {
        assets.pop();
    }
    let next = assets.last().filter(|_| more).map(AssetCursor::after);
    AssetPage { assets, next }
}

/// A `like` pattern per word, or `None` when no asset can hold them all.
fn patterns(words: &[String]) -> Option<Vec<String>> {
    let words: BTreeSet<String> = words
        .iter()
        .map(|word| fold(word))
        .filter(|word| !word.is_empty())
        .collect();
    let possible = words.len() <= MOST_WORDS
        && words
            .iter()
            .all(|word| word.len() <= LONGEST_WORD && !word.contains('\0'));
    possible.then(|| {
        words
            .iter()
            .map(|word| format!("%{}%", escaped(word)))
            .collect()
    })
}

/// Takes the special meaning from `%`, `_` and `\`.
fn escaped(word: &str) -> String {
    let mut text = String::with_capacity(word.len());
    for c in word.chars() {
        if matches!(c, '%' | '_' | '\\') {
            text.push('\\');
        }
        text.push(c);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cursor(id_folded: &str) -> AssetCursor {
        AssetCursor {
            id_folded: id_folded.to_owned(),
            key: AssetKey::from_uuid(Uuid::from_u128(7)),
        }
    }

    #[test]
    fn a_cursor_survives_its_text_whatever_the_name() {
        for name in ["", "shoe", "größe 100%_\\'\"?&#/", "👟\u{202e}"] {
            let text = cursor(name).to_string();
            assert_eq!(text.parse(), Ok(cursor(name)), "{text}");
            assert!(
                text.bytes()
                    .all(|b| b.is_ascii_hexdigit() || b == b'-' || b == b'.'),
                "{text}"
            );
        }
    }

    #[test]
    fn what_is_no_cursor_is_an_error() {
        let key = Uuid::from_u128(7);
        for text in [
            String::new(),
            ".".to_owned(),
            "x.00".to_owned(),
            format!("{key}"),
            format!("{key}.0"),
            format!("{key}.zz"),
            format!("{key}.+1"),
            format!("{key}.ff"),
            format!("{key}.00"),
            format!("{key}.é"),
        ] {
            assert_eq!(text.parse::<AssetCursor>(), Err(InvalidCursor), "{text}");
        }
    }

    #[test]
    fn words_are_folded_escaped_and_counted_once() {
        let words = ["SHOE", "shoe", "", r"50%_\"].map(str::to_owned);
        assert_eq!(
            patterns(&words),
            Some(vec![r"%50\%\_\\%".to_owned(), "%shoe%".to_owned()])
        );
    }

    #[test]
    fn words_that_no_asset_can_hold_give_no_patterns() {
        let many: Vec<String> = (0..=MOST_WORDS).map(|n| format!("w{n}")).collect();
        assert_eq!(patterns(&many), None);
        assert_eq!(patterns(&["a".repeat(LONGEST_WORD + 1)]), None);
        assert_eq!(patterns(&["a\0".to_owned()]), None);
    }
}
