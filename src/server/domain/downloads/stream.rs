//! Streams an archive, whose bytes are generated while they are sent. Memory holds one page of members, the names of the
//! folders that they are in, and a few small files, however large the archive is.

use std::ops::Range;
use std::time::Duration;

use bytes::{Bytes, BytesMut};
use futures::future::{self, BoxFuture};
use futures::stream::{self, BoxStream};
use futures::{StreamExt as _, TryStreamExt as _};
use sqlx::AnyPool;
use tokio_util::sync::CancellationToken;
use tokio_util::task::AbortOnDropHandle;

use crate::model::id::{AccountId, BlobId, DownloadId};
use crate::server::db::download_entries::{self as rows, MemberRecord};
use crate::server::domain::Error;
use crate::server::domain::blobs::damage::{DamageWatch, Expected};
use crate::server::domain::blobs::reading::Readers;
use crate::server::domain::downloads::open_folders::OpenFolders;
use crate::server::domain::downloads::zip::{Layout, Member, MemberOffsets, Piece};
use crate::server::domain::downloads::{Download, Downloads, signed};
use crate::server::storage::{Key, Object, Private, StorageError};

/// How many members are read from the database at once.
const PAGE: i64 = 500;
/// How many bytes of headers and records are made at once; a path may have thousands of bytes.
const MADE: usize = 1 << 20;
/// The largest content, in bytes, that is read before its turn in the stream.
const SMALL: u64 = 256 * 1024;
/// How many parts are prepared ahead.
const AHEAD: usize = 8;
/// For how many seconds a store that does not answer is left alone before each further attempt to open a member.
const PAUSES: [u64; 5] = [1, 2, 4, 8, 16];

/// A piece of the archive that can be read.
enum Segment {
    /// These bytes.
    Bytes(Bytes),
    /// A range of a file's content.
    Content { content: Content, range: Range<u64> },
}

/// The content of a member.
#[derive(Clone)]
struct Content {
    blob: BlobId,
    key: Key<Private>,
    size: u64,
    /// When it was last seen to be right, in milliseconds since 1970.
    verified: Option<i64>,
}

impl Content {
    fn expected(&self) -> Expected<'_> {
        Expected { blob: &self.blob, key: &self.key, size: self.size, verified: self.verified }
    }
}

impl Downloads {
    /// Streams exactly the bytes of this range of the archive. If an object is missing or shorter than its row says,
    /// the stream ends with an error, so that a broken archive never looks complete. `ended` is cancelled if it is ended
    /// before its client has read all of it; its connection has to be closed then.
    ///
    /// # Errors
    /// [`Error::TooMany`] if the account has too many downloads under way.
    pub async fn read(
        &self,
        download: &Download,
        wanted: Range<u64>,
        ended: &CancellationToken,
    ) -> Result<BoxStream<'static, Result<Bytes, Error>>, Error> {
        let permit = self.readers.of_account(&download.owner).await?;
        let id = download.id.clone();
        let source = Source {
            pool: self.pool.clone(),
            id: download.id.clone(),
            layout: download.layout,
            at: wanted.start,
            wanted,
            folders: OpenFolders::default(),
        };
        let reader = MemberReader {
            damage: self.damage.clone(),
            readers: self.readers.clone(),
            owner: download.owner.clone(),
            ended: ended.clone(),
        };
        let pages = stream::try_unfold(source, |mut source| async move {
            let page = source.page().await?;
            Ok::<_, Error>(page.map(|parts| (stream::iter(parts.into_iter().map(Ok)), source)))
        });
        let bytes = pages
            .try_flatten()
            .map(move |part| reader.ready(part))
            .buffered(AHEAD)
            .try_flatten()
            .inspect_err(move |error| tracing::warn!(%error, download = %id, "a download was cut short"));
        Ok(self.readers.start(Some(permit), &download.owner, None, ended).of(bytes.boxed()).boxed())
    }
}

type Opened = BoxStream<'static, Result<Bytes, Error>>;

fn once(bytes: Bytes) -> Opened {
    stream::once(future::ready(Ok(bytes))).boxed()
}

/// Opens the contents of an archive's members.
#[derive(Clone)]
struct MemberReader {
    damage: DamageWatch,
    readers: Readers,
    owner: AccountId,
    ended: CancellationToken,
}

