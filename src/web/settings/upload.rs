//! The upload of *Settings > Import*: a file is kept while it comes, or the page says why it is not.

use axum::{
    Extension,
    extract::{Multipart, State, multipart::MultipartError},
    http::{HeaderMap, StatusCode, header},
    response::{IntoResponse as _, Redirect, Response},
};

use super::import::{imports_page, path};
use crate::{
    app::App,
    domain::{Company, ImportId},
    error::AppError,
    ops::import::{
        Kind,
        stage::{UPLOAD_LIMIT, UploadError},
    },
    web::{
        extract::{Admin, InCompany},
        layers::drain,
    },
};

/// What an upload may weigh: the file, and the form around it.
pub const BODY_LIMIT: usize = UPLOAD_LIMIT + 1024 * 1024;

/// Takes a file in while it comes.
pub async fn upload(
    Admin(person): Admin,
    State(app): State<App>,
    at: InCompany,
    headers: HeaderMap,
    form: Multipart,
) -> Result<Response, AppError> {
    let mut kind = Kind::Assets;
    let problem = match take(&app, &at.company, &mut kind, &headers, form).await {
        Ok(id) => return Ok(Redirect::to(&format!("{}/{id}", path(&at.company))).into_response()),
        Err(Untaken::Failed(error)) => return Err(error),
        Err(Untaken::Nothing) => {
            "No file came, or an empty one. Choose a CSV file, then press Upload.".to_owned()
        }
        Err(Untaken::TooLarge) => {
            let problem = Some(too_large(&at.company));
            let page = imports_page(&app, &person, &at, kind, problem).await?;
            // Whoever sent so much is an administrator, and shall see what became of it.
            let to_its_end = Extension(drain::ToItsEnd);
            return Ok((StatusCode::PAYLOAD_TOO_LARGE, to_its_end, page).into_response());
        }
    };
    let page = imports_page(&app, &person, &at, kind, Some(problem)).await?;
    Ok((StatusCode::UNPROCESSABLE_ENTITY, page).into_response())
}

/// Why no file was taken in.
enum Untaken {
    Nothing,
    TooLarge,
    Failed(AppError),
}

impl From<MultipartError> for Untaken {
    fn from(error: MultipartError) -> Self {
        match error.status() {
            StatusCode::PAYLOAD_TOO_LARGE => Self::TooLarge,
            _ => Self::Failed(AppError::BadForm),
        }
    }
}

async fn take(
    app: &App,
    company: &Company,
    kind: &mut Kind,
    headers: &HeaderMap,
    mut form: Multipart,
) -> Result<ImportId, Untaken> {
    while let Some(field) = form.next_field().await? {
        match field.name() {
            Some("kind") => {
                let presets = field.text().await? == "presets";
                *kind = if presets { Kind::Presets } else { Kind::Assets };
            }
            // Half a gigabyte need not be stored to find out that more is to come.
            Some("file") if is_too_large(headers) => return Err(Untaken::TooLarge),
            Some("file") => {
                let name = field.file_name().unwrap_or_default().to_owned();
                let kept = app.importer.upload(company.id, *kind, &name, field).await;
                return kept.map_err(|error| match error {
                    UploadError::Empty => Untaken::Nothing,
                    UploadError::Body(error) => error.into(),
                    UploadError::Store(error) => Untaken::Failed(error.into()),
                });
            }
            _ => {}
        }
    }
    Err(Untaken::Nothing)
}

/// Whether the browser says so at once.
fn is_too_large(headers: &HeaderMap) -> bool {
    let length = headers.get(header::CONTENT_LENGTH);
    let length = length.and_then(|length| length.to_str().ok()?.parse::<usize>().ok());
    length.is_some_and(|length| length > BODY_LIMIT)
}

fn too_large(company: &Company) -> String {
    format!(
        "The file has more than 512 MB. Split it, and begin each part with the line that names the columns; or have it \
         imported on the server, where it may be larger: unstale import FILE --company {}",
        company.slug
    )
}
