//! What is kept in memory of each company's catalogue: a sample of its assets, by which a search is planned, and its
//! folders with their counts. A few megabytes; never needed for a right answer, only for a quick one.
//!
//! It is made anew when the catalogue has changed: at once for a small one, behind the scenes for a large one.

use std::{
    collections::{BTreeSet, HashMap},
    sync::{Arc, Mutex, PoisonError},
    time::{Duration, Instant},
};

use sqlx::{FromRow, QueryBuilder};

use super::{
    super::{
        Result, Store,
        convert::{CHUNK, count},
        folders::FolderTree,
    },
    texts::Texts,
};
use crate::domain::CompanyId;

/// Assets in a sample. A word in one of four hundred is seen ten times; rarer ones are cheap to look up.
const SAMPLE: i64 = 4_096;

/// So many different letters and signs are kept: more than most catalogues have in their IDs.
const LETTERS: usize = 64;

/// A catalogue of no more assets is read whole, and at once whenever it changed.
const SMALL: i64 = 3 * SAMPLE;

/// A changed catalogue is not looked at more often.
const PAUSE: Duration = Duration::from_mins(1);

/// What other programs may have changed is noticed after this: for a small catalogue, and for others.
const SMALL_LASTS: Duration = Duration::from_secs(2);
const LASTS: Duration = Duration::from_mins(5);

/// A company's catalogue, as of a while ago.
#[derive(Debug, Default)]
pub(in crate::store) struct Snapshot {
    /// All assets that have not vanished.
    pub(super) total: i64,
    /// About as many as all companies have: the index of pieces leads to those of the others too.
    pub(super) everywhere: i64,
    /// Some of them, by name.
    pub(super) rows: Vec<SampleRow>,
    /// Their searched texts.
    pub(super) texts: Texts,
    /// The same, by last change, the latest first: indexes of `rows`.
    pub(super) by_change: Vec<usize>,
    /// In how many rows of the sample each piece of three characters occurs.
    pub(super) trigrams: HashMap<[char; 3], u32>,
    /// The letters and signs of their IDs, the most common ones.
    pub(super) letters: Vec<char>,
    /// Whether the index of such pieces can be used.
    pub(super) is_indexed: bool,
    /// Whether that index knows signs too; PostgreSQL's knows letters and digits.
    pub(super) knows_signs: bool,
    /// The folders.
    pub(in crate::store) folders: FolderTree,
}

/// What filters look at; the searched text moves to [`Snapshot::texts`].
#[derive(Debug, FromRow)]
pub(super) struct SampleRow {
    pub(super) id_folded: String,
    pub(super) search_text: String,
    pub(super) folder: String,
    pub(super) asset_type: String,
    pub(super) class: String,
    pub(super) published: bool,
    pub(super) changed_at: i64,
    pub(super) created_at: i64,
    pub(super) last_invalidated_at: Option<i64>,
}

/// The snapshots of all companies.
#[derive(Debug, Default)]
pub(in crate::store) struct Snapshots(Mutex<HashMap<CompanyId, Kept>>);

#[derive(Debug)]
struct Kept {
    snapshot: Arc<Snapshot>,
    made_at: Instant,
    is_stale: bool,
    is_refreshing: bool,
}

/// What is to be done before the snapshot can be used.
enum Next {
    Use(Arc<Snapshot>),
    Refresh(Arc<Snapshot>),
    Make,
}

