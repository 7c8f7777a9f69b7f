//! Tests presigned addresses: that the store enforces what is signed, and that browsers can reach it.

use std::time::Duration;

use url::{Host, Url};

use crate::server::domain::doctor::report::{Line, Verdict};
use crate::server::domain::doctor::{Subject, private_meta};
use crate::server::storage::{
    AnonymousRequest, AnonymousResponse, Canary, LocationKind, Private, SignedAddress, StorageError,
};

/// The validity of an address that is tested for its expiry.
const MOMENT: Duration = Duration::from_secs(1);
/// The time after which that address must have expired, as stores count in whole seconds.
const LATER: Duration = Duration::from_millis(2500);
/// The validity of other test addresses.
pub(super) const MINUTE: Duration = Duration::from_secs(60);

/// Examines this group, and returns its lines.
pub(super) async fn examine(subject: &Subject<'_>) -> Vec<Line> {
    let canary = Canary::<Private>::new();
    subject.delete_later(LocationKind::Private, canary.name());
    let mut lines = Vec::new();
    match canary.put(subject.storage, &private_meta()).await {
        Ok(()) => {
            lines.push(signature(subject, &canary).await);
            lines.push(expiry(subject, &canary).await);
            lines.push(length(subject).await);
        }
        Err(error) => lines.push(unknown("signing.signature", "Signed addresses", &error)),
    }
    lines.push(host(&subject.survey.signing_endpoint().await, subject.site, subject.survey.redirects()));
    lines
}

fn unknown(id: &str, asked: &str, error: &StorageError) -> Line {
    Line::new(id, asked, Verdict::Unknown, error.to_string()).remedy("Ask again from where the address can be reached.")
}

async fn get(subject: &Subject<'_>, address: &str) -> Result<AnonymousResponse, StorageError> {
    subject.client.send(&AnonymousRequest::new("GET", address)).await
}

/// The remedy if a store does not enforce signatures, as stand-ins for tests do not.
const NOT_KEPT: &str = "This store does not check what is signed. Keep no private files in it that strangers must not have; deliver by stream (HOLDALL_PRIVATE_DELIVERY=stream).";

async fn signature(subject: &Subject<'_>, canary: &Canary<Private>) -> Line {
    let (id, asked) = ("signing.signature", "A changed signature opens nothing");
    let answer = async {
        let signed = subject.survey.sign_read(LocationKind::Private, canary.name(), MINUTE).await?;
        get(subject, &changed(&signed.address)).await
    };
    match answer.await {
        Ok(answer) if answer.contains(&canary.body) => {
            Line::new(id, asked, Verdict::Warning, "it opens the object").remedy(NOT_KEPT)
        }
        Ok(answer) => Line::new(id, asked, Verdict::Ok, format!("refused ({})", answer.status)),
        Err(error) => unknown(id, asked, &error),
    }
}

/// The address with the last digit of its signature changed.
fn changed(address: &str) -> String {
    let mark = "X-Amz-Signature=";
    let Some(at) = address.find(mark).map(|at| at + mark.len()) else { return address.to_owned() };
    let end = address[at..].find('&').map_or(address.len(), |length| at + length);
    let turned = if address[..end].ends_with('0') { "1" } else { "0" };
    format!("{}{turned}{}", &address[..end.saturating_sub(1)], &address[end..])
}

async fn expiry(subject: &Subject<'_>, canary: &Canary<Private>) -> Line {
    let (id, asked) = ("signing.expiry", "A signed address ends when it says");
    let answers = async {
        let long = subject.survey.sign_read(LocationKind::Private, canary.name(), MINUTE).await?;
        let short = subject.survey.sign_read(LocationKind::Private, canary.name(), MOMENT).await?;
        let first = get(subject, &long.address).await?;
        tokio::time::sleep(LATER).await;
        Ok::<_, StorageError>((first, get(subject, &short.address).await?))
    };
    match answers.await {
        Ok((first, _)) if !first.contains(&canary.body) => {
            let verdict = if subject.survey.redirects() { Verdict::Failed } else { Verdict::Warning };
            Line::new(id, asked, verdict, format!("a fresh one is refused ({})", first.status)).remedy(
                "Look at the clocks, at the region, and at whatever changes the Host header on the way to the store.",
            )
        }
        Ok((_, late)) if late.contains(&canary.body) => {
            Line::new(id, asked, Verdict::Warning, "one of a second still opens after it").remedy(NOT_KEPT)
        }
        Ok((_, late)) => Line::new(id, asked, Verdict::Ok, format!("refused afterwards ({})", late.status)),
        Err(error) => unknown(id, asked, &error),
    }
}

