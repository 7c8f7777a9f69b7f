//! The contract of every backend: one suite of tests, run on a temporary folder, on Garage and on moto. This file has
//! the matrix and the tests of single objects; the other files of this folder have the rest.
//!
//! `script/test` starts the stores and describes them in `HOLDALL_TEST_GARAGE` and `HOLDALL_TEST_MOTO`, each
//! `endpoint|bucket|key id|secret|region`. Without these variables the tests show as ignored; run explicitly
//! nevertheless, they fail.

#[cfg(test)]
pub(super) mod bucket;
#[cfg(test)]
pub(super) mod deletions;
#[cfg(test)]
pub(super) mod exposure;
#[cfg(test)]
pub(super) mod listing;
#[cfg(test)]
pub(super) mod parts;
#[cfg(test)]
pub(super) mod refusals;
#[cfg(test)]
pub(super) mod resuming;
#[cfg(test)]
pub(super) mod scripted;
#[cfg(test)]
pub(super) mod stores;
#[cfg(test)]
pub(super) mod writers;

use futures::TryStreamExt;

use crate::server::clock::Clock;
use crate::server::storage::local::naming::Namer;
use crate::server::storage::*;

impl Storage {
    /// Whether objects are files on this machine: the folder stores less about them, and knows its free space.
    pub(super) fn is_local(&self) -> bool {
        matches!(self.inner.backend, Backend::Local(_))
    }
}

/// Runs each test on each backend.
macro_rules! on_every_backend {
    ($($test:ident),+ $(,)?) => {
        mod on_local {
            $(#[tokio::test(flavor = "multi_thread")]
            async fn $test() {
                let (storage, _folder) = crate::server::storage::contract::local().await;
                super::$test(storage).await;
            })+
        }
        mod on_local_without_links {
            $(#[tokio::test(flavor = "multi_thread")]
            async fn $test() {
                for method in [crate::server::storage::Naming::Rename, crate::server::storage::Naming::Lock] {
                    let (storage, _folder) = crate::server::storage::contract::local_named(method).await;
                    super::$test(storage).await;
                }
            })+
        }
        crate::server::storage::contract::on_every_bucket!($($test),+);
    };
}

/// Runs each test on each store that is a bucket.
macro_rules! on_every_bucket {
    ($($test:ident),+ $(,)?) => {
        mod on_garage {
            $(#[tokio::test(flavor = "multi_thread")]
            #[ignore = "needs Garage: script/test runs it"]
            async fn $test() {
                super::$test(crate::server::storage::contract::bucket("HOLDALL_TEST_GARAGE").await).await;
            })+
        }
        mod on_moto {
            $(#[tokio::test(flavor = "multi_thread")]
            #[ignore = "needs moto: script/test runs it"]
            async fn $test() {
                super::$test(crate::server::storage::contract::bucket("HOLDALL_TEST_MOTO").await).await;
            })+
        }
    };
}

pub(super) use {on_every_backend, on_every_bucket};

on_every_backend!(
    an_object_comes_back_as_it_went_in,
    an_empty_object_is_an_object,
    any_range_can_be_read,
    what_is_missing_is_not_found,
    deleting_again_is_no_error,
    many_are_deleted_at_once,
    a_listing_keeps_to_its_prefix,
    a_listing_says_when_an_object_was_written,
    the_store_is_there,
);

/// A storage in a temporary folder, and that folder.
pub async fn local() -> (Storage, tempfile::TempDir) {
    let folder = tempfile::tempdir().unwrap();
    let backend = BackendSettings::Local { root: folder.path().to_owned() };
    (Storage::open(settings(backend, ""), Clock::system()).await.unwrap(), folder)
}

/// The same on a file system that gives names only by this method.
pub async fn local_named(method: Naming) -> (Storage, tempfile::TempDir) {
    let (storage, folder) = local().await;
    let mut inner = Arc::into_inner(storage.inner).unwrap();
    let Backend::Local(local) = &mut inner.backend else { panic!("a folder") };
    local.namer = Namer::new(method, local.tmp());
    (Storage { inner: Arc::new(inner) }, folder)
}

/// A storage in the bucket that the variable describes, in locations that no other test uses.
pub async fn bucket(variable: &str) -> Storage {
    let settings = bucket_settings(variable);
    open_bucket(settings).await
}

