//! Tests how the store behaves. Holdall works without checksums and conditional requests, but not without multipart
//! uploads.

use crate::server::domain::doctor::Subject;
use crate::server::domain::doctor::report::{Line, Verdict};
use crate::server::storage::Place;

/// The content of test objects.
const BODY: &[u8] = b"tried by holdall doctor\n";

/// Examines this group, and returns its lines.
pub(super) async fn examine(subject: &Subject<'_>) -> Vec<Line> {
    vec![checksum(subject).await, condition(subject).await, parts(subject).await]
}

async fn checksum(subject: &Subject<'_>) -> Line {
    let (id, asked) = ("behaviour.checksum", "A wrong checksum is refused");
    let name = subject.name(Place::Private);
    match subject.survey.takes_wrong_checksum(Place::Private, &name, BODY.into()).await {
        Ok(false) => Line::new(id, asked, Verdict::Ok, "a wrong CRC-32 was refused"),
        Ok(true) => Line::new(id, asked, Verdict::Warning, "a wrong CRC-32 was taken")
            .remedy("Holdall does not count on it: it signs what it sends with its SHA-256. Bytes that break on the way would be noticed by that alone."),
        Err(error) => Line::new(id, asked, Verdict::Unknown, error.to_string())
            .remedy("Holdall does not count on it: it signs what it sends with its SHA-256."),
    }
}

async fn condition(subject: &Subject<'_>) -> Line {
    let (id, asked) = ("behaviour.conditions", "Conditional writes");
    let name = subject.name(Place::Private);
    let first = subject.survey.keeps_condition(Place::Private, &name, BODY.into()).await;
    let second = subject.survey.keeps_condition(Place::Private, &name, BODY.into()).await;
    match (first, second) {
        (Ok(_), Ok(true)) => Line::new(id, asked, Verdict::Ok, "kept: If-None-Match"),
        (Ok(_), Ok(false)) => {
            Line::new(id, asked, Verdict::Ok, "ignored; Holdall does without, its names are used once")
        }
        (Err(error), _) | (_, Err(error)) => Line::new(id, asked, Verdict::Unknown, error.to_string())
            .remedy("Nothing: Holdall does without, its names are used once."),
    }
}

async fn parts(subject: &Subject<'_>) -> Line {
    let (id, asked) = ("behaviour.parts", "Uploads in parts work");
    let name = subject.name(Place::Private);
    match subject.survey.try_parts(Place::Private, &name, BODY.into()).await {
        Ok(Ok(())) => Line::new(id, asked, Verdict::Ok, "begin, send, list, complete, abort"),
        Ok(Err(error)) => Line::new(id, asked, Verdict::Failed, format!("all but listing them: {error}")).remedy(
            "Without the list Holdall does not know what has arrived, and completes nothing. Allow the key pair s3:ListMultipartUploadParts.",
        ),
        Err(error) => Line::new(id, asked, Verdict::Failed, error.to_string()).remedy(
            "Files above 8 MiB are kept in parts, and every file that browsers put straight into the bucket. Allow the key pair s3:AbortMultipartUpload and s3:ListMultipartUploadParts; docs/s3.md has all rights it needs.",
        ),
    }
}
