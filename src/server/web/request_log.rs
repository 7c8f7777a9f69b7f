//! Which requests have a line in the log: all, but for those of one client that are refused without end, which must not
//! fill the disk.

use std::sync::LazyLock;

use axum::http::StatusCode;
use axum::http::request::Parts;
use tokio::time::Instant;

use crate::server::log_limiter::{LogLimiter, LogLine};
use crate::server::web::client_ip::ClientIp;

/// The most lines of a client in a minute about requests that were refused.
const REFUSED: u32 = 600;

static LIMITER: LazyLock<LogLimiter> = LazyLock::new(LogLimiter::default);

/// Whether this request, which was answered with this status, has a line of its own.
pub fn has_line(parts: &Parts, status: StatusCode) -> bool {
    if !status.is_client_error() {
        return true;
    }
    let Some(line) = LIMITER.count(&ClientIp::subject_of(parts), REFUSED, Instant::now()) else { return false };
    // The first line of a minute also stands for what was left out of the last one.
    tell(&LogLine { count: line.count - 1, ..line });
    true
}

/// Tells the log about requests that had no line. To be called from time to time.
pub fn tell_left_out() {
    LIMITER.due(Instant::now()).iter().for_each(tell);
}

fn tell(LogLine { client, count }: &LogLine) {
    if *count > 0 {
        tracing::warn!(%client, count, "further requests of this client were refused");
    }
}
