//! The router and its layers: every address of the site that the server answers.

use axum::extract::DefaultBodyLimit;
use axum::http::Response;
use axum::response::IntoResponse as _;
use axum::routing::{get, post, put};
use axum::{Router, middleware};
use axum_login::AuthManagerLayerBuilder;
use axum_login::tower_sessions::cookie::SameSite;
use axum_login::tower_sessions::cookie::time::Duration;
use axum_login::tower_sessions::{Expiry, SessionManagerLayer};
use tower_http::catch_panic::CatchPanicLayer;
use tower_http::csrf::{ConfigError, CsrfLayer, ProtectionError};

use crate::model::problem::Problem;
use crate::server::app::AppState;
use crate::server::web::error::ErrorResponse;
use crate::server::web::{account, auth, downloads, edge, files, health, pages, sign_in, site, uploads};

/// The most bytes a plain form or a server function's arguments may have.
const FORM_LIMIT: usize = 64 * 1024;
/// The most bytes that a hundred names of files with the folders above them may have.
const BATCH_LIMIT: usize = 4 << 20;
/// The most bytes a form may have that names what is to be downloaded: room for all that one archive may hold.
const SELECTION_LIMIT: usize = 4 * 1024 * 1024;
/// How long a session lasts without a visit, in days.
const SESSION_DAYS: i64 = 30;

/// The whole site as one service. Fails where the public address cannot be an origin.
pub fn router(state: AppState) -> Result<Router, ConfigError> {
    let sessions = SessionManagerLayer::new(auth::session_store::SessionStore::new(state.sessions.clone()))
        .with_name(if state.url.is_https() { "__Host-holdall" } else { "holdall" })
        .with_secure(state.url.is_https())
        .with_http_only(true)
        .with_same_site(SameSite::Lax)
        .with_expiry(Expiry::OnInactivity(Duration::days(SESSION_DAYS)));
    let sign_in = AuthManagerLayerBuilder::new(auth::Backend(state.accounts.clone()), sessions).build();
    let foreign = CsrfLayer::new().add_trusted_origin(state.url.origin())?.with_rejection_response(
        |_: ProtectionError| -> Response<axum::body::Body> {
            ErrorResponse::from(Problem::ForeignForm).into_response()
        },
    );

    // Outside the session layer: what needs nobody to be asked who they are costs no query.
    let open = Router::new()
        .route("/static/{*path}", get(site::released))
        .route("/media/{*key}", get(site::picture))
        .route("/pkg/{*path}", get(site::watched))
        .route("/start.js", get(site::watched_at_root))
        .route("/icon.svg", get(site::watched_at_root))
        .route("/favicon.ico", get(site::favicon))
        .route("/robots.txt", get(site::robots))
        .route("/health/live", get(health::live))
        .route("/health/ready", get(health::ready));

    let asked = Router::new()
        .route("/", get(pages::landing))
        .route("/sign-up", get(pages::sign_up).post(sign_in::sign_up))
        .route("/sign-in", get(pages::sign_in).post(sign_in::sign_in))
        .route("/sign-out", post(sign_in::sign_out))
        .route("/files", get(pages::app).post(uploads::form::upload).layer(DefaultBodyLimit::disable()))
        .route("/files/new-folder", get(pages::app).post(files::folders::create))
        .route("/files/{id}", get(pages::of_entry).post(uploads::form::upload_into).layer(DefaultBodyLimit::disable()))
        .route("/files/{id}/content", get(files::content::content))
        .route("/files/{id}/about", get(pages::of_entry))
        .route("/files/{id}/delete", get(pages::of_entry).post(files::delete::delete))
        .route("/files/{id}/new-folder", get(pages::of_entry).post(files::folders::create_in))
        .route("/downloads", get(pages::to_files).post(downloads::make).layer(DefaultBodyLimit::max(SELECTION_LIMIT)))
        .route("/downloads/{id}/{name}", get(downloads::archive))
        .route("/account", get(pages::app))
        .route("/account/name", get(pages::to_account).post(account::rename))
        .route("/account/avatar", get(pages::to_account).post(account::avatar).layer(DefaultBodyLimit::disable()))
        .route("/account/avatar/remove", get(pages::to_account).post(account::remove_avatar))
        .route("/account/password", get(pages::to_account).post(account::change_password))
        .route("/uploads/{id}/parts/{number}", put(uploads::multipart::receive).layer(DefaultBodyLimit::disable()))
        .route("/api/uploads/{function}", post(pages::server_function).layer(DefaultBodyLimit::max(BATCH_LIMIT)))
        .route("/uploads/{id}/discard", get(pages::to_files).post(uploads::abort::discard))
        .route("/api/{*function}", post(pages::server_function))
        .fallback(|| async { ErrorResponse::from(Problem::NotFound) })
        .layer(DefaultBodyLimit::max(FORM_LIMIT))
        .layer(middleware::from_fn(auth::find_principal))
        .layer(sign_in);

    Ok(open
        .merge(asked)
        .method_not_allowed_fallback(|| async { ErrorResponse::from(Problem::MethodNotAllowed) })
        .layer(foreign)
        .layer(CatchPanicLayer::custom(edge::Panicked))
        .layer(middleware::from_fn_with_state(state.clone(), edge::edge))
        .with_state(state))
}
