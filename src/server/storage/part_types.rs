//! Data about objects that are uploaded in parts, the same for both backends. The operations are in `parts.rs`.

use crate::server::storage::key::Key;
use crate::server::storage::location::Private;

/// Where one part of an object belongs.
#[derive(Debug, Clone, Copy)]
pub struct PartSpec<'a> {
    /// The object.
    pub key: &'a Key<Private>,
    /// The store's upload id; `None` in the local folder, and for an object whose only part is sent in a single
    /// request.
    pub upload: Option<&'a str>,
    /// The part's number, counted from 1.
    pub number: u32,
    /// The offset of its first byte in the object.
    pub offset: u64,
    /// Its size in bytes.
    pub size: u64,
    /// The total size of the object in bytes.
    pub object_size: u64,
    /// Whether no part of the object has arrived yet. If one has and the local folder has no file for it, the file is
    /// lost.
    pub is_first: bool,
}

/// A part that the store has received.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredPart {
    /// The part's number, counted from 1.
    pub number: u32,
    /// Its size in bytes.
    pub size: u64,
    /// The store's entity tag of the part, opaque.
    pub(super) tag: Option<String>,
}

/// A presigned address to which one part may be sent, and the headers to send with it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SignedAddress {
    /// The address. Anyone who has it may send that part.
    pub url: String,
    /// The signed headers other than the length.
    pub headers: Vec<(String, String)>,
}

/// An upload that was never completed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct IncompleteUpload {
    /// The name of the object, without its location.
    pub key: String,
    /// The store's upload id; `None` in the local folder.
    pub upload: Option<String>,
    /// When it was started, by the store's clock, in milliseconds since 1970.
    pub started: i64,
}

/// One page of a listing of incomplete uploads.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct IncompleteUploadPage {
    /// The uploads.
    pub uploads: Vec<IncompleteUpload>,
    /// Where the next page begins; `None` on the last page.
    pub next: Option<UploadMarker>,
    /// Why there may be uploads that the store does not list; `None` if all are listed.
    pub unknown: Option<String>,
}

/// Where a page of uploads ended, in the store's own terms.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UploadMarker {
    pub(super) key: String,
    pub(super) upload: Option<String>,
}
