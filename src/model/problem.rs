//! What can go wrong between a page and the server, as data: no sentence, no internals.

use leptos::server_fn::Bytes;
use leptos::server_fn::error::{FromServerFnError, ServerFnErrorErr};
use serde::{Deserialize, Serialize};

use crate::model::json::{Data, Unreadable};

/// Why a server function has no answer. The sentences stand in `ui::texts`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Problem {
    /// Nobody is signed in.
    NotSignedIn,
    /// There is no such thing, or it is another person's.
    NotFound,
    /// The store or the database does not answer; it is worth trying again.
    Unavailable,
    /// The form came from another site.
    ForeignForm,
    /// The browser could not reach the server, or the answer is not Holdall's.
    Network,
    /// Page and server do not understand each other: the page is of an older version of the site.
    Outdated,
    /// A fault of Holdall's own; the log has it under this request id.
    Internal {
        /// The request id.
        request: String,
    },
}

impl Problem {
    /// Whether the same question may be answered in a moment, without anybody doing anything.
    #[must_use]
    pub fn passes(&self) -> bool {
        matches!(self, Self::Unavailable | Self::Network | Self::Internal { .. })
    }

    /// What an answer means that is none of those a page expects. Holdall tells a running page everything as JSON, so
    /// other words are those of a proxy, unless they are said to be a success.
    #[must_use]
    pub fn of_answer(status: u16, answer: &[u8]) -> Self {
        if let Ok(error) = serde_json::from_slice(answer) {
            return error;
        }
        let is_data = serde_json::from_slice::<serde::de::IgnoredAny>(answer).is_ok();
        if is_data || (200..300).contains(&status) { Self::Outdated } else { Self::Network }
    }
}

impl FromServerFnError for Problem {
    type Encoder = Data;

    fn from_server_fn_error(error: ServerFnErrorErr) -> Self {
        match error {
            ServerFnErrorErr::Args(_) | ServerFnErrorErr::MissingArg(_) => Self::Outdated,
            // Data that did not arrive to its end is told in the same way as data that cannot be read.
            ServerFnErrorErr::Deserialization(words) if Unreadable::is_said(&words) => Self::Outdated,
            _ => Self::Network,
        }
    }

    fn de(answer: Bytes) -> Self {
        // Called for answers that are said to be an error.
        Self::of_answer(400, &answer)
    }
}

#[cfg(test)]
mod tests {
    use leptos::server_fn::Decodes as _;

    use super::*;
    use crate::model::entry::PagePosition;

    #[test]
    fn what_cannot_be_read_is_of_another_version() {
        for text in ["", "{", "[1", r#"{"Elsewhere":1}"#, r#""Elsewhere""#, r#"{"OlderThan":"../.."}"#, "<html>"] {
            let unreadable: Result<PagePosition, _> = Data::decode(text.into());
            let words = unreadable.expect_err("no place").to_string();
            let error = Problem::from_server_fn_error(ServerFnErrorErr::Deserialization(words));
            assert_eq!(error, Problem::Outdated, "{text}");
        }
        assert_eq!(Problem::from_server_fn_error(ServerFnErrorErr::MissingArg("id".to_owned())), Problem::Outdated);
    }

    #[test]
    fn what_does_not_arrive_is_of_the_network() {
        for error in [
            ServerFnErrorErr::Deserialization("TypeError: network error".to_owned()),
            ServerFnErrorErr::Deserialization("length limit exceeded".to_owned()),
            ServerFnErrorErr::Request("TypeError: Failed to fetch".to_owned()),
            ServerFnErrorErr::Response(String::new()),
        ] {
            assert_eq!(Problem::from_server_fn_error(error.clone()), Problem::Network, "{error:?}");
        }
    }

    #[test]
    fn an_unknown_answer_is_outdated_if_it_is_holdalls_own() {
        assert_eq!(Problem::of_answer(404, br#""NotFound""#), Problem::NotFound);
        assert_eq!(Problem::of_answer(500, br#""ErrorOfTomorrow""#), Problem::Outdated);
        assert_eq!(Problem::of_answer(422, br#"{"Refused":{"of":"tomorrow"}}"#), Problem::Outdated);
        assert_eq!(Problem::of_answer(200, b"<!DOCTYPE html>"), Problem::Outdated);
        assert_eq!(Problem::of_answer(502, b"<html>Bad Gateway</html>"), Problem::Network);
        assert_eq!(Problem::of_answer(413, b""), Problem::Network);
        assert_eq!(Problem::of_answer(0, b""), Problem::Network);
    }
}
