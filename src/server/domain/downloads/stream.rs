//! An archive's bytes, made while they are sent. In memory are a page of its members and a few small files, however
//! large the archive is.

use std::ops::Range;

use bytes::{Bytes, BytesMut};
use futures::future::{self, BoxFuture};
use futures::stream::{self, BoxStream};
use futures::{StreamExt as _, TryStreamExt as _};
use sqlx::AnyPool;

use crate::model::id::DownloadId;
use crate::server::db::downloads::{self, MemberRow};
use crate::server::domain::Error;
use crate::server::domain::downloads::zip::{Layout, Member, MemberOffsets, Piece};
use crate::server::domain::downloads::{Download, Downloads, signed};
use crate::server::storage::{Key, Private, Storage};

/// How many members are looked up at once.
const PAGE: i64 = 500;
/// The most bytes of content that are read before their turn comes.
const SMALL: u64 = 256 * 1024;
/// How many pieces are made ready at once.
const AHEAD: usize = 8;

/// A piece of the archive that can be read.
enum Part {
    /// These bytes.
    Bytes(Bytes),
    /// These bytes of an object of this size.
    Content { key: Key<Private>, range: Range<u64>, size: u64 },
}

impl Downloads {
    /// The bytes of a range of the archive, exactly as many as that. An error ends them: an object that is gone or
    /// shorter than its row says never makes an archive that only looks whole.
    pub fn read(&self, download: &Download, wanted: Range<u64>) -> BoxStream<'static, Result<Bytes, Error>> {
        let id = download.id.clone();
        let source = Source {
            pool: self.pool.clone(),
            id: download.id.clone(),
            layout: download.layout,
            at: wanted.start,
            wanted,
        };
        let storage = self.storage.clone();
        let pages = stream::try_unfold(source, |mut source| async move {
            let page = source.page().await?;
            Ok::<_, Error>(page.map(|parts| (stream::iter(parts.into_iter().map(Ok)), source)))
        });
        pages
            .try_flatten()
            .map(move |part| ready(part, &storage))
            .buffered(AHEAD)
            .try_flatten()
            .inspect_err(move |error| tracing::warn!(%error, download = %id, "a download was cut short"))
            .boxed()
    }
}

type Opened = BoxStream<'static, Result<Bytes, Error>>;

/// Reads what is small at once, in a task that goes on while something large before it is still being sent; what is
/// large is opened when its turn comes.
fn ready(part: Result<Part, Error>, storage: &Storage) -> BoxFuture<'static, Result<Opened, Error>> {
    let storage = storage.clone();
    match part {
        Err(error) => Box::pin(future::ready(Err(error))),
        Ok(Part::Bytes(bytes)) => Box::pin(future::ready(Ok(once(bytes)))),
        Ok(Part::Content { key, range, size }) if range.end - range.start <= SMALL => {
            let task = tokio::spawn(async move {
                let mut chunks = content(&storage, &key, range, size).await?;
                let mut bytes = BytesMut::new();
                while let Some(chunk) = chunks.try_next().await? {
                    bytes.extend_from_slice(&chunk);
                }
                Ok(once(bytes.freeze()))
            });
            Box::pin(async move { task.await? })
        }
        Ok(Part::Content { key, range, size }) => {
            let opening = async move { content(&storage, &key, range, size).await };
            Box::pin(future::ready(Ok(stream::once(opening).try_flatten().boxed())))
        }
    }
}

fn once(bytes: Bytes) -> Opened {
    stream::once(future::ready(Ok(bytes))).boxed()
}

/// The bytes of an object, which must be as long as its row says.
async fn content(storage: &Storage, key: &Key<Private>, range: Range<u64>, size: u64) -> Result<Opened, Error> {
    let whole = range == (0..size);
    let expected = range.end - range.start;
    // A row without its object is a fault of the store's and not of whoever asks.
    let object = storage.read(key, (!whole).then_some(range)).await.map_err(Error::Storage)?;
    if object.size != expected {
        return Err(Error::Internal(format!("the store has {} bytes for {expected} of {key}", object.size)));
    }
    Ok(object.body.map_err(Error::Storage).boxed())
}

/// Where in the archive one is, and where to look for what comes next.
struct Source {
    pool: AnyPool,
    id: DownloadId,
    layout: Layout,
    wanted: Range<u64>,
    /// All of the archive before this is made, or not wanted.
    at: u64,
}

impl Source {
    /// The parts that come next; nothing at the end.
    async fn page(&mut self) -> Result<Option<Vec<Part>>, Error> {
        let layout = self.layout;
        if self.at >= self.wanted.end {
            return Ok(None);
        }
        let mut parts = Vec::new();
        if self.at < layout.directory() {
            let rows = downloads::members_from(&self.pool, &self.id, signed(self.at)?, PAGE).await?;
            for row in self.not_empty(rows)? {
                let (member, place, key) = read(row);
                let end = layout.end_of(&member, place);
                for piece in layout.member(&member, place, &self.wanted) {
                    parts.push(match piece {
                        Piece::Bytes(bytes) => Part::Bytes(bytes),
                        // Deleted since this download began.
                        Piece::Content(range) => {
                            Part::Content { key: key.clone().ok_or(Error::Gone)?, range, size: member.size }
                        }
                    });
                }
                self.at = end;
                if end >= self.wanted.end {
                    break;
                }
            }
        } else if self.at < layout.ending() {
            let from = self.at - layout.directory();
            let rows = downloads::records_from(&self.pool, &self.id, signed(from)?, PAGE).await?;
            // Many small records make one part.
            let mut records = BytesMut::new();
            for row in self.not_empty(rows)? {
                let (member, place, _) = read(row);
                if let Some(Piece::Bytes(record)) = layout.record(&member, place, &self.wanted) {
                    records.extend_from_slice(&record);
                }
                self.at = layout.end_of_record(&member, place);
            }
            parts.push(Part::Bytes(records.freeze()));
        } else {
            if let Some(Piece::Bytes(ending)) = layout.last(&self.wanted) {
                parts.push(Part::Bytes(ending));
            }
            self.at = layout.length();
        }
        Ok(Some(parts))
    }

    /// A page without members where there should be some: a sweep took them away.
    fn not_empty(&self, rows: Vec<MemberRow>) -> Result<Vec<MemberRow>, Error> {
        if rows.is_empty() { Err(Error::Gone) } else { Ok(rows) }
    }
}

fn read(row: MemberRow) -> (Member, MemberOffsets, Option<Key<Private>>) {
    let place = MemberOffsets { header: row.header.unsigned_abs(), record: row.record.unsigned_abs() };
    let member = Member { path: row.path, size: row.size.unsigned_abs(), crc32: row.crc32.0, modified: row.modified };
    (member, place, row.key)
}
