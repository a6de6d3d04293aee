//! The image origin: Dynamic Media's own servers, behind every edge.
//!
//! It holds what is published, in which version, and answers as Dynamic Media does: keyed on what a request *means*
//! (`id=`, unknown modifiers and their order change nothing), 403 for what it does not know or may not deliver.
//! It caches nothing.

use std::{
    collections::HashMap,
    future::ready,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use axum::{
    Router,
    extract::Request,
    http::{StatusCode, header},
    response::Response,
    routing::get,
};
use tokio::sync::watch;

use super::{
    answer::Answer,
    catalogue::{self, ALIAS_ROOT, CROPS, CatalogueItem, Delivery, ROOT},
    files,
    library::whole_millis,
    modifiers::{Modifiers, decode},
    picture::{self, Wish},
    sets,
};
use crate::{
    clock::{Clock, Timestamp},
    domain::Asset,
};

/// How long caches may keep pictures and files: Dynamic Media's default.
pub const LIFETIME: Duration = Duration::from_hours(10);

/// How long caches may keep answers to `req=`.
const PROPS_LIFETIME: Duration = Duration::from_mins(6);

const SVG: &str = "image/svg+xml";
const TEXT: &str = "text/plain; charset=utf-8";

/// How far back the catalogue's oldest asset was made.
const AGE: Duration = Duration::from_hours(2 * 365 * 24);

/// The number of the oldest asset, which its handle is made of.
const FIRST_NUMBER: u32 = 900;

/// What is published, and in which version. Shared by everything in front of it.
#[derive(Debug)]
pub struct Origin {
    clock: Clock,
    assets: Mutex<Assets>,
    /// Counts the changes, for those who wait for one.
    changes: watch::Sender<u64>,
}

#[derive(Debug, Default)]
struct Assets {
    by_id: HashMap<String, Published>,
    /// The number of the next asset.
    next: u32,
}

/// Who asks, and so which version counts.
#[derive(Debug, Clone, Copy)]
enum Server {
    /// A visitor, for what is published.
    Public,
    /// The secure preview server, which shows what was uploaded, published or not.
    Preview,
}

/// An asset with what became of it.
#[derive(Debug, Clone)]
pub(super) struct Published {
    pub item: CatalogueItem,
    pub version: u32,
    /// When it was changed last.
    pub since: Timestamp,
    /// What its handle is made of: stays when it is renamed.
    pub number: u32,
    pub created: Timestamp,
    pub trashed: bool,
    /// A newer version was uploaded and is not published yet.
    pub waits: bool,
    /// The numbers of what a set holds, or of a film's renditions.
    pub members: Vec<u32>,
}

impl Origin {
    /// An origin that delivers the whole [catalogue](catalogue::catalogue), every asset in its version 1, made one after
    /// the other over the last two years.
    #[must_use]
    pub fn new(clock: Clock) -> Self {
        let oldest = clock.now().minus(AGE);
        let mut assets = Assets {
            next: FIRST_NUMBER,
            ..Assets::default()
        };
        let items = catalogue::catalogue();
        let gap = AGE / u32::try_from(items.len()).unwrap_or(1).saturating_add(1);
        for (place, item) in (1..).zip(items) {
            assets.add(item, oldest.plus(gap * place));
        }
        assets.fill_sets();
        Self {
            clock,
            assets: Mutex::new(assets),
            changes: watch::Sender::default(),
        }
    }

    /// Every asset as it stands now, as a synchronised catalogue would hold it.
    #[must_use]
    pub fn assets(&self) -> Vec<Asset> {
        let asset = |published: &Published| Asset {
            created_at: published.created,
            handle: Some(format!("a|{}", published.number)),
            ..published.item.to_asset(published.since)
        };
        let assets = self.lock();
        let there = assets.by_id.values().filter(|asset| !asset.trashed);
        there.map(asset).collect()
    }

    /// Every asset with what became of it, those in the trash too.
    pub(super) fn published(&self) -> Vec<Published> {
        self.lock().by_id.values().cloned().collect()
    }

    /// Puts a new asset into the catalogue and delivers it. False when its ID is taken.
    pub fn add(&self, item: CatalogueItem) -> bool {
        let now = self.now();
        let added = self.lock().add(item, now);
        self.tell();
        added
    }

    /// Deletes an asset without a trace. False for an unknown ID, as of all that follow.
    pub fn remove(&self, id: &str) -> bool {
        let removed = self.lock().by_id.remove(id).is_some();
        self.tell();
        removed
    }

    /// Puts an asset into the trash, where it is not delivered, or takes it out again.
    pub fn trash(&self, id: &str, trashed: bool) -> bool {
        self.change(id, |asset| asset.trashed = trashed).is_some()
    }

    /// Gives an asset another ID. Its handle stays. False too when the new ID is taken.
    pub fn rename(&self, id: &str, new_id: &str) -> bool {
        let now = self.now();
        let mut assets = self.lock();
        if assets.by_id.contains_key(new_id) {
            return false;
        }
        let Some(mut asset) = assets.by_id.remove(id) else {
            return false;
        };
        new_id.clone_into(&mut asset.item.id);
        asset.since = now;
        assets.by_id.insert(new_id.to_owned(), asset);
        drop(assets);
        self.tell();
        true
    }

    /// Puts an asset into another folder, such as `shoes/winter`, below the company's root.
    pub fn move_to(&self, id: &str, folder: &str) -> bool {
        self.change(id, |asset| asset.item.folder = format!("{ROOT}/{folder}"))
            .is_some()
    }

    /// Tells whenever an asset is published or withdrawn.
    #[must_use]
    pub fn changes(&self) -> watch::Receiver<u64> {
        self.changes.subscribe()
    }

    /// Puts a new version of an asset in the place of the old one, and tells its number. An asset that was not
    /// published is from now on. `None` for an unknown ID.
    pub fn publish(&self, id: &str) -> Option<u32> {
        self.change(id, |asset| {
            asset.version += 1;
            asset.item.published = true;
            asset.waits = false;
        })
    }

    /// Uploads a new version of an asset without publishing it: only the preview server shows it. `None` for an unknown ID.
    pub fn upload(&self, id: &str) -> Option<u32> {
        self.change(id, |asset| asset.waits = true)
    }

    /// Withdraws an asset: it is answered with 403 until it is published again. `None` for an unknown ID.
    pub fn unpublish(&self, id: &str) -> Option<u32> {
        self.change(id, |asset| asset.item.published = false)
    }

    /// Changes an asset as of now, and tells its version.
    fn change(&self, id: &str, change: impl FnOnce(&mut Published)) -> Option<u32> {
        let now = self.now();
        let mut assets = self.lock();
        let asset = assets.by_id.get_mut(id)?;
        change(asset);
        asset.since = now;
        let version = asset.version;
        drop(assets);
        self.tell();
        Some(version)
    }

    fn now(&self) -> Timestamp {
        whole_millis(self.clock.now())
    }

    fn lock(&self) -> MutexGuard<'_, Assets> {
        self.assets.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn tell(&self) {
        self.changes.send_modify(|count| *count += 1);
    }

    /// The version that is out now. `None` for an unknown ID.
    #[must_use]
    pub fn version(&self, id: &str) -> Option<u32> {
        self.find(id).map(|asset| asset.version)
    }

    /// The version that was uploaded and is not published yet.
    #[must_use]
    pub fn waiting(&self, id: &str) -> Option<u32> {
        self.find(id)
            .filter(|asset| asset.waits)
            .map(|asset| asset.version + 1)
    }

    /// The answer to a GET of this path and query, both as they stand in the URL.
    #[must_use]
    pub fn answer(&self, path: &str, query: Option<&str>) -> Answer {
        self.answer_of(Server::Public, path, query)
    }

    fn answer_of(&self, server: Server, path: &str, query: Option<&str>) -> Answer {
        let query = query.unwrap_or_default();
        let answer = if let Some(rest) = path.strip_prefix("/is/image/") {
            self.image(server, rest, query)
        } else if let Some(rest) = path.strip_prefix("/is/content/") {
            self.content(server, rest)
        } else {
            return Answer::refused(StatusCode::NOT_FOUND, format!("Nothing at {path}"));
        };
        answer.unwrap_or_else(|| {
            Answer::refused(StatusCode::FORBIDDEN, format!("Unable to find {path}"))
        })
    }

    /// The origin as a server of its own, for a cache that is not ours.
    pub fn router(self: &Arc<Self>) -> Router {
        self.router_of(Server::Public)
    }

    /// The secure preview server: the same, with what was uploaded and is not published yet.
    pub fn preview_router(self: &Arc<Self>) -> Router {
        self.router_of(Server::Preview)
    }

    fn router_of(self: &Arc<Self>, server: Server) -> Router {
        let origin = Arc::clone(self);
        let serve = move |request: Request| ready(serve(&origin, server, &request));
        Router::new().fallback_service(get(serve))
    }

    /// `{root}/{id}` or `{root}/{id}:{crop}`.
    fn image(&self, server: Server, rest: &str, query: &str) -> Option<Answer> {
        let (root, object) = rest.split_once('/')?;
        let object = decode(object)?;
        if !is_root(root) || object.contains('/') {
            return None;
        }
        let (id, crop) = match object.rsplit_once(':') {
            Some((id, crop)) => (id, Some(CROPS.into_iter().find(|known| *known == crop)?)),
            None => (object.as_str(), None),
        };
        let asset = self
            .shown(server, id)
            .or_else(|| self.shown(server, id.strip_suffix("-AVS")?))?;
        asset.deliverable(&[Delivery::Image, Delivery::Both])?;

        let modifiers = Modifiers::read(query);
        let (content_type, body, lifetime) = match modifiers.req.as_deref() {
            Some("props" | "imageprops") => (TEXT, asset.props(), PROPS_LIFETIME),
            Some("exists") => (TEXT, "catalogRecord.exists=1\n".to_owned(), PROPS_LIFETIME),
            _ => {
                let svg = picture::draw(&asset.item, asset.version, crop, modifiers.wish);
                (SVG, svg, LIFETIME)
            }
        };
        Some(Answer::ok(content_type, body, asset.since, lifetime))
    }

    /// `{root}/{id}`, `{root}/{file name}`, or either with the asset's folder before it.
    fn content(&self, server: Server, rest: &str) -> Option<Answer> {
        let path = rest.split('/').map(decode).collect::<Option<Vec<_>>>()?;
        let (name, folders) = path.split_last()?;
        let (stem, extension) = match name.rsplit_once('.') {
            Some((stem, extension)) => (stem, Some(extension)),
            None => (name.as_str(), None),
        };
        let asset = self
            .shown(server, name)
            .or_else(|| self.shown(server, stem))
            .or_else(|| self.shown(server, stem.strip_suffix("-AVS")?))?;
        asset.deliverable(&[Delivery::File, Delivery::Both])?;
        let folders = folders.join("/");
        let below = match folders.split_once('/') {
            Some((root, below)) if is_root(root) => Some(format!("{ROOT}/{below}")),
            _ => None,
        };
        if !is_root(&folders) && below != Some(asset.item.folder.clone()) {
            return None;
        }

        let Published {
            ref item, version, ..
        } = asset;
        let (content_type, body) = match (item.asset_type, extension) {
            ("Pdf", None | Some("pdf")) => ("application/pdf", files::pdf(item, version)),
            ("AnimatedGif", None | Some("gif")) => ("image/gif", files::gif(item, version)),
            ("Svg", None | Some("svg")) => {
                let svg = picture::draw(item, version, None, Wish::default());
                (SVG, svg.into_bytes())
            }
            ("MasterVideo", Some("m3u8")) => (
                "application/vnd.apple.mpegurl",
                files::hls(item, version).into_bytes(),
            ),
            ("MasterVideo", Some("mpd")) => (
                "application/dash+xml",
                files::dash(item, version).into_bytes(),
            ),
            ("MasterVideo" | "Video", None | Some("mp4" | "mov")) => {
                ("video/mp4", files::mp4(version))
            }
            _ => return None,
        };
        Some(Answer::ok(content_type, body, asset.since, LIFETIME))
    }

    fn find(&self, id: &str) -> Option<Published> {
        self.lock().by_id.get(id).cloned()
    }

    /// The asset as that server shows it.
    fn shown(&self, server: Server, id: &str) -> Option<Published> {
        let mut asset = self.find(id)?;
        if let Server::Preview = server {
            asset.version += u32::from(asset.waits);
            asset.item.published = true;
        }
        Some(asset)
    }
}

impl Assets {
    fn add(&mut self, item: CatalogueItem, at: Timestamp) -> bool {
        if self.by_id.contains_key(&item.id) {
            return false;
        }
        let at = whole_millis(at);
        let asset = Published {
            version: 1,
            since: at,
            number: self.next,
            created: at,
            trashed: false,
            waits: false,
            members: Vec::new(),
            item,
        };
        self.next += 1;
        self.by_id.insert(asset.item.id.clone(), asset);
        true
    }

    fn fill_sets(&mut self) {
        let numbers: HashMap<_, _> = self
            .by_id
            .iter()
            .map(|(id, asset)| (id.clone(), asset.number))
            .collect();
        for asset in self.by_id.values_mut() {
            let members = sets::members(&asset.item).into_iter();
            asset.members = members.filter_map(|id| numbers.get(&id).copied()).collect();
        }
    }
}

/// The company's root, or its alias.
fn is_root(root: &str) -> bool {
    root == ROOT || root == ALIAS_ROOT
}

impl Published {
    /// `Some` when the asset is published and delivered in one of these ways.
    fn deliverable(&self, ways: &[Delivery]) -> Option<()> {
        let out = self.item.published && !self.trashed;
        (out && ways.contains(&self.item.delivery())).then_some(())
    }

    /// The answer to `req=props`. The version is opaque, as Dynamic Media's is.
    fn props(&self) -> String {
        let mark = u32::from_be_bytes(std::array::from_fn(|i| self.item.fingerprint()[i]));
        format!(
            "image.version={mark:08x}{:04x}\nimage.width=1600\nimage.height=1600\n",
            self.version
        )
    }
}

fn serve(origin: &Origin, server: Server, request: &Request) -> Response {
    let uri = request.uri();
    let answer = origin.answer_of(server, uri.path(), uri.query());
    let keep = match answer.lifetime {
        Some(lifetime) => format!("public, max-age={}", lifetime.as_secs()),
        None => "no-store".to_owned(),
    };
    answer.respond(request.headers(), &[(header::CACHE_CONTROL, keep)])
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::formation::encode_id;

    fn origin() -> Origin {
        Origin::new(Clock::manual(Timestamp::from_micros(0)))
    }

    fn get(origin: &Origin, target: &str) -> (u16, String) {
        let (path, query) = match target.split_once('?') {
            Some((path, query)) => (path, Some(query)),
            None => (target, None),
        };
        let answer = origin.answer(path, query);
        let body = String::from_utf8_lossy(&answer.body).into_owned();
        (answer.status.as_u16(), body)
    }

    #[test]
    fn every_asset_is_delivered_where_its_type_says_and_nowhere_else() {
        let origin = origin();
        for item in catalogue::catalogue() {
            let id = encode_id(&item.id);
            let delivered = |service: &str| {
                let suffix = match (service, item.asset_type) {
                    ("content", "MasterVideo") => "-AVS.m3u8",
                    _ => "",
                };
                get(&origin, &format!("/is/{service}/{ROOT}/{id}{suffix}")).0
            };
            let expected = match item.delivery() {
                _ if !item.published => (403, 403),
                Delivery::Image => (200, 403),
                Delivery::File => (403, 200),
                Delivery::Both => (200, 200),
                Delivery::Nowhere => (403, 403),
            };
            assert_eq!(
                (delivered("image"), delivered("content")),
                expected,
                "{item:?}"
            );
        }
    }

    #[test]
    fn what_does_not_change_the_meaning_does_not_change_the_picture() {
        let origin = origin();
        let plain = get(&origin, "/is/image/dms7snapshot/backpack?wid=300");
        for same in [
            "?wid=300&id=123",
            "?id=1&.note&wid=300&unheard=of",
            "?WID=300",
            "?wid=200&wid=300&",
            "?%77id=300",
        ] {
            let target = format!("/is/image/dms7snapshot/backpack{same}");
            assert_eq!(get(&origin, &target), plain, "{same}");
        }
        assert_ne!(
            get(&origin, "/is/image/dms7snapshot/backpack?wid=301"),
            plain
        );
    }

    #[test]
    fn a_preset_stands_for_its_modifiers_and_later_ones_win() {
        let origin = origin();
        let at = |query: &str| get(&origin, &format!("/is/image/dms7snapshot/backpack?{query}")).1;
        assert_eq!(at("$PLP$"), at("wid=450&hei=450"));
        assert_eq!(at("$plp$&wid=90&hei=90"), at("wid=90&hei=90"));
        assert_eq!(at("$unknown$"), at(""));
    }

    #[test]
    fn a_crop_is_a_picture_of_its_own_however_its_colon_is_spelled() {
        let origin = origin();
        let whole = get(&origin, "/is/image/dms7snapshot/backpack");
        let crop = get(&origin, "/is/image/dms7snapshot/backpack:Large");
        assert_eq!(crop.0, 200);
        assert_ne!(crop, whole);
        assert_eq!(
            get(&origin, "/is/image/dms7snapshot/backpack%3ALarge"),
            crop
        );
        assert_eq!(get(&origin, "/is/image/dms7snapshot/backpack:Huge").0, 403);
    }

    #[test]
    fn only_exact_names_are_known() {
        let origin = origin();
        for target in [
            "/is/image/dms7snapshot/Backpack",
            "/is/image/DMS7snapshot/backpack",
            "/is/image/dms7snapshot",
            "/is/image/dms7snapshot/",
            "/is/image/dms7snapshot/shoes/backpack",
            "/is/image/dms7snapshot/%FF",
            "/is/content/dms7snapshot/wrong/gspdf",
            "/is/content/gspdf",
        ] {
            assert_eq!(get(&origin, target).0, 403, "{target}");
        }
        assert_eq!(get(&origin, "/").0, 404);
    }

    #[test]
    fn a_file_is_found_by_id_by_name_and_in_its_folder() {
        let origin = origin();
        let plain = get(&origin, "/is/content/dms7snapshot/gspdf");
        assert_eq!(plain.0, 200);
        for same in ["gspdf.pdf", "documents/gspdf", "documents/gspdf.pdf"] {
            let target = format!("/is/content/dms7snapshot/{same}");
            assert_eq!(get(&origin, &target), plain, "{same}");
        }
    }

    #[test]
    fn the_version_is_in_the_properties_the_picture_and_the_manifest() {
        let origin = origin();
        let targets = [
            "/is/image/dms7snapshot/glacier-film?req=props",
            "/is/image/dms7snapshot/glacier-film-AVS",
            "/is/content/dms7snapshot/glacier-film-AVS.m3u8?packagedStreaming=true",
            "/is/content/dms7snapshot/glacier-film-AVS.mpd",
        ];
        let before = targets.map(|target| get(&origin, target));
        assert_eq!(origin.publish("glacier-film"), Some(2));
        assert_eq!(origin.version("glacier-film"), Some(2));
        for (target, (status, body)) in targets.iter().zip(before) {
            assert_eq!(status, 200, "{target}");
            assert_ne!(get(&origin, target).1, body, "{target}");
        }
        assert_eq!(origin.publish("nobody"), None);
    }

    #[test]
    fn only_the_preview_server_shows_what_waits_to_be_published() {
        let origin = origin();
        let target = "/is/image/dms7snapshot/backpack";
        let at = |server| origin.answer_of(server, target, None).body;
        let first = at(Server::Public);
        assert_eq!(at(Server::Preview), first);
        assert_eq!(origin.upload("backpack"), Some(1));
        assert_eq!(at(Server::Public), first);
        let second = at(Server::Preview);
        assert_ne!(second, first);
        origin.publish("backpack");
        assert_eq!(
            (at(Server::Public), at(Server::Preview)),
            (second.clone(), second)
        );
    }
}
