//! The router and its layers: every address that the server answers.

use axum::extract::DefaultBodyLimit;
use axum::http::Response;
use axum::response::IntoResponse as _;
use axum::routing::{get, post, put};
use axum::{Extension, Router, middleware};
use axum_login::AuthManagerLayerBuilder;
use axum_login::tower_sessions::cookie::SameSite;
use axum_login::tower_sessions::cookie::time::Duration;
use axum_login::tower_sessions::{Expiry, SessionManagerLayer};
use tower_http::catch_panic::CatchPanicLayer;
use tower_http::csrf::{ConfigError, CsrfLayer, ProtectionError};

use crate::model::paths;
use crate::model::problem::Problem;
use crate::server::app::AppState;
use crate::server::clock::milliseconds;
use crate::server::domain::access::sessions::LIFETIME;
use crate::server::web::body::collected::{BodyLimit, FORM_LIMIT};
use crate::server::web::body::unread;
use crate::server::web::error::ErrorResponse;
use crate::server::web::under_way::{AccountRequests, ClientRequests};
use crate::server::web::{
    accept_encoding, account, auth, compress, downloads, edge, files, health, pages, sign_in, site, trash, under_way,
    uploads,
};

/// The maximum bytes of a request that lists a hundred files with the names of their folders.
const BATCH_LIMIT: usize = 4 << 20;
/// The maximum bytes of a form that selects entries to download: enough for as many as one archive may contain.
const SELECTION_LIMIT: usize = 4 * 1024 * 1024;

/// The name of the session's cookie. Browsers send a host's cookies to all its ports, so sites side by side need
/// different names; `__Host-` keeps other hosts from setting it (RFC 6265bis, section 4.1.3.2).
fn cookie_name(state: &AppState) -> String {
    let prefix = if state.url.is_https() { "__Host-" } else { "" };
    format!("{prefix}holdall-{}", state.cookie_suffix)
}

/// The whole site as one service. Fails if the public address is not a valid origin.
pub fn router(state: AppState) -> Result<Router, ConfigError> {
    let sessions = SessionManagerLayer::new(auth::session_store::SessionStore::new(state.sessions.clone()))
        .with_name(cookie_name(&state))
        .with_secure(state.url.is_https())
        .with_http_only(true)
        .with_same_site(SameSite::Lax)
        .with_expiry(Expiry::OnInactivity(Duration::milliseconds(milliseconds(LIFETIME))));
    let sign_in = AuthManagerLayerBuilder::new(auth::Backend(state.accounts.clone()), sessions).build();
    let cross_origin = CsrfLayer::new().add_trusted_origin(state.url.origin())?.with_rejection_response(
        |_: ProtectionError| -> Response<axum::body::Body> {
            ErrorResponse::from(Problem::ForeignForm).into_response()
        },
    );

    let of_clients = ClientRequests::new(state.trusted_proxies.clone());

    let with_principal = public_pages()
        .merge(for_accounts())
        .fallback(|| async { ErrorResponse::from(Problem::NotFound) })
        .layer(DefaultBodyLimit::max(FORM_LIMIT))
        .layer(middleware::from_fn_with_state(state.clock.clone(), auth::find_principal))
        .layer(sign_in)
        .layer(middleware::map_response(auth::secure_removals))
        .layer(middleware::from_fn(auth::share_request));

    Ok(without_principal()
        .merge(with_principal)
        .method_not_allowed_fallback(|| async { ErrorResponse::from(Problem::MethodNotAllowed) })
        .layer(cross_origin)
        .layer(CatchPanicLayer::custom(edge::Panicked))
        .layer(middleware::from_fn_with_state(of_clients, under_way::limit_client))
        .layer(middleware::from_fn_with_state(state.clone(), edge::edge))
        .layer(compress::layer())
        .layer(middleware::map_request(accept_encoding::reduce))
        .with_state(state))
}

