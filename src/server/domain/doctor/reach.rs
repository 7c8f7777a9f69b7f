//! Tests the basics without which nothing else is examined: the store answers, accepts the credentials, has the
//! bucket, is in the region, and has the right time.

use crate::server::clock::milliseconds;
use crate::server::domain::doctor::Subject;
use crate::server::domain::doctor::report::{Line, Verdict};
use crate::server::storage::{AnonymousRequest, LocationKind, S3Error, Survey};

/// The clock difference in seconds from which there is a warning.
const APART: i64 = 60;
/// The clock difference in seconds from which stores may refuse signatures: a quarter of an hour at AWS, less
/// elsewhere.
const TOO_FAR: i64 = 300;

/// Examines this group, and returns its lines and whether the other groups can be examined.
pub(super) async fn examine(subject: &Subject<'_>) -> (Vec<Line>, bool) {
    let endpoint = subject.survey.endpoint().await;
    let asked = "The store answers";
    let answer = match subject.client.send(&AnonymousRequest::new("GET", &format!("{endpoint}/"))).await {
        Ok(answer) => answer,
        Err(error) => {
            let line = Line::new("reach.endpoint", asked, Verdict::Failed, format!("{endpoint}: {error}"));
            return (vec![line.remedy(unanswered(&error.to_string()))], false);
        }
    };
    let mut lines = vec![Line::new("reach.endpoint", asked, Verdict::Ok, format!("{endpoint} answers"))];
    lines.push(clock(answer.header("date"), subject.clock.now()));
    let mut refusals = Vec::new();
    for (bucket, kinds) in subject.survey.buckets() {
        if let Err(refusal) = subject.survey.probe(kinds.first().copied().unwrap_or(LocationKind::Private)).await {
            refusals.push((bucket, refusal));
        }
    }
    let went_well = refusals.is_empty();
    lines.extend(verdicts(&subject.survey, &refusals));
    (lines, went_well)
}

/// The remedy for a store that does not answer, by how the connection failed.
fn unanswered(why: &str) -> &'static str {
    let why = why.to_lowercase();
    if why.contains("refused") {
        "Nobody listens there. Start the store, or correct AWS_ENDPOINT_URL_S3."
    } else if why.contains("dns") || why.contains("lookup") || why.contains("name or service") {
        "The host's name is not known here. Correct AWS_ENDPOINT_URL_S3, or the resolver of this machine."
    } else if why.contains("certificate") || why.contains("tls") {
        "The certificate is not trusted here. Correct it, or give its authority to Holdall."
    } else {
        "Something holds the connection up: a firewall, a proxy in between, or a store that hangs. Try the address with curl from this machine."
    }
}

/// Compares the store's clock with this machine's.
fn clock(date: &str, now: i64) -> Line {
    let asked = "The clocks agree";
    let Ok(theirs) = httpdate::parse_http_date(date) else {
        return Line::new("reach.clock", asked, Verdict::Unknown, "the store does not say what time it is")
            .remedy("Compare the clocks yourself: signatures are refused when they are minutes apart.");
    };
    let theirs = theirs.duration_since(std::time::UNIX_EPOCH).map_or(0, milliseconds);
    let apart = (now - theirs) / 1000;
    let verdict = match apart.abs() {
        seconds if seconds > TOO_FAR => Verdict::Failed,
        seconds if seconds > APART => Verdict::Warning,
        _ => Verdict::Ok,
    };
    let found = match apart {
        // The header has a resolution of one second.
        -2..=2 => "to the second or two".to_owned(),
        apart if apart > 0 => format!("this machine is {} ahead of the store", span(apart)),
        apart => format!("this machine is {} behind the store", span(-apart)),
    };
    Line::new("reach.clock", asked, verdict, found).remedy(
        "Set this machine's clock, or the store's, by the network (NTP): signatures and signed addresses depend on it.",
    )
}

fn span(seconds: i64) -> String {
    match seconds {
        0..120 => format!("{seconds} seconds"),
        120..7200 => format!("{} minutes", (seconds + 30) / 60),
        _ => format!("{} hours", (seconds + 1800) / 3600),
    }
}

/// The cause of a refusal.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum About {
    Credentials,
    Region,
    Bucket,
    Clock,
    Rights,
    Other,
}

/// The cause of a refusal by the store's error code or, where one code covers several causes, by its message.
fn about(refusal: &S3Error) -> About {
    let said = refusal.message.to_lowercase();
    match refusal.code.as_str() {
        "ExpiredToken"
        | "ExpiredTokenException"
        | "InvalidToken"
        | "TokenRefreshRequired"
        | "InvalidAccessKeyId"
        | "SignatureDoesNotMatch"
        | "InvalidClientTokenId"
        | "UnrecognizedClientException" => About::Credentials,
        "RequestTimeTooSkewed" | "RequestExpired" => About::Clock,
        "AuthorizationHeaderMalformed"
        | "PermanentRedirect"
        | "IllegalLocationConstraintException"
        | "TemporaryRedirect" => About::Region,
        "NoSuchBucket" | "InvalidBucketName" => About::Bucket,
        // Garage uses one code for all of these.
        _ if said.contains("no such key") || said.contains("invalid signature") => About::Credentials,
        _ if said.contains("unexpected scope") => About::Region,
        "AccessDenied" | "AllAccessDisabled" | "Forbidden" => About::Rights,
        "" if refusal.status == Some(301) => About::Region,
        "" if said.contains("credentials") => About::Credentials,
        _ => About::Other,
    }
}

