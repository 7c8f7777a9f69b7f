//! Tests that anonymous clients can do nothing with a private object, at any address.

use futures::StreamExt as _;

use crate::server::domain::doctor::attempts::{Attempt, AttemptOutcome, AttemptTally, attempt, listed};
use crate::server::domain::doctor::report::{Line, Verdict};
use crate::server::domain::doctor::{Subject, bypass_attempts, private_meta};
use crate::server::storage::{
    AnonymousClient, AnonymousRequest, AnonymousResponse, Canary, Endpoint, LocationKind, Private, Setting, Survey,
};

/// How many objects have their ACLs checked, unless all are wanted.
const NEWEST: usize = 1000;
/// How many ACLs are read at once.
const AT_ONCE: usize = 8;
/// The root elements of the listings of objects, versions and multipart uploads.
const LISTINGS: [&[u8]; 3] = [b"<ListBucketResult", b"<ListVersionsResult", b"<ListMultipartUploadsResult"];
/// The remedy if an anonymous client can read something.
const CLOSE: &str = "Close it at once: take away what opens it (a website, a policy on *, an ACL, a public domain or a proxy in front of the bucket), then ask again.";

/// The result of the attempts to read a private object.
#[derive(Debug)]
pub(in crate::server::domain) struct Reading {
    /// The addresses that delivered it.
    pub open: Vec<String>,
    /// Whether at least one address refused, without which nothing is proved.
    pub refused: bool,
}

/// Tries to read a private object anonymously at every endpoint, and changes nothing.
pub(in crate::server::domain) async fn read_anywhere(
    survey: &Survey,
    further: &[String],
    canary: &Canary<Private>,
) -> Reading {
    let endpoints = survey.endpoints(LocationKind::Private, further).await;
    let path = format!("/{}{}", survey.prefix(LocationKind::Private), canary.name());
    let attempts = endpoints.into_iter().map(|base| (base, Attempt::new("GET", "GET", path.clone()))).collect();
    let mut tally = AttemptTally::default();
    tally.try_all(&survey.anonymous_client(), attempts, |_, answer| answer.contains(&canary.body)).await;
    Reading { open: tally.open().into_iter().map(str::to_owned).collect(), refused: tally.was_refused() }
}

/// Whether the store is Garage, which its error responses say.
pub(super) async fn is_garage(subject: &Subject<'_>) -> bool {
    let address = format!("{}/{}", subject.survey.endpoint().await, subject.survey.bucket(LocationKind::Private));
    subject.client.send(&AnonymousRequest::new("GET", &address)).await.is_ok_and(|answer| answer.contains(b"Garage"))
}

/// Examines this group, and returns its lines.
pub(super) async fn examine(subject: &Subject<'_>) -> Vec<Line> {
    let canary = Canary::<Private>::new();
    subject.delete_later(LocationKind::Private, canary.name());
    if let Err(error) = canary.put(subject.storage, &private_meta()).await {
        return vec![
            Line::new("private.put", "A private object can be put", Verdict::Failed, error.to_string())
                .remedy("Allow the key pair s3:PutObject below private/; docs/s3.md has all rights it needs."),
        ];
    }
    let endpoints = alive(&subject.client, subject.endpoints(LocationKind::Private).await).await;
    let mut lines =
        vec![read(subject, &endpoints, &canary).await, bypass_attempts::examine(subject, &endpoints, &canary).await];
    lines.push(list(subject, &endpoints, LocationKind::Private, "private.list").await);
    lines.push(write(subject, &endpoints, Some(&canary), LocationKind::Private, "private.write").await);
    lines.push(acl(subject, &endpoints, &canary).await);
    lines.push(object_acls(subject).await);
    lines
}

