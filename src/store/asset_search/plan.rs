//! How a search goes about it: along the order that is wanted until the page is full, or through an index to all that
//! could match, which are then sorted. The sample says how common the words and the filters are, and so what each way
//! would cost; no way is right for all, and the worst is a hundred times slower than the best.

use super::{
    filter::Filter,
    snapshot::{Snapshot, trigrams_of},
    stage::{Order, Stage},
    tally::{Narrowed, Tally, Walk},
};

/// Microseconds, roughly, as measured on both databases: a row of an index that holds all that is asked for; a row that
/// must be fetched from the table, and sorted; an entry in a list of the full-text index.
const WALKED: f64 = 0.5;
const FETCHED: f64 = 2.5;
const LISTED: f64 = 0.08;

/// More pieces than this hardly narrow a search further.
const MOST_TRIGRAMS: usize = 4;

/// Where the rows come from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Access {
    /// By name, from where the stage begins, until there are enough.
    NameWalk,
    /// By last change, until there are enough.
    ChangeWalk,
    /// By name within one folder.
    FolderWalk,
    /// By last change, of what changed recently.
    RecentWalk,
    /// By name within one type, of what is marked for publish or of what is not.
    TypeWalk,
    /// All that hold certain pieces of the words.
    Trigrams,
    /// All in the folder.
    Folder,
    /// All that changed since.
    Changed,
    /// All that changed recently.
    Recent,
    /// All of one type.
    Type,
}

impl Access {
    /// Whether rows come in the order that is wanted.
    pub(super) const fn is_walk(self) -> bool {
        matches!(
            self,
            Self::NameWalk
                | Self::ChangeWalk
                | Self::FolderWalk
                | Self::RecentWalk
                | Self::TypeWalk
        )
    }
}

impl Access {
    /// The index that it goes by.
    pub(super) const fn index(self) -> &'static str {
        match self {
            Self::NameWalk | Self::Trigrams => "asset_by_name",
            Self::ChangeWalk | Self::Changed => "asset_by_change",
            Self::FolderWalk | Self::Folder => "asset_by_folder",
            Self::RecentWalk | Self::Recent => "asset_recent",
            Self::TypeWalk | Self::Type => "asset_by_type",
        }
    }
}

/// The way that was chosen.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Plan {
    pub(super) access: Access,
    /// Whether the indexes are there, and can be named.
    pub(super) has_indexes: bool,
    /// With [`Access::Trigrams`]: the pieces to look up, the rarest first.
    pub(super) trigrams: Vec<[char; 3]>,
}

/// Plans the stages of a search.
pub(super) struct Planner<'a> {
    snapshot: &'a Snapshot,
    filter: &'a Filter,
    tally: Tally,
    /// Rows of the catalogue that one of the sample stands for.
    scale: f64,
}

impl<'a> Planner<'a> {
    pub(super) fn new(snapshot: &'a Snapshot, filter: &'a Filter) -> Self {
        let scale = if snapshot.rows.is_empty() {
            1.0
        } else {
            float(snapshot.total) / number(snapshot.rows.len())
        };
        Self {
            snapshot,
            filter,
            tally: Tally::of(snapshot, filter),
            scale,
        }
    }

    /// How many rows of the catalogue those of the sample stand for. What the sample does not hold may still be there.
    fn rows(&self, sampled: f64) -> f64 {
        (sampled + 0.5) * self.scale
    }