impl Snapshots {
    fn with<T>(&self, act: impl FnOnce(&mut HashMap<CompanyId, Kept>) -> T) -> T {
        act(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }

    fn next(&self, company: CompanyId) -> Next {
        self.with(|all| {
            let Some(kept) = all.get_mut(&company) else {
                return Next::Make;
            };
            let age = kept.made_at.elapsed();
            if kept.snapshot.total <= SMALL {
                return if kept.is_stale || age > SMALL_LASTS {
                    Next::Make
                } else {
                    Next::Use(Arc::clone(&kept.snapshot))
                };
            }
            let is_due = age > LASTS || (kept.is_stale && age > PAUSE);
            if is_due && !kept.is_refreshing {
                kept.is_refreshing = true;
                return Next::Refresh(Arc::clone(&kept.snapshot));
            }
            Next::Use(Arc::clone(&kept.snapshot))
        })
    }

    fn keep(&self, company: CompanyId, snapshot: &Arc<Snapshot>) {
        let kept = Kept {
            snapshot: Arc::clone(snapshot),
            made_at: Instant::now(),
            is_stale: false,
            is_refreshing: false,
        };
        self.with(|all| all.insert(company, kept));
    }

    fn mark(&self, company: CompanyId, mark: impl FnOnce(&mut Kept)) {
        self.with(|all| all.get_mut(&company).map(mark));
    }

    fn forget(&self, company: CompanyId) {
        self.with(|all| all.remove(&company));
    }
}

impl Store {
    /// Says that a company's assets or folders are not what they were.
    pub(in crate::store) fn catalogue_changed(&self, company: CompanyId) {
        self.snapshots.mark(company, |kept| kept.is_stale = true);
    }

    /// Says that they are altogether others.
    pub(in crate::store) fn catalogue_replaced(&self, company: CompanyId) {
        self.snapshots.forget(company);
    }

    /// The company's snapshot: the newest there is, or the first.
    pub(in crate::store) async fn snapshot(&self, company: CompanyId) -> Result<Arc<Snapshot>> {
        match self.snapshots.next(company) {
            Next::Use(snapshot) => Ok(snapshot),
            Next::Make => self.make_snapshot(company).await,
            Next::Refresh(snapshot) => {
                let store = self.clone();
                tokio::spawn(async move {
                    if let Err(error) = store.make_snapshot(company).await {
                        tracing::warn!(%error, "a company's catalogue could not be looked over");
                        store
                            .snapshots
                            .mark(company, |kept| kept.is_refreshing = false);
                    }
                });
                Ok(snapshot)
            }
        }
    }

    async fn make_snapshot(&self, company: CompanyId) -> Result<Arc<Snapshot>> {
        let folders = self.folders(company).await?;
        let total = folders.iter().map(|folder| folder.assets).sum();
        let last: Option<i64> = on_reader!(self, |pool| {
            sqlx::query_scalar("select max(number) from asset")
                .fetch_one(pool)
                .await?
        });
        let last = last.unwrap_or(0);
        let rows = if total <= SMALL {
            self.all_rows(company).await?
        } else {
            self.some_rows(company, total, last).await?
        };
        let mut snapshot = Snapshot::new(total, rows);
        snapshot.everywhere = last;
        snapshot.folders = FolderTree::new(folders, self.known_folders(company).await?);
        snapshot.knows_signs = !self.is_postgres();
        snapshot.is_indexed = self.has_trigrams(company).await?;
        let snapshot = Arc::new(snapshot);
        self.snapshots.keep(company, &snapshot);
        Ok(snapshot)
    }

    async fn all_rows(&self, company: CompanyId) -> Result<Vec<SampleRow>> {
        let sql = "select id_folded, search_text, folder, asset_type, class, published, changed_at, created_at, \
                   last_invalidated_at from asset where company_id = $1 and vanished_at is null";
        Ok(on_reader!(self, |pool| sqlx::query_as(sql)
            .bind(company.uuid())
            .fetch_all(pool)
            .await?))
    }

