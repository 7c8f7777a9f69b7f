//! The contract of writing an object of unknown length: complete under its name, or not at all.

use futures::future::join_all;

use crate::server::storage::contract::{bytes, local, meta, on_every_backend, pattern};
use crate::server::storage::*;

const MIB: usize = 1024 * 1024;

on_every_backend!(
    any_length_comes_back,
    an_aborted_upload_leaves_nothing,
    a_dropped_upload_leaves_nothing,
    nothing_has_its_name_before_it_is_whole,
    two_can_write_at_once,
    many_writers_share_the_memory,
);

/// Writes the content in chunks of varying sizes, as a network delivers them.
async fn write(writer: &mut Writer, content: &Bytes) {
    let mut left = content.clone();
    for size in [1, 70_001, 16_384, 3, 999_983, 12].into_iter().cycle() {
        if left.is_empty() {
            break;
        }
        writer.write(left.split_to(size.min(left.len()))).await.unwrap();
    }
}

/// Counts what exists of an object: finished objects and incomplete uploads.
async fn traces(storage: &Storage, key: &Key<Private>) -> usize {
    let object = usize::from(storage.head(key).await.is_ok());
    match &storage.inner.backend {
        Backend::Local(local) => object + std::fs::read_dir(local.tmp()).unwrap().count(),
        Backend::S3(s3) => {
            object + s3.unfinished(&s3.address(LocationKind::Private, key.as_str())).await.unwrap().len()
        }
    }
}

async fn any_length_comes_back(storage: Storage) {
    for length in [0, 1, 512 * 1024, 8 * MIB, 8 * MIB + 1, 16 * MIB, 20 * MIB] {
        let (key, content) = (Key::<Private>::random(), pattern(length));
        let mut writer = storage.writer(&key, &meta(), "ada");
        write(&mut writer, &content).await;
        assert_eq!(writer.finish().await.unwrap(), length as u64);
        assert!(bytes(&storage, &key, None).await.unwrap() == content, "{length} bytes");
        assert_eq!(traces(&storage, &key).await, 1, "{length} bytes");
        // Ranges may also cross the boundary between two parts.
        if length > 9 * MIB {
            let range = 8 * MIB - 10..8 * MIB + 10;
            let got = bytes(&storage, &key, Some(range.start as u64..range.end as u64)).await.unwrap();
            assert_eq!(got, content[range]);
        }
        if !storage.is_local() {
            assert_eq!(storage.head(&key).await.unwrap().content_type.as_deref(), Some("image/png"));
        }
    }
}

async fn an_aborted_upload_leaves_nothing(storage: Storage) {
    for length in [0, 10, 2 * MIB, 18 * MIB] {
        let key = Key::random();
        let mut writer = storage.writer(&key, &meta(), "ada");
        write(&mut writer, &pattern(length)).await;
        writer.abort().await.unwrap();
        assert_eq!(traces(&storage, &key).await, 0, "{length} bytes");
    }
}

async fn a_dropped_upload_leaves_nothing(storage: Storage) {
    for length in [0, 10, 2 * MIB, 18 * MIB] {
        let key = Key::random();
        let mut writer = storage.writer(&key, &meta(), "ada");
        write(&mut writer, &pattern(length)).await;
        drop(writer);
        let gone = async {
            while traces(&storage, &key).await > 0 {
                tokio::time::sleep(Duration::from_millis(20)).await;
            }
        };
        tokio::time::timeout(Duration::from_secs(20), gone).await.expect("the background clears it away");
    }
}

async fn nothing_has_its_name_before_it_is_whole(storage: Storage) {
    let key = Key::<Private>::random();
    let mut writer = storage.writer(&key, &meta(), "ada");
    write(&mut writer, &pattern(18 * MIB)).await;
    assert!(matches!(storage.head(&key).await, Err(StorageError::NotFound)));
    assert_eq!(storage.list::<Private>("").await.unwrap(), []);
    // An upload that was abandoned is deleted entirely by the maintenance, and the writer then fails.
    if !storage.is_local() {
        storage.discard(&key).await.unwrap();
        assert!(writer.finish().await.is_err());
        assert_eq!(traces(&storage, &key).await, 0);
    }
}

