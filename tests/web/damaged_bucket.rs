//! Bytes in a bucket (Garage) that are not those that were sent or announced.

use holdall::model::entry::Verification;
use holdall::server::domain::blobs::verify::VerificationOutcome;
use holdall::server::storage::ObjectMeta;

use crate::bucket::Bucket;
use crate::parts_bucket::{DIRECT, blob, put};
use crate::sending::pattern;

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs Garage: script/test runs it"]
async fn a_byte_that_changed_in_the_bucket_is_found() {
    let bucket = Bucket::given();
    let app = bucket.app_with(&DIRECT).await;
    let ada = app.signed_in("ada").await;
    let mut content = pattern(1000);
    let upload = ada.begin("a.bin", &content).await;
    assert_eq!(put(&ada.sign_one(&upload, 1, &content).await, &content).await, 200);
    let id = ada.complete(&upload).await;
    content[500] ^= 1;
    let meta = ObjectMeta { content_type: "application/octet-stream".to_owned(), ..ObjectMeta::default() };
    let changes = async || bucket.storage().await.put(&blob(&app).await.0, content.clone().into(), &meta).await;
    let is_given_out = async || ada.get(&format!("/files/{id}/content")).await.status;
    assert_eq!(app.state.verifier.once().await.expect("a check"), Some(VerificationOutcome::Verified));
    changes().await.expect("the store");
    let mut outcomes = Vec::new();
    app.state.verifier.all(|_, outcome| outcomes.push(outcome.clone())).await.expect("everything read");
    assert!(matches!(outcomes[..], [VerificationOutcome::Damaged(_)]), "{outcomes:?}");
    assert_eq!(
        (ada.check_of(&id).await, is_given_out().await),
        (Verification::Damaged, 409.try_into().expect("a status"))
    );
    assert_eq!(app.state.audit.run().await.expect("a look").waiting.damaged, 1);
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs Garage: script/test runs it"]
async fn bytes_that_are_not_those_announced_are_told_apart_from_damage() {
    let bucket = Bucket::given();
    let app = bucket.app_with(&DIRECT).await;
    app.state.instance.confirm().await.expect("its own store");
    let ada = app.signed_in("ada").await;
    let (announced, sent) = (pattern(1000), vec![7; 1000]);
    let upload = ada.begin("a.bin", &announced).await;
    assert_eq!(put(&ada.sign_one(&upload, 1, &announced).await, &sent).await, 200, "the store does not compare");
    let id = ada.complete(&upload).await;
    let outcome = app.state.verifier.once().await.expect("a check");
    assert!(matches!(outcome, Some(VerificationOutcome::Mismatched(_))), "{outcome:?}");
    assert_eq!(ada.check_of(&id).await, Verification::Mismatched);
    assert_eq!(ada.get(&format!("/files/{id}/content")).await.status, 409);
    let findings = app.state.audit.run().await.expect("a look");
    assert!(findings.is_well() && findings.waiting.mismatched == 1, "{findings:?}");
}
