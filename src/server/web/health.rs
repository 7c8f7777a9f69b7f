//! For whoever watches the process.

use axum::extract::State;
use axum::http::StatusCode;

use crate::server::app::AppState;

/// `GET /health/live`: the process answers.
pub async fn live() -> &'static str {
    "ok\n"
}

/// `GET /health/ready`: database, store and the site's own files are there; 503 and no details otherwise, which the
/// log has.
pub async fn ready(State(state): State<AppState>) -> (StatusCode, &'static str) {
    match state.is_ready().await {
        Ok(()) => (StatusCode::OK, "ready\n"),
        Err(cause) => {
            tracing::warn!(cause, "not ready");
            (StatusCode::SERVICE_UNAVAILABLE, "not ready\n")
        }
    }
}
