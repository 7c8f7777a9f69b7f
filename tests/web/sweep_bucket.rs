//! One byte that changes in a bucket behind Holdall's back, on each store that the tests have.

use aws_sdk_s3::primitives::ByteStream;
use holdall::model::entry::Verification;
use holdall::server::domain::blobs::verify::VerificationOutcome;
use holdall::server::storage::INSTANCE_OBJECT;

use crate::sending::{sum, three_parts};
use crate::store::Bucket;

/// Flips one bit of the only file in the bucket.
async fn flip(bucket: &Bucket, at: usize) {
    let keys = bucket.keys().await;
    let [key] = &keys
        .iter()
        .filter(|key| key.starts_with("private/") && !key.ends_with(INSTANCE_OBJECT))
        .collect::<Vec<_>>()[..]
    else {
        panic!("one file: {keys:?}")
    };
    let object = bucket.client.get_object().bucket(&bucket.name).key(*key).send().await.expect("an object");
    let mut bytes = object.body.collect().await.expect("its bytes").into_bytes().to_vec();
    bytes[at] ^= 1;
    let put = bucket.client.put_object().bucket(&bucket.name).key(*key).body(ByteStream::from(bytes));
    put.send().await.expect("an object");
}

async fn a_byte_that_changed_is_found(bucket: Bucket) {
    let app = bucket.app(&[("HOLDALL_UPLOADS", "app")]).await;
    app.state.instance.confirm().await.expect("its own store");
    let ada = app.signed_in("ada").await;
    let content = three_parts();
    let upload = ada.begin("large.bin", &content).await;
    ada.send_parts(&upload, &content, &[1, 2, 3]).await;
    let id = ada.complete(&upload).await;
    let path = format!("/files/{id}/content");

    flip(&bucket, 9_000_000).await;
    let verdict = app.state.verifier.once().await.expect("a check");
    assert_eq!(
        verdict,
        Some(VerificationOutcome::Damaged("part 2 is not what was sent".to_owned())),
        "before it was checked"
    );
    assert_eq!(ada.check_of(&id).await, Verification::Damaged);
    assert_eq!(ada.get(&path).await.status, 409, "nothing of it is given out");

    let read = async || {
        let mut verdicts = Vec::new();
        app.state.verifier.all(|_, verdict| verdicts.push(verdict.clone())).await.expect("everything read");
        verdicts
    };
    flip(&bucket, 9_000_000).await;
    assert_eq!(read().await, [VerificationOutcome::Verified], "put right, it is a file again");
    assert_eq!(ada.verified_sum_of(&id).await, Some(sum(&content).to_string()));
    assert!(ada.get(&path).await.body == content);

    flip(&bucket, 5).await;
    assert!(matches!(&read().await[..], [VerificationOutcome::Damaged(_)]), "after it was verified");
    assert_eq!(ada.check_of(&id).await, Verification::Damaged);
    assert_eq!(ada.get(&path).await.status, 409);
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs Garage: script/test runs it"]
async fn a_byte_that_changed_on_garage_is_found() {
    a_byte_that_changed_is_found(Bucket::garage().await).await;
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs moto: script/test runs it"]
async fn a_byte_that_changed_on_moto_is_found() {
    a_byte_that_changed_is_found(Bucket::moto().await).await;
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs Garage: script/test runs it"]
async fn a_location_of_another_name_is_not_taken_for_a_site_that_has_files() {
    let bucket = Bucket::garage().await;
    let app = bucket.app(&[]).await;
    app.state.instance.confirm().await.expect("its own store");
    app.signed_in("ada").await.keeps("a.txt", b"content").await;
    let app = app.restarted_with(|config| "privat".clone_into(&mut config.storage.locations.private)).await;
    let refused = app.state.instance.confirm().await.expect_err("an empty location").to_string();
    assert!(refused.contains("HOLDALL_PRIVATE_LOCATION"), "{refused}");
    assert!(!bucket.keys().await.iter().any(|key| key.starts_with("privat/")), "no mark is left");
}
