//! The company that an address names.

use axum::{
    extract::{FromRequestParts, RawPathParams},
    http::request::Parts,
};

use crate::{
    app::App,
    domain::{Company, ImportId, PublishServer, Slug},
    error::AppError,
    store::StoreError,
    web::layers::headers::ImageSources,
};

/// The company of `/c/{company}/...`, and all companies, for the switcher.
#[derive(Debug)]
pub struct InCompany {
    /// The one that the address names.
    pub company: Company,
    /// All of them, by name.
    pub all: Vec<Company>,
    /// Where the company's assets that are not published can be seen, if it has such a server.
    pub preview_server: Option<PublishServer>,
}

impl FromRequestParts<App> for InCompany {
    type Rejection = AppError;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, AppError> {
        let slug = path_parameter(parts, "company").await?;
        let all = app.store.companies().await?;
        let company = named(&all, &slug)?;
        let (at, ()) = Self::with(parts, app, company, all, async { Ok(()) }).await?;
        Ok(at)
    }
}

impl InCompany {
    /// The company with what its pages need, and what else is asked for at once.
    pub(super) async fn with<T>(
        parts: &Parts,
        app: &App,
        company: Company,
        all: Vec<Company>,
        other: impl Future<Output = Result<T, StoreError>>,
    ) -> Result<(Self, T), AppError> {
        let (settings, hosts, other) = tokio::try_join!(
            app.store.company_settings(company.id),
            app.store.delivery_hosts(company.id),
            other,
        )?;
        let preview_server = settings.preview_server;
        if let Some(sources) = parts.extensions.get::<ImageSources>() {
            let servers = [company.publish_server.as_ref(), preview_server.as_ref()];
            sources.allow(servers, &hosts);
        }
        let at = Self {
            company,
            all,
            preview_server,
        };
        Ok((at, other))
    }
}

/// The company of that name in addresses.
pub(super) fn named(all: &[Company], slug: &Slug) -> Result<Company, AppError> {
    let company = all.iter().find(|company| company.slug == *slug);
    company.cloned().ok_or(AppError::NotFound)
}

/// The id in `/settings/import/{id}`, whatever stands behind it.
#[derive(Debug, Clone, Copy)]
pub struct ImportPath(pub ImportId);

impl FromRequestParts<App> for ImportPath {
    type Rejection = AppError;

    async fn from_request_parts(parts: &mut Parts, _: &App) -> Result<Self, AppError> {
        path_parameter(parts, "id").await.map(Self)
    }
}

/// A parameter of the address; an address where it is missing or malformed leads nowhere.
pub(super) async fn path_parameter<T: std::str::FromStr>(
    parts: &mut Parts,
    name: &str,
) -> Result<T, AppError> {
    let params = RawPathParams::from_request_parts(parts, &())
        .await
        .map_err(|_| AppError::NotFound)?;
    params
        .iter()
        .find_map(|(key, value)| (key == name).then_some(value))
        .and_then(|value| value.parse().ok())
        .ok_or(AppError::NotFound)
}
