//! Tests that anonymous clients can read objects of the public locations, with the right headers and at the addresses
//! that pages use, and that they can do nothing else.

use crate::server::domain::doctor::Subject;
use crate::server::domain::doctor::attempts::{Attempt, AttemptTally};
use crate::server::domain::doctor::private::{alive, list, write};
use crate::server::domain::doctor::report::{Line, Verdict};
use crate::server::storage::{
    AnonymousRequest, AnonymousResponse, Canary, Endpoint, Exposure, LocationKind, Media, ObjectMeta, PublicLocation,
    Static, StorageError,
};

/// The `Cache-Control` header of a public canary.
const IMMUTABLE: &str = "public, max-age=31536000, immutable";
/// The media type of a canary.
const KIND: &str = "text/plain; charset=utf-8";

/// Examines this group, and returns its lines.
pub(super) async fn examine(subject: &Subject<'_>) -> Vec<Line> {
    let mut lines = location::<Static>(subject, "static").await;
    lines.extend(location::<Media>(subject, "media").await);
    lines
}

async fn location<L: PublicLocation>(subject: &Subject<'_>, name: &str) -> Vec<Line> {
    let canary = Canary::<L>::new();
    subject.delete_later(L::KIND, canary.name());
    let meta = ObjectMeta { content_type: KIND.to_owned(), cache_control: Some(IMMUTABLE), ..ObjectMeta::default() };
    if let Err(error) = canary.put(subject.storage, &meta).await {
        let asked = format!("An object of {name} can be put");
        return vec![Line::new(&format!("public.{name}.put"), &asked, Verdict::Failed, error.to_string()).remedy(
            "Allow the key pair s3:PutObject there; where the answer speaks of ACLs, use the exposure policy or app.",
        )];
    }
    let endpoints = alive(&subject.client, subject.endpoints(L::KIND).await).await;
    let exposure = subject.exposures.of(L::KIND).unwrap_or(&Exposure::App);
    if matches!(exposure, Exposure::App) {
        return vec![closed(subject, &endpoints, &canary, name).await];
    }
    let mut lines = read(subject, &canary, name).await;
    if matches!(exposure, Exposure::Acl) {
        lines.push(in_parts::<L>(subject, name).await);
    }
    lines.push(list(subject, &endpoints, L::KIND, &format!("public.{name}.list")).await);
    lines.push(write(subject, &endpoints, None, L::KIND, &format!("public.{name}.write")).await);
    lines
}

/// Tests a location that is delivered through Holdall alone: if the bucket delivers it too, that is more than needed.
async fn closed<L: PublicLocation>(
    subject: &Subject<'_>,
    endpoints: &[Endpoint],
    canary: &Canary<L>,
    name: &str,
) -> Line {
    let path = format!("/{}{}", subject.survey.prefix(L::KIND), canary.name());
    let mut tally = AttemptTally::default();
    let attempts = endpoints.iter().map(|base| (base.clone(), Attempt::new("GET", "GET", path.clone()))).collect();
    tally.try_all(&subject.client, attempts, |_, answer: &AnonymousResponse| answer.contains(&canary.body)).await;
    let asked = format!("The bucket itself keeps {name} to Holdall");
    tally.line(&format!("public.{name}.closed"), &asked, Verdict::Warning)
        .remedy(format!("It is more open than it needs to be: {name} goes through Holdall (exposure app). Close it, or make use of it by an exposure."))
}

