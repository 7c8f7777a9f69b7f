//! The contract of a bucket: paging, what anonymous clients may not do, and lost responses.

use crate::server::storage::contract::stores::{get, losing_completions};
use crate::server::storage::contract::{bucket, bucket_settings, bytes, meta, on_every_bucket, open_bucket, pattern};
use crate::server::storage::*;

on_every_bucket!(a_listing_has_every_page, a_stranger_cannot_read_a_private_object, a_lost_answer_is_looked_after);

const GARAGE: &str = "HOLDALL_TEST_GARAGE";

async fn a_listing_has_every_page(storage: Storage) {
    let keys: Vec<Key<Media>> = std::iter::repeat_with(Key::random).take(1_105).collect();
    for batch in keys.chunks(50) {
        let empty = meta();
        let puts = batch.iter().map(|key| storage.put(key, Bytes::new(), &empty));
        futures::future::try_join_all(puts).await.unwrap();
    }
    let mut names: Vec<String> = keys.iter().map(Key::to_string).collect();
    names.sort_unstable();
    let listed: Vec<String> = storage.list::<Media>("").await.unwrap().into_iter().map(|line| line.key).collect();
    assert_eq!(listed, names);
    storage.delete_many(&keys).await.unwrap();
    assert_eq!(storage.list::<Media>("").await.unwrap(), []);
}

async fn a_stranger_cannot_read_a_private_object(storage: Storage) {
    let key = Key::<Private>::random();
    storage.put(&key, Bytes::from_static(b"for nobody else"), &meta()).await.unwrap();
    let signed = storage.deliver(&key, &how()).await.unwrap();
    let Delivery::Redirect(signed) = signed else { panic!("a bucket that redirects") };
    let bare = signed.split('?').next().unwrap();
    let (status, _, body) = get(bare).await;
    assert_eq!(status, 403);
    assert!(!String::from_utf8_lossy(&body).contains("for nobody else"));
}

/// The store completes the upload, but each of its responses is lost on the network.
async fn a_lost_answer_is_looked_after(storage: Storage) {
    let Backend::S3(s3) = &storage.inner.backend else { panic!("a bucket") };
    let mut settings = s3.settings().clone();
    settings.endpoint = Some(losing_completions(settings.endpoint.as_deref().unwrap()).await);
    let lossy = open_bucket(settings).await;
    let (key, content) = (Key::<Private>::random(), pattern(9_000_000));
    let mut writer = lossy.writer(&key, &meta(), "ada");
    writer.write(content.clone()).await.unwrap();
    assert_eq!(writer.finish().await.unwrap(), 9_000_000);
    assert!(bytes(&lossy, &key, None).await.unwrap() == content);
}

fn how() -> DeliverAs {
    DeliverAs {
        content_type: "text/plain; charset=utf-8".to_owned(),
        content_disposition: "attachment; filename=\"_ .txt\"; filename*=UTF-8''%C3%A4%20.txt".to_owned(),
    }
}

#[tokio::test]
#[ignore = "needs Garage: script/test runs it"]
async fn a_signed_address_delivers_as_told_and_nothing_else() {
    let storage = bucket(GARAGE).await;
    let key = Key::<Private>::random();
    storage.put(&key, pattern(100_000), &meta()).await.unwrap();
    let Delivery::Redirect(address) = storage.deliver(&key, &how()).await.unwrap() else { panic!("a redirect") };

    let (status, headers, body) = get(&address).await;
    assert_eq!(status, 200);
    assert_eq!(headers["content-disposition"], how().content_disposition);
    assert_eq!(headers["content-type"], how().content_type);
    assert!(body == pattern(100_000));

    let other = Key::<Private>::random();
    storage.put(&other, pattern(5), &meta()).await.unwrap();
    for tampered in [
        address.replace(key.as_str(), other.as_str()),
        address.replace("attachment", "inline"),
        address.replace("X-Amz-Expires=60", "X-Amz-Expires=6000"),
    ] {
        assert_ne!(tampered, address);
        assert_eq!(get(&tampered).await.0, 403, "{tampered}");
    }
}

#[tokio::test]
#[ignore = "needs Garage: script/test runs it"]
async fn the_public_endpoint_is_only_signed_for() {
    let mut settings = bucket_settings(GARAGE);
    settings.public_endpoint = Some("https://files.example.org".to_owned());
    let storage = open_bucket(settings).await;
    let key = Key::<Private>::random();
    storage.put(&key, pattern(5), &meta()).await.unwrap();
    let Delivery::Redirect(address) = storage.deliver(&key, &how()).await.unwrap() else { panic!("a redirect") };
    assert!(address.starts_with("https://files.example.org/"), "{address}");
}

#[tokio::test]
#[ignore = "needs Garage: script/test runs it"]
async fn a_wrong_secret_is_an_unavailable_store() {
    let mut settings = bucket_settings(GARAGE);
    let credentials = settings.credentials.as_mut().unwrap();
    credentials.secret = credentials.secret.chars().rev().collect();
    let storage = open_bucket(settings).await;
    let key = Key::<Private>::random();
    assert!(matches!(storage.check().await, Err(StorageError::Unavailable { .. })));
    assert!(matches!(storage.read(&key, None).await, Err(StorageError::Unavailable { .. })));
    assert!(matches!(storage.put(&key, pattern(5), &meta()).await, Err(StorageError::Unavailable { .. })));
}

#[tokio::test]
#[ignore = "needs Garage: script/test runs it"]
async fn a_missing_bucket_is_an_unavailable_store() {
    let mut settings = bucket_settings(GARAGE);
    settings.bucket = "nobody-made-this".to_owned();
    let storage = open_bucket(settings).await;
    let Err(StorageError::Unavailable { detail, .. }) = storage.check().await else { panic!("unavailable") };
    assert!(detail.contains("bucket is missing"), "{detail}");
    let read = storage.read(&Key::<Private>::random(), None).await;
    assert!(matches!(read, Err(StorageError::Unavailable { .. })));
}
