//! One line of the log for each request. Refused requests of one client have so many lines a minute: whoever sends them
//! without end must not fill the disk with them.

use std::sync::LazyLock;
use std::time::Duration;

use axum::http::StatusCode;
use tokio::time::Instant;

use crate::server::log_limiter::{LogLimiter, LogLine};

/// The most lines of a client in a minute about requests that were refused.
const REFUSED: u32 = 600;

static LIMITER: LazyLock<LogLimiter> = LazyLock::new(LogLimiter::default);

/// A request that was answered.
pub struct Answered<'a> {
    /// The request's id.
    pub request: &'a str,
    /// What stands for the client.
    pub client: &'a str,
    /// Its method and path, cut where they are long.
    pub method: &'a str,
    pub path: &'a str,
    /// The answer's status.
    pub status: StatusCode,
    /// The time until the answer began.
    pub took: Duration,
}

impl Answered<'_> {
    /// Writes the line, unless the client has had enough of them.
    pub fn log(&self) {
        let Self { request, client, method, path, status, took } = *self;
        if status.is_client_error() {
            let Some(line) = LIMITER.count(client, REFUSED, Instant::now()) else { return };
            // The first line of a minute also stands for what was left out of the last one.
            tell(&LogLine { count: line.count - 1, ..line });
        }
        let milliseconds = u64::try_from(took.as_millis()).unwrap_or(u64::MAX);
        tracing::info!(request, method, path, status = status.as_u16(), milliseconds, "answered");
    }
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