/// The settings of the bucket that the variable describes.
#[expect(clippy::disallowed_methods, reason = "script/test describes the stores that it starts in the environment")]
pub fn bucket_settings(variable: &str) -> S3Settings {
    let text = std::env::var(variable).unwrap_or_else(|_| panic!("{variable} must name a running store"));
    let parts: Vec<String> = text.split('|').map(str::to_owned).collect();
    let [endpoint, bucket, id, secret, region] = <[String; 5]>::try_from(parts).expect("five parts between bars");
    S3Settings {
        bucket,
        endpoint: Some(endpoint),
        region: Some(region),
        path_style: true,
        credentials: Some(Credentials { id, secret, session_token: None }),
        ..S3Settings::default()
    }
}

/// A storage with these settings, in locations that no other test uses.
pub async fn open_bucket(settings: S3Settings) -> Storage {
    open_exposed(settings, Exposures::default()).await
}

/// The same, with these exposures of the public locations.
pub async fn open_exposed(bucket: S3Settings, exposures: Exposures) -> Storage {
    let own = format!("test-{}/", &Key::<Private>::random().as_str()[3..15]);
    let settings = Settings { exposures, ..settings(BackendSettings::S3(Box::new(bucket)), &own) };
    Storage::open(settings, Clock::system()).await.unwrap()
}

/// The settings of a bucket at a store that a test plays.
fn settings_at(endpoint: String) -> S3Settings {
    S3Settings {
        bucket: "holdall".to_owned(),
        endpoint: Some(endpoint),
        path_style: true,
        credentials: Some(Credentials { id: "id".to_owned(), secret: "secret".to_owned(), session_token: None }),
        ..S3Settings::default()
    }
}

/// The settings of a backend whose locations lie below `own`.
fn settings(backend: BackendSettings, own: &str) -> Settings {
    let [static_, media, private] = ["static", "media", "private"].map(|name| format!("{own}{name}"));
    Settings {
        backend,
        locations: LocationNames { static_, media, private },
        delivery: DeliveryMode::Redirect,
        uploads: UploadMode::Direct,
        link_age: Duration::from_secs(60),
        exposures: Exposures::default(),
    }
}

/// The metadata that most tests use.
pub fn meta() -> ObjectMeta {
    ObjectMeta { content_type: "image/png".to_owned(), ..ObjectMeta::default() }
}

/// Bytes of which no two sections are alike.
pub fn pattern(length: usize) -> Bytes {
    (0..length.div_ceil(8) as u64)
        .flat_map(|word| word.wrapping_mul(0x9e37_79b9_7f4a_7c15).to_le_bytes())
        .take(length)
        .collect()
}

/// Reads an object, or a range of it, and compares the number of bytes with the announced size.
pub async fn bytes<L: Location>(
    storage: &Storage,
    key: &Key<L>,
    range: Option<Range<u64>>,
) -> Result<Vec<u8>, StorageError> {
    let object = storage.read(key, range).await?;
    let chunks: Vec<Bytes> = object.body.try_collect().await?;
    let all = chunks.concat();
    assert_eq!(all.len() as u64, object.size);
    Ok(all)
}

async fn an_object_comes_back_as_it_went_in(storage: Storage) {
    let (key, content) = (Key::<Media>::random(), pattern(3_000_000));
    let meta = ObjectMeta { cache_control: Some("public, max-age=60"), ..meta() };
    storage.put(&key, content.clone(), &meta).await.unwrap();
    assert_eq!(bytes(&storage, &key, None).await.unwrap(), content);

    let (head, object) = (storage.head(&key).await.unwrap(), storage.read(&key, None).await.unwrap());
    assert_eq!(head.size, 3_000_000);
    // The local folder does not store the media type: the database does.
    let kept = (!storage.is_local()).then(|| "image/png".to_owned());
    assert_eq!(head.content_type, kept);
    assert_eq!(object.content_type, kept);
    assert_eq!(head.etag, object.etag);
}

async fn an_empty_object_is_an_object(storage: Storage) {
    let key = Key::<Private>::random();
    storage.put(&key, Bytes::new(), &meta()).await.unwrap();
    assert_eq!(storage.head(&key).await.unwrap().size, 0);
    assert_eq!(bytes(&storage, &key, None).await.unwrap(), b"");
    assert_eq!(bytes(&storage, &key, Some(0..0)).await.unwrap(), b"");
}

