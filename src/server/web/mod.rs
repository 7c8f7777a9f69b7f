//! The router and its layers. A handler here is: who asks, one call of the domain, the answer.

mod account;
pub mod answers;
pub mod asker;
mod assets;
mod content;
mod csp;
mod discard;
mod downloads;
mod edge;
mod files;
mod folders;
mod forms;
mod health;
pub mod listen;
mod multipart;
mod names;
mod pages;
mod parts;
mod range;
mod ranged;
mod session_store;
mod sign_in;

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

use crate::model::page::Fault;
use crate::server::error::Failure;
use crate::server::state::AppState;

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
    let sessions = SessionManagerLayer::new(session_store::SessionStore::new(state.sessions.clone()))
        .with_name(if state.url.is_https() { "__Host-holdall" } else { "holdall" })
        .with_secure(state.url.is_https())
        .with_http_only(true)
        .with_same_site(SameSite::Lax)
        .with_expiry(Expiry::OnInactivity(Duration::days(SESSION_DAYS)));
    let sign_in = AuthManagerLayerBuilder::new(asker::Backend(state.accounts.clone()), sessions).build();
    let foreign = CsrfLayer::new().add_trusted_origin(state.url.origin())?.with_rejection_response(
        |_: ProtectionError| -> Response<axum::body::Body> { Failure::from(Fault::ForeignForm).into_response() },
    );

    // Outside the session layer: what needs nobody to be asked who they are costs no query.
    let open = Router::new()
        .route("/static/{*path}", get(assets::released))
        .route("/media/{*key}", get(assets::picture))
        .route("/pkg/{*path}", get(assets::watched))
        .route("/start.js", get(assets::watched_at_root))
        .route("/icon.svg", get(assets::watched_at_root))
        .route("/favicon.ico", get(assets::favicon))
        .route("/robots.txt", get(assets::robots))
        .route("/health/live", get(health::live))
        .route("/health/ready", get(health::ready));

    let asked = Router::new()
        .route("/", get(pages::landing))
        .route("/sign-up", get(pages::sign_up).post(sign_in::sign_up))
        .route("/sign-in", get(pages::sign_in).post(sign_in::sign_in))
        .route("/sign-out", post(sign_in::sign_out))
        .route("/files", get(pages::app).post(files::upload).layer(DefaultBodyLimit::disable()))
        .route("/files/new-folder", get(pages::app).post(folders::create))
        .route("/files/{id}", get(pages::of_entry).post(files::upload_into).layer(DefaultBodyLimit::disable()))
        .route("/files/{id}/content", get(content::content))
        .route("/files/{id}/about", get(pages::of_entry))
        .route("/files/{id}/delete", get(pages::of_entry).post(files::delete))
        .route("/files/{id}/new-folder", get(pages::of_entry).post(folders::create_in))
        .route("/downloads", get(pages::to_files).post(downloads::make).layer(DefaultBodyLimit::max(SELECTION_LIMIT)))
        .route("/downloads/{id}/{name}", get(downloads::archive))
        .route("/account", get(pages::app))
        .route("/account/name", get(pages::to_account).post(account::rename))
        .route("/account/avatar", get(pages::to_account).post(account::avatar).layer(DefaultBodyLimit::disable()))
        .route("/account/avatar/remove", get(pages::to_account).post(account::remove_avatar))
        .route("/account/password", get(pages::to_account).post(account::change_password))
        .route("/uploads/{id}/parts/{number}", put(parts::receive).layer(DefaultBodyLimit::disable()))
        .route("/api/uploads/{function}", post(pages::server_function).layer(DefaultBodyLimit::max(BATCH_LIMIT)))
        .route("/uploads/{id}/discard", get(pages::to_files).post(discard::discard))
        .route("/api/{*function}", post(pages::server_function))
        .fallback(|| async { Failure::from(Fault::NotFound) })
        .layer(DefaultBodyLimit::max(FORM_LIMIT))
        .layer(middleware::from_fn(asker::ask))
        .layer(sign_in);

    Ok(open
        .merge(asked)
        .method_not_allowed_fallback(|| async { Failure::from(Fault::MethodNotAllowed) })
        .layer(foreign)
        .layer(CatchPanicLayer::custom(edge::Panicked))
        .layer(middleware::from_fn_with_state(state.clone(), edge::edge))
        .with_state(state))
}
