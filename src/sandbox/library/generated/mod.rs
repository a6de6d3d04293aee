//! A library of as many assets as one likes, computed from their numbers: what was changed is all that it stores.
//!
//! Pages come quickly wherever they lie; an order by name needs an index of four bytes an asset, made when it is first
//! asked for.

mod names;
mod order;

use std::{
    collections::BTreeMap,
    sync::{OnceLock, PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard},
    time::Duration,
};

use self::order::{Order, Runs};
use super::{Around, Found, Library, Query, Record, Sort, whole_millis, with_parents};
use crate::clock::{Clock, Timestamp};

/// How far back the oldest asset was made.
const AGE: Duration = Duration::from_hours(2 * 365 * 24);

/// How many assets before it a set holds at most.
const SET_SIZE: u32 = 8;

/// A generated library. Two with the same count and clock are the same.
#[derive(Debug)]
pub struct Generated {
    clock: Clock,
    count: u32,
    folders: u64,
    oldest: Timestamp,
    /// Microseconds between two assets.
    gap: i64,
    by_name: OnceLock<Vec<u32>>,
    changed: RwLock<Changed>,
}

/// What differs from what is computed, by number; `None` for what is gone.
type Changed = BTreeMap<u32, Option<Record>>;

impl Generated {
    /// That many assets, made one after the other over the last two years.
    #[must_use]
    pub fn new(count: u32, clock: Clock) -> Self {
        let age = i64::try_from(AGE.as_micros()).unwrap_or(i64::MAX);
        Self {
            count,
            folders: u64::from(count / 100).clamp(12, names::MOST_FOLDERS),
            oldest: clock.now().minus(AGE),
            gap: age / i64::from(count.saturating_add(1)),
            clock,
            by_name: OnceLock::new(),
            changed: RwLock::default(),
        }
    }

    /// Adds a published image as of now, and tells its number.
    pub fn add(&self, name: &str, folder: &str) -> u32 {
        let now = whole_millis(self.clock.now());
        let mut changed = self.write();
        let last = changed.last_key_value().map(|(number, _)| number + 1);
        let number = self.count.max(last.unwrap_or_default());
        let record = Record {
            number,
            name: name.to_owned(),
            asset_type: "Image",
            sub_type: "",
            file_name: format!("{name}.jpg"),
            folder: folder.to_owned(),
            published: true,
            trashed: false,
            created: now,
            last_modified: now,
        };
        changed.insert(number, Some(record));
        number
    }

    /// Deletes an asset without a trace. False for an unknown number, as of all that follow.
    pub fn remove(&self, number: u32) -> bool {
        let known = self.with_number(number).is_some();
        if known {
            self.write().insert(number, None);
        }
        known
    }

    /// Puts another file in the place of an asset's: only its last change tells.
    pub fn replace(&self, number: u32) -> bool {
        self.change(number, |_| {})
    }

    /// Gives an asset another name.
    pub fn rename(&self, number: u32, name: &str) -> bool {
        self.change(number, |record| name.clone_into(&mut record.name))
    }

    /// Puts an asset into another folder below the root.
    pub fn move_to(&self, number: u32, folder: &str) -> bool {
        self.change(number, |record| folder.clone_into(&mut record.folder))
    }

    /// Puts an asset into the trash, or takes it out again.
    pub fn trash(&self, number: u32, trashed: bool) -> bool {
        self.change(number, |record| record.trashed = trashed)
    }

    fn change(&self, number: u32, change: impl FnOnce(&mut Record)) -> bool {
        let Some(mut record) = self.with_number(number) else {
            return false;
        };
        change(&mut record);
        record.last_modified = whole_millis(self.clock.now());
        self.write().insert(number, Some(record));
        true
    }

