//! What a connection is doing, which decides whether a stop waits for it, and whether it gives its seat to another one.

use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll, Wake, Waker};
use std::time::{Duration, Instant};

use bytes::Bytes;
use http_body::{Body, Frame, SizeHint};
use hyper::body::Incoming;
use tokio_util::sync::CancellationToken;

/// How long a transfer may stand still before a stop waits for it no longer.
const STANDS_STILL: Duration = Duration::from_secs(5);
/// How long a client may take none of the bytes that are to be sent to it, if nothing else is said of the answer.
const UNREAD: Duration = Duration::from_secs(60);
/// The same before a connection counts as idle whose client is not known to be signed in. Who reads 8 KiB a second is not idle.
const UNREAD_BY_STRANGERS: Duration = Duration::from_secs(10);

/// How long a client may send nothing of a body before its connection counts as idle.
const UNSENT: Duration = Duration::from_secs(10);
/// The time in which a client that is not signed in must have sent the whole body, which is a form, before its connection
/// counts as idle.
const FORM_OF_STRANGER: Duration = Duration::from_secs(1);

/// What a connection is doing. It is in the extensions of its requests.
#[derive(Debug, Default)]
pub struct Progress(Mutex<Now>);

#[derive(Debug)]
struct Now {
    has_begun: bool,
    is_known: bool,
    timeout: Duration,
    cut_off: CancellationToken,
    is_closing: bool,
    idle: Option<Instant>,
    waits_for_body: Option<Instant>,
    /// When the body of this request was waited for first.
    body_since: Option<Instant>,
    waits_for_reader: Option<Instant>,
}

impl Default for Now {
    fn default() -> Self {
        Self {
            has_begun: false,
            is_known: false,
            timeout: UNREAD,
            cut_off: CancellationToken::new(),
            is_closing: false,
            idle: Some(Instant::now()),
            waits_for_body: None,
            body_since: None,
            waits_for_reader: None,
        }
    }
}

impl Progress {
    /// The head of a request has arrived. Nobody knows yet who sent it.
    pub fn begins(&self) {
        let mut now = self.now();
        now.has_begun = true;
        now.is_known = false;
        now.timeout = UNREAD;
        now.idle = None;
        now.body_since = None;
    }

    /// The answer was handed over, or is not sent any more.
    pub fn is_answered(&self) {
        self.now().idle = Some(Instant::now());
    }

    /// Since when no request is under way: since the last answer, or since the beginning. `None` while one is, and
    /// while its client still reads the answer. One that reads nothing of it counts as idle, too, after a minute, or ten
    /// seconds if nobody knows who it is; and so does one that sends nothing of a request's body for ten seconds, or whose
    /// body is not complete after a second if nobody knows who it is.
    pub fn idle_since(&self) -> Option<Instant> {
        let now = self.now();
        let (unread, unsent, body) = match now.is_known {
            true => (UNREAD, UNSENT, now.waits_for_body),
            false => (UNREAD_BY_STRANGERS, FORM_OF_STRANGER, now.waits_for_body.and(now.body_since)),
        };
        match (now.waits_for_reader, body) {
            (Some(since), _) if !now.is_closing => Some(since).filter(|since| since.elapsed() > unread),
            (_, Some(since)) => Some(since).filter(|since| since.elapsed() > unsent),
            _ => now.idle,
        }
    }

    /// Whether a request has ever arrived.
    pub fn has_begun(&self) -> bool {
        self.now().has_begun
    }

    /// The request is one of somebody who may do something here.
    pub fn is_signed_in(&self) {
        self.now().is_known = true;
    }

    /// Sets how long the client may take none of the bytes of this answer.
    pub fn set_timeout(&self, timeout: Duration) {
        self.now().timeout = timeout;
    }

    /// Is cancelled to close the connection although its client has not read what it was sent.
    pub fn cut_off(&self) -> CancellationToken {
        self.now().cut_off.clone()
    }

    /// How long the client may take none of the bytes of this answer.
    pub fn timeout(&self) -> Duration {
        self.now().timeout
    }

    /// The last answer was sent, and the connection is being closed.
    pub fn closes(&self) {
        self.now().is_closing = true;
    }

    /// Records whether the client keeps the answer waiting. The time that counts is since it last read something.
    pub fn waits_for_reader(&self, waits: bool) {
        note(&mut self.now().waits_for_reader, waits);
    }

