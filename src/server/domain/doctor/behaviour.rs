//! Tests how the store behaves. Holdall works without checksums and conditional requests, but not without multipart
//! uploads.

use crate::server::domain::doctor::Subject;
use crate::server::domain::doctor::report::{Line, Verdict};
use crate::server::storage::LocationKind;

/// The content of test objects.
const BODY: &[u8] = b"tried by holdall doctor\n";

/// Examines this group, and returns its lines.
pub(super) async fn examine(subject: &Subject<'_>) -> Vec<Line> {
    vec![
        checksum(subject).await,
        condition(subject).await,
        parts(subject).await,
        last_part(subject).await,
        deletion(subject).await,
        unfinished(subject).await,
    ]
}

async fn checksum(subject: &Subject<'_>) -> Line {
    let (id, asked) = ("behaviour.checksum", "A wrong checksum is refused");
    let name = subject.name(LocationKind::Private);
    match subject.survey.takes_wrong_checksum(LocationKind::Private, &name, BODY.into()).await {
        Ok(false) => Line::new(id, asked, Verdict::Ok, "a wrong CRC-32 was refused"),
        Ok(true) => Line::new(id, asked, Verdict::Warning, "a wrong CRC-32 was taken")
            .remedy("Holdall does not count on it: it signs what it sends with its SHA-256. Bytes that break on the way would be noticed by that alone."),
        Err(error) => Line::new(id, asked, Verdict::Unknown, error.to_string())
            .remedy("Holdall does not count on it: it signs what it sends with its SHA-256."),
    }
}

async fn condition(subject: &Subject<'_>) -> Line {
    let (id, asked) = ("behaviour.conditions", "Conditional writes");
    let name = subject.name(LocationKind::Private);
    let first = subject.survey.keeps_condition(LocationKind::Private, &name, BODY.into()).await;
    let second = subject.survey.keeps_condition(LocationKind::Private, &name, BODY.into()).await;
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
    let name = subject.name(LocationKind::Private);
    match subject.survey.try_parts(LocationKind::Private, &name, BODY.into()).await {
        Ok(Ok(())) => Line::new(id, asked, Verdict::Ok, "begin, send, list, complete, abort"),
        Ok(Err(error)) => Line::new(id, asked, Verdict::Failed, format!("all but listing them: {error}")).remedy(
            "Without the list Holdall does not know what has arrived, and completes nothing. Allow the key pair s3:ListMultipartUploadParts.",
        ),
        Err(error) => Line::new(id, asked, Verdict::Failed, error.to_string()).remedy(
            "Files above 8 MiB are kept in parts, and every file that browsers put straight into the bucket. Allow the key pair s3:PutObject, s3:AbortMultipartUpload and s3:ListMultipartUploadParts; docs/s3.md has all rights it needs.",
        ),
    }
}

/// The numbers of parts that stores are known to take at most, besides the configured one.
const FEWER: [u32; 2] = [1_000, 100];

async fn last_part(subject: &Subject<'_>) -> Line {
    let (id, asked) = ("behaviour.last-part", "The last part's number is taken");
    let name = subject.name(LocationKind::Private);
    let refusal = async |number| subject.survey.refuses_part(LocationKind::Private, &name, number, BODY.into()).await;
    let most = subject.survey.most_parts();
    let why = match refusal(most).await {
        Ok(None) => return Line::new(id, asked, Verdict::Ok, most.to_string()),
        Ok(Some(why)) => why,
        Err(error) => {
            return Line::new(id, asked, Verdict::Unknown, error.to_string())
                .remedy("Ask again. Without it nobody knows how large a file may be.");
        }
    };
    let mut taken = None;
    for fewer in FEWER.into_iter().filter(|fewer| *fewer < most) {
        if let Ok(None) = refusal(fewer).await {
            taken = Some(fewer);
            break;
        }
    }
    let remedy = match taken {
        Some(fewer) => {
            format!("The store takes part {fewer}: set HOLDALL_S3_MAX_PARTS={fewer}, or what its manual says.")
        }
        None => "Set HOLDALL_S3_MAX_PARTS to what the store's manual says.".to_owned(),
    };
    Line::new(id, asked, Verdict::Failed, format!("part {most} is refused: {why}")).remedy(remedy)
}

async fn deletion(subject: &Subject<'_>) -> Line {
    let (id, asked) = ("behaviour.deletion", "Objects can be deleted");
    let name = subject.name(LocationKind::Media);
    match subject.survey.deletes_in_bulk(LocationKind::Media, &name, BODY.into()).await {
        Ok(true) => Line::new(id, asked, Verdict::Ok, "many at once"),
        Ok(false) => Line::new(id, asked, Verdict::Ok, "one by one: the store refuses to delete many at once"),
        Err(error) => Line::new(id, asked, Verdict::Failed, error.to_string())
            .remedy("Deleted files and old avatars stay in the bucket. Allow the key pair s3:DeleteObject."),
    }
}

async fn unfinished(subject: &Subject<'_>) -> Line {
    let (id, asked) = ("behaviour.unfinished", "Unfinished uploads can be found");
    match subject.survey.hides_uploads().await {
        Ok(None) => Line::new(id, asked, Verdict::Ok, "the store lists them"),
        Ok(Some(gap)) => Line::new(id, asked, Verdict::Warning, gap).remedy(
            "Holdall removes those it has a row for. Let the bucket remove the others by the lifecycle rule of docs/s3.md, where the store has such rules.",
        ),
        Err(error) => Line::new(id, asked, Verdict::Unknown, error.to_string())
            .remedy("Allow the key pair s3:ListBucketMultipartUploads and s3:AbortMultipartUpload."),
    }
}
