//! How arguments and answers of server functions are written: as JSON, of which one can tell afterwards whether it could
//! not be read or did not arrive.

use std::fmt;

use leptos::server_fn::codec::Post;
use leptos::server_fn::{Bytes, ContentType, Decodes, Encodes, Format, FormatType};
use serde::Serialize;
use serde::de::DeserializeOwned;

/// The codec of every server function, in both directions.
pub type Json = Post<Data>;

/// What the words of an [`Unreadable`] begin with: leptos passes on the words alone.
const UNREADABLE: &str = "unreadable JSON: ";

/// JSON.
pub enum Data {}

/// JSON that arrived and does not say what was expected.
#[derive(Debug)]
pub struct Unreadable(serde_json::Error);

impl fmt::Display for Unreadable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{UNREADABLE}{}", self.0)
    }
}

impl Unreadable {
    /// Whether the words are of an error of this kind.
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
