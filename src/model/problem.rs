//! What can go wrong for a person, as data: on a page, in the answer of a server function, and at a field of a form.
//! The sentences are in `ui::text`; internal causes go to the log only.

use leptos::server_fn::Bytes;
use leptos::server_fn::error::{FromServerFnError, ServerFnErrorErr};
use serde::{Deserialize, Serialize};

use crate::model::json::{Data, Unreadable};

/// The header by which a running page tells Holdall's answers from those of proxies: its name and its value.
pub const ANSWERED_BY: (&str, &str) = ("x-answered-by", "holdall");

/// Why a page or a server function failed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Problem {
    /// 401: nobody is signed in.
    NotSignedIn,
    /// 404: there is no such page or thing, or it belongs to another account.
    NotFound,
    /// 403: the account may see this, but not change it in this way.
    NotAllowed,
    /// 410: the download has expired, or something in it was deleted.
    Gone,
    /// 403: the form was submitted from another site.
    ForeignForm,
    /// 421: the request is for another host. Whoever runs the site has to name this one in the settings.
    OtherHost,
    /// 403: signing up is closed.
    SignUpClosed,
    /// 409: the stored bytes differ from what was sent, so they are not served.
    Damaged,
    /// 405: the address does not support this method.
    MethodNotAllowed,
    /// 400: the request could not be parsed.
    BadRequest,
    /// 413: the request has more bytes than its address takes.
    TooLarge,
    /// 408: the request did not arrive in time; retrying may help.
    TooSlow,
    /// 503: the store or the database does not respond; retrying may help.
    Unavailable,
    /// 503: too many requests of this kind at once; retrying may help.
    Busy,
    /// The browser could not reach the server, or the response did not come from Holdall.
    Network,
    /// The answer did not come from Holdall but from something on the way: a proxy, or the sign-in page of a network.
    OnTheWay {
        /// Its status.
        status: u16,
    },
    /// The page is from another version of the site, so that it and the server cannot decode each other's messages.
    Outdated,
    /// 500: an internal error of Holdall; the log has it under this request id.
    Internal {
        /// The request id.
        request: String,
    },
}

impl Problem {
    /// Whether repeating the request after a moment may succeed without anybody doing anything.
    #[must_use]
    pub fn passes(&self) -> bool {
        matches!(self, Self::TooSlow | Self::Unavailable | Self::Busy | Self::Network | Self::Internal { .. })
    }

    /// The same problem, with the request id added where it is shown to the person.
    #[must_use]
    pub fn with_request(self, id: &str) -> Self {
        match self {
            Self::Internal { .. } => Self::Internal { request: id.to_owned() },
            other => other,
        }
    }

    /// The problem behind a response that the page did not expect. Holdall answers a running page in JSON only: unknown
    /// JSON comes from another version of the site, and any other body from something on the way.
    #[must_use]
    pub fn of_answer(status: u16, answer: &[u8]) -> Self {
        if let Ok(error) = serde_json::from_slice(answer) {
            return error;
        }
        let is_data = serde_json::from_slice::<serde::de::IgnoredAny>(answer).is_ok();
        match status {
            _ if is_data => Self::Outdated,
            0 => Self::Network,
            status => Self::OnTheWay { status },
        }
    }
}

impl FromServerFnError for Problem {
    type Encoder = Data;

    fn from_server_fn_error(error: ServerFnErrorErr) -> Self {
        match error {
            ServerFnErrorErr::Args(_) | ServerFnErrorErr::MissingArg(_) => Self::Outdated,
            // Leptos uses this error for truncated bodies, too; those are a problem of the network.
            ServerFnErrorErr::Deserialization(words) if Unreadable::is_said(&words) => Self::Outdated,
            _ => Self::Network,
        }
    }

    fn de(answer: Bytes) -> Self {
        // Called only for responses with an error status, but not told which. A proxy whose site restarts answers so,
        // too, so what is not Holdall's is waited out like a broken network.
        Self::of_answer(0, &answer)
    }
}

