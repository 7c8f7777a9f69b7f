//! What an answer to a part's `PUT` means, and whose it is: Holdall's, the store's, or that of something on the way, as
//! a proxy or the sign-in page of a network. No browser API here.

use crate::model::problem::{ANSWERED_BY, FieldProblem};
use crate::model::store_codes::{CONNECTION_BROKEN, OLD_ADDRESS, PASSES};
use crate::model::upload::UploadProblem;
use crate::ui::app::uploads::queue::TransferOutcome;

/// An answer, as far as the browser shows it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Answer {
    /// The status; 0 if there was no answer.
    pub status: u16,
    /// The header [`ANSWERED_BY`].
    pub answered_by: Option<String>,
    /// The entity tag, where the store lets pages read it.
    pub etag: Option<String>,
    /// The media type.
    pub media_type: Option<String>,
    /// The body.
    pub body: String,
}

/// What became of a part that was sent to the store itself, or else to Holdall.
pub(super) fn outcome(to_store: bool, answer: &Answer) -> TransferOutcome {
    if answer.status == 0 {
        TransferOutcome::NoAnswer
    } else if to_store {
        of_store(answer)
    } else {
        of_holdall(answer)
    }
}

fn of_holdall(answer: &Answer) -> TransferOutcome {
    if answer.answered_by.as_deref() != Some(ANSWERED_BY.1) {
        return TransferOutcome::OnTheWay(answer.status);
    }
    match serde_json::from_slice(answer.body.as_bytes()) {
        Ok(UploadProblem::Refused(FieldProblem::StoreRefused { code, .. })) if code == CONNECTION_BROKEN => {
            TransferOutcome::BrokeBehind
        }
        Ok(UploadProblem::Refused(FieldProblem::StoreRefused { code, for_good })) => {
            TransferOutcome::StoreRefused { code, again: !for_good }
        }
        _ => TransferOutcome::Status(answer.status),
    }
}

fn of_store(answer: &Answer) -> TransferOutcome {
    let Answer { status, body, .. } = answer;
    if (200..300).contains(status) {
        // Stores answer without a body. Not all let pages read the entity tag.
        let is_page = answer.media_type.as_ref().is_some_and(|kind| kind.starts_with("text/html"));
        let is_stores = answer.etag.is_some() || !is_page;
        return if is_stores { TransferOutcome::Status(*status) } else { TransferOutcome::OnTheWay(*status) };
    }
    // Each error of S3 is XML with a code:
    // https://docs.aws.amazon.com/AmazonS3/latest/API/ErrorResponses.html#RESTErrorResponses
    let Some(code) = code(body) else { return TransferOutcome::OnTheWay(*status) };
    let passes = !(400..500).contains(status) || matches!(status, 404 | 408 | 409 | 429);
    if passes || PASSES.contains(&code) {
        return TransferOutcome::Status(*status);
    }
    let old = OLD_ADDRESS.contains(&code) || body.to_ascii_lowercase().contains("expired");
    TransferOutcome::StoreRefused { code: code.to_owned(), again: old }
}

/// The code in an error of a store, if it is a sound one.
fn code(body: &str) -> Option<&str> {
    let (_, rest) = body.split_once("<Error")?.1.split_once("<Code>")?;
    let (code, _) = rest.split_once("</Code>")?;
    let sound = |character: char| character.is_ascii_alphanumeric() || "-_.".contains(character);
    ((1..=64).contains(&code.len()) && code.chars().all(sound)).then_some(code)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::upload::STORE_REFUSED;

    fn ours(status: u16, body: &str) -> Answer {
        Answer { status, answered_by: Some(ANSWERED_BY.1.to_owned()), body: body.to_owned(), ..Answer::default() }
    }

    fn stores(status: u16, code: &str, message: &str) -> TransferOutcome {
        let body = format!("<?xml version=\"1.0\"?><Error><Code>{code}</Code><Message>{message}</Message></Error>");
        outcome(true, &Answer { status, body, ..Answer::default() })
    }

    #[test]
    fn only_an_answer_with_the_sites_mark_is_the_sites() {
        assert_eq!(outcome(false, &ours(204, "")), TransferOutcome::Status(204));
        assert_eq!(outcome(false, &ours(413, "This is too large")), TransferOutcome::Status(413));
        for status in [200, 204, 302, 403, 413, 502] {
            let answer = Answer { status, body: "<html>".to_owned(), ..Answer::default() };
            assert_eq!(outcome(false, &answer), TransferOutcome::OnTheWay(status));
        }
        assert_eq!(outcome(false, &Answer::default()), TransferOutcome::NoAnswer);
    }

    #[test]
    fn a_success_of_the_store_has_its_tag_or_at_least_is_no_page() {
        let plain = Answer { status: 200, ..Answer::default() };
        let page = Answer { media_type: Some("text/html; charset=utf-8".to_owned()), ..plain.clone() };
        let tagged = Answer { etag: Some("\"1\"".to_owned()), ..page.clone() };
        assert_eq!(outcome(true, &plain), TransferOutcome::Status(200));
        assert_eq!(outcome(true, &page), TransferOutcome::OnTheWay(200));
        assert_eq!(outcome(true, &tagged), TransferOutcome::Status(200));
    }

    #[test]
    fn what_the_store_refuses_is_for_good_unless_the_address_is_old_or_it_passes() {
        let refused = |code: &str, again| TransferOutcome::StoreRefused { code: code.to_owned(), again };
        assert_eq!(stores(400, "InvalidArgument", "no"), refused("InvalidArgument", false));
        assert_eq!(stores(403, "AccessDenied", "no"), refused("AccessDenied", false));
        assert_eq!(stores(403, "AccessDenied", "Request has expired"), refused("AccessDenied", true));
        assert_eq!(stores(403, "RequestTimeTooSkewed", "late"), refused("RequestTimeTooSkewed", true));
        for (status, code) in [(400, "RequestTimeout"), (400, "BadDigest"), (404, "NoSuchUpload"), (503, "SlowDown")] {
            assert_eq!(stores(status, code, ""), TransferOutcome::Status(status), "{code}");
        }
        assert_eq!(stores(403, "<b>", ""), TransferOutcome::OnTheWay(403), "no store's code");
    }

    #[test]
    fn the_site_passes_on_what_the_store_refuses() {
        for (status, for_good) in [(STORE_REFUSED, true), (503, false)] {
            let code = "AccessDenied".to_owned();
            let problem = UploadProblem::Refused(FieldProblem::StoreRefused { code: code.clone(), for_good });
            let answer = ours(status, &serde_json::to_string(&problem).unwrap());
            assert_eq!(outcome(false, &answer), TransferOutcome::StoreRefused { code, again: !for_good });
        }
        let broken = FieldProblem::StoreRefused { code: CONNECTION_BROKEN.to_owned(), for_good: false };
        let answer = ours(503, &serde_json::to_string(&UploadProblem::Refused(broken)).unwrap());
        assert_eq!(outcome(false, &answer), TransferOutcome::BrokeBehind);
    }
}
