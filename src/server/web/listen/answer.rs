//! The body of an answer, which notes on its connection when nothing more of it is to be sent.

use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use axum::body::Body as Inner;
use bytes::Bytes;
use http_body::{Body, Frame, SizeHint};

use crate::server::web::listen::progress::Progress;

/// A body after which its connection is idle. Hyper drops it when it was sent, or when nothing of it is to be sent.
pub struct WatchedAnswer {
    body: Inner,
    progress: Arc<Progress>,
}

impl WatchedAnswer {
    /// Watches the body of an answer on the connection with this progress.
    pub fn new(body: Inner, progress: Arc<Progress>) -> Self {
        Self { body, progress }
    }
}

impl Body for WatchedAnswer {
    type Data = Bytes;
    type Error = axum::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Self::Error>>> {
        Pin::new(&mut self.body).poll_frame(context)
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}

impl Drop for WatchedAnswer {
    fn drop(&mut self) {
        self.progress.is_answered();
    }
}
