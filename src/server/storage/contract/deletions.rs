//! Deleting in stores that cannot delete many objects at once, or do not list unfinished uploads.

use crate::server::storage::contract::scripted::{Asked, Reply, Scripted, error, no_content, response};
use crate::server::storage::*;

fn is_bulk(asked: &Asked) -> bool {
    asked.line.starts_with("POST") && asked.line.contains("?delete")
}

#[tokio::test]
async fn where_many_cannot_be_deleted_at_once_each_is_deleted_by_itself() {
    let refusals: [fn() -> String; 6] = [
        || error("400 Bad Request", "MissingContentMD5"),
        || error("400 Bad Request", "InvalidRequest"),
        || error("400 Bad Request", "InvalidDigest"),
        || error("501 Not Implemented", "NotImplemented"),
        || error("405 Method Not Allowed", "MethodNotAllowed"),
        || response("501 Not Implemented", "", ""),
    ];
    for refusal in refusals {
        let scripted = Scripted::answering(move |_, asked| match is_bulk(asked) {
            true => Reply::Answer(refusal()),
            false => Reply::Answer(no_content()),
        })
        .await;
        let keys = [Key::<Media>::random(), Key::random(), Key::random()];
        scripted.storage.delete_many(&keys).await.unwrap();
        let deleted = |scripted: &Scripted| {
            let lines = scripted.lines();
            keys.iter()
                .filter(|key| lines.iter().any(|line| line.starts_with("DELETE") && line.ends_with(key.as_str())))
                .count()
        };
        assert_eq!(deleted(&scripted), 3, "{}", refusal());
        let before = scripted.asked().len();
        scripted.storage.delete_many(&keys).await.unwrap();
        assert_eq!(scripted.asked().len(), before + 3, "it is not tried in bulk again: {}", refusal());
    }
}

#[tokio::test]
async fn where_a_bulk_deletion_gets_an_answer_to_something_else_each_is_deleted_by_itself() {
    let answers: [fn() -> String; 9] = [
        || response("503 Service Unavailable", "", ""),
        || response("404 Not Found", "", ""),
        || response("404 Not Found", "Content-Type: text/html\r\n", "<html>Cannot POST /</html>"),
        || error("404 Not Found", "NoSuchKey"),
        || response("403 Forbidden", "Content-Type: text/html\r\n", "<html>blocked</html>"),
        || response("415 Unsupported Media Type", "", ""),
        || response("200 OK", "", ""),
        || response("200 OK", "Content-Type: text/html\r\n", "<html>welcome</html>"),
        || response("200 OK", "", "<ListBucketResult></ListBucketResult>"),
    ];
    for answer in answers {
        let scripted = Scripted::answering(move |_, asked| match is_bulk(asked) {
            true => Reply::Answer(answer()),
            false => Reply::Answer(no_content()),
        })
        .await;
        let keys = [Key::<Media>::random(), Key::random(), Key::random()];
        scripted.storage.delete_many(&keys).await.unwrap();
        let lines = scripted.lines();
        for key in &keys {
            let deletions = lines.iter().filter(|line| line.starts_with("DELETE") && line.ends_with(key.as_str()));
            assert_eq!(deletions.count(), 1, "{}", answer());
        }
    }
}

#[tokio::test]
async fn a_store_that_is_away_is_not_asked_to_delete_each_object() {
    let away = Scripted::answering(|_, _| Reply::Answer(response("502 Bad Gateway", "", "<html></html>"))).await;
    let keys: Vec<_> = std::iter::repeat_with(Key::<Media>::random).take(50).collect();
    assert!(away.storage.delete_many(&keys).await.is_err());
    assert!(away.asked().len() < 10, "{}", away.asked().len());
}

#[tokio::test]
async fn a_store_that_fails_at_each_bulk_deletion_is_said_to_delete_one_by_one() {
    for in_bulk in [false, true] {
        let scripted = Scripted::answering(move |_, asked| {
            Reply::Answer(match asked.line.split(' ').next().unwrap_or_default() {
                "POST" if in_bulk => response("200 OK", "", "<DeleteResult></DeleteResult>"),
                "POST" => error("500 Internal Server Error", "InternalError"),
                "PUT" => response("200 OK", "", ""),
                "DELETE" => no_content(),
                "HEAD" => response("404 Not Found", "", ""),
                _ => error("404 Not Found", "NoSuchKey"),
            })
        })
        .await;
        let survey = scripted.storage.survey().unwrap();
        let answer = survey.deletes_in_bulk(LocationKind::Media, "a", Bytes::from_static(b"a")).await.unwrap();
        assert_eq!(answer, in_bulk);
        assert_eq!(scripted.lines().iter().any(|line| line.starts_with("DELETE")), !in_bulk);
    }
}

#[tokio::test]
async fn a_key_that_is_refused_does_not_keep_the_others() {
    let scripted = Scripted::answering(|number, asked| {
        if !is_bulk(asked) {
            return Reply::Answer(error("403 Forbidden", "AccessDenied"));
        }
        let failed = |key: &str, code: &str| format!("<Error><Key>{key}</Key><Code>{code}</Code></Error>");
        let errors = match number {
            0 => failed("a", "AccessDenied") + &failed("b", "SlowDown"),
            1 => failed("b", ""),
            _ => String::new(),
        };
        Reply::Answer(response("200 OK", "", &format!("<DeleteResult>{errors}</DeleteResult>")))
    })
    .await;
    let refused = scripted.storage.delete_many(&[Key::<Private>::random(), Key::random()]).await.unwrap_err();
    assert!(refused.to_string().contains("AccessDenied"), "{refused}");
    let lines = scripted.lines();
    assert_eq!(lines.len(), 4, "until the other one is gone, and the refused one is tried by itself: {lines:?}");
    assert!(lines.last().is_some_and(|line| line.starts_with("DELETE") && line.ends_with("/a")), "{lines:?}");
}

#[tokio::test]
async fn an_object_is_deleted_whatever_the_list_of_unfinished_uploads_says() {
    let refusals: [(fn() -> String, bool); 5] = [
        (|| error("403 Forbidden", "AccessDenied"), true),
        (|| error("400 Bad Request", "InvalidArgument"), true),
        (|| response("404 Not Found", "", ""), false),
        (|| response("502 Bad Gateway", "", "<html></html>"), false),
        (
            || {
                let page = "<IsTruncated>true</IsTruncated><NextKeyMarker>a</NextKeyMarker>";
                response("200 OK", "", &format!("<ListMultipartUploadsResult>{page}</ListMultipartUploadsResult>"))
            },
            false,
        ),
    ];
    for (list, is_known) in refusals {
        let scripted = Scripted::answering(move |_, asked| {
            Reply::Answer(match asked.line.starts_with("GET") {
                true => list(),
                false => no_content(),
            })
        })
        .await;
        let discarded = scripted.storage.discard(&Key::<Private>::random()).await;
        assert_eq!(discarded.is_ok(), is_known, "it is asked again where the answer may be another one: {}", list());
        let deletions = scripted.lines().iter().filter(|line| line.starts_with("DELETE")).count();
        assert_eq!(deletions, 1, "{}", list());
        assert!(scripted.asked().len() < 10, "a list without an end is not followed");
    }
}
