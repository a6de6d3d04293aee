//! The image origin: Dynamic Media's own servers, behind every edge.
//!
//! It holds what is published, in which version, and answers as Dynamic Media does: keyed on what a request *means*
//! (`id=`, unknown modifiers and their order change nothing), 403 for what it does not know or may not deliver.
//! It caches nothing.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use axum::{
    Router,
    extract::{Request, State},
    http::{StatusCode, header},
    response::IntoResponse,
    routing::get,
};
use percent_encoding::percent_decode_str;

use super::{
    answer::Answer,
    catalogue::{self, CROPS, CatalogueItem, Delivery, ROOT},
    files,
    picture::{self, Wish},
};
use tokio::sync::watch;

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

/// What is published, and in which version. Shared by everything in front of it.
#[derive(Debug)]
pub struct Origin {
    clock: Clock,
    assets: Mutex<HashMap<String, Published>>,
    /// Counts the changes, for those who wait for one.
    changes: watch::Sender<u64>,
}

#[derive(Debug, Clone)]
struct Published {
    item: CatalogueItem,
    version: u32,
    since: Timestamp,
}

impl Origin {
    /// An origin that delivers the whole [catalogue](catalogue::catalogue), every asset in its version 1.
    #[must_use]
    pub fn new(clock: Clock) -> Self {
        let since = clock.now();
        let published = |item: CatalogueItem| Published {
            item,
            version: 1,
            since,
        };
        let assets = catalogue::catalogue()
            .into_iter()
            .map(|item| (item.id.clone(), published(item)))
            .collect();
        Self {
            clock,
            assets: Mutex::new(assets),
            changes: watch::Sender::default(),
        }
    }

    /// Every asset as it stands now, as a synchronised catalogue would hold it.
    #[must_use]
    pub fn assets(&self) -> Vec<Asset> {
        let assets = self.assets.lock().unwrap_or_else(PoisonError::into_inner);
        let asset = |published: &Published| published.item.to_asset(published.since);
        assets.values().map(asset).collect()
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
        })
    }

    /// Withdraws an asset: it is answered with 403 until it is published again. `None` for an unknown ID.
    pub fn unpublish(&self, id: &str) -> Option<u32> {
        self.change(id, |asset| asset.item.published = false)
    }

    /// Changes an asset as of now, and tells its version.
    fn change(&self, id: &str, change: impl FnOnce(&mut Published)) -> Option<u32> {
        let now = self.clock.now();
        let mut assets = self.assets.lock().unwrap_or_else(PoisonError::into_inner);
        let asset = assets.get_mut(id)?;
        change(asset);
        asset.since = now;
        self.changes.send_modify(|count| *count += 1);
        Some(asset.version)
    }

    /// The version that is out now. `None` for an unknown ID.
    #[must_use]
    pub fn version(&self, id: &str) -> Option<u32> {
        self.find(id).map(|asset| asset.version)
    }

    /// The answer to a GET of this path and query, both as they stand in the URL.
    #[must_use]
    pub fn answer(&self, path: &str, query: Option<&str>) -> Answer {
        let query = query.unwrap_or_default();
        let answer = if let Some(rest) = path.strip_prefix("/is/image/") {
            self.image(rest, query)
        } else if let Some(rest) = path.strip_prefix("/is/content/") {
            self.content(rest)
        } else {
            return Answer::refused(StatusCode::NOT_FOUND, format!("Nothing at {path}"));
        };
        answer.unwrap_or_else(|| {
            Answer::refused(StatusCode::FORBIDDEN, format!("Unable to find {path}"))
        })
    }

    /// The origin as a server of its own, for a cache that is not ours.
    pub fn router(self: &Arc<Self>) -> Router {
        Router::new().fallback_service(get(serve).with_state(Arc::clone(self)))
    }

    /// `{root}/{id}` or `{root}/{id}:{crop}`.
    fn image(&self, rest: &str, query: &str) -> Option<Answer> {
        let (root, object) = rest.split_once('/')?;
        let object = decode(object)?;
        if root != ROOT || object.contains('/') {
            return None;
        }
        let (id, crop) = match object.rsplit_once(':') {
            Some((id, crop)) => (id, Some(CROPS.into_iter().find(|known| *known == crop)?)),
            None => (object.as_str(), None),
        };
        let asset = self
            .find(id)
            .or_else(|| self.find(id.strip_suffix("-AVS")?))?;
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
    fn content(&self, rest: &str) -> Option<Answer> {
        let path = rest.split('/').map(decode).collect::<Option<Vec<_>>>()?;
        let (name, folders) = path.split_last()?;
        let (stem, extension) = match name.rsplit_once('.') {
            Some((stem, extension)) => (stem, Some(extension)),
            None => (name.as_str(), None),
        };
        let asset = self
            .find(name)
            .or_else(|| self.find(stem))
            .or_else(|| self.find(stem.strip_suffix("-AVS")?))?;
        asset.deliverable(&[Delivery::File, Delivery::Both])?;
        let folders = folders.join("/");
        if folders != ROOT && folders != asset.item.folder {
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
        let assets = self.assets.lock().unwrap_or_else(PoisonError::into_inner);
        assets.get(id).cloned()
    }
}

impl Published {
    /// `Some` when the asset is published and delivered in one of these ways.
    fn deliverable(&self, ways: &[Delivery]) -> Option<()> {
        (self.item.published && ways.contains(&self.item.delivery())).then_some(())
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

/// The modifiers that change what is delivered; all others are passed over.
#[derive(Debug, Default)]
struct Modifiers {
    wish: Wish,
    req: Option<String>,
}

impl Modifiers {
    /// Reads a query. Of several equal modifiers the last one counts, a preset's included.
    fn read(query: &str) -> Self {
        let mut found = Self::default();
        for part in query.split('&') {
            let part = decode(part).unwrap_or_default();
            let preset = part
                .strip_prefix('$')
                .and_then(|name| name.strip_suffix('$'))
                .and_then(catalogue::preset_modifiers);
            for modifier in preset.unwrap_or(&part).split('&') {
                found.take(modifier);
            }
        }
        found
    }

    fn take(&mut self, modifier: &str) {
        let (name, value) = modifier.split_once('=').unwrap_or((modifier, ""));
        let wish = &mut self.wish;
        match name.to_ascii_lowercase().as_str() {
            "wid" => wish.width = value.parse().ok().or(wish.width),
            "hei" => wish.height = value.parse().ok().or(wish.height),
            "scl" => wish.scale = value.parse().ok().or(wish.scale),
            "req" => self.req = Some(value.to_ascii_lowercase()),
            _ => {}
        }
    }
}

fn decode(text: &str) -> Option<String> {
    percent_decode_str(text)
        .decode_utf8()
        .ok()
        .map(std::borrow::Cow::into_owned)
}

async fn serve(State(origin): State<Arc<Origin>>, request: Request) -> impl IntoResponse {
    let answer = origin.answer(request.uri().path(), request.uri().query());
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
}