async fn two_can_write_at_once(storage: Storage) {
    let keys = [Key::<Private>::random(), Key::random()];
    let contents = [pattern(9 * MIB), pattern(17 * MIB).slice(MIB..)];
    let mut writers = keys.each_ref().map(|key| storage.writer(key, &meta(), "ada"));
    for at in 0..16 {
        for (writer, content) in writers.iter_mut().zip(&contents) {
            writer
                .write(content.slice((at * MIB).min(content.len())..((at + 1) * MIB).min(content.len())))
                .await
                .unwrap();
        }
    }
    let [first, second] = writers;
    assert_eq!(first.finish().await.unwrap(), 9 * MIB as u64);
    assert_eq!(second.finish().await.unwrap(), 16 * MIB as u64);
    for (key, content) in keys.iter().zip(&contents) {
        assert!(bytes(&storage, key, None).await.unwrap() == *content);
    }
}

/// Forty writers need 80 buffers, and there are 16: a writer that holds one must never wait for another.
async fn many_writers_share_the_memory(storage: Storage) {
    let content = pattern(9 * MIB);
    let keys: Vec<Key<Private>> = std::iter::repeat_with(Key::random).take(40).collect();
    let writes = keys.iter().map(|key| {
        let (storage, key, content) = (storage.clone(), key.clone(), content.clone());
        tokio::spawn(async move {
            let mut writer = storage.writer(&key, &meta(), "ada");
            write(&mut writer, &content).await;
            writer.finish().await
        })
    });
    for written in join_all(writes).await {
        assert_eq!(written.unwrap().unwrap(), 9 * MIB as u64);
    }
    assert!(!storage.uploads_wait(), "every buffer came back");
    assert!(bytes(&storage, &keys[39], None).await.unwrap() == content);
    storage.delete_many(&keys).await.unwrap();
    assert_eq!(storage.list::<Private>("").await.unwrap(), []);
}

#[tokio::test]
async fn a_local_object_is_never_overwritten() {
    let (storage, _folder) = local().await;
    let key = Key::<Private>::random();
    storage.put(&key, Bytes::from_static(b"first"), &meta()).await.unwrap();
    let second = storage.put(&key, Bytes::from_static(b"second"), &meta()).await;
    assert!(matches!(second, Err(StorageError::Exists)));
    assert_eq!(bytes(&storage, &key, None).await.unwrap(), b"first");
}

#[tokio::test]
async fn local_files_are_for_holdall_alone() {
    use std::os::unix::fs::PermissionsExt;
    let (storage, folder) = local().await;
    let key = Key::<Private>::random();
    storage.put(&key, Bytes::from_static(b"mine"), &meta()).await.unwrap();
    let file = folder.path().join("private").join(key.as_str());
    let mode = |path: &std::path::Path| std::fs::metadata(path).unwrap().permissions().mode() & 0o777;
    assert_eq!(mode(&file), 0o600);
    assert_eq!(mode(file.parent().unwrap()), 0o700);
    assert_eq!(mode(&folder.path().join("private")), 0o700);
}

#[tokio::test]
async fn a_cancelled_write_cannot_be_finished() {
    let (storage, _folder) = local().await;
    let key = Key::<Private>::random();
    let mut writer = storage.writer(&key, &meta(), "ada");
    // The first batch is being written to the disk, so the second has to wait, and is dropped while it waits.
    writer.write(pattern(MIB)).await.unwrap();
    let cancelled = futures::FutureExt::now_or_never(writer.write(pattern(MIB))).is_none();
    assert_eq!(writer.finish().await.is_err(), cancelled);
    assert_eq!(storage.head(&key).await.is_err(), cancelled);
}
