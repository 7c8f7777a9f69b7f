//! Which requests have a line in the log: all, but for those that one client sends without end, which must not fill the
//! disk.

use std::sync::LazyLock;

use axum::http::StatusCode;
use axum::http::request::Parts;
use tokio::time::Instant;

use crate::server::log_limiter::{LogLimiter, LogLine};
use crate::server::web::client_ip::ClientIp;

/// The lines of clients about requests of one kind.
struct Lines {
    /// How many a client has in a minute.
    most: u32,
    /// What became of the requests.
    were: &'static str,
    limiter: LazyLock<LogLimiter>,
}

impl Lines {
    const fn new(most: u32, were: &'static str) -> Self {
        Self { most, were, limiter: LazyLock::new(LogLimiter::default) }
    }

    fn tell(&self, LogLine { client, count }: &LogLine) {
        if *count > 0 {
            tracing::warn!(%client, count, "further requests of this client were {}", self.were);
        }
    }
}

/// Those that were refused. Few programs that mean well meet many refusals.
static REFUSED: Lines = Lines::new(600, "refused");
/// All others.
static ANSWERED: Lines = Lines::new(6_000, "answered");

/// Whether this request, which was answered with this status, has a line of its own.
pub fn has_line(parts: &Parts, status: StatusCode) -> bool {
    let lines = if status.is_client_error() { &REFUSED } else { &ANSWERED };
    let Some(line) = lines.limiter.count(&ClientIp::subject_of(parts), lines.most, Instant::now()) else {
        return false;
    };
    // The first line of a minute also stands for what was left out of the last one.
    lines.tell(&LogLine { count: line.count - 1, ..line });
    true
}

/// Tells the log about requests that had no line. To be called from time to time.
pub fn tell_left_out() {
    for lines in [&REFUSED, &ANSWERED] {
        lines.limiter.due(Instant::now()).iter().for_each(|line| lines.tell(line));
    }
}
