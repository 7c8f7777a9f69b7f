//! The metadata of objects, written and read. Plain data, the same for both backends.

use std::fmt;
use std::pin::Pin;

use bytes::Bytes;
use futures::Stream;

use crate::server::storage::error::StorageError;

/// An object's bytes as they arrive. An error ends the stream, and bytes that are missing at its end are an error.
pub type Body = Pin<Box<dyn Stream<Item = Result<Bytes, StorageError>> + Send>>;

/// The metadata sent with an object. The local folder stores none of it, because database rows hold it too.
#[derive(Debug, Clone, Default)]
pub struct ObjectMeta {
    /// The media type, chosen by Holdall and never by the client that sent the bytes.
    pub content_type: String,
    /// The compression of the bytes, if any: `gzip` or `br`.
    pub content_encoding: Option<&'static str>,
    /// The `Cache-Control` header with which the store serves the object.
    pub cache_control: Option<&'static str>,
    /// The `Content-Disposition` header with which the store serves the object, in ASCII.
    pub content_disposition: Option<String>,
    /// A token stored with the object in a bucket, by which a later `head` recognizes it.
    pub token: Option<String>,
}

impl ObjectMeta {
    /// The metadata of objects that browsers never open.
    pub fn plain() -> Self {
        Self { content_type: "text/plain".to_owned(), ..Self::default() }
    }
}

/// An object that is being read.
pub struct Object {
    /// How many bytes the body has: those of the whole object, or of the requested range.
    pub size: u64,
    /// How many bytes the whole object has, whichever range of it was requested.
    pub whole: u64,
    /// The media type recorded by the store; `None` in the local folder.
    pub content_type: Option<String>,
    /// The store's entity tag, opaque; `None` in the local folder.
    pub etag: Option<String>,
    /// When its file was last written to, in milliseconds since 1970; `None` in a bucket, whose objects never change.
    pub written: Option<i64>,
    /// The bytes.
    pub body: Body,
}

impl fmt::Debug for Object {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Object").field("size", &self.size).field("etag", &self.etag).finish_non_exhaustive()
    }
}

/// What a local folder tells of an object without opening it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct FileStat {
    /// Its length in bytes.
    pub size: u64,
    /// When it was last written to, in milliseconds since 1970.
    pub written: i64,
}

/// What the store knows about an object without reading its content.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Head {
    /// Its length in bytes.
    pub size: u64,
    /// The media type recorded by the store; `None` in the local folder.
    pub content_type: Option<String>,
    /// The store's entity tag, opaque; `None` in the local folder.
    pub etag: Option<String>,
    /// The token with which the object was written; `None` in the local folder.
    pub token: Option<String>,
}

/// One entry of a listing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Listed {
    /// The object's name without its location. Not a [`crate::server::storage::Key`], because orphans of any name are
    /// listed too.
    pub key: String,
    /// Its length in bytes.
    pub size: u64,
    /// When it was written, by the store's clock, in milliseconds since 1970.
    pub written: i64,
}

/// Something in a local folder that a listing met and that is no object: its name cannot be read, it is a symbolic link
/// or a pipe, or the operating system refuses to tell what it is. Buckets have nothing of the kind.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OddEntry {
    /// Its path within the location; what is no text is replaced.
    pub name: String,
    /// What is odd about it, for the operator.
    pub why: String,
}

/// One page of a listing, in the byte order of names.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ObjectPage {
    /// The objects. Only the last page may be empty.
    pub objects: Vec<Listed>,
    /// What was met among them and is no object; each is on one page.
    pub odd: Vec<OddEntry>,
    /// Whether this is the last page.
    pub is_last: bool,
}