    fn read(&self) -> RwLockReadGuard<'_, Changed> {
        self.changed.read().unwrap_or_else(PoisonError::into_inner)
    }

    fn write(&self) -> RwLockWriteGuard<'_, Changed> {
        self.changed.write().unwrap_or_else(PoisonError::into_inner)
    }

    /// The asset as it was made.
    fn made(&self, number: u32) -> Record {
        names::record(number, self.folders, self.made_at(number))
    }

    fn made_at(&self, number: u32) -> Timestamp {
        let micros = self.oldest.as_micros() + self.gap * i64::from(number);
        whole_millis(Timestamp::from_micros(micros))
    }

    /// The asset as it stands, if it is there.
    fn current(&self, number: u32, changed: &Changed) -> Option<Record> {
        match changed.get(&number) {
            Some(record) => record.clone(),
            None => (number < self.count).then(|| self.made(number)),
        }
    }

    /// The numbers that a query asks for, as the assets were made, in its ascending order.
    fn order(&self, query: &Query) -> Order<'_> {
        let Some((min, max)) = query.modified_only() else {
            let numbers = 0..self.count;
            let asked_for = numbers.filter(|&number| query.accepts(&self.made(number)));
            return Order::Listed(sorted(asked_for.collect(), query.sort));
        };
        let first = self.made_before(|at| at < min);
        let end = self.made_before(|at| at <= max).max(first);
        match query.sort {
            Sort::Created | Sort::Modified => Order::Range(first..end),
            Sort::Name if (first, end) == (0, self.count) => {
                let index = || sorted((0..end).collect(), Sort::Name);
                Order::Shared(self.by_name.get_or_init(index))
            }
            sort => Order::Listed(sorted((first..end).collect(), sort)),
        }
    }

    /// The first number that was not made before.
    fn made_before(&self, before: impl Fn(Timestamp) -> bool) -> u32 {
        let (mut low, mut high) = (0, self.count);
        while low < high {
            let middle = low + (high - low) / 2;
            if before(self.made_at(middle)) {
                low = middle + 1;
            } else {
                high = middle;
            }
        }
        low
    }

    /// What the set with this number holds: images made just before it, back to another set.
    fn members(&self, set: u32, changed: &Changed) -> Vec<Record> {
        let earlier = (set.saturating_sub(SET_SIZE)..set).rev();
        let mut members: Vec<_> = earlier
            .map(|number| (number, names::kind(number).0))
            .take_while(|(_, kind)| !is_set(kind))
            .filter(|(_, kind)| *kind == "Image")
            .filter_map(|(number, _)| self.current(number, changed))
            .collect();
        members.reverse();
        members
    }
}

fn is_set(asset_type: &str) -> bool {
    matches!(asset_type, "ImageSet" | "SpinSet" | "AssetSet")
}

/// Numbers come in the order of creation, and nothing that was made was changed.
fn sorted(mut numbers: Vec<u32>, sort: Sort) -> Vec<u32> {
    match sort {
        Sort::Created | Sort::Modified => {}
        Sort::Name => numbers.sort_unstable_by_key(|&number| names::name_key(number)),
        Sort::AssetType => {
            numbers.sort_unstable_by_key(|&number| (names::kind(number).0, number));
        }
    }
    numbers
}

impl Library for Generated {
    fn search(&self, query: &Query) -> Found {
        let changed = self.read();
        let order = self.order(query);
        let runs = Runs::new(&order, &changed, query, |number| self.made(number));
        Found {
            total: runs.total(),
            records: runs
                .page(query)
                .filter_map(|number| self.current(number, &changed))
                .collect(),
        }
    }

    fn with_name(&self, name: &str) -> Vec<Record> {
        let changed = self.read();
        let made = names::number_of(name)
            .filter(|number| !changed.contains_key(number))
            .and_then(|number| self.current(number, &changed));
        let named = |record: &&Record| record.name == name;
        let made = made.as_ref().filter(named).cloned();
        let others = changed.values().flatten().filter(named).cloned();
        made.into_iter().chain(others).collect()
    }

    fn with_number(&self, number: u32) -> Option<Record> {
        self.current(number, &self.read())
    }

    fn around(&self, number: u32) -> Around {
        let changed = self.read();
        let mut around = Around::default();
        let Some(record) = self
            .current(number, &changed)
            .filter(|_| number < self.count)
        else {
            return around;
        };
        if is_set(record.asset_type) {
            around.members = self.members(number, &changed);
        } else if record.asset_type == "Image" {
            let later = number + 1..self.count.min(number + 1 + SET_SIZE);
            let set = later.into_iter().find(|&n| is_set(names::kind(n).0));
            around.containers = set
                .and_then(|set| self.current(set, &changed))
                .into_iter()
                .collect();
        }
        around
    }

    fn folders(&self) -> Vec<String> {
        let made = if self.count == 0 { 0 } else { self.folders };
        let changed = self.read();
        let changed = changed.values().flatten().map(|r| r.folder.clone());
        with_parents((0..made).map(names::folder).chain(changed))
    }

