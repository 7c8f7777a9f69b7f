//! Which requests have a line in the log, and a second one about why they failed: all, but for those that one client sends
//! without end, which must not fill the disk.

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

    fn has_line(&self, parts: &Parts) -> bool {
        let Some(line) = self.limiter.count(&ClientIp::subject_of(parts), self.most, Instant::now()) else {
            return false;
        };
        // The first line of a minute also stands for what was left out of the last one.
        self.tell(&LogLine { count: line.count - 1, ..line });
        true
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
/// Those of which the log says why they failed.
static EXPLAINED: Lines = Lines::new(600, "refused or not served, for reasons that are not told");

/// Whether this request, which was answered with this status, has a line of its own.
pub fn has_line(parts: &Parts, status: StatusCode) -> bool {
    if status.is_client_error() { REFUSED.has_line(parts) } else { ANSWERED.has_line(parts) }
}

/// Whether the log says why this request failed.
pub fn has_cause(parts: &Parts) -> bool {
    EXPLAINED.has_line(parts)
}

/// Tells the log about requests that had no line. To be called from time to time.
pub fn tell_left_out() {
    for lines in [&REFUSED, &ANSWERED, &EXPLAINED] {
        lines.limiter.due(Instant::now()).iter().for_each(|line| lines.tell(line));
    }
}
