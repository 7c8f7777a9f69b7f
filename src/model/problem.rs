//! What can go wrong for a person, as data: on a page, in an answer to a running page, and at a field of a form. The
//! sentences stand in `ui::text`; what went wrong inside stays in the log.

use leptos::server_fn::Bytes;
use leptos::server_fn::error::{FromServerFnError, ServerFnErrorErr};
use serde::{Deserialize, Serialize};

use crate::model::json::{Data, Unreadable};

/// Why a page or a server function has no answer.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Problem {
    /// 401: nobody is signed in.
    NotSignedIn,
    /// 404: there is no such page or thing, or it is another person's.
    NotFound,
    /// 403: one may see this, but not do that with it.
    NotAllowed,
    /// 410: a download that has expired, or of which something was deleted.
    Gone,
    /// 403: the form came from another site.
    ForeignForm,
    /// 403: signing up is closed.
    SignUpClosed,
    /// 409: what lies in the store is not what was sent, so it is not given out.
    Damaged,
    /// 405: the address does not take this.
    MethodNotAllowed,
    /// 400: the request could not be read.
    BadRequest,
    /// 503: the store or the database does not answer; it is worth trying again.
    Unavailable,
    /// 503: too many people are doing the same at once; it is worth trying again.
    Busy,
    /// The browser could not reach the server, or the answer is not Holdall's.
    Network,
    /// Page and server do not understand each other: the page is of an older version of the site.
    Outdated,
    /// 500: a fault of Holdall's own; the log has it under this request id.
    Internal {
        /// The request id.
        request: String,
    },
}

impl Problem {
    /// Whether the same question may be answered in a moment, without anybody doing anything.
    #[must_use]
    pub fn passes(&self) -> bool {
        matches!(self, Self::Unavailable | Self::Busy | Self::Network | Self::Internal { .. })
    }

    /// The same, with the id under which the log has the request, where that is what the person is told.
    #[must_use]
    pub fn with_request(self, id: &str) -> Self {
        match self {
            Self::Internal { .. } => Self::Internal { request: id.to_owned() },
            other => other,
        }
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

/// What is wrong with what was given in a field. Sizes are in bytes, lengths in characters.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum FieldProblem {
    /// Nothing was given.
    Empty,
    /// Fewer characters than this.
    TooShort {
        /// The fewest.
        characters: usize,
    },
    /// More characters than this.
    TooLong {
        /// The most.
        characters: usize,
    },
    /// A character that cannot be seen, such as a line end or NUL.
    ControlCharacter,
    /// No email address.
    NotAnEmail,
    /// Another account has this email address.
    Taken,
    /// Email and password do not belong together. One sentence for every cause.
    SignInFailed,
    /// The current password is another one.
    WrongPassword,
    /// No JPEG, PNG, WebP or GIF.
    NotAPicture,
    /// A picture that ends early or contradicts itself.
    DamagedPicture,
    /// More picture elements than the limit.
    TooManyPixels {
        /// The most.
        limit: u64,
    },
    /// More bytes than the limit.
    TooLarge {
        /// The most, in bytes.
        limit: u64,
    },
    /// The account's quota would be exceeded.
    OverQuota {
        /// Bytes in use.
        used: u64,
        /// The most, in bytes.
        quota: u64,
    },
    /// A file name with a NUL in it.
    NulInName {
        /// What the file was called, the NUL shown as ␀.
        name: String,
    },
    /// A file name of more than 255 bytes.
    NameTooLong {
        /// The beginning of the name.
        name: String,
    },
    /// More uploads open than an account may have.
    TooManyUploads {
        /// The most.
        limit: u64,
    },
    /// The folder has a file or a folder of this name.
    NameTaken,
    /// More folders one in the other than the limit.
    TooDeep {
        /// The most.
        limit: usize,
    },
    /// The folder was deleted meanwhile.
    FolderGone,
    /// The server's disk is nearly full.
    NoSpace,
    /// The upload stood still for too long, or broke off.
    Interrupted,
    /// More files and folders than one archive has.
    TooManyEntries {
        /// The most.
        limit: u64,
    },
    /// A file whose bytes are still being checked, so that no archive can be made of it yet.
    NotChecked {
        /// The file's name.
        name: String,
    },
    /// A file whose bytes in the store are not those that were sent.
    DamagedFile {
        /// The file's name.
        name: String,
    },
    /// A file that lies so deep in folders that no archive can hold its path.
    PathTooLong {
        /// The file's name.
        name: String,
    },
    /// The form was not one that this page sends.
    Malformed,
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