fn verdicts(survey: &Survey, refusals: &[(String, S3Error)]) -> Vec<Line> {
    let region = survey.region();
    let questions = [
        (About::Credentials, "reach.credentials", "The key pair is taken", "taken".to_owned()),
        (About::Region, "reach.region", "The region is right", format!("{region} is right")),
        (About::Bucket, "reach.bucket", "The bucket is there", buckets(survey)),
        (About::Rights, "reach.rights", "The key pair may list", "it may".to_owned()),
    ];
    let mut lines = Vec::new();
    for (topic, id, asked, good) in questions {
        let against = refusals.iter().find(|(_, refusal)| about(refusal) == topic);
        lines.push(match against {
            Some((bucket, refusal)) => Line::new(id, asked, Verdict::Failed, format!("{bucket}: {refusal}"))
                .remedy(remedy(topic, refusal, bucket, &region)),
            None if refusals.is_empty() => Line::new(id, asked, Verdict::Ok, good),
            None => Line::new(id, asked, Verdict::Unknown, "not known: the store refused before it came to this")
                .remedy("Mend what failed, and ask again."),
        });
    }
    let others = refusals.iter().filter(|(_, refusal)| matches!(about(refusal), About::Other | About::Clock));
    lines.extend(others.map(|(bucket, refusal)| {
        Line::new("reach.answer", "The store does what it is asked", Verdict::Failed, format!("{bucket}: {refusal}"))
            .remedy(remedy(about(refusal), refusal, bucket, &region))
    }));
    lines
}

fn buckets(survey: &Survey) -> String {
    let names: Vec<_> = survey.buckets().into_iter().map(|(bucket, _)| bucket).collect();
    match names.as_slice() {
        [one] => format!("{one} is there"),
        many => format!("{} are there", many.join(", ")),
    }
}

fn remedy(about: About, refusal: &S3Error, bucket: &str, region: &str) -> String {
    let expired = refusal.code.contains("Expired") || refusal.code == "TokenRefreshRequired";
    match about {
        About::Credentials if expired => {
            "The credentials have run out. Get new ones: AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY and AWS_SESSION_TOKEN go together.".to_owned()
        }
        About::Credentials => {
            "Correct AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY (with AWS_SESSION_TOKEN for temporary ones): the store knows no such key, or the secret is another.".to_owned()
        }
        About::Region => format!("AWS_REGION is {region}: set it to the store's, which its answer names, or ask whoever runs it."),
        About::Bucket => format!("Make the bucket {bucket}, or correct HOLDALL_BUCKET."),
        About::Clock => "Set this machine's clock by the network (NTP): the store takes no signature of another time.".to_owned(),
        About::Rights => format!("Allow the key pair s3:ListBucket on {bucket}; docs/s3.md has all rights it needs."),
        About::Other => "This is the store's own answer: its manual or its log say more.".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refusal(status: u16, code: &str, message: &str) -> S3Error {
        S3Error { status: Some(status), code: code.to_owned(), message: message.to_owned() }
    }

    #[test]
    fn each_refusal_is_about_one_thing() {
        let table = [
            (400, "ExpiredToken", "", About::Credentials),
            (403, "InvalidAccessKeyId", "", About::Credentials),
            (403, "SignatureDoesNotMatch", "", About::Credentials),
            (403, "AccessDenied", "Forbidden: No such key: GK1", About::Credentials),
            (403, "AccessDenied", "Forbidden: Invalid signature", About::Credentials),
            (400, "AuthorizationHeaderMalformed", "", About::Region),
            (301, "", "", About::Region),
            (404, "NoSuchBucket", "", About::Bucket),
            (403, "RequestTimeTooSkewed", "", About::Clock),
            (403, "AccessDenied", "Access Denied", About::Rights),
            (500, "InternalError", "", About::Other),
        ];
        for (status, code, message, topic) in table {
            assert_eq!(about(&refusal(status, code, message)), topic, "{code} {message}");
        }
    }

    #[test]
    fn clocks_may_be_a_minute_apart_and_not_five() {
        let now = 1_700_000_000_000;
        let header = |apart: i64| {
            let at = u64::try_from(now / 1000 - apart).unwrap();
            clock(&httpdate::fmt_http_date(std::time::UNIX_EPOCH + std::time::Duration::from_secs(at)), now).verdict
        };
        let verdicts = [0, 50, -50, 100, -200, 400, -3600].map(header);
        use Verdict::{Failed, Ok, Warning};
        assert_eq!(verdicts, [Ok, Ok, Ok, Warning, Warning, Failed, Failed]);
        assert_eq!(clock("", now).verdict, Verdict::Unknown);
    }
}
