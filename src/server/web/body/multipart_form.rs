//! Multipart forms (RFC 7578) as streams: one part after the other, never a whole file in memory. A form that is
//! refused is read to its end, within bounds, so that the browser gets to see the answer.

use std::future::poll_fn;
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
use crate::server::web::disposition;

/// How long an upload may stand still.
const STILL: Duration = Duration::from_secs(60);
/// How many bytes of a refused form are read and thrown away, and for how long.
const DRAINED: usize = 1 << 30;
const DRAINED_FOR: Duration = Duration::from_secs(30);
/// The most bytes of a part that is text.
const TEXT: usize = 64 * 1024;
/// The most bytes that may come before a part begins: its headers, and what arrived in one piece with them.
const HEADERS: usize = 1 << 20;

/// A form that is arriving.
pub struct MultipartForm {
    form: Multipart<'static>,
    body: Arc<Mutex<BodyDataStream>>,
    /// How many bytes may still come before the next part begins.
    headers: Arc<AtomicUsize>,
}

/// One part of it.
pub struct FormPart<'a> {
    /// The control's name.
    pub field: String,
    /// The file's name, as the person's computer has it; none on a part that is text.
    pub name: Option<String>,
    /// The content as it arrives. It ends with an error where the upload stands still or breaks off.
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
        // The parser keeps whatever comes before a part is complete, so that much must be bounded here.
        let arriving = stream::poll_fn(move |context| {
            let next = source.lock().unwrap_or_else(PoisonError::into_inner).poll_next_unpin(context);
            next.map(|chunk| {
                chunk.map(|chunk| {
                    let chunk = chunk.map_err(std::io::Error::other)?;
                    // A chunk that begins within the bound is taken whole.
                    let bounded = |left: usize| match left {
                        0 => None,
                        usize::MAX => Some(left),
                        left => Some(left.saturating_sub(chunk.len())),
                    };
                    match left.fetch_update(Ordering::Relaxed, Ordering::Relaxed, bounded) {
                        Ok(_) => Ok(chunk),
                        Err(_) => Err(std::io::Error::other("the headers of a part do not end")),
                    }
                })
            })
        });
        Ok(Self { form: Multipart::new(arriving, boundary), body, headers })
    }

    /// The next part, or the end.
    pub async fn next(&mut self) -> Result<Option<FormPart<'_>>, FieldProblem> {
        self.headers.store(HEADERS, Ordering::Relaxed);
        let next = moving(self.form.next_field()).await?;
        self.headers.store(usize::MAX, Ordering::Relaxed);
        let Some(part) = next else { return Ok(None) };
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

    /// Reads what is left and throws it away, within bounds.
    pub async fn drain(&mut self) {
        let mut left = DRAINED;
        let all = async {
            let next =
                || poll_fn(|context| self.body.lock().unwrap_or_else(PoisonError::into_inner).poll_next_unpin(context));
            while let Some(Ok(chunk)) = next().await {
                left = left.saturating_sub(chunk.len());
                if left == 0 {
                    return;
                }
            }
        };
        // Whatever is still to come after that, the connection ends with it.
        drop(timeout(DRAINED_FOR, all).await);
    }
}

impl FormPart<'_> {
    /// The whole of a part that is text.
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

    /// Reads the part and throws it away.
    pub async fn skip(&mut self) -> Result<(), FieldProblem> {
        while let Some(chunk) = self.chunks.next().await {
            chunk?;
        }
        Ok(())
    }
}

/// What arrives, unless nothing does for too long.
async fn moving<T>(arriving: impl Future<Output = Result<T, multer::Error>>) -> Result<T, FieldProblem> {
    match timeout(STILL, arriving).await {
        Ok(Ok(arrived)) => Ok(arrived),
        Ok(Err(
            multer::Error::StreamReadFailed(_)
            | multer::Error::IncompleteStream
            | multer::Error::IncompleteFieldData { .. },
        ))
        | Err(_) => Err(FieldProblem::Interrupted),
        Ok(Err(_)) => Err(FieldProblem::Malformed),
    }
}
