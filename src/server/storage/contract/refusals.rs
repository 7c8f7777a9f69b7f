//! Stores that refuse: for good, for a moment, one kind of request, or some keys of many.

use std::sync::Mutex;

use crate::server::storage::contract::meta;
use crate::server::storage::contract::scripted::{Reply, Scripted, error, no_content, response, upload_begun};
use crate::server::storage::*;

fn part(key: &Key<Private>) -> PartSpec<'_> {
    PartSpec { key, upload: Some("up"), number: 2, offset: 4, size: 4, object_size: 8, is_first: false }
}

/// Sends a part of four bytes through Holdall.
async fn send_part(storage: &Storage) -> Result<(), StorageError> {
    let key = Key::random();
    let mut writer = storage.part_writer(&part(&key), &meta()).await?;
    writer.write(Bytes::from_static(b"part")).await?;
    writer.finish().await
}

#[tokio::test]
async fn a_part_that_is_refused_for_good_says_why() {
    for (status, code) in [("400 Bad Request", "InvalidArgument"), ("403 Forbidden", "AccessDenied")] {
        let scripted = Scripted::answering(move |_, _| Reply::Answer(error(status, code))).await;
        let Err(StorageError::Refused { code: said, .. }) = send_part(&scripted.storage).await else {
            panic!("a refusal")
        };
        assert_eq!(said, code);
        assert_eq!(scripted.asked().len(), 1, "it is sent once");
        let started = scripted.storage.start_parts(&Key::random(), &meta()).await;
        assert!(matches!(started, Err(StorageError::Refused { .. })), "{started:?}");
        let joined = scripted.storage.join_parts(&Key::random(), Some("up"), 8, Vec::new()).await;
        assert!(matches!(joined, Err(StorageError::Refused { .. })), "{joined:?}");
    }
    let gone = Scripted::answering(|_, _| Reply::Answer(error("404 Not Found", "NoSuchUpload"))).await;
    assert!(matches!(send_part(&gone.storage).await, Err(StorageError::NotFound)));
}

#[tokio::test]
async fn a_store_that_is_busy_is_asked_again() {
    let busy: [fn() -> String; 4] = [
        || error("503 Slow Down", "SlowDown"),
        || response("503 Service Unavailable", "", ""),
        || response("429 Too Many Requests", "Retry-After: 1\r\n", ""),
        || error("429 Too Many Requests", "TooManyRequests"),
    ];
    for answer in busy {
        let scripted = Scripted::answering(move |number, _| match number {
            0 | 1 => Reply::Answer(answer()),
            _ => Reply::Answer(response("200 OK", "ETag: \"1\"\r\n", "")),
        })
        .await;
        scripted.storage.put(&Key::<Private>::random(), Bytes::from_static(b"x"), &meta()).await.unwrap();
        assert_eq!(scripted.asked().len(), 3, "{}", answer());
    }
    // A part that streams cannot be sent twice by Holdall; the browser does that.
    let scripted = Scripted::answering(|_, _| Reply::Answer(response("429 Too Many Requests", "", ""))).await;
    assert!(matches!(send_part(&scripted.storage).await, Err(StorageError::Unavailable { .. })));
}

/// How a store lists the uploads that are there: by prefix, of the bucket, and by exact name.
async fn listing(shows: fn(prefix: &str, key: &str) -> bool) -> (Scripted, Result<IncompleteUploadPage, StorageError>) {
    let last = Mutex::new(String::new());
    let scripted = Scripted::answering(move |_, asked| {
        let query = asked.line.split_once('?').map_or("", |(_, query)| query);
        let value = |name: &str| {
            let mut pairs = query.split('&').filter_map(|pair| pair.split_once('='));
            pairs.find(|(of, _)| *of == name).map_or(String::new(), |(_, value)| value.replace("%2F", "/"))
        };
        let path = asked.line.split(['?', ' ']).nth(1).unwrap_or_default().trim_start_matches("/holdall/").to_owned();
        Reply::Answer(match asked.line.split(' ').next().unwrap_or_default() {
            "POST" => {
                *last.lock().unwrap() = path;
                upload_begun()
            }
            "DELETE" => no_content(),
            _ if query.contains("uploadId") => error("404 Not Found", "NoSuchUpload"),
            _ => {
                let key = last.lock().unwrap().clone();
                let line = format!("<Upload><Key>{key}</Key><UploadId>up</UploadId></Upload>");
                let lines = if shows(&value("prefix"), &key) { line } else { String::new() };
                response("200 OK", "", &format!("<ListMultipartUploadsResult>{lines}</ListMultipartUploadsResult>"))
            }
        })
    })
    .await;
    let page = scripted.storage.incomplete_uploads::<Private>(None, PAGE).await;
    (scripted, page)
}

#[tokio::test]
async fn where_uploads_may_be_hidden_it_is_said() {
    let (_, page) = listing(|prefix, key| key.starts_with(prefix)).await;
    let page = page.unwrap();
    assert_eq!((page.uploads.len(), page.unknown), (1, None), "as S3 lists them");

    let (_, page) = listing(|prefix, key| prefix.is_empty() || prefix == key).await;
    let page = page.unwrap();
    assert_eq!(page.uploads.len(), 1, "those that the bucket's list has are known");
    assert!(page.unknown.is_some_and(|why| why.contains("perhaps not all")));

    let (_, page) = listing(|prefix, key| prefix == key).await;
    let page = page.unwrap();
    assert!(page.uploads.is_empty() && page.unknown.is_some_and(|why| why.contains("exact names")));

    let (scripted, page) = listing(|_, _| false).await;
    assert!(page.unwrap().unknown.is_some());
    let before = scripted.asked().len();
    scripted.storage.incomplete_uploads::<Private>(None, PAGE).await.unwrap();
    assert_eq!(scripted.asked().len(), before, "it is tried once");
}

