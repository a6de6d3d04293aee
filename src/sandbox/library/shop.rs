//! The shop's assets, as IPS tells them: the origin has them, so a publish there is a change here.

use std::collections::BTreeMap;

use super::{Around, Found, Library, Query, Record, with_parents};
use crate::sandbox::{
    catalogue::ROOT,
    origin::{Origin, Published},
};

impl Library for Origin {
    fn search(&self, query: &Query) -> Found {
        Found::among(records(&self.published()), query)
    }

    fn with_name(&self, name: &str) -> Vec<Record> {
        let mut found = records(&self.published());
        found.retain(|record| record.name == name);
        found
    }

    fn with_number(&self, number: u32) -> Option<Record> {
        let mut all = self.published();
        all.retain(|asset| asset.number == number);
        all.first().map(record)
    }

    fn around(&self, number: u32) -> Around {
        let all = self.published();
        let Some(asset) = all.iter().find(|asset| asset.number == number) else {
            return Around::default();
        };
        let holders = all.iter().filter(|other| other.members.contains(&number));
        let (owners, containers): (Vec<_>, Vec<_>) = holders.map(record).partition(is_film);
        let mut members = Vec::new();
        if !is_film(&record(asset)) {
            let held = asset.members.iter();
            members.extend(held.filter_map(|&number| self.with_number(number)));
        }
        Around {
            containers,
            members,
            derived: owners.clone(),
            owners,
        }
    }

    fn folders(&self) -> Vec<String> {
        with_parents(records(&self.published()).into_iter().map(|r| r.folder))
    }

    fn counts(&self) -> BTreeMap<&'static str, usize> {
        let mut counts = BTreeMap::new();
        for record in records(&self.published()) {
            if !record.trashed {
                *counts.entry(record.asset_type).or_default() += 1;
            }
        }
        counts
    }
}

fn is_film(record: &Record) -> bool {
    record.asset_type == "MasterVideo"
}

fn records(assets: &[Published]) -> Vec<Record> {
    assets.iter().map(record).collect()
}

fn record(asset: &Published) -> Record {
    let item = &asset.item;
    let folder = item.folder.strip_prefix(ROOT).unwrap_or(&item.folder);
    Record {
        number: asset.number,
        name: item.id.clone(),
        asset_type: item.asset_type,
        sub_type: match item.asset_type {
            "AssetSet" => "MixedMedia",
            _ => "",
        },
        file_name: item.file_name.clone(),
        folder: folder.trim_matches('/').to_owned(),
        published: item.published,
        trashed: asset.trashed,
        created: asset.created,
        last_modified: asset.since,
    }
}
