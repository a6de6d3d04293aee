//! Style sheet, script, icons and fonts: part of the program, served under names that hold a hash of the content.

use std::sync::LazyLock;

use axum::Router;
use memory_serve::{CacheControl, Manifest, MemoryServe};

/// The addresses that pages link to.
#[derive(Debug)]
pub struct Assets {
    /// The style sheets, in the order that they are linked in; each names its layer.
    pub css: Vec<String>,
    /// Our small script.
    pub js: String,
    /// htmx.
    pub htmx: String,
    /// The icons, one `<symbol>` each.
    pub icons: String,
    /// The tab's picture.
    pub favicon: String,
}

const STYLE_SHEETS: [&str; 7] = [
    "/css/tokens.css",
    "/css/base.css",
    "/css/layout.css",
    "/css/controls.css",
    "/css/lists.css",
    "/css/feedback.css",
    "/css/pages.css",
];

static ASSETS: LazyLock<Assets> = LazyLock::new(|| {
    let manifest = files().manifest();
    Assets {
        css: STYLE_SHEETS
            .iter()
            .map(|file| address(&manifest, file))
            .collect(),
        js: address(&manifest, "/js/unstale.js"),
        htmx: address(&manifest, "/vendor/htmx/htmx.min.js"),
        icons: address(&manifest, "/icons.svg"),
        favicon: address(&manifest, "/favicon.svg"),
    }
});

/// The addresses that pages link to.
pub fn assets() -> &'static Assets {
    &ASSETS
}

/// Serves them all, to be nested under `/static`.
pub fn router<S: Clone + Send + Sync + 'static>() -> Router<S> {
    files().into_router()
}

fn files() -> MemoryServe {
    memory_serve::load!()
        .index_file(None)
        .cache_control(CacheControl::Medium)
        .enable_hashed_routes(true)
}

fn address(manifest: &Manifest, file: &str) -> String {
    format!("/static{}", manifest.get(file).unwrap_or(file))
}