    fn counts(&self) -> BTreeMap<&'static str, usize> {
        let changed = self.read();
        let mut counts = BTreeMap::new();
        let made = (0..self.count).filter(|number| !changed.contains_key(number));
        let made = made.map(|number| names::kind(number).0);
        let others = changed.values().flatten().filter(|r| !r.trashed);
        for kind in made.chain(others.map(|r| r.asset_type)) {
            *counts.entry(kind).or_default() += 1;
        }
        counts
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sandbox::library::{Condition, DateField, DateRange};

    fn library(count: u32) -> Generated {
        let now = Timestamp::from_micros(1_700_000_000_123_456);
        Generated::new(count, Clock::manual(now))
    }

    fn changed_since(min: Timestamp) -> Vec<Condition> {
        let max = Timestamp::from_micros(i64::MAX);
        let range = DateRange {
            min,
            max,
            outside: false,
        };
        vec![Condition::Date(DateField::LastModified, range)]
    }

    /// Everything that a test may do to a library.
    fn shaken(library: &Generated) {
        for step in 0..40 {
            library.clock.advance(Duration::from_secs(1));
            let number = step * 53 % 1_000;
            match step % 6 {
                0 => assert!(library.remove(number)),
                1 => assert!(library.replace(number)),
                2 => assert!(library.rename(number, &format!("GLO_{step}"))),
                3 => assert!(library.move_to(number, "moved/here")),
                4 => assert!(library.trash(number, true)),
                _ => assert!(library.add(&format!("added-{step}"), "added") >= 1_000),
            }
        }
    }

    #[test]
    fn pages_of_every_query_are_what_filtering_and_sorting_all_assets_gives() {
        let library = library(1_000);
        shaken(&library);
        let all: Vec<_> = (0..1_100).filter_map(|n| library.with_number(n)).collect();
        let middle = library.made_at(500);
        let start = library.oldest.plus(AGE);
        let filters = [
            Query::default(),
            Query {
                conditions: changed_since(middle),
                ..Query::default()
            },
            Query {
                conditions: changed_since(start),
                ..Query::default()
            },
            Query {
                published: Some(false),
                types: vec!["Image".to_owned()],
                ..Query::default()
            },
            Query {
                trashed: true,
                ..Query::default()
            },
            Query {
                folder: "moved".to_owned(),
                ..Query::default()
            },
        ];
        for filter in filters {
            for sort in [Sort::Created, Sort::Modified, Sort::Name, Sort::AssetType] {
                for (descending, offset, limit) in [
                    (false, 0, 100),
                    (true, 0, 100),
                    (false, 450, 333),
                    (true, 990, 50),
                ] {
                    let query = Query {
                        sort,
                        descending,
                        offset,
                        limit,
                        ..filter.clone()
                    };
                    let expected = Found::among(all.clone(), &query);
                    assert_eq!(library.search(&query), expected, "{query:?}");
                }
            }
        }
    }

    #[test]
    fn a_name_leads_to_its_asset_until_it_is_renamed_or_gone() {
        let library = library(1_000);
        let [first, second] = [3, 4].map(|n| library.with_number(n).unwrap());
        assert_eq!(library.with_name(&first.name)[0].number, 3);
        library.rename(3, "other");
        assert_eq!(library.with_name(&first.name), []);
        assert_eq!(library.with_name("other")[0].number, 3);
        library.remove(4);
        assert_eq!(library.with_name(&second.name), []);
        assert!(!library.remove(4));
        assert_eq!(library.with_name("nobody"), []);
    }

    #[test]
    fn a_set_holds_images_and_each_of_them_knows_the_set() {
        let library = library(10_000);
        let sets = (0..10_000).filter(|&n| is_set(names::kind(n).0));
        let mut members = 0;
        for set in sets {
            for member in library.around(set).members {
                assert_eq!(member.asset_type, "Image");
                assert_eq!(library.around(member.number).containers[0].number, set);
                members += 1;
            }
        }
        assert!(members > 1_000, "{members}");
    }

    #[test]
    fn counts_and_folders_follow_the_changes() {
        let library = library(1_000);
        let before = library.counts();
        assert_eq!(before.values().sum::<usize>(), 1_000);
        library.add("new", "fresh/ground");
        library.remove(7);
        assert_eq!(library.counts().values().sum::<usize>(), 1_000);
        let folders = library.folders();
        assert!(folders.contains(&"fresh".to_owned()));
        assert!(folders.contains(&"fresh/ground".to_owned()));
        assert!(folders.is_sorted());
    }
}
