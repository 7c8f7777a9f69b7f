//! What can go wrong for a person, as data: on a page, in the answer of a server function, and at a field of a form.
//! The sentences are in `ui::text`; internal causes go to the log only.

mod field;

pub use field::{FieldProblem, FileKind};

use leptos::server_fn::error::{FromServerFnError, ServerFnErrorErr};
use serde::{Deserialize, Serialize};

use crate::model::json::{Data, Unreadable};

/// The header by which a running page tells Holdall's answers from those of proxies: its name and its value.
pub const ANSWERED_BY: (&str, &str) = ("x-answered-by", "holdall");

/// The status of [`Problem::OnTheWay`] where a request was broken off without an answer, while the site answers others.
pub const BROKEN_OFF: u16 = 0;

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
    /// 421: the site's address is https, and it was opened by plain http, where browsers keep no session of it.
    PlainHttp {
        /// The site's address.
        address: String,
    },
    /// 403: the browser did not keep the cookie of the session that has just begun.
    CookieNotKept {
        /// The site's address.
        address: String,
    },
    /// 403: signing up is closed.
    SignUpClosed,
    /// 409: the stored bytes differ from what was sent, so they are not served.
    Damaged,
    /// 409: the stored bytes are not those that were announced before they were sent, so they are not served.
    Mismatched,
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
    /// 429: whoever asks has too many requests of this kind under way; retrying may help.
    TooMany,
    /// The browser could not reach the server.
    Network,
    /// The answer did not come from Holdall but from something on the way: a proxy, or the sign-in page of a network.
    OnTheWay {
        /// Its status, or [`BROKEN_OFF`].
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

/// Whether a proxy says with this status that it does not reach the site: 502 to 504 (RFC 9110, section 15.6), and those of
/// Cloudflare from 520 on.
#[must_use]
pub fn is_not_reached(status: u16) -> bool {
    matches!(status, 502..=504 | 520..=530)
}

impl Problem {
    /// Whether repeating the request after a moment may succeed without anybody doing anything.
    #[must_use]
    pub fn passes(&self) -> bool {
        match self {
            Self::TooSlow | Self::Unavailable | Self::Busy | Self::TooMany | Self::Network | Self::Internal { .. } => {
                true
            }
            Self::OnTheWay { status } => matches!(status, 408 | 425 | 429) || is_not_reached(*status),
            _ => false,
        }
    }

    /// Whether the failure says nothing about what was asked for, so that a page keeps showing what it knew before.
    #[must_use]
    pub fn says_nothing(&self) -> bool {
        self.passes() || matches!(self, Self::OnTheWay { .. })
    }

    /// Whether the page has to be loaded anew: by the browser, as a person would.
    #[must_use]
    pub fn wants_reload(&self) -> bool {
        matches!(self, Self::Outdated | Self::OnTheWay { status: ..400 | 511 })
    }

    /// The address that the person has to open instead, if that is the remedy.
    #[must_use]
    pub fn leads_to(&self) -> Option<&str> {
        match self {
            Self::PlainHttp { address } | Self::CookieNotKept { address } => Some(address),
            _ => None,
        }
    }

    /// The same problem, with the request id added where it is shown to the person.
    #[must_use]
    pub fn with_request(self, id: &str) -> Self {
        match self {
            Self::Internal { .. } => Self::Internal { request: id.to_owned() },
            other => other,
        }
    }

    /// The problem in an answer of Holdall. It answers a running page in JSON only, so what cannot be read comes from
    /// another version of the site.
    #[must_use]
    pub fn of_answer(answer: &[u8]) -> Self {
        serde_json::from_slice(answer).unwrap_or(Self::Outdated)
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
    fn an_answer_that_cannot_be_read_is_outdated() {
        assert_eq!(Problem::of_answer(br#""NotFound""#), Problem::NotFound);
        for answer in [r#""ErrorOfTomorrow""#, r#"{"Refused":{"of":"tomorrow"}}"#, "<!DOCTYPE html>", ""] {
            assert_eq!(Problem::of_answer(answer.as_bytes()), Problem::Outdated, "{answer}");
        }
    }

    #[test]
    fn what_something_on_the_way_says_tells_nothing_of_the_site() {
        for (status, passes) in [(200, false), (302, false), (403, false), (413, false), (429, true), (502, true)] {
            let problem = Problem::OnTheWay { status };
            assert_eq!((problem.passes(), problem.says_nothing()), (passes, true), "{status}");
        }
        assert!(!Problem::NotFound.says_nothing());
    }
}
