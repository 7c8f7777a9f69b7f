//! The JSON codec of server functions. Its errors tell a message that arrived but cannot be decoded, as from an
//! outdated page, from one that did not arrive.

use std::fmt;

use leptos::server_fn::codec::Post;
use leptos::server_fn::{Bytes, ContentType, Decodes, Encodes, Format, FormatType};
use serde::Serialize;
use serde::de::DeserializeOwned;

/// The codec of every server function, for arguments and results alike.
pub type Json = Post<Data>;

/// The prefix of the message of an [`Unreadable`] error. Leptos passes on the message alone, so the kind is told by it.
const UNREADABLE: &str = "unreadable JSON: ";

/// The JSON encoding.
pub enum Data {}

/// JSON that arrived but does not decode to the expected type.
#[derive(Debug)]
pub struct Unreadable(serde_json::Error);

impl fmt::Display for Unreadable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{UNREADABLE}{}", self.0)
    }
}

impl Unreadable {
    /// Whether an error message comes from an [`Unreadable`] error.
    #[must_use]
    pub fn is_said(words: &str) -> bool {
        words.starts_with(UNREADABLE)
    }
}

impl ContentType for Data {
    const CONTENT_TYPE: &'static str = "application/json";
}

impl FormatType for Data {
    const FORMAT_TYPE: Format = Format::Text;
}

impl<T: Serialize> Encodes<T> for Data {
    type Error = serde_json::Error;

    fn encode(value: &T) -> Result<Bytes, serde_json::Error> {
        serde_json::to_vec(value).map(Bytes::from)
    }
}

impl<T: DeserializeOwned> Decodes<T> for Data {
    type Error = Unreadable;

    fn decode(bytes: Bytes) -> Result<T, Unreadable> {
        serde_json::from_slice(&bytes).map_err(Unreadable)
    }
}
