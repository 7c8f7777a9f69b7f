//! Health checks for monitoring.

use axum::extract::State;
use axum::http::StatusCode;

use crate::server::app::AppState;

/// `GET /health/live`: succeeds whenever the process responds.
pub async fn live() -> &'static str {
    "ok\n"
}

/// `GET /health/ready`: succeeds if the database, the store and the site's own files are available; otherwise 503
/// without details, which are in the log (`readiness.rs`).
pub async fn ready(State(state): State<AppState>) -> (StatusCode, &'static str) {
    match state.is_ready().await {
        Ok(()) => (StatusCode::OK, "ready\n"),
        Err(_) => (StatusCode::SERVICE_UNAVAILABLE, "not ready\n"),
    }
}
