//! The contract of objects uploaded in parts: in any order, completely or not at all, and deleted without a trace.

use crate::server::storage::contract::{bytes, meta, on_every_backend, pattern};
use crate::server::storage::*;

const PART: u64 = 5 << 20;

on_every_backend!(
    what_was_lost_is_not_made_up,
    what_was_begun_is_listed_and_cleared_away,
    a_store_has_one_mark,
    parts_in_any_order_make_the_object,
    a_part_that_is_not_finished_does_not_count,
    a_part_can_be_sent_again,
    an_object_is_known_again_by_its_token,
);

/// An upload of an object with two parts and three bytes, of which nothing has arrived yet.
struct Started {
    key: Key<Private>,
    upload: Option<String>,
    content: Bytes,
}

impl Started {
    async fn new(storage: &Storage) -> Self {
        let (key, content) = (Key::random(), pattern(2 * PART as usize + 3));
        let meta = ObjectMeta { token: Some("token".to_owned()), ..meta() };
        let upload = storage.start_parts(&key, &meta).await.unwrap();
        assert_eq!(upload.is_none(), storage.is_local());
        Self { key, upload, content }
    }

    fn part(&self, number: u32) -> PartSpec<'_> {
        let (total_size, offset) = (self.content.len() as u64, u64::from(number - 1) * PART);
        let size = PART.min(total_size - offset);
        PartSpec {
            key: &self.key,
            upload: self.upload.as_deref(),
            number,
            offset,
            size,
            object_size: total_size,
            is_first: true,
        }
    }

    /// A writer that has been given all bytes of a part, and is not finished.
    async fn writer(&self, storage: &Storage, number: u32) -> PartWriter {
        let part = self.part(number);
        let mut writer = storage.part_writer(&part, &meta()).await.unwrap();
        let mut left = self.content.slice(part.offset as usize..(part.offset + part.size) as usize);
        while !left.is_empty() {
            writer.write(left.split_to(left.len().min(70_001))).await.unwrap();
        }
        writer
    }

    async fn stored(&self, storage: &Storage) -> Vec<StoredPart> {
        match &self.upload {
            Some(upload) => storage.parts_of(&self.key, upload).await.unwrap(),
            None => Vec::new(),
        }
    }

    async fn join(&self, storage: &Storage) -> Result<(), StorageError> {
        let parts = self.stored(storage).await;
        storage.join_parts(&self.key, self.upload.as_deref(), self.content.len() as u64, parts).await
    }
}

/// All incomplete uploads, read page after page.
async fn incomplete_uploads(storage: &Storage) -> Vec<IncompleteUpload> {
    let (mut found, mut from) = (Vec::new(), None);
    loop {
        let page = storage.incomplete_uploads::<Private>(from, PAGE).await.unwrap();
        found.extend(page.uploads);
        from = page.next;
        if from.is_none() {
            return found;
        }
    }
}

async fn parts_in_any_order_make_the_object(storage: Storage) {
    let started = Started::new(&storage).await;
    let (mut third, mut first) = tokio::join!(started.writer(&storage, 3), started.writer(&storage, 1));
    third.finish().await.unwrap();
    first.finish().await.unwrap();
    started.writer(&storage, 2).await.finish().await.unwrap();
    if !storage.is_local() {
        let sizes: Vec<_> = started.stored(&storage).await.iter().map(|part| (part.number, part.size)).collect();
        assert_eq!(sizes, [(1, PART), (2, PART), (3, 3)]);
    }
    assert!(matches!(storage.head(&started.key).await, Err(StorageError::NotFound)));
    started.join(&storage).await.unwrap();
    assert!(bytes(&storage, &started.key, None).await.unwrap() == started.content);
    assert_eq!(incomplete_uploads(&storage).await, []);
    if storage.is_local() {
        started.join(&storage).await.unwrap();
        let other = Started::new(&storage).await;
        assert!(matches!(other.join(&storage).await, Err(StorageError::NotFound)));
    }
}

async fn a_part_that_is_not_finished_does_not_count(storage: Storage) {
    let started = Started::new(&storage).await;
    started.writer(&storage, 1).await.abort().await;
    drop(started.writer(&storage, 2).await);
    assert_eq!(started.stored(&storage).await, []);
    storage.discard(&started.key).await.unwrap();
    assert_eq!(incomplete_uploads(&storage).await, []);
}

async fn what_was_lost_is_not_made_up(storage: Storage) {
    let started = Started::new(&storage).await;
    let later = PartSpec { is_first: false, ..started.part(2) };
    // A bucket checks this itself.
    if storage.is_local() {
        assert!(matches!(storage.part_writer(&later, &meta()).await, Err(StorageError::NotFound)));
    }
    started.writer(&storage, 1).await.finish().await.unwrap();
    drop(storage.part_writer(&later, &meta()).await.unwrap());
}

async fn a_part_can_be_sent_again(storage: Storage) {
    let started = Started::new(&storage).await;
    let mut other = storage.part_writer(&started.part(1), &meta()).await.unwrap();
    other.write(Bytes::from(vec![7; PART as usize])).await.unwrap();
    other.finish().await.unwrap();
    for number in [1, 2, 3] {
        started.writer(&storage, number).await.finish().await.unwrap();
    }
    started.join(&storage).await.unwrap();
    assert!(bytes(&storage, &started.key, None).await.unwrap() == started.content);
}

async fn what_was_begun_is_listed_and_cleared_away(storage: Storage) {
    let started = Started::new(&storage).await;
    started.writer(&storage, 1).await.finish().await.unwrap();
    let listed = incomplete_uploads(&storage).await;
    let [found] = &listed[..] else { panic!("one: {listed:?}") };
    assert_eq!((found.key.as_str(), &found.upload), (started.key.as_str(), &started.upload));
    for _ in 0..2 {
        storage.abort_incomplete_upload::<Private>(found).await.unwrap();
    }
    assert_eq!(incomplete_uploads(&storage).await, []);
    if let Some(upload) = &started.upload {
        assert!(matches!(storage.parts_of(&started.key, upload).await, Err(StorageError::NotFound)));
    }
}

async fn an_object_is_known_again_by_its_token(storage: Storage) {
    let started = Started::new(&storage).await;
    for number in [1, 2, 3] {
        started.writer(&storage, number).await.finish().await.unwrap();
    }
    started.join(&storage).await.unwrap();
    let head = storage.head(&started.key).await.unwrap();
    assert_eq!(
        (head.size, head.token),
        (started.content.len() as u64, (!storage.is_local()).then(|| "token".to_owned()))
    );
}

async fn a_store_has_one_mark(storage: Storage) {
    assert_eq!(storage.instance_id().await.unwrap(), None);
    storage.write_instance_id("ours").await.unwrap();
    assert_eq!(storage.instance_id().await.unwrap().as_deref(), Some("ours"));
    let names: Vec<_> = storage.list::<Private>("").await.unwrap().into_iter().map(|line| line.key).collect();
    assert!(names.iter().any(|name| name == INSTANCE_OBJECT) && Key::<Private>::parse(INSTANCE_OBJECT).is_err());
}
