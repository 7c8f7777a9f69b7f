//! Multipart forms (RFC 7578) as streams, one part after the other, so that no file is in memory as a whole. A rejected
//! form is read to its end, within limits, because browsers show the response only after sending everything.

use std::pin::Pin;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use axum::body::{Body, BodyDataStream};
use axum::http::header;
use axum::http::request::Parts;
use bytes::Bytes;
use futures::{Stream, StreamExt as _, stream};
use multer::{Multipart, parse_boundary};
use tokio::time::timeout;

use crate::model::form::Field;
use crate::model::problem::FieldProblem;
use crate::server::domain::Error;
use crate::server::web::body::drain::drain;
use crate::server::web::body::gathered::gathered;
use crate::server::web::disposition;

/// The timeout for an upload that makes no progress.
const STILL: Duration = Duration::from_secs(60);
/// How many bytes of a rejected form are read and discarded, and for how long.
const DRAINED: usize = 1 << 30;
const DRAINED_FOR: Duration = Duration::from_secs(30);
/// The maximum bytes of a text part.
const TEXT: usize = 64 * 1024;
/// The maximum bytes of a part's headers.
const HEADERS: usize = 8 * 1024;
/// The kind of error of a part whose headers have more.
const ENDLESS: std::io::ErrorKind = std::io::ErrorKind::InvalidData;
/// The maximum parts of a form.
const PARTS: usize = 10_000;

/// A form that is being received.
pub struct MultipartForm {
    form: Multipart<'static>,
    body: Arc<Mutex<BodyDataStream>>,
    /// How many bytes may still arrive before the next part's content.
    headers: Arc<AtomicUsize>,
    /// How many parts may still follow.
    parts: usize,
}

/// One part of a form.
pub struct FormPart<'a> {
    /// The control's name.
    pub field: String,
    /// The file's name on the person's computer; `None` for a text part.
    pub name: Option<String>,
    /// The content as it arrives. The stream ends with an error if the upload stalls or breaks off.
    pub chunks: Pin<Box<dyn Stream<Item = Result<Bytes, FieldProblem>> + Send + 'a>>,
}

impl MultipartForm {
    /// The form in this request.
    pub fn new(parts: &Parts, body: Body) -> Result<Self, Error> {
        let boundary = parts.headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok());
        let boundary = boundary.and_then(|value| parse_boundary(value).ok());
        let boundary = boundary.ok_or_else(|| Error::at(Field::Files, FieldProblem::Malformed))?;
        let body = Arc::new(Mutex::new(body.into_data_stream()));
        let headers = Arc::new(AtomicUsize::new(HEADERS));
        let (source, left) = (body.clone(), headers.clone());
        let arriving = gathered(stream::poll_fn(move |context| {
            source.lock().unwrap_or_else(PoisonError::into_inner).poll_next_unpin(context)
        }));
        // The parser buffers a part's headers until they are complete, so their size must be limited here.
        let arriving = arriving.map(move |chunk| {
            let chunk = chunk.map_err(std::io::Error::other)?;
            // The limit applies to whole chunks: one that starts below the limit is accepted.
            let bounded = |left: usize| match left {
                0 => None,
                usize::MAX => Some(left),
                left => Some(left.saturating_sub(chunk.len())),
            };
            match left.fetch_update(Ordering::Relaxed, Ordering::Relaxed, bounded) {
                Ok(_) => Ok(chunk),
                Err(_) => Err(std::io::Error::new(ENDLESS, "the headers of a part do not end")),
            }
        });
        Ok(Self { form: Multipart::new(arriving, boundary), body, headers, parts: PARTS })
    }

    /// The next part; `None` at the end of the form.
    pub async fn next(&mut self) -> Result<Option<FormPart<'_>>, FieldProblem> {
        self.headers.store(HEADERS, Ordering::Relaxed);
        let next = moving(self.form.next_field()).await?;
        self.headers.store(usize::MAX, Ordering::Relaxed);
        let Some(part) = next else { return Ok(None) };
        self.parts = self.parts.checked_sub(1).ok_or(FieldProblem::Malformed)?;
        let headers = part.headers().iter().map(|(name, value)| name.as_str().len() + value.len());
        if headers.sum::<usize>() > HEADERS {
            return Err(FieldProblem::Malformed);
        }
        let described =
            part.headers().get(header::CONTENT_DISPOSITION).and_then(|value| disposition::of_part(value.as_bytes()));
        let (field, name) = described.ok_or(FieldProblem::Malformed)?;
        let chunks =
            stream::try_unfold(
                part,
                |mut part| async move { Ok(moving(part.chunk()).await?.map(|chunk| (chunk, part))) },
            );
        Ok(Some(FormPart { field, name, chunks: Box::pin(chunks) }))
    }

    /// Reads and discards the rest of the form, within limits.
    pub async fn drain(&mut self) {
        let rest = stream::poll_fn(|context| {
            self.body.lock().unwrap_or_else(PoisonError::into_inner).poll_next_unpin(context)
        });
        drain(rest, DRAINED, DRAINED_FOR).await;
    }
}

impl FormPart<'_> {
    /// The content of a text part.
    pub async fn text(&mut self) -> Result<String, FieldProblem> {
        let mut text = Vec::new();
        while let Some(chunk) = self.chunks.next().await {
            text.extend_from_slice(&chunk?);
            if text.len() > TEXT {
                return Err(FieldProblem::Malformed);
            }
        }
        String::from_utf8(text).map_err(|_| FieldProblem::Malformed)
    }

    /// Reads and discards the part.
    pub async fn skip(&mut self) -> Result<(), FieldProblem> {
        while let Some(chunk) = self.chunks.next().await {
            chunk?;
        }
        Ok(())
    }
}

/// Whether reading failed because the headers of a part have too many bytes.
fn is_endless(error: &(dyn std::error::Error + Send + Sync + 'static)) -> bool {
    error.downcast_ref::<std::io::Error>().is_some_and(|error| error.kind() == ENDLESS)
}

/// Waits for the next piece, and fails if none arrives before the timeout.
async fn moving<T>(arriving: impl Future<Output = Result<T, multer::Error>>) -> Result<T, FieldProblem> {
    match timeout(STILL, arriving).await {
        Ok(Ok(arrived)) => Ok(arrived),
        Ok(Err(multer::Error::StreamReadFailed(error))) if is_endless(&*error) => Err(FieldProblem::Malformed),
        Ok(Err(
            multer::Error::StreamReadFailed(_)
            | multer::Error::IncompleteStream
            | multer::Error::IncompleteFieldData { .. },
        ))
        | Err(_) => Err(FieldProblem::Interrupted),
        Ok(Err(_)) => Err(FieldProblem::Malformed),
    }
}
