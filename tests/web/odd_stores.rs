//! Holdall on stores that differ from S3: that refuse parts, know no bulk deletion, or break off (Garage behind a
//! proxy).

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use holdall::model::problem::FieldProblem;
use holdall::model::upload::{Completed, STORE_REFUSED, Upload, UploadProblem};
use holdall::server::domain::doctor::Verdict;

use crate::answer::Answer;
use crate::app::App;
use crate::avatars::{png, sets};
use crate::bucket::Bucket;
use crate::refusing::{Fate, Refusing};
use crate::sending::{file, part, pattern, three_parts};
use crate::store::{self, line};
use crate::visitor::Visitor;

pub const APP: [(&str, &str); 1] = [("HOLDALL_UPLOADS", "app")];

pub fn refused(code: &str, for_good: bool) -> UploadProblem {
    UploadProblem::Refused(FieldProblem::StoreRefused { code: code.to_owned(), for_good })
}

/// Whether a request has the store join the parts of an upload.
pub fn completes(head: &str) -> bool {
    head.starts_with("POST") && head.lines().next().unwrap_or_default().contains("uploadId=")
}

/// An upload of three parts that Ada has begun on a site with this way to the bucket.
pub async fn three_parts_begun(bucket: &Bucket, way: &Refusing) -> (App, Visitor, Vec<u8>, Upload) {
    let app = bucket.through(&way.endpoint).app_with(&APP).await;
    let ada = app.signed_in("ada").await;
    let content = three_parts();
    let upload = ada.begin("large.bin", &content).await;
    (app, ada, content, upload)
}