async fn read<L: PublicLocation>(subject: &Subject<'_>, canary: &Canary<L>, name: &str) -> Vec<Line> {
    let address = match canary.address(subject.storage) {
        Ok(address) => address,
        Err(error) => return vec![unsigned(name, &error)],
    };
    let (id, asked) = (format!("public.{name}.read"), format!("Everybody can read {name}"));
    let request = AnonymousRequest { headers: &[("origin", subject.site)], ..AnonymousRequest::new("GET", &address) };
    let answer = match subject.client.send(&request).await {
        Ok(answer) if answer.status == 200 && answer.body == canary.body => answer,
        // A CDN may be in front of Holdall itself, which delivers no canaries.
        Ok(answer) if answer.status == 404 && matches!(subject.exposures.of(L::KIND), Some(Exposure::Cdn(_))) => {
            return vec![Line::new(&id, &asked, Verdict::Unknown, format!("GET {address} gives 404")).remedy(
                "If the CDN fetches from Holdall, that is right: look at a page instead. If it fetches from the bucket, correct its origin and its path.",
            )];
        }
        Ok(answer) => {
            let found = format!("GET {address} gives {}", answer.status);
            return vec![Line::new(&id, &asked, Verdict::Failed, found).remedy(not_readable(subject, L::KIND))];
        }
        Err(error) => {
            return vec![
                Line::new(&id, &asked, Verdict::Unknown, format!("GET {address}: {error}"))
                    .remedy("Ask again from where this address can be reached."),
            ];
        }
    };
    let mut lines = vec![Line::new(&id, &asked, Verdict::Ok, format!("at {}", address.replace(canary.name(), "…")))];
    let (id, asked) = (format!("public.{name}.headers"), format!("{name} has its type and may be kept"));
    let (kind, kept) = (answer.header("content-type"), answer.header("cache-control"));
    let good = kind.eq_ignore_ascii_case(KIND) && kept == IMMUTABLE;
    let verdict = if good { Verdict::Ok } else { Verdict::Failed };
    lines.push(Line::new(&id, &asked, verdict, format!("Content-Type {kind:?}, Cache-Control {kept:?}")).remedy(
        "Whatever stands in front of the bucket changes these headers: let it pass Content-Type and Cache-Control on.",
    ));
    if L::KIND == LocationKind::Static {
        let allowed = answer.header("access-control-allow-origin");
        let verdict = if allowed == "*" || allowed == subject.site { Verdict::Ok } else { Verdict::Failed };
        let found = match allowed {
            "" => "no Access-Control-Allow-Origin: browsers load no script and no wasm from there".to_owned(),
            allowed => format!("Access-Control-Allow-Origin {allowed:?}"),
        };
        lines.push(
            Line::new("public.static.cors", &format!("Pages of {} may use static", subject.site), verdict, found)
                .remedy("Give the bucket the CORS rule that is printed below; a CDN must pass Origin on, and the answer back."),
        );
    }
    lines
}

/// Tests an object that was uploaded in parts. Its ACL is set by another request than that of an object put at once.
async fn in_parts<L: PublicLocation>(subject: &Subject<'_>, name: &str) -> Line {
    let (id, asked) = (format!("public.{name}.parts"), format!("Everybody can read what came in parts to {name}"));
    let canary = Canary::<L>::new();
    subject.delete_later(L::KIND, canary.name());
    let meta = ObjectMeta { content_type: KIND.to_owned(), cache_control: Some(IMMUTABLE), ..ObjectMeta::default() };
    if let Err(error) = canary.put_in_parts(subject.storage, &meta).await {
        return Line::new(&id, &asked, Verdict::Failed, error.to_string()).remedy(not_readable(subject, L::KIND));
    }
    let address = match canary.address(subject.storage) {
        Ok(address) => address,
        Err(error) => return unsigned(name, &error),
    };
    match subject
        .client
        .send(&AnonymousRequest { headers: &[("range", "bytes=0-99")], ..AnonymousRequest::new("GET", &address) })
        .await
    {
        Ok(answer) if answer.contains(&canary.body) => Line::new(&id, &asked, Verdict::Ok, "they can"),
        Ok(answer) => Line::new(&id, &asked, Verdict::Failed, format!("GET {address} gives {}", answer.status))
            .remedy(not_readable(subject, L::KIND)),
        Err(error) => Line::new(&id, &asked, Verdict::Unknown, error.to_string()).remedy("Ask again."),
    }
}

fn unsigned(name: &str, error: &StorageError) -> Line {
    let (id, asked) = (format!("public.{name}.read"), format!("Everybody can read {name}"));
    Line::new(&id, &asked, Verdict::Failed, error.to_string()).remedy("Correct HOLDALL_CDN_KEY and HOLDALL_CDN_KEY_ID.")
}

fn not_readable(subject: &Subject<'_>, kind: LocationKind) -> &'static str {
    match subject.exposures.of(kind) {
        Some(Exposure::Policy) => {
            "Give the bucket the policy that is printed below, and let its public access block allow policies."
        }
        Some(Exposure::Acl) => {
            "This bucket does not let ACLs open objects. Use the exposure policy, or set ownership BucketOwnerPreferred and turn the two ACL switches of the public access block off."
        }
        _ => "Look at what stands in front of the bucket: its base address, its origin and its rights.",
    }
}
