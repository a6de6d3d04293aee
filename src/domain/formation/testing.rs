//! What the tests of this module and its neighbours build their inputs with.

use std::collections::BTreeSet;

use uuid::Uuid;

use super::{Input, Plan, form};
use crate::domain::{
    Alias, Asset, AssetKey, DeliveryHost, GenericHosts, HostOrigin, Options, Preset, PublishServer,
    PurgeScope, Site,
};

/// An input that owns its parts. All options are off but folding, which is on by default in the product too.
#[derive(Debug, Clone)]
pub(in crate::domain) struct Draft {
    pub site: Site,
    pub hosts: Vec<DeliveryHost>,
    pub generic: GenericHosts,
    pub presets: Vec<Preset>,
    pub template: String,
    pub options: Options,
    pub assets: Vec<Asset>,
    pub manual: String,
    pub removed: BTreeSet<String>,
}

impl Draft {
    pub fn new(server: &str, root: &str) -> Self {
        Self {
            site: site(server, root),
            hosts: Vec::new(),
            generic: GenericHosts::parse(GenericHosts::DEFAULT).unwrap(),
            presets: Vec::new(),
            template: String::new(),
            options: Options {
                presets: false,
                template: false,
                alias: true,
                fold: true,
            },
            assets: Vec::new(),
            manual: String::new(),
            removed: BTreeSet::new(),
        }
    }

    pub fn template(mut self, text: &str) -> Self {
        self.options.template = true;
        text.clone_into(&mut self.template);
        self
    }

    pub fn presets(mut self, names: &[&str]) -> Self {
        self.options.presets = true;
        let preset = |name: &&str| Preset {
            name: (*name).to_owned(),
            modifier: String::new(),
        };
        self.presets = names.iter().map(preset).collect();
        self
    }

    pub fn images(mut self, ids: &[&str]) -> Self {
        self.assets
            .extend(ids.iter().map(|id| asset_of(id, "Image", "")));
        self
    }

    pub fn asset(mut self, id: &str, asset_type: &str) -> Self {
        self.assets.push(asset_of(id, asset_type, ""));
        self
    }

    pub fn manual(mut self, text: &str) -> Self {
        text.clone_into(&mut self.manual);
        self
    }

    pub fn host(mut self, origin: &str, scope: PurgeScope) -> Self {
        let origin = HostOrigin::of(origin).unwrap();
        self.hosts.push(DeliveryHost {
            origin,
            scope,
            check_root: true,
        });
        self
    }

    pub fn alias(mut self, root: &str) -> Self {
        self.site.alias = Some(Alias {
            root: root.to_owned(),
            handle: "c|2".to_owned(),
        });
        self
    }

    pub fn remove(mut self, url: &str) -> Self {
        self.removed.insert(url.to_owned());
        self
    }

    pub fn input(&self) -> Input<'_> {
        Input {
            site: &self.site,
            hosts: &self.hosts,
            generic: &self.generic,
            presets: &self.presets,
            template: &self.template,
            options: self.options,
            assets: &self.assets,
            manual: &self.manual,
            removed: &self.removed,
        }
    }

    pub fn form(&self) -> Plan {
        form(&self.input())
    }

    /// All URLs, removed ones included.
    pub fn urls(&self) -> Vec<String> {
        self.form().urls().map(|url| url.url.to_owned()).collect()
    }
}

pub(in crate::domain) fn site(server: &str, root: &str) -> Site {
    Site {
        publish_server: PublishServer::parse(server).unwrap(),
        root: root.to_owned(),
        alias: None,
    }
}

pub(in crate::domain) fn asset_of(id: &str, asset_type: &str, file_name: &str) -> Asset {
    Asset {
        key: AssetKey::from_uuid(Uuid::nil()),
        id: id.to_owned(),
        file_name: file_name.to_owned(),
        folder: String::new(),
        asset_type: asset_type.to_owned(),
        published: true,
        handle: None,
        created_at: crate::clock::Timestamp::from_micros(0),
        changed_at: crate::clock::Timestamp::from_micros(0),
        vanished_at: None,
    }
}
