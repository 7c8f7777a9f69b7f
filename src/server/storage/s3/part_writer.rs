//! A part that Holdall streams to a bucket without buffering it. The last bytes are held back until the caller has
//! verified the part: before that, the store has an incomplete part, which it discards.

use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};

use aws_sdk_s3::error::ProvideErrorMetadata as _;
use aws_sdk_s3::primitives::{ByteStream, SdkBody};
use bytes::Bytes;
use http_body::{Body, Frame, SizeHint};
use tokio::sync::mpsc;
use tokio::task::JoinHandle;

use crate::server::storage::error::StorageError;
use crate::server::storage::part_types::PartSpec;
use crate::server::storage::s3::client::stream_timeout;
use crate::server::storage::s3::error::translate_final;
use crate::server::storage::s3::target::Target;

/// The number of chunks queued for the store, besides the one held back.
const WAITING: usize = 2;
/// How many parts are passed on at the same time; the browsers of others wait. Each holds a connection to the store for
/// as long as the browser takes to send it.
pub const STREAMED_PARTS: usize = 96;

/// A part that is being sent. If it is dropped before `finish`, the request is cut off.
pub struct S3PartWriter {
    chunks: Option<mpsc::Sender<Bytes>>,
    held: Option<Bytes>,
    /// The request; `None` once it has ended.
    request: Option<JoinHandle<Result<(), StorageError>>>,
}

impl S3PartWriter {
    /// Starts the request.
    ///
    /// # Errors
    /// [`StorageError::Broken`] if the part's number or size is out of range.
    pub fn open(target: Target, part: &PartSpec<'_>) -> Result<Self, StorageError> {
        let (chunks, arriving) = mpsc::channel(WAITING);
        let body = ByteStream::new(SdkBody::from_body_1_x(PartBody { arriving, left: part.size }));
        let (size, number) = (i64::try_from(part.size), i32::try_from(part.number));
        let (Ok(size), Ok(number)) = (size, number) else { return Err(StorageError::broken("write", "no such part")) };
        let upload = part.upload.map(str::to_owned);
        let turns = Arc::clone(&target.s3.streamed_parts);
        let request = tokio::spawn(async move {
            let _turn = turns.acquire_owned().await.map_err(|error| StorageError::broken("write", error))?;
            match upload {
                Some(upload) => send(&target, upload, number, size, body).await,
                None => target.put_stream(size, body).await,
            }
        });
        Ok(Self { chunks: Some(chunks), held: None, request: Some(request) })
    }

    /// Takes the next bytes and sends the ones before them.
    ///
    /// # Errors
    /// Any error of the store, possibly about earlier bytes.
    pub async fn write(&mut self, chunk: Bytes) -> Result<(), StorageError> {
        match self.held.replace(chunk) {
            Some(chunk) => self.send(chunk).await,
            None => Ok(()),
        }
    }

    /// Sends the last bytes and waits for the store's response.
    ///
    /// # Errors
    /// Any error of the store.
    pub async fn finish(&mut self) -> Result<(), StorageError> {
        if let Some(last) = self.held.take() {
            self.send(last).await?;
        }
        self.chunks = None;
        self.answer().await
    }

    /// Cancels the request and waits until it has ended.
    pub async fn abort(self) {
        if let Some(request) = self.request {
            request.abort();
            // A cancelled request ends with an error, which is expected.
            let _ = request.await;
        }
    }

    async fn send(&mut self, chunk: Bytes) -> Result<(), StorageError> {
        if let Some(chunks) = &self.chunks
            && chunks.send(chunk).await.is_ok()
        {
            return Ok(());
        }
        // The store has ended the request early; its response says why.
        self.answer().await?;
        Err(StorageError::broken("write", "the store answered before the part was whole"))
    }

    async fn answer(&mut self) -> Result<(), StorageError> {
        let Some(request) = &mut self.request else {
            return Err(StorageError::broken("write", "the part has ended before"));
        };
        let answer = request.await;
        self.request = None;
        answer.unwrap_or_else(|error| Err(StorageError::broken("write", error)))
    }
}

async fn send(target: &Target, upload: String, number: i32, size: i64, body: ByteStream) -> Result<(), StorageError> {
    let address = &target.address;
    let request = target.s3.client.upload_part().bucket(&address.bucket).key(&address.key).upload_id(upload);
    let request = request.part_number(number).content_length(size).body(body);
    let sent = request.customize().config_override(stream_timeout()).send().await;
    sent.map(drop).map_err(|error| match error.code() {
        Some("NoSuchUpload") => StorageError::NotFound,
        _ => translate_final("write", error),
    })
}

/// The chunks as the body of a request of known length.
struct PartBody {
    arriving: mpsc::Receiver<Bytes>,
    left: u64,
}

impl Body for PartBody {
    type Data = Bytes;
    type Error = io::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, io::Error>>> {
        let next = match ready!(self.arriving.poll_recv(context)) {
            Some(chunk) => match self.left.checked_sub(chunk.len() as u64) {
                Some(left) => {
                    self.left = left;
                    Some(Ok(Frame::data(chunk)))
                }
                None => Some(Err(io::Error::other("more bytes than the part has"))),
            },
            None if self.left == 0 => None,
            None => Some(Err(io::Error::other("the part broke off"))),
        };
        Poll::Ready(next)
    }

    fn is_end_stream(&self) -> bool {
        self.left == 0
    }

    fn size_hint(&self) -> SizeHint {
        SizeHint::with_exact(self.left)
    }
}