/// Routes that need no principal. They are outside the session layer, so that they cost no database query.
fn without_principal() -> Router<AppState> {
    Router::new()
        .route(paths::STATIC_FILE, get(site::released))
        .route(paths::MEDIA_FILE, get(site::picture))
        .route(paths::WATCHED, get(site::watched))
        .route(paths::WATCHED_START, get(site::watched_at_root))
        .route(paths::WATCHED_ICON, get(site::watched_at_root))
        .route(paths::WATCHED_PREVIEW_STYLE, get(site::watched_at_root))
        .route(paths::WATCHED_PREVIEW_SCRIPT, get(site::watched_at_root))
        .route(paths::FAVICON, get(site::favicon))
        .route(paths::ROBOTS, get(site::robots))
        .route(paths::LIVE, get(health::live))
        .route(paths::READY, get(health::ready))
}

/// Pages that are open to everybody, with a session or without: what one needs to get in.
fn public_pages() -> Router<AppState> {
    Router::new()
        .route(paths::LANDING, get(pages::landing))
        .route(paths::SIGN_UP, get(pages::sign_up).post(sign_in::sign_up))
        .route(paths::SIGN_IN, get(pages::sign_in).post(sign_in::sign_in))
        .route(paths::SIGN_OUT, post(sign_in::sign_out))
}

/// All else: whoever sends something here is known before a byte of it is read.
fn for_accounts() -> Router<AppState> {
    Router::new()
        .route(paths::FILES, get(pages::app).post(uploads::form::upload).layer(DefaultBodyLimit::disable()))
        .route(paths::NEW_FOLDER, get(pages::app).post(files::folders::create))
        .route(paths::FOLDER, get(pages::of_entry).post(uploads::form::upload_into).layer(DefaultBodyLimit::disable()))
        .route(paths::CONTENT, get(files::content::content))
        .route(paths::PREVIEW, get(files::preview::preview))
        .route(paths::ABOUT, get(pages::of_entry))
        .route(paths::RENAME, get(pages::of_entry).post(files::rename::rename))
        .route(paths::MOVE, get(pages::to_files).post(files::place::move_entries))
        .route(paths::MOVE_TO, get(pages::app))
        .route(paths::MOVE_TAKEN, get(pages::app))
        .route(paths::COPY, get(pages::to_files).post(files::place::copy_entries))
        .route(paths::COPY_TO, get(pages::app))
        .route(paths::COPY_TAKEN, get(pages::app))
        .route(paths::DELETE, get(pages::of_entry).post(files::delete::delete))
        .route(paths::SEARCH, get(pages::app))
        .route(paths::TRASH, get(pages::app).post(trash::put))
        .route(paths::TRASH_RESTORE, get(pages::to_trash).post(trash::restore_selected))
        .route(paths::TRASH_EMPTY, get(pages::app).post(trash::empty))
        .route(paths::RESTORE, get(pages::of_entry).post(trash::restore))
        .route(paths::DELETE_FOR_EVER, get(pages::of_entry).post(trash::delete_for_ever))
        .route(paths::NEW_FOLDER_IN, get(pages::of_entry).post(files::folders::create_in))
        .route(
            paths::DOWNLOADS,
            get(pages::to_files).post(downloads::make).layer(Extension(BodyLimit(SELECTION_LIMIT))),
        )
        .route(paths::DOWNLOAD, get(downloads::archive))
        .route(paths::ACCOUNT, get(pages::app))
        .route(paths::ACCOUNT_NAME, get(pages::to_account).post(account::rename))
        .route(paths::ACCOUNT_AVATAR, get(pages::to_account).post(account::avatar).layer(DefaultBodyLimit::disable()))
        .route(paths::ACCOUNT_AVATAR_REMOVE, get(pages::to_account).post(account::remove_avatar))
        .route(paths::ACCOUNT_PASSWORD, get(pages::to_account).post(account::change_password))
        .route(paths::UPLOAD_PART, put(uploads::multipart::receive).layer(DefaultBodyLimit::disable()))
        .route(
            paths::UPLOAD_FUNCTION,
            post(pages::server_function).layer((DefaultBodyLimit::max(BATCH_LIMIT), Extension(BodyLimit(BATCH_LIMIT)))),
        )
        .route(paths::UPLOAD_DISCARD, get(pages::to_files).post(uploads::abort::discard))
        .route(paths::FUNCTION, post(pages::server_function))
        .route_layer(middleware::from_fn(unread::limit))
        .route_layer(middleware::from_fn_with_state(AccountRequests::default(), under_way::limit_account))
        .route_layer(middleware::from_fn(auth::require_principal))
}