/// The endpoints that answer; all of them if none does, so that the lines report it.
pub(super) async fn alive(client: &AnonymousClient, endpoints: Vec<Endpoint>) -> Vec<Endpoint> {
    let mut asked = Vec::new();
    for base in endpoints.clone() {
        asked.push(async move {
            let root = Attempt::new("GET", "GET", "/".to_owned());
            (!matches!(attempt(client, &base, &root, |_| false).await, AttemptOutcome::Silent(_))).then_some(base)
        });
    }
    let asked = futures::stream::iter(asked).buffered(AT_ONCE);
    let answering: Vec<Endpoint> = asked.filter_map(std::future::ready).collect().await;
    if answering.is_empty() { endpoints } else { answering }
}

async fn read(subject: &Subject<'_>, endpoints: &[Endpoint], canary: &Canary<Private>) -> Line {
    let path = format!("/{}{}", subject.survey.prefix(LocationKind::Private), canary.name());
    let length = canary.body.len().to_string();
    let mut tally = AttemptTally::default();
    let attempts = endpoints
        .iter()
        .flat_map(|base| {
            let mut range = Attempt::new("GET a range of", "GET", path.clone());
            range.headers.push(("range", "bytes=0-31".to_owned()));
            [Attempt::new("GET", "GET", path.clone()), Attempt::new("HEAD", "HEAD", path.clone()), range]
                .map(|attempt| (base.clone(), attempt))
        })
        .collect();
    let proves = |asked: &Attempt, answer: &AnonymousResponse| match asked.method {
        "HEAD" => answer.status == 200 && answer.header("content-length") == length,
        _ => answer.contains(&canary.body[..32]),
    };
    tally.try_all(&subject.client, attempts, proves).await;
    tally.line("private.read", "Strangers cannot read a private object", Verdict::Failed).remedy(CLOSE)
}

/// Tests whether anonymous clients can list a location: its objects, their versions, its multipart uploads.
pub(super) async fn list(subject: &Subject<'_>, endpoints: &[Endpoint], kind: LocationKind, id: &str) -> Line {
    let prefix = subject.survey.prefix(kind);
    let mut tally = AttemptTally::default();
    let attempts = endpoints
        .iter()
        .flat_map(|base| {
            let queries = [("LIST", "list-type=2"), ("LIST versions", "versions"), ("LIST uploads", "uploads")];
            queries.map(|(what, query)| (base.clone(), Attempt::new(what, "GET", format!("/?{query}&prefix={prefix}"))))
        })
        .collect();
    let proves = |_: &Attempt, answer: &AnonymousResponse| LISTINGS.iter().any(|listing| answer.contains(listing));
    tally.try_all(&subject.client, attempts, proves).await;
    let asked = format!("Strangers cannot list {}", prefix.trim_end_matches('/'));
    tally
        .line(id, &asked, Verdict::Failed)
        .remedy("Take s3:ListBucket (and READ on the bucket, in its ACL) from everybody.")
}

/// Tests whether anonymous clients can create or delete an object in a location. The state of the store afterwards
/// decides, not the response.
pub(super) async fn write(
    subject: &Subject<'_>,
    endpoints: &[Endpoint],
    canary: Option<&Canary<Private>>,
    kind: LocationKind,
    id: &str,
) -> Line {
    let prefix = subject.survey.prefix(kind);
    let mut tally = AttemptTally::default();
    for base in endpoints {
        let name = subject.name(kind);
        let mut put = Attempt::new("PUT", "PUT", format!("/{prefix}{name}"));
        put.body = "by a stranger".into();
        let said = attempt(&subject.client, base, &put, |_| false).await;
        let there = subject.survey.is_there(kind, &name).await;
        tally.add("PUT", base, &format!("/{prefix}{name}"), proved(said, there.ok()));
    }
    for (base, canary) in endpoints.iter().filter_map(|base| Some((base, canary?))) {
        let path = format!("/{prefix}{}", canary.name());
        let delete = Attempt::new("DELETE", "DELETE", path.clone());
        let said = attempt(&subject.client, base, &delete, |_| false).await;
        let there = subject.survey.is_there(kind, canary.name()).await;
        let gone = there.ok().map(|there| !there);
        tally.add("DELETE", base, &path, proved(said, gone));
        if gone == Some(true) && canary.put(subject.storage, &private_meta()).await.is_err() {
            break;
        }
    }
    let asked = format!("Strangers cannot write to {}", prefix.trim_end_matches('/'));
    tally
        .line(id, &asked, Verdict::Failed)
        .remedy("Take s3:PutObject and s3:DeleteObject (and WRITE on the bucket, in its ACL) from everybody.")
}