/// The answer to the last part of such an upload, whose other parts arrive.
async fn third_part(ada: &Visitor, content: &[u8], upload: &Upload) -> Answer {
    ada.send_parts(upload, content, &[1, 2]).await;
    let last = part(content, upload, 3);
    let signed = ada.sign_one(upload, 3, last).await;
    ada.put(&signed, last).await
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs Garage: script/test runs it"]
async fn a_part_that_the_store_refuses_for_good_is_not_asked_for_again() {
    let bucket = Bucket::given();
    let way = Refusing::way_to(&bucket.endpoint, |head| match head.contains("partNumber=3") {
        true => Fate::Refused("400 Bad Request", "InvalidArgument"),
        false => Fate::Passed,
    })
    .await;
    let (app, ada, content, upload) = three_parts_begun(&bucket, &way).await;
    let answer = third_part(&ada, &content, &upload).await;
    assert_eq!(answer.status.as_u16(), STORE_REFUSED, "{}", answer.text());
    assert_eq!(answer.data::<UploadProblem>(), refused("InvalidArgument", true));
    assert_eq!(way.met().len(), 1, "it was sent once");
    assert_eq!(ada.try_complete(&upload).await, Ok(Completed::Missing(vec![3])));
    assert_eq!(ada.abort(&upload).await, Ok(()));
    assert_eq!(app.used("ada").await, 0);
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs Garage: script/test runs it"]
async fn a_completion_that_the_store_refuses_for_good_says_so_and_can_be_given_up() {
    let bucket = Bucket::given();
    let way = Refusing::way_to(&bucket.endpoint, |head| match completes(head) {
        true => Fate::Refused("400 Bad Request", "EntityTooLarge"),
        false => Fate::Passed,
    })
    .await;
    let (app, ada, content, upload) = three_parts_begun(&bucket, &way).await;
    ada.send_parts(&upload, &content, &[1, 2, 3]).await;
    assert_eq!(ada.try_complete(&upload).await, Err(refused("EntityTooLarge", true)));
    assert_eq!(ada.abort(&upload).await, Ok(()), "it is not being completed any more");
    assert_eq!(app.used("ada").await, 0);
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs Garage: script/test runs it"]
async fn parts_that_the_store_has_otherwise_can_be_sent_again() {
    let bucket = Bucket::given();
    let refused_once = AtomicBool::new(false);
    let way = Refusing::way_to(&bucket.endpoint, move |head| {
        match completes(head) && !refused_once.swap(true, Ordering::SeqCst) {
            true => Fate::Refused("400 Bad Request", "InvalidPart"),
            false => Fate::Passed,
        }
    })
    .await;
    let (_app, ada, content, upload) = three_parts_begun(&bucket, &way).await;
    ada.send_parts(&upload, &content, &[1, 2, 3]).await;
    assert_eq!(ada.try_complete(&upload).await, Err(refused("InvalidPart", false)));
    assert_eq!(ada.try_complete(&upload).await, Ok(Completed::Missing(vec![1, 2, 3])));
    ada.send_parts(&upload, &content, &[1, 2, 3]).await;
    let id = ada.complete(&upload).await;
    assert!(ada.get(&format!("/files/{id}/content")).await.body == content);
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs Garage: script/test runs it"]
async fn what_the_store_refuses_at_the_moment_is_said_and_goes_on_once_that_is_mended() {
    let bucket = Bucket::given();
    let is_mended = Arc::new(AtomicBool::new(false));
    let mended = is_mended.clone();
    let way = Refusing::way_to(&bucket.endpoint, move |head| {
        match !mended.load(Ordering::SeqCst) && (head.contains("partNumber=3") || completes(head)) {
            true => Fate::Refused("403 Forbidden", "SignatureDoesNotMatch"),
            false => Fate::Passed,
        }
    })
    .await;
    let (_app, ada, content, upload) = three_parts_begun(&bucket, &way).await;
    let answer = third_part(&ada, &content, &upload).await;
    assert_eq!((answer.status.as_u16(), answer.header("retry-after")), (503, "10"));
    assert_eq!(answer.data::<UploadProblem>(), refused("SignatureDoesNotMatch", false));
    is_mended.store(true, Ordering::SeqCst);
    ada.send_parts(&upload, &content, &[3]).await;
    is_mended.store(false, Ordering::SeqCst);
    assert_eq!(ada.try_complete(&upload).await, Err(refused("SignatureDoesNotMatch", false)));
    is_mended.store(true, Ordering::SeqCst);
    let id = ada.complete(&upload).await;
    assert!(ada.get(&format!("/files/{id}/content")).await.body == content);
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs Garage: script/test runs it"]
async fn an_upload_that_cannot_even_begin_says_why() {
    let bucket = Bucket::given();
    let way = Refusing::way_to(&bucket.endpoint, |head| match head.starts_with("POST") && head.contains("?uploads") {
        true => Fate::Refused("403 Forbidden", "AccessDenied"),
        false => Fate::Passed,
    })
    .await;
    let app = bucket.through(&way.endpoint).app_with(&APP).await;
    let ada = app.signed_in("ada").await;
    let answer = ada.create(&[file("large.bin", 20 << 20)]).await.remove(0);
    assert_eq!(answer.expect_err("a refusal"), refused("AccessDenied", true));
    assert_eq!(app.used("ada").await, 0);
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs Garage: script/test runs it"]
async fn a_store_that_takes_few_parts_gets_larger_ones() {
    let bucket = Bucket::given();
    let app = bucket.app_with(&[APP[0], ("HOLDALL_S3_MAX_PARTS", "2")]).await;
    let ada = app.signed_in("ada").await;
    let content = three_parts();
    let upload = ada.begin("large.bin", &content).await;
    assert_eq!(upload.part_size, 9 << 20);
    ada.send_parts(&upload, &content, &[1, 2]).await;
    let id = ada.complete(&upload).await;
    assert!(ada.get(&format!("/files/{id}/content")).await.body == content);
    let answer = ada.create(&[file("huge.bin", (10 << 30) + 1)]).await.remove(0);
    let most = UploadProblem::Refused(FieldProblem::TooLarge { limit: 10 << 30 });
    assert_eq!(answer.expect_err("a refusal"), most);
    let form = ada.upload("form.bin", &pattern((16 << 20) + 1)).await;
    assert_eq!(form.status.as_u16(), STORE_REFUSED, "a form has parts of 8 MiB");
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs Garage: script/test runs it"]
async fn files_of_terabytes_can_be_begun() {
    let app = Bucket::given().app_with(&APP).await;
    let ada = app.signed_in("ada").await;
    for (size, part_size) in [(80 << 30, 9 << 20), (5 << 40, 525 << 20), (48 << 40, 5034 << 20)] {
        let upload = ada.create(&[file("huge.bin", size)]).await.remove(0).expect("an upload");
        assert_eq!(upload.part_size, part_size);
        assert_eq!(ada.abort(&upload).await, Ok(()));
    }
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs Garage: script/test runs it"]
async fn old_pictures_go_where_many_objects_cannot_be_deleted_at_once() {
    for (status, code) in [("400 Bad Request", "MissingContentMD5"), ("501 Not Implemented", "NotImplemented")] {
        let bucket = store::Bucket::garage().await;
        let way = Refusing::way_to(&bucket.endpoint, move |head| match head.contains("?delete") {
            true => Fate::Refused(status, code),
            false => Fate::Passed,
        })
        .await;
        let app = bucket.app(&[("AWS_ENDPOINT_URL_S3", &way.endpoint)]).await;
        let ada = app.signed_in("ada").await;
        for shade in [1, 2, 3] {
            assert_eq!(sets(&ada, &png(300, 300, shade)).await.status, 303);
        }
        let pictures = bucket.keys().await.iter().filter(|key| key.starts_with("media/")).count();
        assert_eq!(pictures, usize::try_from(app.count("renditions").await).expect("few"), "{code}");
        assert_eq!(way.met().len(), 1, "it was tried once");
    }
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs Garage: script/test runs it"]
async fn a_deletion_that_the_store_refuses_is_shown_with_its_words() {
    let bucket = store::Bucket::garage().await;
    let way = Refusing::way_to(&bucket.endpoint, |head| match head.contains("?delete") || head.starts_with("DELETE") {
        true => Fate::Refused("403 Forbidden", "AccessDenied"),
        false => Fate::Passed,
    })
    .await;
    let app = bucket.app(&[("AWS_ENDPOINT_URL_S3", &way.endpoint)]).await;
    app.state.instance.confirm().await.expect("its own store");
    let ada = app.signed_in("ada").await;
    for shade in [1, 2] {
        assert_eq!(sets(&ada, &png(300, 300, shade)).await.status, 303);
    }
    let findings = app.state.audit.run().await.expect("an audit");
    assert!(!findings.is_well());
    assert_eq!(findings.waiting.due, 3, "{findings:?}");
    let why = findings.overdue[0].last_error.as_deref().unwrap_or_default();
    assert!(findings.overdue[0].location == "media" && why.contains("AccessDenied"), "{findings:?}");
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs Garage: script/test runs it"]
async fn the_doctor_tries_the_last_part_and_deletions() {
    let bucket = store::Bucket::garage().await;
    let report = bucket.examined(&[]).await;
    for id in ["behaviour.last-part", "behaviour.deletion", "behaviour.unfinished"] {
        assert_eq!(line(&report, id).verdict, Verdict::Ok, "{:?}", line(&report, id));
    }
    let way = Refusing::way_to(&bucket.endpoint, |head| {
        let number = head.split_once("partNumber=").map_or("", |(_, rest)| rest);
        let number: u32 = number.split(['&', ' ']).next().unwrap_or_default().parse().unwrap_or(0);
        match () {
            () if number > 1000 => Fate::Refused("400 Bad Request", "InvalidArgument"),
            () if head.contains("?delete") => Fate::Refused("501 Not Implemented", "NotImplemented"),
            () => Fate::Passed,
        }
    })
    .await;
    let report = bucket.examined(&[("AWS_ENDPOINT_URL_S3", &way.endpoint)]).await;
    let parts = line(&report, "behaviour.last-part");
    assert_eq!(parts.verdict, Verdict::Failed);
    assert!(parts.remedy.as_deref().is_some_and(|said| said.contains("HOLDALL_S3_MAX_PARTS=1000")), "{parts:?}");
    let deletion = line(&report, "behaviour.deletion");
    assert!(deletion.verdict == Verdict::Ok && deletion.found.starts_with("one by one"), "{deletion:?}");
    let report = bucket.examined(&[("AWS_ENDPOINT_URL_S3", &way.endpoint), ("HOLDALL_S3_MAX_PARTS", "1000")]).await;
    assert_eq!(line(&report, "behaviour.last-part").verdict, Verdict::Ok);
}