    /// Chooses how to find `need` rows of a stage.
    pub(super) fn choose(&self, stage: &Stage, need: i64) -> Plan {
        let Self {
            snapshot,
            filter,
            tally,
            scale,
        } = self;
        let walks = tally.walks(snapshot, stage);
        let rows = |sampled: usize| self.rows(number(sampled));
        let narrowed = |it: &Narrowed| WALKED * rows(it.rows) + FETCHED * rows(it.fitting);
        let walk = |walk: &Walk, each: f64| each * walked(walk, walks.matches, float(need), *scale);

        let mut ways = Vec::new();
        match stage.order {
            Order::Name => {
                ways.push((Access::NameWalk, walk(&walks.wide, WALKED)));
                if filter.folder.is_some() && !filter.with_subfolders {
                    ways.push((Access::FolderWalk, walk(&walks.narrow, FETCHED)));
                }
                if filter.has_rare_type() && filter.published.is_some() {
                    ways.push((Access::TypeWalk, walk(&walks.typed, WALKED)));
                }
            }
            Order::Changed => {
                ways.push((Access::ChangeWalk, walk(&walks.wide, FETCHED)));
                if filter.is_recent() {
                    ways.push((Access::RecentWalk, walk(&walks.narrow, FETCHED)));
                }
            }
        }
        if filter.folder.is_some() {
            ways.push((Access::Folder, FETCHED * rows(tally.in_folder)));
        }
        if filter.has_rare_type() {
            let cost = WALKED * rows(tally.of_type) + FETCHED * rows(walks.matches);
            ways.push((Access::Type, cost));
        }
        if filter.changed_since.is_some() {
            ways.push((Access::Changed, narrowed(&tally.changed)));
        }
        if filter.is_recent() {
            ways.push((Access::Recent, narrowed(&tally.recent)));
        }
        let (trigrams, cost) = self.trigrams();
        let has_letters = |needle: &String| needle.contains(char::is_alphanumeric);
        let is_known = snapshot.knows_signs || filter.needles.iter().any(has_letters);
        if snapshot.is_indexed && is_known && !trigrams.is_empty() {
            ways.push((Access::Trigrams, cost));
        }
        let cheapest = ways.into_iter().min_by(|a, b| a.1.total_cmp(&b.1));
        let access = cheapest.map_or(Access::NameWalk, |(access, _)| access);
        Plan {
            access,
            has_indexes: snapshot.is_indexed,
            trigrams,
        }
    }

    /// The rarest piece of each word, and what finding the rows by them costs. Pieces of one word mostly occur together, so a
    /// second one counts only where the first is much more common than the word. A piece is worth its list only when it
    /// saves fetching more rows than that.
    fn trigrams(&self) -> (Vec<[char; 3]>, f64) {
        let Self {
            snapshot,
            filter,
            tally,
            ..
        } = self;
        let rows = |sampled: usize| self.rows(number(sampled));
        let seen = |trigram: &[char; 3]| {
            let sampled = snapshot.trigrams.get(trigram).copied();
            self.rows(f64::from(sampled.unwrap_or(0)))
        };
        // Each with how many rows its list has, and how many of all rows it leaves.
        let mut pieces: Vec<([char; 3], f64, f64)> = Vec::new();
        for (needle, count) in filter.needles.iter().zip(&tally.with_needle) {
            let mut own: Vec<_> = trigrams_of(needle)
                .into_iter()
                .map(|it| (it, seen(&it)))
                .collect();
            own.sort_by(|a, b| a.1.total_cmp(&b.1));
            let total = float(snapshot.total);
            let with_needle = rows(*count);
            let mut own = own.into_iter();
            if let Some((first, list)) = own.next().filter(|(_, list)| list * 2.0 < total) {
                pieces.push((first, list, list / total));
                let another = own.next().filter(|_| with_needle * 2.0 < list);
                pieces.extend(another.map(|(second, longer)| (second, longer, with_needle / list)));
            }
        }
        pieces.sort_by(|a, b| a.1.total_cmp(&b.1));
        let (mut chosen, mut candidates, mut cost) = (Vec::new(), float(snapshot.total), 0.0);
        let least = rows(tally.with_words);
        for (trigram, list, share) in pieces {
            let fewer = (candidates * share).max(least);
            let is_worth = (candidates - fewer) * FETCHED > list * LISTED;
            if chosen.is_empty() || (is_worth && chosen.len() < MOST_TRIGRAMS) {
                chosen.push(trigram);
                cost += list * LISTED;
                candidates = fewer;
            }
        }
        (chosen, cost + candidates * FETCHED)
    }
}

/// How many rows are passed until there are enough. Spread evenly, that follows from how many match. When the first one is
/// much further away than that, they stand together somewhere, as those of one brand do, and the way there counts too.
fn walked(walk: &Walk, matches: usize, need: f64, scale: f64) -> f64 {
    let all = (number(walk.rows) + 0.5) * scale;
    if matches == 0 {
        return all;
    }
    let gap = (number(walk.rows) / number(matches + 1)).max(1.0);
    let first = number(walk.before_first);
    let way_to_them = (first - 2.0 * gap).max(0.0) * scale;
    (need * gap + way_to_them).min(all)
}

#[expect(clippy::cast_precision_loss, reason = "an estimate")]
fn number(count: usize) -> f64 {
    count as f64
}

