//! A caching edge in front of the origin, as a CDN's is: it keeps what it once gave, and only a purge changes that
//! before the time is up.
//!
//! The cache key is the URL as it was requested. Path and query count byte for byte, so `?a&b` and `?b&a` are two
//! entries; of the host only the case is passed over. Browsers are told to ask again each time: what a newcomer
//! sees is then the edge's copy, never their own browser's.

use std::{
    collections::{HashMap, HashSet},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use axum::{
    Router,
    extract::{Request, State},
    http::{HeaderMap, HeaderName, StatusCode, header},
    response::{IntoResponse, Response},
    routing::get,
};

use tokio::sync::watch;

use super::{answer::Answer, origin::Origin};
use crate::{
    clock::{Clock, Timestamp},
    domain::PurgeScope,
};

/// At most this many entries; the oldest goes first.
const CAPACITY: usize = 4_096;

/// The size of a huge body, in bytes.
const HUGE: usize = 9 * 1024 * 1024;

/// Stands between a URL and the format of an entry; in no URL that can be asked for.
const FORMAT: char = ' ';

const X_CACHE: HeaderName = HeaderName::from_static("x-cache");

/// A cache in front of an [`Origin`].
#[derive(Debug)]
pub struct Edge {
    origin: Arc<Origin>,
    scope: PurgeScope,
    clock: Clock,
    state: Mutex<Cache>,
    /// Whether answers are held back.
    held: watch::Sender<bool>,
}

/// Ways in which an edge can be less helpful than ours is by default.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "independent switches, each off at first"
)]
pub struct Switches {
    /// Sends neither `Age` nor `X-Cache`.
    pub silent: bool,
    /// Takes purges and clears nothing.
    pub drop_purges: bool,
    /// A parent cache stands between the edge and the origin, as behind a CDN's outer servers: what the edge does not
    /// have comes from there. A purge clears the edge at once and the parent only when [`Edge::purge_parent`] says so.
    pub parent: bool,
    /// Answers with 503, as an edge does whose origin it cannot reach.
    pub failing: bool,
    /// Holds every answer back until this is turned off again.
    pub hold: bool,
    /// Answers with a body of 9 MB, more than a check reads. Each version of a picture has another one.
    pub huge: bool,
    /// The key leaves out the query, so that a random `id=` does not lead past the cache.
    pub ignore_query: bool,
    /// Keeps an entry for each of AVIF, WebP and the rest, by `Accept`, and says so in `Vary`, as with Smart Imaging.
    pub negotiates: bool,
    /// A purge clears only what is kept for those who can show neither AVIF nor WebP.
    pub purges_plain_only: bool,
}

#[derive(Debug, Default)]
struct Cache {
    entries: HashMap<String, Entry>,
    /// What the parent cache has; used only while there is one.
    parent: HashMap<String, Entry>,
    switches: Switches,
}

#[derive(Debug, Clone)]
struct Entry {
    answer: Answer,
    since: Timestamp,
}

impl Edge {
    /// An empty edge. `scope` says what the purge of one URL clears here.
    #[must_use]
    pub fn new(origin: Arc<Origin>, scope: PurgeScope, clock: Clock) -> Self {
        Self {
            origin,
            scope,
            clock,
            state: Mutex::default(),
            held: watch::Sender::default(),
        }
    }

    /// Clears these URLs: each as it stands and, on a `base` edge, all query forms of those without a query.
    pub fn purge(&self, urls: &[String]) {
        let urls: HashSet<String> = urls.iter().map(|url| key(url)).collect();
        let mut cache = self.cache();
        if cache.switches.drop_purges {
            return;
        }
        let plain_only = cache.switches.purges_plain_only;
        cache.entries.retain(|key, _| {
            let (url, format) = key.split_once(FORMAT).unwrap_or((key, ""));
            if plain_only && !format.is_empty() {
                return true;
            }
            let base = url.split_once('?').map_or(url, |(base, _)| base);
            let covered = self.scope == PurgeScope::Base && urls.contains(base);
            !(covered || urls.contains(url))
        });
    }

    /// Clears everything that the parent cache has.
    pub fn purge_parent(&self) {
        self.cache().parent.clear();
    }

    /// Changes how the edge behaves from now on.
    pub fn switch(&self, change: impl FnOnce(&mut Switches)) {
        let mut cache = self.cache();
        change(&mut cache.switches);
        self.held.send_replace(cache.switches.hold);
    }

    /// Answers every GET and HEAD, whatever the path.
    pub fn router(self: &Arc<Self>) -> Router {
        Router::new().fallback_service(get(serve).with_state(Arc::clone(self)))
    }