async fn any_range_can_be_read(storage: Storage) {
    let (key, content) = (Key::<Private>::random(), pattern(1_500_000));
    storage.put(&key, content.clone(), &meta()).await.unwrap();
    for range in [0..1, 1_499_999..1_500_000, 700_000..1_400_000, 0..1_500_000, 9..9] {
        let got = bytes(&storage, &key, Some(range.start as u64..range.end as u64)).await.unwrap();
        assert!(got == content[range.clone()], "{range:?}");
    }
    for range in [0..1_500_001, 1_499_999..1_500_001, 1_500_000..1_500_001, 2_000_000..2_000_000] {
        assert!(matches!(storage.read(&key, Some(range.clone())).await, Err(StorageError::Broken { .. })), "{range:?}");
    }
}

async fn what_is_missing_is_not_found(storage: Storage) {
    let key = Key::<Private>::random();
    assert!(matches!(storage.read(&key, None).await, Err(StorageError::NotFound)));
    assert!(matches!(storage.read(&key, Some(0..5)).await, Err(StorageError::NotFound)));
    assert!(matches!(storage.read(&key, Some(0..0)).await, Err(StorageError::NotFound)));
    assert!(matches!(storage.head(&key).await, Err(StorageError::NotFound)));
}

async fn deleting_again_is_no_error(storage: Storage) {
    let key = Key::<Private>::random();
    storage.put(&key, pattern(10), &meta()).await.unwrap();
    for _ in 0..2 {
        storage.delete(&key).await.unwrap();
        storage.discard(&key).await.unwrap();
        assert!(matches!(storage.head(&key).await, Err(StorageError::NotFound)));
    }
}

async fn many_are_deleted_at_once(storage: Storage) {
    let keys: Vec<_> = std::iter::repeat_with(Key::<Media>::random).take(5).collect();
    for key in &keys[1..] {
        storage.put(key, pattern(10), &meta()).await.unwrap();
    }
    storage.delete_many(&keys[..4]).await.unwrap();
    let left = storage.list::<Media>("").await.unwrap();
    assert_eq!(left.into_iter().map(|line| (line.key, line.size)).collect::<Vec<_>>(), [(keys[4].to_string(), 10)]);
    storage.delete_many::<Media>(&[]).await.unwrap();
}

async fn a_listing_keeps_to_its_prefix(storage: Storage) {
    assert_eq!(storage.list::<Static>("").await.unwrap(), []);
    for (at, path) in ["one/pkg/a.css", "one/pkg/b.js", "one.json", "two/x"].iter().enumerate() {
        storage.put(&Key::<Static>::parse(path).unwrap(), pattern(at), &meta()).await.unwrap();
    }
    storage.put(&Key::<Private>::random(), pattern(1), &meta()).await.unwrap();
    let list = async |prefix: &str| -> Vec<(String, u64)> {
        storage.list::<Static>(prefix).await.unwrap().into_iter().map(|line| (line.key, line.size)).collect()
    };
    let line = |key: &str, size| (key.to_owned(), size);
    let all = [line("one.json", 2), line("one/pkg/a.css", 0), line("one/pkg/b.js", 1), line("two/x", 3)];
    assert_eq!(list("").await, all);
    assert_eq!(list("one").await, all[..3]);
    assert_eq!(list("one/").await, all[1..3]);
    assert_eq!(list("one/pkg/b").await, all[2..3]);
    assert_eq!(list("../private/").await, []);
    assert_eq!(list("three/").await, []);
}

async fn a_listing_says_when_an_object_was_written(storage: Storage) {
    // Stores may report times in whole seconds.
    let before = Clock::system().now() - 1000;
    storage.put(&Key::<Static>::parse("one/a.css").unwrap(), pattern(1), &meta()).await.unwrap();
    let [line] = &storage.list::<Static>("").await.unwrap()[..] else { panic!("one object") };
    assert!((before..=Clock::system().now() + 1000).contains(&line.written), "{} is not now", line.written);
}

async fn the_store_is_there(storage: Storage) {
    storage.check().await.unwrap();
    assert_eq!(storage.volume().unwrap().is_some(), storage.is_local());
    let key = Key::<Media>::random();
    assert_eq!(storage.url(&key).unwrap(), format!("/media/{key}"));
}