    fn waits_for_body(&self, waits: bool) {
        let mut now = self.now();
        note(&mut now.waits_for_body, waits);
        now.body_since = now.body_since.or(now.waits_for_body);
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

/// Wakes whoever reads a body, and notes that the client has sent more of it. Nobody need be reading at that moment:
/// one who waits for the store takes it later, and until then the client is not what is waited for.
struct Arrived {
    progress: Arc<Progress>,
    reader: Waker,
}

impl Wake for Arrived {
    fn wake(self: Arc<Self>) {
        self.wake_by_ref();
    }

    fn wake_by_ref(self: &Arc<Self>) {
        self.progress.waits_for_body(false);
        self.reader.wake_by_ref();
    }
}

/// The body of a request, which notes when it is waited for.
pub struct WatchedBody<B = Incoming> {
    body: B,
    progress: Arc<Progress>,
}

impl<B> WatchedBody<B> {
    /// Watches the body of a request on the connection with this progress.
    pub fn new(body: B, progress: Arc<Progress>) -> Self {
        Self { body, progress }
    }
}

impl<B: Body<Data = Bytes> + Unpin> Body for WatchedBody<B> {
    type Data = Bytes;
    type Error = B::Error;

    fn poll_frame(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, B::Error>>> {
        let arrived =
            Waker::from(Arc::new(Arrived { progress: self.progress.clone(), reader: context.waker().clone() }));
        let frame = Pin::new(&mut self.body).poll_frame(&mut Context::from_waker(&arrived));
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

impl<B> Drop for WatchedBody<B> {
    fn drop(&mut self) {
        self.progress.waits_for_body(false);
    }
}

/// Held by the body of an answer: when it is dropped, the answer was handed over, or is not sent any more.
pub struct UntilAnswered(pub Arc<Progress>);

impl Drop for UntilAnswered {
    fn drop(&mut self) {
        self.0.is_answered();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_stop_waits_for_what_moves_and_for_whom_is_known() {
        let progress = Progress::default();
        assert!(progress.may_be_cut() && progress.idle_since().is_some(), "nothing was asked");
        progress.begins();
        assert!(!progress.may_be_cut() && progress.idle_since().is_none(), "it is being answered");
        progress.waits_for_body(true);
        assert!(progress.may_be_cut(), "somebody unknown does not send");
        progress.is_signed_in();
        assert!(!progress.may_be_cut(), "a transfer");
        progress.waits_for_body(false);
        progress.begins();
        progress.waits_for_reader(true);
        assert!(!progress.may_be_cut(), "somebody unknown is reading");
        progress.is_answered();
        assert!(progress.idle_since().is_none(), "it is still being read");
        progress.closes();
        assert!(progress.may_be_cut() && progress.idle_since().is_some());
    }

    #[test]
    fn an_answer_that_may_be_paused_for_long_makes_room_for_others() {
        let progress = Progress::default();
        let paused_for = |seconds| {
            progress.now().waits_for_reader = Instant::now().checked_sub(Duration::from_secs(seconds));
        };
        progress.begins();
        paused_for(9);
        assert!(progress.idle_since().is_none());
        paused_for(11);
        assert!(progress.idle_since().is_some(), "somebody unknown");
        progress.is_signed_in();
        progress.set_timeout(Duration::from_secs(600));
        paused_for(59);
        assert!(progress.idle_since().is_none());
        paused_for(61);
        assert!(progress.idle_since().is_some());
        progress.begins();
        assert_eq!(progress.timeout(), UNREAD, "the next request on this connection");
    }

    #[test]
    fn a_body_that_does_not_come_makes_room_for_others() {
        let progress = Progress::default();
        let ago = |seconds| Instant::now().checked_sub(Duration::from_secs(seconds));
        let waited_for = |seconds| progress.now().waits_for_body = ago(seconds);
        progress.begins();
        progress.waits_for_body(true);
        assert!(progress.idle_since().is_none());
        progress.now().body_since = ago(2);
        assert!(progress.idle_since().is_some(), "somebody unknown, however often a byte comes");
        progress.waits_for_body(false);
        assert!(progress.idle_since().is_none(), "it has come");
        waited_for(2);
        progress.is_signed_in();
        assert!(progress.idle_since().is_none(), "a slow upload");
        waited_for(11);
        assert!(progress.idle_since().is_some());
    }

    #[tokio::test]
    async fn a_stop_waits_for_a_request_whose_body_has_come_while_it_waits_for_the_store() {
        let progress = Arc::new(Progress::default());
        progress.begins();
        progress.is_signed_in();
        let (client, arriving) = futures::channel::mpsc::unbounded::<Result<Bytes, std::io::Error>>();
        let mut body = WatchedBody::new(axum::body::Body::from_stream(arriving), progress.clone());
        let mut context = Context::from_waker(Waker::noop());
        assert!(Pin::new(&mut body).poll_frame(&mut context).is_pending());
        assert!(progress.now().waits_for_body.is_some(), "the client is waited for");
        client.unbounded_send(Ok(Bytes::from_static(b"the rest"))).expect("a body");
        assert!(progress.now().waits_for_body.is_none(), "nobody has read it yet, and it has come");
        assert!(!progress.may_be_cut());
    }
}
