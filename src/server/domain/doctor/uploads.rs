//! Tests that browsers can upload parts to the place that `HOLDALL_UPLOADS` says, as they do it: a preflight request,
//! then a part. A page that cannot reach the store sends its parts through Holdall instead
//! (`ui::app::uploads::queue`), so nothing here is a failure.

use crate::server::domain::doctor::report::{Line, Verdict};
use crate::server::domain::doctor::signing::{MINUTE, is_apart, is_mixed};
use crate::server::domain::doctor::{Subject, private_meta};
use crate::server::storage::{
    AnonymousRequest, AnonymousResponse, Canary, LocationKind, Private, SignedAddress, StorageError,
};

/// The consequence of every obstacle.
const GOES_ROUND: &str = "after a few tries that fail, parts go through Holdall";
/// The remedy if CORS forbids uploads.
const ALLOW: &str = "Give the bucket the CORS rule of docs/s3.md (holdall doctor --apply adds it), and let whatever stands in front of the store pass Origin and OPTIONS on, and the answers back. Or set HOLDALL_UPLOADS=app: parts go through Holdall at once.";

/// Examines this group, and returns its line.
pub(super) async fn examine(subject: &Subject<'_>) -> Line {
    let (id, asked) = ("uploads.direct", "Browsers can put parts where they are sent");
    if !subject.survey.takes_parts() {
        return Line::new(id, asked, Verdict::Ok, "to Holdall: it passes them on to the bucket");
    }
    let endpoint = subject.survey.signing_endpoint().await;
    if is_mixed(&endpoint, subject.site) || is_apart(&endpoint, subject.site) {
        let why = match is_mixed(&endpoint, subject.site) {
            true => "is http while the site is https",
            false => "is in a private network, and the site is not",
        };
        return Line::new(id, asked, Verdict::Warning, format!("{endpoint} {why}: {GOES_ROUND}"))
            .remedy("Name an address of the store that browsers reach in HOLDALL_S3_PUBLIC_ENDPOINT, or set HOLDALL_UPLOADS=app.");
    }
    let canary = Canary::<Private>::new();
    subject.delete_later(LocationKind::Private, canary.name());
    match obstacle(subject, &canary).await {
        Ok(None) => Line::new(
            id,
            asked,
            Verdict::Ok,
            format!("straight to {endpoint}, at addresses that take one part each, from whoever has them, for an hour"),
        ),
        Ok(Some((why, remedy))) => {
            Line::new(id, asked, Verdict::Warning, format!("{why}: {GOES_ROUND}")).remedy(remedy)
        }
        Err(error) => Line::new(id, asked, Verdict::Unknown, error.to_string())
            .remedy("Ask again from where the address can be reached."),
    }
}

/// What keeps a page from uploading a part, with its remedy; `None` if nothing does.
async fn obstacle(
    subject: &Subject<'_>,
    canary: &Canary<Private>,
) -> Result<Option<(String, &'static str)>, StorageError> {
    let signed = canary.sign_part(subject.storage, &private_meta(), MINUTE).await?;
    let shown = signed.url.split('?').next().unwrap_or_default().replace(canary.name(), "…");
    let asked = preflight(subject, &signed).await?;
    if let Some(why) = refusal(&asked, subject.site, &signed) {
        return Ok(Some((format!("OPTIONS {shown} gives {}, {why}", asked.status), ALLOW)));
    }
    let headers = signed.headers.iter().map(|(name, value)| (name.as_str(), value.as_str()));
    let headers: Vec<_> = headers.chain([("origin", subject.site)]).collect();
    let put =
        AnonymousRequest { headers: &headers, body: canary.body.clone(), ..AnonymousRequest::new("PUT", &signed.url) };
    let answer = subject.client.send(&put).await?;
    if !(200..300).contains(&answer.status) {
        let why = format!("PUT {shown} gives {}", answer.status);
        return Ok(Some((why, "Look at whatever changes Host or Content-Length on the way to the store.")));
    }
    Ok(is_for(&answer, subject.site).err().map(|why| (format!("PUT {shown} is taken, {why}"), ALLOW)))
}

/// Sends the preflight request of a browser.
async fn preflight(subject: &Subject<'_>, signed: &SignedAddress) -> Result<AnonymousResponse, StorageError> {
    let names: Vec<_> = signed.headers.iter().map(|(name, _)| name.to_ascii_lowercase()).collect();
    let names = names.join(",");
    let mut headers = vec![("origin", subject.site), ("access-control-request-method", "PUT")];
    if !names.is_empty() {
        headers.push(("access-control-request-headers", names.as_str()));
    }
    subject.client.send(&AnonymousRequest { headers: &headers, ..AnonymousRequest::new("OPTIONS", &signed.url) }).await
}

/// Why a browser would take the response to a preflight as a refusal; `None` if it would not.
fn refusal(answer: &AnonymousResponse, site: &str, signed: &SignedAddress) -> Option<String> {
    if !(200..300).contains(&answer.status) {
        return Some("which allows nothing".to_owned());
    }
    if let Err(why) = is_for(answer, site) {
        return Some(why);
    }
    let methods = answer.header("access-control-allow-methods");
    if !lists(methods, "PUT") {
        return Some(format!("and Access-Control-Allow-Methods {methods:?}"));
    }
    let headers = answer.header("access-control-allow-headers").to_ascii_lowercase();
    let missing = signed.headers.iter().find(|(name, _)| !lists(&headers, &name.to_ascii_lowercase()));
    missing.map(|(name, _)| format!("and Access-Control-Allow-Headers {headers:?} without {name}"))
}

/// Checks that the response is readable for pages of this site; the error says which origin it allows instead.
fn is_for(answer: &AnonymousResponse, site: &str) -> Result<(), String> {
    match answer.header("access-control-allow-origin") {
        "" => Err("without Access-Control-Allow-Origin".to_owned()),
        allowed if allowed == "*" || allowed == site => Ok(()),
        allowed => Err(format!("with Access-Control-Allow-Origin {allowed:?}")),
    }
}

/// Whether a header's list contains this word or `*`.
fn lists(value: &str, word: &str) -> bool {
    value.split(',').map(str::trim).any(|one| one == "*" || one == word)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_list_has_whole_words_or_a_star() {
        assert!(lists("GET,HEAD, PUT", "PUT") && lists("*", "PUT"));
        assert!(!lists("", "PUT") && !lists("GET, OUTPUT", "PUT"));
    }
}