/// Kinds of files that look like pictures to people, and that Holdall does not decode.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum FileKind {
    /// What phones make (HEIF with HEVC, ISO 23008-12), often under the name of a JPEG.
    Heic,
    /// HEIF with AV1.
    Avif,
    /// JPEG XL.
    JpegXl,
    /// TIFF, and what cameras make of it.
    Tiff,
    /// Windows' bitmap.
    Bitmap,
    /// A Photoshop document.
    Photoshop,
    /// A drawing.
    Svg,
    /// A PDF.
    Pdf,
    /// Moving pictures.
    Video,
    /// Sound.
    Sound,
}

/// What is wrong with the value of a field. Sizes are in bytes, lengths in characters.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum FieldProblem {
    /// The field is empty.
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
    /// It contains an invisible character, such as a line break or NUL.
    ControlCharacter,
    /// It is not an email address.
    NotAnEmail,
    /// Another account has this email address.
    Taken,
    /// No account has this email address and password. One message for every cause, so that it does not tell which
    /// accounts exist.
    SignInFailed,
    /// The current password is wrong.
    WrongPassword,
    /// Too many attempts in a short time. The next one may be made after this many seconds.
    TooManyAttempts {
        /// The seconds.
        seconds: u64,
    },
    /// A password that anybody would try first.
    CommonPassword,
    /// The site has as many accounts as it may have.
    TooManyAccounts {
        /// The most.
        limit: u64,
    },
    /// The file is not a JPEG, PNG, WebP or GIF.
    NotAPicture,
    /// The file is none of these, but of a kind that people take for a picture.
    OtherKind {
        /// What it is, by its content.
        kind: FileKind,
    },
    /// The picture is truncated or damaged.
    DamagedPicture,
    /// The picture has more pixels than the limit.
    TooManyPixels {
        /// The most.
        limit: u64,
    },
    /// The file is larger than the limit.
    TooLarge {
        /// The limit in bytes.
        limit: u64,
    },
    /// The file would exceed the account's quota.
    OverQuota {
        /// Bytes in use.
        used: u64,
        /// The quota in bytes.
        quota: u64,
    },
    /// A file name contains NUL.
    NulInName {
        /// The file name, with NUL shown as ␀.
        name: String,
    },
    /// A file name is longer than 255 bytes.
    NameTooLong {
        /// The start of the name.
        name: String,
    },
    /// The account has as many incomplete uploads as it may have.
    TooManyUploads {
        /// The most.
        limit: u64,
    },
    /// The folder already contains a file or a folder of this name.
    NameTaken,
    /// Folders are nested more deeply than the limit.
    TooDeep {
        /// The greatest depth.
        limit: usize,
    },
    /// The names of the folders and of the entry itself are too long together.
    LongPath {
        /// The most, in bytes.
        limit: usize,
    },
    /// The account has as many files and folders as it may.
    EntryLimit {
        /// The most.
        limit: u64,
    },
    /// The folder was deleted in the meantime.
    FolderGone,
    /// The server's disk is nearly full.
    NoSpace,
    /// The store refuses the file for good: sending it again would be refused again.
    StoreRefused {
        /// The store's code for the reason, such as `AccessDenied` or `403`: at most 64 letters, digits, `-`, `_` and
        /// `.`.
        code: String,
    },
    /// The upload stalled for too long, or its connection broke.
    Interrupted,
    /// More files and folders than one archive may contain.
    TooManyEntries {
        /// The most.
        limit: u64,
    },
    /// A file whose bytes are still being verified, so that it cannot be put into an archive yet.
    NotChecked {
        /// The file's name.
        name: String,
    },
    /// A file whose stored bytes differ from what was sent.
    DamagedFile {
        /// The file's name.
        name: String,
    },
    /// A file nested so deeply in folders that no archive can hold its path.
    PathTooLong {
        /// The file's name.
        name: String,
    },
    /// The form is malformed, or not one that this page submits.
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
        assert_eq!(Problem::of_answer(200, br#"{"Of":"tomorrow"}"#), Problem::Outdated);
    }

    #[test]
    fn what_is_no_data_is_of_something_on_the_way() {
        for (status, body) in [(200, "<!DOCTYPE html>"), (502, "<html>Bad Gateway</html>"), (413, ""), (302, "")] {
            assert_eq!(Problem::of_answer(status, body.as_bytes()), Problem::OnTheWay { status });
        }
        assert_eq!(Problem::of_answer(0, b""), Problem::Network);
    }
}