/// The outcome of a write, corrected by whether it took effect; `None` if that is unknown.
fn proved(said: AttemptOutcome, happened: Option<bool>) -> AttemptOutcome {
    if happened == Some(true) { AttemptOutcome::Open } else { said }
}

async fn acl(subject: &Subject<'_>, endpoints: &[Endpoint], canary: &Canary<Private>) -> Line {
    let object = format!("/{}{}?acl", subject.survey.prefix(LocationKind::Private), canary.name());
    let mut tally = AttemptTally::default();
    let attempts = endpoints
        .iter()
        .flat_map(|base| {
            [("GET the ACL", "/?acl"), ("GET the ACL", object.as_str())]
                .map(|(what, path)| (base.clone(), Attempt::new(what, "GET", path.to_owned())))
        })
        .collect();
    tally.try_all(&subject.client, attempts, |_, answer| answer.contains(b"<AccessControlPolicy")).await;
    tally.line("private.acl", "Strangers cannot ask who may do what", Verdict::Warning)
        .remedy("It gives away names and rights, not files. Take s3:GetBucketAcl and s3:GetObjectAcl (READ_ACP) from everybody.")
}

/// Looks for private objects that their own ACL makes public. Canaries do not show that, since older objects may have
/// other ACLs.
async fn object_acls(subject: &Subject<'_>) -> Line {
    let (id, asked) = ("private.acls", "No private object is opened by an ACL of its own");
    let most = (!subject.all).then_some(NEWEST);
    let (keys, count) = match subject.survey.newest(LocationKind::Private, most).await {
        Ok(found) => found,
        Err(error) => {
            return Line::new(id, asked, Verdict::Unknown, error.to_string())
                .remedy("Allow the key pair s3:ListBucket.");
        }
    };
    let keys: Vec<_> = keys.into_iter().filter(|key| !key.starts_with('.')).collect();
    let looked_at = keys.len();
    let mut grants = futures::stream::iter(keys)
        .map(|key| async move {
            let granted = subject.survey.granted_to_anybody(LocationKind::Private, &key).await;
            (key, granted)
        })
        .buffered(AT_ONCE);
    let (mut open, mut unsaid, mut why) = (Vec::new(), 0, String::new());
    while let Some((key, granted)) = grants.next().await {
        match granted {
            Setting::Set(granted) if granted.is_empty() => {}
            Setting::Set(granted) => {
                open.push(format!("{}{key} ({})", subject.survey.prefix(LocationKind::Private), granted.join(", ")));
            }
            // The object was deleted since it was listed.
            Setting::Unset => {}
            Setting::Unknown(said) => {
                (unsaid, why) = (unsaid + 1, said);
                // The store will not answer for the other objects either.
                if unsaid == AT_ONCE {
                    break;
                }
            }
        }
    }
    if !open.is_empty() {
        let open: Vec<_> = open.iter().map(String::as_str).collect();
        let bucket = subject.survey.bucket(LocationKind::Private);
        return Line::new(id, asked, Verdict::Failed, listed("anybody is granted", &open)).remedy(format!(
            "For each: aws s3api put-object-acl --acl private --bucket {bucket} --key KEY. Better, turn ACLs off: ownership BucketOwnerEnforced."
        ));
    }
    let of = if subject.all || count <= NEWEST { String::new() } else { format!(" of {count}; --all looks at all") };
    match unsaid {
        0 => Line::new(id, asked, Verdict::Ok, format!("none of {looked_at}{of}")),
        _ => Line::new(id, asked, Verdict::Unknown, why)
            .remedy("Allow the key pair s3:GetObjectAcl. On a store that has no ACLs there is nothing to do."),
    }
}