#[tokio::test]
async fn what_a_store_without_such_a_list_has_is_unknown_and_objects_are_deleted_all_the_same() {
    let scripted = Scripted::answering(|_, asked| {
        let is_list = asked.line.starts_with("GET") && asked.line.contains("uploads");
        Reply::Answer(match asked.line.split(' ').next().unwrap_or_default() {
            "GET" if is_list => error("501 Not Implemented", "NotImplemented"),
            "POST" => upload_begun(),
            "DELETE" => no_content(),
            // As SeaweedFS has it: no parts, of an upload that is not there.
            _ => response("200 OK", "", "<ListPartsResult></ListPartsResult>"),
        })
    })
    .await;
    let page = scripted.storage.incomplete_uploads::<Private>(None, PAGE).await.unwrap();
    assert_eq!(page.unknown.as_deref(), Some("the store does not list unfinished uploads"));
    scripted.storage.discard(&Key::<Private>::random()).await.unwrap();
}

#[tokio::test]
async fn a_list_of_unfinished_uploads_that_is_refused_or_has_no_end_says_so() {
    // Each page says that the same one follows. The first shows the upload that looks for the list.
    let endless = Scripted::answering(|_, asked| {
        let key = asked.line.split("prefix=").nth(1).map(|rest| rest.split('&').next().unwrap_or_default());
        let shown = format!("<Upload><Key>{}x</Key><UploadId>up</UploadId></Upload>", key.unwrap_or_default());
        let next = "<IsTruncated>true</IsTruncated><NextKeyMarker>a</NextKeyMarker>";
        Reply::Answer(match asked.line.split(' ').next().unwrap_or_default() {
            "POST" => upload_begun(),
            "DELETE" => no_content(),
            _ if asked.line.contains("uploads") => response(
                "200 OK",
                "",
                &format!("<ListMultipartUploadsResult>{shown}{next}</ListMultipartUploadsResult>"),
            ),
            _ => response("200 OK", "", "<ListPartsResult></ListPartsResult>"),
        })
    })
    .await;
    let first = endless.storage.incomplete_uploads::<Private>(None, PAGE).await.unwrap();
    assert!(first.next.is_some() && first.unknown.is_none(), "{first:?}");
    let second = endless.storage.incomplete_uploads::<Private>(first.next, PAGE).await.unwrap();
    assert!(second.next.is_none() && second.unknown.is_some_and(|why| why.contains("up to a point")));
    let denied = Scripted::answering(|_, asked| {
        Reply::Answer(match asked.line.split(' ').next().unwrap_or_default() {
            "POST" => upload_begun(),
            "DELETE" => no_content(),
            _ => error("403 Forbidden", "AccessDenied"),
        })
    })
    .await;
    let page = denied.storage.incomplete_uploads::<Private>(None, PAGE).await.unwrap();
    assert!(page.unknown.is_some_and(|why| why.contains("AccessDenied")));
}

#[tokio::test]
async fn only_the_store_itself_says_that_an_object_is_missing() {
    let page = || response("404 Not Found", "Content-Type: text/html\r\n", "<html>no such site</html>");
    let key = Key::<Private>::random();
    let gateway = Scripted::answering(move |_, asked| {
        Reply::Answer(if asked.line.starts_with("HEAD") { response("404 Not Found", "", "") } else { page() })
    });
    let answer = gateway.await.storage.head(&key).await;
    assert!(matches!(answer, Err(StorageError::Unavailable { .. })), "{answer:?}");
    let silent = Scripted::answering(|_, _| Reply::Answer(response("404 Not Found", "", ""))).await;
    let answers = [
        silent.storage.head(&key).await.map(drop),
        silent.storage.read(&key, None).await.map(drop),
        silent.storage.parts_of(&key, "upload").await.map(drop),
        silent.storage.join_parts(&key, Some("upload"), 1, Vec::new()).await,
        silent.storage.delete(&key).await,
    ];
    for answer in answers {
        assert!(matches!(answer, Err(StorageError::Unavailable { .. })), "nobody has said what is missing: {answer:?}");
    }
    let store = Scripted::answering(|_, asked| {
        let is_head = asked.line.starts_with("HEAD");
        Reply::Answer(if is_head { response("404 Not Found", "", "") } else { error("404 Not Found", "NoSuchKey") })
    })
    .await;
    assert!(matches!(store.storage.head(&key).await, Err(StorageError::NotFound)));
    assert_eq!(store.asked().len(), 2, "the answer to HEAD has no words");
    let marked = Scripted::answering(|_, _| Reply::Answer(response("404 Not Found", "x-amz-request-id: 1\r\n", "")));
    let marked = marked.await;
    assert!(matches!(marked.storage.head(&key).await, Err(StorageError::NotFound)));
    assert_eq!(marked.asked().len(), 1);
}

#[tokio::test]
async fn an_upload_whose_completion_is_not_answered_is_complete_once_the_object_is_there() {
    let scripted = Scripted::answering(|_, asked| match asked.line.split(' ').next().unwrap_or_default() {
        "HEAD" => Reply::Answer(response("200 OK", "", "").replace("Content-Length: 0", "Content-Length: 8")),
        _ => Reply::Stall(String::new()),
    })
    .await;
    let joined = scripted.storage.join_parts(&Key::random(), Some("up"), 8, Vec::new()).await;
    assert!(joined.is_ok(), "{joined:?}");
    assert_eq!(scripted.lines().iter().filter(|line| line.starts_with("POST")).count(), 1);
}
