//! What is said about an object, going in and coming out. Plain data, the same for both backends.

use std::fmt;
use std::pin::Pin;

use bytes::Bytes;
use futures::Stream;

use crate::server::storage::error::StorageError;

/// The bytes of an object as they arrive; an error ends them, and an early end is an error.
pub type Body = Pin<Box<dyn Stream<Item = Result<Bytes, StorageError>> + Send>>;

/// What the store is told about an object; the local folder keeps none of it, because rows say it too.
#[derive(Debug, Clone, Default)]
pub struct ObjectMeta {
    /// The media type, chosen by Holdall and never by whoever sent the bytes.
    pub content_type: String,
    /// How the bytes are compressed, where they are: `gzip` or `br`.
    pub content_encoding: Option<&'static str>,
    /// How long others may keep it.
    pub cache_control: Option<&'static str>,
    /// What a browser does with it, in plain ASCII.
    pub content_disposition: Option<String>,
    /// A word by which the object is known again, in a bucket.
    pub token: Option<String>,
}

impl ObjectMeta {
    /// What is said of objects that nobody opens in a browser.
    pub fn plain() -> Self {
        Self { content_type: "text/plain".to_owned(), ..Self::default() }
    }
}

/// An object being read.
pub struct Object {
    /// How many bytes will come: the whole object, or the range that was asked for.
    pub size: u64,
    /// The media type the store keeps; none in the local folder.
    pub content_type: Option<String>,
    /// The store's own tag, opaque; none in the local folder.
    pub etag: Option<String>,
    /// The bytes.
    pub body: Body,
}

impl fmt::Debug for Object {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Object").field("size", &self.size).field("etag", &self.etag).finish_non_exhaustive()
    }
}

/// What is known of an object without reading it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Head {
    /// Its length in bytes.
    pub size: u64,
    /// The media type the store keeps; none in the local folder.
    pub content_type: Option<String>,
    /// The store's own tag, opaque; none in the local folder.
    pub etag: Option<String>,
    /// The word that was said of it; none in the local folder.
    pub token: Option<String>,
}

/// One line of a listing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Listed {
    /// The object's name without its location; not a [`crate::server::storage::Key`], because strays are listed too.
    pub key: String,
    /// Its length in bytes.
    pub size: u64,
    /// When it was written, by the store's own clock, in milliseconds since 1970.
    pub written: i64,
}

/// A stretch of a listing, in the byte order of names.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ObjectPage {
    /// The objects: none only on the last page.
    pub objects: Vec<Listed>,
    /// Whether the listing ends here.
    pub is_last: bool,
}
