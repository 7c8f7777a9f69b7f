//! What a connection is doing, which decides whether a stop waits for it.

use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll};
use std::time::{Duration, Instant};

use bytes::Bytes;
use http_body::{Body, Frame, SizeHint};
use hyper::body::Incoming;

/// How long a transfer may stand still before a stop waits for it no longer.
const STANDS_STILL: Duration = Duration::from_secs(5);

/// What a connection is doing. It is in the extensions of its requests.
#[derive(Debug, Default)]
pub struct Progress(Mutex<Now>);

#[derive(Debug, Default)]
struct Now {
    has_begun: bool,
    is_known: bool,
    is_closing: bool,
    waits_for_body: Option<Instant>,
    waits_for_reader: Option<Instant>,
}

impl Progress {
    /// The head of a request has arrived. Nobody knows yet who sent it.
    pub fn begins(&self) {
        let mut now = self.now();
        now.has_begun = true;
        now.is_known = false;
    }

    /// Whether a request has ever arrived.
    pub fn has_begun(&self) -> bool {
        self.now().has_begun
    }

    /// The request is one of somebody who may do something here.
    pub fn is_of_somebody_known(&self) {
        self.now().is_known = true;
    }

    /// The last answer was sent, and the connection is being closed.
    pub fn closes(&self) {
        self.now().is_closing = true;
    }

    /// Whether the client keeps the answer waiting, from the first time in a row.
    pub fn waits_for_reader(&self, waits: bool) {
        note(&mut self.now().waits_for_reader, waits);
    }

    fn waits_for_body(&self, waits: bool) {
        note(&mut self.now().waits_for_body, waits);
    }

    /// Whether nothing is lost that deserves to be waited for: no request has arrived, somebody unknown does not send
    /// its body, or the transfer has been standing still.
    pub fn may_be_cut(&self) -> bool {
        let now = self.now();
        let stands_still = |since: Option<Instant>| since.is_some_and(|since| since.elapsed() > STANDS_STILL);
        !now.has_begun
            || now.is_closing
            || (!now.is_known && now.waits_for_body.is_some())
            || stands_still(now.waits_for_body)
            || stands_still(now.waits_for_reader)
    }

    fn now(&self) -> MutexGuard<'_, Now> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn note(since: &mut Option<Instant>, waits: bool) {
    *since = if waits { since.or_else(|| Some(Instant::now())) } else { None };
}

/// The body of a request, which notes when it is waited for.
pub struct WatchedBody {
    body: Incoming,
    progress: Arc<Progress>,
}

impl WatchedBody {
    /// Watches the body of a request on the connection with this progress.
    pub fn new(body: Incoming, progress: Arc<Progress>) -> Self {
        Self { body, progress }
    }
}

impl Body for WatchedBody {
    type Data = Bytes;
    type Error = hyper::Error;

    fn poll_frame(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<hyper::Result<Frame<Bytes>>>> {
        let frame = Pin::new(&mut self.body).poll_frame(context);
        self.progress.waits_for_body(frame.is_pending());
        frame
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}

impl Drop for WatchedBody {
    fn drop(&mut self) {
        self.progress.waits_for_body(false);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_stop_waits_for_what_moves_and_for_whom_is_known() {
        let progress = Progress::default();
        assert!(progress.may_be_cut(), "nothing was asked");
        progress.begins();
        assert!(!progress.may_be_cut(), "it is being answered");
        progress.waits_for_body(true);
        assert!(progress.may_be_cut(), "somebody unknown does not send");
        progress.is_of_somebody_known();
        assert!(!progress.may_be_cut(), "a transfer");
        progress.waits_for_body(false);
        progress.begins();
        progress.waits_for_reader(true);
        assert!(!progress.may_be_cut(), "somebody unknown is reading");
        progress.closes();
        assert!(progress.may_be_cut());
    }
}
