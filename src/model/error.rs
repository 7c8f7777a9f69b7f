//! What can go wrong between a page and the server, as data: no sentence, no internals.

use leptos::server_fn::codec::JsonEncoding;
use leptos::server_fn::error::{FromServerFnError, ServerFnErrorErr};
use serde::{Deserialize, Serialize};

/// Why a server function has no answer. The sentences stand in `ui::texts`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Error {
    /// Nobody is signed in.
    NotSignedIn,
    /// There is no such thing, or it is another person's.
    NotFound,
    /// The store or the database does not answer; it is worth trying again.
    Unavailable,
    /// The form came from another site.
    ForeignForm,
    /// The browser could not reach the server, or could not read its answer.
    Network,
    /// A fault of Holdall's own; the log has it under this request id.
    Internal {
        /// The request id.
        request: String,
    },
}

impl FromServerFnError for Error {
    type Encoder = JsonEncoding;

    fn from_server_fn_error(_: ServerFnErrorErr) -> Self {
        Self::Network
    }
}
