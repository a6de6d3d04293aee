//! The pages: every address and every layer, readable from top to bottom in [`router`].
//!
//! A handler proves who asks and for what by its extractors, calls one function of `store` or `ops`, and returns a
//! page. It holds no SQL, XML or HTML, and no test of permissions. A handler without [`Editor`](extract::Editor) or
//! [`Admin`](extract::Admin) in its signature is public, and visibly so.

mod assets;
mod bad_urls;
mod companies;
mod covered;
mod extract;
mod forms;
mod grounds;
mod history;
mod invalidations;
mod layers;
mod session;
mod settings;
mod shell;
mod static_files;
mod template;
mod tools;
mod verdicts;
mod view;

use axum::{
    Router,
    extract::DefaultBodyLimit,
    middleware,
    routing::{get, post},
};
use tower_http::{
    CompressionLevel,
    catch_panic::CatchPanicLayer,
    compression::CompressionLayer,
    request_id::{MakeRequestUuid, PropagateRequestIdLayer, SetRequestIdLayer},
};

pub use self::session::{SetupToken, SignInLimiter};
use crate::{app::App, error::AppError};

/// What a form may weigh, in bytes.
const BODY_LIMIT: usize = 1024 * 1024;

/// What Add Details may weigh: 50,000 long URLs and their encoding.
const DETAILS_BODY_LIMIT: usize = 16 * 1024 * 1024;

/// What pasted IDs may weigh: 10,000 whole URLs and their encoding.
const PASTE_BODY_LIMIT: usize = 16 * 1024 * 1024;

/// What the list of presets may weigh: thousands of names.
const PRESETS_BODY_LIMIT: usize = 4 * 1024 * 1024;

/// Zstandard's own default. Brotli, for browsers without it, has a tenth more bytes than by default, in half of the time: a page
/// is made anew each time that it is asked for.
const COMPRESSION: CompressionLevel = CompressionLevel::Precise(3);

/// Every address of Unstale, with its layers.
pub fn router(app: App) -> Router {
    let company = Router::new()
        .route("/", get(tools::show))
        .route(
            "/changed",
            get(tools::changed::newer).post(tools::changed::start),
        )
        .route("/changed/count", get(tools::changed::count))
        .route(
            "/assets",
            get(assets::shared::show).post(assets::shared::open),
        )
        .route(
            "/template",
            get(template::edit::show).post(template::edit::save),
        )
        .route(
            "/template/import",
            get(template::exchange::show_import).post(template::exchange::import),
        )
        .route(
            "/template/push",
            get(template::exchange::show_push).post(template::exchange::push),
        )
        .route("/template/preview", post(template::preview::show))
        .route("/template/versions", get(template::versions::list))
        .route(
            "/template/versions/{version}",
            get(template::versions::show).post(template::versions::restore),
        )
        .route(
            "/invalidations/new",
            get(invalidations::start::show).post(invalidations::start::create),
        );
    let company = company
        .merge(submitted())
        .merge(drafts())
        .merge(outcomes())
        .merge(settings_of_a_company());

    let pages = Router::new()
        .route("/", get(tools::last_company))
        .route("/template", get(tools::last_company_template))
        .route("/invalidations", get(tools::last_company_history))
        .route("/invalidations/new", get(tools::last_company_new))
        .route(
            "/sign-in",
            get(session::sign_in::show).post(session::sign_in::sign_in),
        )
        .route("/sign-out", post(session::sign_out::sign_out))
        .route(
            "/setup",
            get(session::setup::show).post(session::setup::create),
        )
        .route(
            "/companies/new",
            get(companies::show).post(companies::create),
        )
        .route(
            "/connect",
            get(settings::connect::show).post(settings::connect::sign_in),
        )
        .route(
            "/connect/company",
            get(settings::connect::companies).post(settings::connect::choose),
        )
        .nest("/c/{company}", company)
        .route("/c/{company}/", get(tools::without_slash))
        .fallback(async || AppError::NotFound)
        .layer(DefaultBodyLimit::max(BODY_LIMIT))
        .layer(session::layer(&app))
        .layer(middleware::from_fn(layers::same_origin::need_evidence))
        .layer(layers::same_origin::csrf(&app))
        .layer(middleware::from_fn(layers::drain::read_on));

    Router::new()
        .merge(pages)
        .route("/healthz", get(health))
        .nest("/static", static_files::router())
        .layer(CompressionLayer::new().quality(COMPRESSION))
        .layer(CatchPanicLayer::new())
        .layer(middleware::from_fn(layers::errors::draw))
        .layer(middleware::from_fn_with_state(
            app.clone(),
            layers::headers::set,
        ))
        .layer(layers::trace::requests())
        .layer(PropagateRequestIdLayer::x_request_id())
        .layer(SetRequestIdLayer::x_request_id(MakeRequestUuid))
        .with_state(app)
}

/// What was submitted, all of it.
fn submitted() -> Router<App> {
    Router::new()
        .route("/invalidations", get(history::list::show))
        .route("/invalidations/export.csv", get(history::export::csv))
        .route("/invalidations/export.json", get(history::export::json))
        .route("/invalidations/{id}/record", get(history::record::show))
        .route("/invalidations/{id}/again", post(history::again::again))
        .route("/invalidations/{id}/copy", post(history::again::copy))
}