    /// Rows at even distances by their numbers, which say nothing about them. Other companies' numbers are between them.
    async fn some_rows(&self, company: CompanyId, total: i64, last: i64) -> Result<Vec<SampleRow>> {
        let step = usize::try_from((total / SAMPLE).max(1)).unwrap_or(1);
        let numbers: Vec<i64> = (1..=last).step_by(step).collect();
        let mut rows = Vec::new();
        for chunk in numbers.chunks(CHUNK) {
            let mut found: Vec<SampleRow> = on_reader!(self, |pool| {
                let mut sql = QueryBuilder::new(
                    "select id_folded, search_text, folder, asset_type, class, published, changed_at, created_at, \
                     last_invalidated_at from asset where vanished_at is null and case when company_id = ",
                );
                // Written so that no planner goes by the company, which has far more rows.
                sql.push_bind(company.uuid())
                    .push(" then 1 end = 1 and number in (");
                let mut wanted = sql.separated(", ");
                for number in chunk {
                    wanted.push_bind(*number);
                }
                sql.push(")");
                sql.build_query_as().fetch_all(pool).await?
            });
            rows.append(&mut found);
        }
        Ok(rows)
    }

    async fn has_trigrams(&self, company: CompanyId) -> Result<bool> {
        if !self.is_postgres() {
            // Another company's load may have taken the others away; this one is made last.
            let sql = "select exists (select 1 from sqlite_schema where name = 'asset_recent')";
            let is_whole: bool =
                on_reader!(self, |pool| sqlx::query_scalar(sql).fetch_one(pool).await?);
            return Ok(is_whole && self.indexed_to(company).await?.is_none());
        }
        let sql = "select exists (select 1 from pg_index where indexrelid = to_regclass('_asset_trigram') and indisvalid)";
        Ok(on_reader!(self, |pool| sqlx::query_scalar(sql)
            .fetch_one(pool)
            .await?))
    }
}

impl Snapshot {
    pub(super) fn new(total: i64, mut rows: Vec<SampleRow>) -> Self {
        rows.sort_unstable_by(|a, b| a.id_folded.cmp(&b.id_folded));
        let mut by_change: Vec<usize> = (0..rows.len()).collect();
        by_change.sort_unstable_by_key(|index| std::cmp::Reverse(rows[*index].changed_at));
        let mut trigrams = HashMap::new();
        let mut texts = Texts::default();
        for row in &mut rows {
            for trigram in trigrams_of(&row.search_text) {
                *trigrams.entry(trigram).or_default() += 1;
            }
            texts.extend([std::mem::take(&mut row.search_text)]);
        }
        Self {
            total: total.max(count(rows.len())),
            everywhere: total,
            letters: common_letters(&rows),
            rows,
            texts,
            by_change,
            trigrams,
            is_indexed: false,
            knows_signs: false,
            folders: FolderTree::default(),
        }
    }

    /// The shortest beginning of a name that, going by the sample, no more than so many assets have.
    pub(super) fn rare_beginning<'n>(&self, name: &'n str, most: i64) -> Option<&'n str> {
        let sampled = count(self.rows.len()).max(1);
        let are_few = |prefix: &&str| {
            let from = self.rows.partition_point(|row| *row.id_folded < **prefix);
            let with = self.rows[from..].partition_point(|row| row.id_folded.starts_with(*prefix));
            // What the sample does not hold may still be there.
            (2 * count(with) + 1).saturating_mul(self.total) <= most.saturating_mul(2 * sampled)
        };
        let ends = name.char_indices().map(|(at, c)| at + c.len_utf8());
        ends.map(|end| &name[..end]).find(are_few)
    }
}

/// Each three characters that follow each other.
pub(super) fn trigrams_of(text: &str) -> BTreeSet<[char; 3]> {
    let chars: Vec<char> = text.chars().collect();
    chars.windows(3).map(|c| [c[0], c[1], c[2]]).collect()
}

fn common_letters(rows: &[SampleRow]) -> Vec<char> {
    let mut counts: HashMap<char, u32> = HashMap::new();
    for c in rows.iter().flat_map(|row| row.id_folded.chars()) {
        *counts.entry(c).or_default() += 1;
    }
    let mut letters: Vec<char> = counts.keys().copied().collect();
    letters.sort_unstable_by_key(|c| (std::cmp::Reverse(counts[c]), *c));
    letters.truncate(LETTERS);
    letters
}