#[expect(clippy::cast_precision_loss, reason = "an estimate")]
fn float(count: i64) -> f64 {
    count as f64
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::{AssetQuery, AssetSort, asset_search::snapshot::SampleRow};

    /// A million assets, of which one in a hundred is a `shirt`, those in folder `deep` are few, and `zebra` stands at
    /// the end of the alphabet only.
    fn snapshot() -> Snapshot {
        let row = |n: i64| SampleRow {
            id_folded: format!("{n:05}"),
            search_text: match n {
                3_900.. => format!("{n:05}\u{1f}zebra"),
                n if n % 100 == 0 => format!("{n:05} shirt"),
                n => format!("{n:05} trousers"),
            },
            folder: if n == 17 { "deep" } else { "wide" }.to_owned(),
            asset_type: "Image".to_owned(),
            class: "image".to_owned(),
            published: true,
            changed_at: n,
            created_at: n,
            last_invalidated_at: None,
        };
        let mut snapshot = Snapshot::new(1_000_000, (0..4_000).map(row).collect());
        snapshot.is_indexed = true;
        snapshot
    }

    fn access(query: &AssetQuery) -> Access {
        let filter = Filter::of(query).unwrap();
        let stages = Stage::of(query, &filter);
        Planner::new(&snapshot(), &filter)
            .choose(stages.last().unwrap(), 49)
            .access
    }

    fn words(text: &str) -> AssetQuery {
        AssetQuery {
            words: text.split(' ').map(str::to_owned).collect(),
            ..AssetQuery::default()
        }
    }

    #[test]
    fn common_words_are_met_on_the_way_and_rare_ones_looked_up() {
        assert_eq!(access(&words("trousers")), Access::NameWalk);
        assert_eq!(access(&words("shirt")), Access::NameWalk);
        assert_eq!(access(&words("shirt trousers")), Access::Trigrams);
        assert_eq!(access(&words("nowhere")), Access::Trigrams);
    }

    #[test]
    fn a_common_word_that_is_far_away_is_not_walked_to() {
        let query = AssetQuery {
            changed_since: Some(crate::clock::Timestamp::from_micros(3_999)),
            ..words("")
        };
        assert_eq!(access(&query), Access::Changed);
        assert_eq!(access(&words("zebra")), Access::Trigrams);
    }

    #[test]
    fn a_small_folder_is_read_whole() {
        let mut query = AssetQuery {
            folder: Some("deep".to_owned()),
            with_subfolders: true,
            ..words("trousers")
        };
        assert_eq!(access(&query), Access::Folder);
        query.with_subfolders = false;
        assert_eq!(access(&query), Access::FolderWalk);
        query.sort = AssetSort::Changed;
        assert_eq!(access(&query), Access::Folder);
    }

    #[test]
    fn a_rare_type_has_an_index_of_its_own() {
        let mut snapshot = snapshot();
        for row in snapshot.rows.iter_mut().step_by(50) {
            "Pdf".clone_into(&mut row.asset_type);
        }
        let access = |query: &AssetQuery| {
            let filter = Filter::of(query).unwrap();
            let stages = Stage::of(query, &filter);
            Planner::new(&snapshot, &filter)
                .choose(stages.last().unwrap(), 49)
                .access
        };
        let mut query = AssetQuery {
            asset_type: Some("Pdf".to_owned()),
            published: Some(true),
            ..words("shirt")
        };
        assert_eq!(access(&query), Access::TypeWalk);
        query.words = vec!["nowhere".to_owned()];
        assert_eq!(access(&query), Access::Trigrams);
        query.words = vec!["trousers".to_owned()];
        query.sort = AssetSort::Changed;
        query.published = None;
        assert_eq!(access(&query), Access::ChangeWalk);
        query.words = vec!["shirt".to_owned()];
        query.class = Some(crate::domain::AssetClass::Content);
        assert_eq!(
            access(&query),
            Access::Type,
            "none of them is of that class"
        );
        query.asset_type = Some("Image".to_owned());
        assert_ne!(access(&query), Access::Type);
    }

    #[test]
    fn signs_that_no_index_knows_are_walked_for() {
        let mut snapshot = snapshot();
        snapshot.is_indexed = false;
        let query = words("nowhere");
        let filter = Filter::of(&query).unwrap();
        let stages = Stage::of(&query, &filter);
        let plan = Planner::new(&snapshot, &filter).choose(&stages[1], 49);
        assert_eq!(plan.access, Access::NameWalk);
    }
}