    /// The entry for a URL, and whether the edge had it. The origin is asked while the cache is locked, so that a
    /// purge never falls between the two and leaves an old answer behind; it answers from memory.
    fn look_up(&self, url: &str, path: &str, query: Option<&str>) -> (Entry, bool) {
        let now = self.clock.now();
        let mut cache = self.cache();
        if let Some(entry) = cache.entries.get(url).filter(|entry| entry.is_fresh(now)) {
            return (entry.clone(), true);
        }
        let kept = cache
            .parent
            .get(url)
            .filter(|entry| cache.switches.parent && entry.is_fresh(now));
        let entry = Entry {
            answer: match kept {
                Some(kept) => kept.answer.clone(),
                None => self.origin.answer(path, query),
            },
            since: now,
        };
        if cache.switches.parent && entry.answer.lifetime.is_some() {
            let parent = &mut cache.parent;
            parent
                .entry(url.to_owned())
                .or_insert_with(|| entry.clone());
        }
        if entry.answer.lifetime.is_some() {
            cache.keep(url.to_owned(), entry.clone(), now);
        } else {
            cache.entries.remove(url);
        }
        (entry, false)
    }

    fn cache(&self) -> MutexGuard<'_, Cache> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Cache {
    /// Stores an entry, and makes room for it first. Looking through all entries for the oldest is fine at this size.
    fn keep(&mut self, url: String, entry: Entry, now: Timestamp) {
        if self.entries.len() >= CAPACITY && !self.entries.contains_key(&url) {
            self.entries.retain(|_, entry| entry.is_fresh(now));
            if self.entries.len() >= CAPACITY {
                let oldest = self.entries.iter().min_by_key(|(_, entry)| entry.since);
                if let Some(oldest) = oldest.map(|(url, _)| url.clone()) {
                    self.entries.remove(&oldest);
                }
            }
        }
        self.entries.insert(url, entry);
    }
}

impl Entry {
    fn is_fresh(&self, now: Timestamp) -> bool {
        self.answer
            .lifetime
            .is_some_and(|lifetime| now.since(self.since) < lifetime)
    }
}

/// A URL as the cache knows it: scheme and host in lower case, the rest untouched.
fn key(url: &str) -> String {
    let path = url
        .find("://")
        .map(|scheme| scheme + 3)
        .and_then(|host| Some(host + url.get(host..)?.find(['/', '?'])?))
        .unwrap_or(url.len());
    let (host, rest) = url.split_at(path);
    host.to_ascii_lowercase() + rest
}

async fn serve(State(edge): State<Arc<Edge>>, request: Request) -> Response {
    let host = request.headers().get(header::HOST);
    let Some(host) = host.and_then(|host| host.to_str().ok()) else {
        return StatusCode::BAD_REQUEST.into_response();
    };
    let uri = request.uri();
    let target = uri.path_and_query().map_or("/", |target| target.as_str());
    let mut held = edge.held.subscribe();
    // It fails only when the edge is gone, and `edge` is right here.
    let _ = held.wait_for(|held| !held).await;
    let switches = edge.cache().switches;
    if switches.failing {
        return StatusCode::SERVICE_UNAVAILABLE.into_response();
    }
    let mut url = key(&format!("http://{host}{target}"));
    if switches.ignore_query {
        url.truncate(url.find('?').unwrap_or(url.len()));
    }
    if switches.negotiates
        && let Some(format) = format(request.headers())
    {
        url.push(FORMAT);
        url.push_str(format);
    }
    let (mut entry, hit) = edge.look_up(&url, uri.path(), uri.query());

    let keep = if entry.answer.lifetime.is_some() {
        "no-cache"
    } else {
        "no-store"
    };
    let mut headers = vec![(header::CACHE_CONTROL, keep.to_owned())];
    if switches.negotiates {
        headers.push((header::VARY, "Accept".to_owned()));
    }
    if switches.huge {
        entry.answer = entry.answer.swollen(HUGE);
    }
    if !switches.silent {
        let age = edge.clock.now().since(entry.since).as_secs();
        let outcome = if hit { "TCP_HIT" } else { "TCP_MISS" };
        headers.push((header::AGE, age.to_string()));
        headers.push((X_CACHE, format!("{outcome} from sandbox")));
    }
    entry.answer.respond(request.headers(), &headers)
}

/// The best format that the one who asks can show.
fn format(headers: &HeaderMap) -> Option<&'static str> {
    let accept = headers.get(header::ACCEPT)?.to_str().ok()?;
    let formats = ["image/avif", "image/webp"];
    formats.into_iter().find(|format| accept.contains(format))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_host_is_compared_without_regard_to_case() {
        assert_eq!(key("HTTP://Host:80/Is/A?B"), "http://host:80/Is/A?B");
        assert_eq!(key("http://Host"), "http://host");
        assert_eq!(key("no URL at all"), "no url at all");
    }

    #[test]
    fn a_full_edge_gives_up_its_oldest_entry() {
        let clock = Clock::manual(Timestamp::from_micros(0));
        let origin = Arc::new(Origin::new(clock.clone()));
        let edge = Edge::new(origin, PurgeScope::Exact, clock.clone());
        let path = "/is/image/dms7snapshot/backpack";
        let ask = |url: &str| {
            clock.advance(std::time::Duration::from_secs(1));
            edge.look_up(url, path, None).1
        };
        assert!(!ask("first"));
        for number in 1..CAPACITY {
            assert!(!ask(&number.to_string()));
        }
        assert!(ask("first"), "there is still room for it");
        assert!(!ask("one more"));
        assert!(ask("1"), "younger ones stay");
        assert!(!ask("first"), "the oldest made room");
    }
}