impl MemberReader {
    /// Prepares a part. A small one is read at once, in a task that runs while an earlier large one is still being sent;
    /// a large one is opened only when its turn comes.
    fn ready(&self, part: Result<Segment, Error>) -> BoxFuture<'static, Result<Opened, Error>> {
        let reader = self.clone();
        match part {
            Err(error) => Box::pin(future::ready(Err(error))),
            Ok(Segment::Bytes(bytes)) => Box::pin(future::ready(Ok(once(bytes)))),
            Ok(Segment::Content { content, range }) if range.end - range.start <= SMALL => {
                // Whoever leaves takes it along: it waits for the store, and holds what it has read.
                let task = AbortOnDropHandle::new(tokio::spawn(async move {
                    let mut chunks = reader.content(content.expected(), range).await?;
                    let mut bytes = BytesMut::new();
                    while let Some(chunk) = chunks.try_next().await? {
                        bytes.extend_from_slice(&chunk);
                    }
                    Ok(once(bytes.freeze()))
                }));
                Box::pin(async move { task.await? })
            }
            Ok(Segment::Content { content, range }) => {
                let opening = async move { reader.content(content.expected(), range).await };
                Box::pin(future::ready(Ok(stream::once(opening).try_flatten().boxed())))
            }
        }
    }

    /// Reads a range of an object, whose size must be the one its row says, until its file is deleted.
    async fn content(&self, file: Expected<'_>, range: Range<u64>) -> Result<Opened, Error> {
        let is_whole = range == (0..file.size);
        let read = self.readers.start(None, &self.owner, Some(file.blob), &self.ended);
        let object = self.open(file, (!is_whole).then_some(range)).await?;
        Ok(read.of(object.body).map_err(Error::Storage).boxed())
    }

    /// Opens an object. As the archive is under way, a store that is away for a moment is waited for.
    async fn open(&self, file: Expected<'_>, range: Option<Range<u64>>) -> Result<Object, Error> {
        for pause in PAUSES {
            match self.damage.read(file, range.clone()).await {
                Err(Error::Storage(StorageError::Unavailable { .. })) => {
                    tokio::time::sleep(Duration::from_secs(pause)).await;
                }
                opened => return opened,
            }
        }
        self.damage.read(file, range).await
    }
}

/// Produces the parts of the archive one page after another.
struct Source {
    pool: AnyPool,
    id: DownloadId,
    layout: Layout,
    wanted: Range<u64>,
    /// The offset up to which the archive was produced or is not wanted.
    at: u64,
    /// Those that the last member is in.
    folders: OpenFolders,
}

impl Source {
    /// The next parts; `None` at the end.
    async fn page(&mut self) -> Result<Option<Vec<Segment>>, Error> {
        let layout = self.layout;
        if self.at >= self.wanted.end {
            return Ok(None);
        }
        let from = self.at;
        let mut parts = Vec::new();
        let mut made = 0;
        if self.at < layout.directory() {
            let bytes = signed(self.at)?..signed(self.wanted.end)?;
            let page = rows::members_from(&self.pool, &self.id, bytes, PAGE).await?;
            self.reopen(&page).await?;
            for row in page {
                let (member, offsets, content) = self.read(row);
                for piece in layout.member(&member, offsets, &self.wanted) {
                    parts.push(match piece {
                        Piece::Bytes(bytes) => {
                            made += bytes.len();
                            Segment::Bytes(bytes)
                        }
                        // The file was deleted since this request started.
                        Piece::Content(range) => {
                            Segment::Content { content: content.clone().ok_or(Error::Gone)?, range }
                        }
                    });
                }
                self.at = layout.end_of(&member, offsets);
                if made > MADE {
                    break;
                }
            }
        } else if self.at < layout.ending() {
            let bytes = signed(self.at - layout.directory())?..signed(self.wanted.end - layout.directory())?;
            let page = rows::records_from(&self.pool, &self.id, bytes, PAGE).await?;
            self.reopen(&page).await?;
            // The records are small, so a page of them makes one part.
            let mut records = BytesMut::new();
            for row in page {
                let (member, offsets, _) = self.read(row);
                if let Some(Piece::Bytes(record)) = layout.record(&member, offsets, &self.wanted) {
                    records.extend_from_slice(&record);
                }
                self.at = layout.end_of_record(&member, offsets);
                if records.len() > MADE {
                    break;
                }
            }
            parts.push(Segment::Bytes(records.freeze()));
        } else {
            if let Some(Piece::Bytes(ending)) = layout.last(&self.wanted) {
                parts.push(Segment::Bytes(ending));
            }
            self.at = layout.length();
        }
        // A member that should follow is missing.
        if self.at <= from { Err(Error::Gone) } else { Ok(Some(parts)) }
    }

    /// Opens the folders that the first of these members is in.
    ///
    /// # Errors
    /// [`Error::Gone`] if there is none, as the maintenance has deleted the download meanwhile; [`Error::Database`].
    async fn reopen(&mut self, page: &[MemberRecord]) -> Result<(), Error> {
        let first = page.first().ok_or(Error::Gone)?;
        if let Some(folder) = first.parent.filter(|_| !self.folders.contains(first.parent)) {
            self.folders = OpenFolders::down_to(rows::folders_down_to(&self.pool, &self.id, folder).await?);
        }
        Ok(())
    }

    /// A member with its position and its content, if it is a file.
    fn read(&mut self, row: MemberRecord) -> (Member, MemberOffsets, Option<Content>) {
        let path = self.folders.path_of(row.header, row.parent, &row.name);
        let offsets = MemberOffsets { header: row.header.unsigned_abs(), record: row.record.unsigned_abs() };
        let member = Member { path, size: row.size.unsigned_abs(), crc32: row.crc32.0, modified: row.modified };
        let content = row.blob.zip(row.key);
        let content = content.map(|(blob, key)| Content { blob, key, size: member.size, verified: row.verified });
        (member, offsets, content)
    }
}