async fn length(subject: &Subject<'_>) -> Line {
    let (id, asked) = ("signing.length", "A signed part takes exactly as many bytes as were signed");
    let canary = Canary::<Private>::new();
    subject.delete_later(LocationKind::Private, canary.name());
    let answers = async {
        let signed = canary.sign_part(subject.storage, &private_meta(), MINUTE).await?;
        let wrong = send(subject, &signed, canary.body.slice(1..)).await?;
        Ok::<_, StorageError>((wrong, send(subject, &signed, canary.body.clone()).await?))
    };
    let good = |answer: &AnonymousResponse| (200..300).contains(&answer.status);
    match answers.await {
        Ok((_, right)) if !good(&right) => {
            Line::new(id, asked, Verdict::Warning, format!("the right number is refused ({})", right.status))
                .remedy("Look at whatever changes Host or Content-Length on the way to the store.")
        }
        Ok((wrong, _)) if good(&wrong) => {
            Line::new(id, asked, Verdict::Warning, "a wrong number is taken").remedy(NOT_KEPT)
        }
        Ok((wrong, _)) => Line::new(id, asked, Verdict::Ok, format!("a wrong number is refused ({})", wrong.status)),
        Err(error) => unknown(id, asked, &error),
    }
}

async fn send(
    subject: &Subject<'_>,
    signed: &SignedAddress,
    body: bytes::Bytes,
) -> Result<AnonymousResponse, StorageError> {
    subject.client.send(&AnonymousRequest { body, ..AnonymousRequest::new("PUT", &signed.url) }).await
}

/// Checks that browsers that reach the site can reach the host of presigned addresses.
fn host(endpoint: &str, site: &str, redirects: bool) -> Line {
    let (id, asked) = ("signing.host", "Browsers can reach the signing host");
    if !redirects {
        return Line::new(id, asked, Verdict::Ok, "for reading they need not: private files go through Holdall");
    }
    if is_mixed(endpoint, site) {
        return Line::new(id, asked, Verdict::Failed, format!("{endpoint} is http while the site is https"))
            .remedy("Browsers refuse that. Name an https address of the store in HOLDALL_S3_PUBLIC_ENDPOINT, or set HOLDALL_PRIVATE_DELIVERY=stream.");
    }
    if is_apart(endpoint, site) {
        return Line::new(id, asked, Verdict::Warning, format!("{endpoint} is in a private network, and {site} is not"))
            .remedy("Name the address at which browsers reach the store in HOLDALL_S3_PUBLIC_ENDPOINT, or set HOLDALL_PRIVATE_DELIVERY=stream.");
    }
    let found = format!(
        "{endpoint}. A signed address opens its file for whoever has it, until it expires: docs/downloads.md says what redirects give up"
    );
    Line::new(id, asked, Verdict::Ok, found)
}

/// Whether browsers block the address as mixed content: it is http and the site https.
pub(super) fn is_mixed(address: &str, site: &str) -> bool {
    site.starts_with("https://") && address.starts_with("http://")
}

/// Whether some browsers that reach the site cannot reach the address, as it is local and the site is not.
pub(super) fn is_apart(address: &str, site: &str) -> bool {
    is_near(address) && !is_near(site)
}

/// Whether an address belongs to this machine or a private network.
fn is_near(address: &str) -> bool {
    match Url::parse(address).ok().as_ref().and_then(Url::host) {
        Some(Host::Ipv4(ip)) => ip.is_loopback() || ip.is_private() || ip.is_link_local(),
        Some(Host::Ipv6(ip)) => ip.is_loopback() || ip.is_unique_local() || ip.is_unicast_link_local(),
        // A name without a dot is only known in its own network.
        Some(Host::Domain(name)) => {
            !name.contains('.') || [".localhost", ".local", ".internal"].iter().any(|end| name.ends_with(end))
        }
        None => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn browsers_reach_what_is_as_public_as_the_site() {
        let verdict = |endpoint, site| host(endpoint, site, true).verdict;
        assert_eq!(verdict("http://127.0.0.1:3900", "http://127.0.0.1:3000"), Verdict::Ok);
        assert_eq!(verdict("http://10.0.0.1:3900", "http://files.example.org"), Verdict::Warning);
        assert_eq!(verdict("https://garage:3900", "https://files.example.org"), Verdict::Warning);
        assert_eq!(verdict("https://[fd00::1]:3900", "https://files.example.org"), Verdict::Warning);
        assert_eq!(verdict("http://s3.example.org", "https://files.example.org"), Verdict::Failed);
        assert_eq!(verdict("https://s3.example.org", "https://files.example.org"), Verdict::Ok);
        assert_eq!(host("http://10.0.0.1", "https://files.example.org", false).verdict, Verdict::Ok);
    }

    #[test]
    fn a_signature_is_changed_by_one_digit() {
        assert_eq!(changed("http://a?X-Amz-Signature=ab0&x=y"), "http://a?X-Amz-Signature=ab1&x=y");
        assert_eq!(changed("http://a?x=y&X-Amz-Signature=abc"), "http://a?x=y&X-Amz-Signature=ab0");
    }
}
