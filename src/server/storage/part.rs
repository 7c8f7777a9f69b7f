//! What is said about an object that arrives in parts. Plain data, the same for both backends; the verbs are in `parts`.

use crate::server::storage::key::Key;
use crate::server::storage::location::Private;

/// Where one part of an object goes.
#[derive(Debug, Clone, Copy)]
pub struct PartPlace<'a> {
    /// The object.
    pub key: &'a Key<Private>,
    /// The bucket's name for the upload; none in the folder, and none for an object of one part that goes there whole.
    pub upload: Option<&'a str>,
    /// The part's number: 1 for the first.
    pub number: u32,
    /// Where it begins in the object, in bytes.
    pub offset: u64,
    /// Its size in bytes.
    pub size: u64,
    /// The object's size in bytes.
    pub whole: u64,
    /// No part of the object has arrived yet. Where one has, what is written is there: a folder that lacks it has lost it.
    pub is_first: bool,
}

/// A part as the store knows it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredPart {
    /// Its number.
    pub number: u32,
    /// Its size in bytes.
    pub size: u64,
    /// The store's own tag of it, opaque.
    pub(super) tag: Option<String>,
}

/// An address at which a part may be put, and what must be said with it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SignedAddress {
    /// The address; whoever has it may put that part.
    pub url: String,
    /// Headers besides the length.
    pub headers: Vec<(String, String)>,
}

/// The beginning of an object that was never completed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct IncompleteUpload {
    /// The object's name without its location, or what there is of it.
    pub key: String,
    /// The bucket's name for the upload; none in the folder.
    pub upload: Option<String>,
    /// When it was begun, by the store's own clock, in milliseconds since 1970.
    pub begun: i64,
}

/// A stretch of what was never completed.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct IncompleteUploadPage {
    /// The uploads.
    pub uploads: Vec<IncompleteUpload>,
    /// Where the next page begins; none where this is the last.
    pub next: Option<UploadMarker>,
}

/// Where a page of uploads ended, in the store's own words.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UploadMarker {
    pub(super) key: String,
    pub(super) upload: Option<String>,
}