/// A draft, from its details to Confirm.
fn drafts() -> Router<App> {
    Router::new()
        .route(
            "/invalidations/{id}/details",
            get(invalidations::details::show)
                .post(invalidations::details::save)
                .layer(DefaultBodyLimit::max(DETAILS_BODY_LIMIT)),
        )
        .route(
            "/invalidations/{id}/cancel",
            get(invalidations::cancel::ask).post(invalidations::cancel::delete),
        )
        .route(
            "/invalidations/{id}/assets",
            get(assets::show::show).post(assets::choose::choose),
        )
        .route("/invalidations/{id}/assets/count", get(assets::count::show))
        .route("/invalidations/{id}/assets/ask", get(assets::ask::show))
        .route(
            "/invalidations/{id}/assets/newer",
            get(assets::fresh::newer),
        )
        .route(
            "/invalidations/{id}/assets/folders",
            get(assets::folders::list),
        )
        .route(
            "/invalidations/{id}/assets/paste",
            get(assets::paste::show)
                .post(assets::paste::act)
                .layer(DefaultBodyLimit::max(PASTE_BODY_LIMIT)),
        )
        .route(
            "/invalidations/{id}/assets/sets",
            get(assets::sets::show).post(assets::sets::choose),
        )
        .route(
            "/invalidations/{id}/confirm",
            get(invalidations::confirm::show).post(invalidations::confirm::act),
        )
}

/// What became of one that was submitted.
fn outcomes() -> Router<App> {
    Router::new()
        .route("/invalidations/{id}", get(invalidations::outcome::show))
        .route(
            "/invalidations/{id}/urls.txt",
            get(invalidations::outcome::download),
        )
        .route(
            "/invalidations/{id}/checks",
            get(invalidations::checks::show).post(invalidations::checks::act),
        )
        .route(
            "/invalidations/{id}/checks/{check}/{kind}",
            get(invalidations::checks::picture),
        )
        .route(
            "/invalidations/{id}/still-old",
            get(invalidations::still_old::show).post(invalidations::still_old::ask),
        )
        .route(
            "/invalidations/{id}/unchecked",
            get(invalidations::unchecked::show),
        )
        .route(
            "/invalidations/{id}/sending",
            post(invalidations::outcome::steer),
        )
        .route(
            "/invalidations/{id}/find-bad-url",
            post(invalidations::outcome::find_bad_url),
        )
        .route(
            "/invalidations/{id}/resubmit",
            post(invalidations::resubmit::create),
        )
}

/// The settings, which only administrators open.
fn settings_of_a_company() -> Router<App> {
    Router::new()
        .route("/settings", get(settings::first))
        .route("/settings/connection", get(settings::connection::show))
        .route(
            "/settings/connection/test",
            post(settings::connection::test),
        )
        .route(
            "/settings/connection/account",
            post(settings::connection::change_account),
        )
        .route("/settings/connection/site", post(settings::site::save))
        .route(
            "/settings/connection/disconnect",
            get(settings::connection::ask_disconnect).post(settings::connection::disconnect),
        )
        .route(
            "/settings/catalogue",
            get(settings::catalogue::show).post(settings::catalogue::act),
        )
        .merge(hosts_and_presets())
        .merge(imports())
}

/// A company's settings of what serves its pictures, and in which sizes.
fn hosts_and_presets() -> Router<App> {
    Router::new()
        .route(
            "/settings/hosts",
            get(settings::hosts::show).post(settings::hosts::add),
        )
        .route("/settings/hosts/change", post(settings::hosts::change))
        .route(
            "/settings/hosts/remove",
            get(settings::hosts::ask_remove).post(settings::hosts::remove),
        )
        .route(
            "/settings/hosts/test",
            get(settings::hosts::test_part).post(settings::hosts::test),
        )
        .route("/settings/hosts/generic", post(settings::hosts::generic))
        .route(
            "/settings/presets",
            get(settings::presets::show)
                .post(settings::presets::save)
                .layer(DefaultBodyLimit::max(PRESETS_BODY_LIMIT)),
        )
        .route("/settings/presets/sync", post(settings::presets::sync))
}

/// A company's files of assets and presets.
fn imports() -> Router<App> {
    Router::new()
        .route(
            "/settings/import",
            get(settings::import::show)
                .post(settings::upload::upload)
                .layer(DefaultBodyLimit::max(settings::upload::BODY_LIMIT)),
        )
        .route(
            "/settings/import/{id}",
            get(settings::import::one).post(settings::import::decide),
        )
        .route(
            "/settings/import/{id}/bad-lines.csv",
            get(settings::import::bad_lines),
        )
}

/// Where the icons are, for templates.
pub(crate) fn icons() -> &'static str {
    &static_files::assets().icons
}

/// Says whether the process can do its work: for load balancers, without an account.
async fn health(
    axum::extract::State(app): axum::extract::State<App>,
) -> Result<&'static str, AppError> {
    app.store.ping().await?;
    Ok("ok\n")
}
