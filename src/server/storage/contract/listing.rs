//! The contract of listings: in the byte order of names, a page at a time, whatever is written and deleted meanwhile.

use crate::server::storage::contract::stores::scripted;
use crate::server::storage::contract::{meta, on_every_backend, pattern};
use crate::server::storage::*;

on_every_backend!(
    pages_are_in_the_byte_order_of_names,
    a_page_begins_after_any_name,
    what_is_there_all_the_while_is_listed_once,
    a_random_location_is_listed_in_the_order_of_keys,
    unfinished_uploads_are_listed_once_while_they_are_taken_away,
);

/// Names whose byte order differs from the order of file systems and of languages. A folder can hold all of them.
const NAMES: [&str; 11] = ["0", "C", "Z/b", "a-b/c", "a.b", "a/b", "a/b.c", "a/ch", "a/cz", "a0", "b/x/y/z"];

async fn put(storage: &Storage, names: &[&str]) {
    for name in names {
        storage.put(&Key::<Static>::parse(name).unwrap(), pattern(name.len()), &meta()).await.unwrap();
    }
}

/// All names with this prefix after `after`, read in pages of `limit`.
async fn names(storage: &Storage, prefix: &str, after: &str, limit: usize) -> Vec<String> {
    let (mut found, mut after) = (Vec::new(), after.to_owned());
    loop {
        let page = storage.list_after::<Static>(prefix, &after, limit).await.unwrap();
        assert!(page.objects.len() <= limit && (page.is_last || !page.objects.is_empty()), "{page:?}");
        for object in page.objects {
            assert_eq!(object.size, object.key.len() as u64);
            after.clone_from(&object.key);
            found.push(object.key);
        }
        if page.is_last {
            return found;
        }
    }
}

async fn pages_are_in_the_byte_order_of_names(storage: Storage) {
    assert_eq!(names(&storage, "", "", 3).await, [""; 0]);
    // Some file systems ignore case: no two of these names differ in case alone.
    put(&storage, &NAMES).await;
    let mut sorted = NAMES;
    sorted.sort_unstable();
    assert_eq!(sorted, NAMES);
    for limit in [1, 2, 3, 5, 10, 11, 12, 1000] {
        assert_eq!(names(&storage, "", "", limit).await, NAMES, "pages of {limit}");
    }
    for limit in [1, 2, 1000] {
        assert_eq!(names(&storage, "a", "", limit).await, NAMES[3..10]);
        assert_eq!(names(&storage, "a/", "", limit).await, NAMES[5..9]);
        assert_eq!(names(&storage, "a/b", "", limit).await, NAMES[5..7]);
        assert_eq!(names(&storage, "c", "", limit).await, [""; 0]);
    }
}

async fn a_page_begins_after_any_name(storage: Storage) {
    put(&storage, &NAMES).await;
    // `after` need not be the name of an existing object.
    for after in NAMES.iter().chain(&["", "A", "Z", "Z/", "a", "a-", "a/", "a/b/c", "a/c", "b/x", "b/x/y", "c", "~"]) {
        let rest: Vec<_> = NAMES.iter().filter(|name| name > &after).collect();
        for limit in [1, 1000] {
            assert_eq!(names(&storage, "", after, limit).await.iter().collect::<Vec<_>>(), rest, "after {after:?}");
        }
        let rest: Vec<_> = rest.into_iter().filter(|name| name.starts_with("a/")).collect();
        assert_eq!(names(&storage, "a/", after, 2).await.iter().collect::<Vec<_>>(), rest, "below a/ after {after:?}");
    }
}

async fn what_is_there_all_the_while_is_listed_once(storage: Storage) {
    let stay: Vec<String> = (0..30).map(|number| format!("{:x}/{number:02}", number % 5)).collect();
    put(&storage, &stay.iter().map(String::as_str).collect::<Vec<_>>()).await;
    let (mut found, mut after, mut number) = (Vec::new(), String::new(), 0);
    loop {
        let page = storage.list_after::<Static>("", &after, 4).await.unwrap();
        if let Some(last) = page.objects.last() {
            after.clone_from(&last.key);
        }
        found.extend(page.objects.into_iter().map(|object| object.key));
        if page.is_last {
            break;
        }
        // Writes names before and after the last name listed, and once deletes that one too.
        number += 1;
        put(&storage, &[&format!("0/new{number}"), &format!("4/new{number}"), &format!("{after}-{number}")]).await;
        if number == 3 {
            storage.delete(&Key::<Static>::parse(&after).unwrap()).await.unwrap();
        }
    }
    let mut expected = stay;
    expected.sort_unstable();
    assert!(found.is_sorted() && found.windows(2).all(|two| two[0] != two[1]), "{found:?}");
    found.retain(|name| !name.contains('-') && !name.contains("new"));
    assert_eq!(found, expected);
}

async fn a_random_location_is_listed_in_the_order_of_keys(storage: Storage) {
    let mut keys: Vec<Key<Private>> = std::iter::repeat_with(Key::random).take(40).collect();
    for key in &keys {
        storage.put(key, Bytes::new(), &meta()).await.unwrap();
    }
    storage.write_instance_id("ours").await.unwrap();
    keys.sort_unstable_by_key(Key::to_string);
    let (mut found, mut after) = (Vec::new(), String::new());
    loop {
        let page = storage.list_after::<Private>("", &after, 7).await.unwrap();
        found.extend(page.objects.into_iter().map(|object| object.key));
        if page.is_last {
            break;
        }
        after = found.last().unwrap().clone();
    }
    assert_eq!(found.remove(0), INSTANCE_OBJECT);
    assert_eq!(found, keys.iter().map(Key::to_string).collect::<Vec<_>>());
}

async fn unfinished_uploads_are_listed_once_while_they_are_taken_away(storage: Storage) {
    let keys: Vec<Key<Private>> = std::iter::repeat_with(Key::random).take(12).collect();
    for key in &keys {
        let upload = storage.start_parts(key, &meta()).await.unwrap();
        let part =
            PartSpec { key, upload: upload.as_deref(), number: 1, offset: 0, size: 3, object_size: 3, is_first: true };
        let mut writer = storage.part_writer(&part, &meta()).await.unwrap();
        writer.write(pattern(3)).await.unwrap();
        writer.finish().await.unwrap();
    }
    let (mut found, mut from) = (Vec::new(), None);
    loop {
        let page = storage.incomplete_uploads::<Private>(from, 5).await.unwrap();
        for upload in page.uploads {
            storage.abort_incomplete_upload::<Private>(&upload).await.unwrap();
            found.push(upload.key);
        }
        from = page.next;
        if from.is_none() {
            break;
        }
    }
    found.sort_unstable();
    let mut expected: Vec<_> = keys.iter().map(Key::to_string).collect();
    expected.sort_unstable();
    assert_eq!(found, expected);
    assert_eq!(storage.incomplete_uploads::<Private>(None, 5).await.unwrap(), IncompleteUploadPage::default());
}

/// A page of a listing without objects that says there are more pages, followed by the given page.
macro_rules! empty_page {
    ($rest:literal) => {
        concat!(
            "HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n<ListBucketResult><IsTruncated>true</IsTruncated>",
            $rest,
            "</ListBucketResult>"
        )
    };
}

const LAST_PAGE: &str =
    "HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n<ListBucketResult><IsTruncated>false</IsTruncated></ListBucketResult>";

#[tokio::test]
async fn an_empty_page_is_not_taken_for_the_end() {
    let storage = scripted(&[
        empty_page!("<NextContinuationToken>1</NextContinuationToken>"),
        empty_page!("<NextContinuationToken>2</NextContinuationToken>"),
        LAST_PAGE,
    ])
    .await;
    let page = storage.list_after::<Private>("", "", PAGE).await.unwrap();
    assert_eq!(page, ObjectPage { objects: Vec::new(), odd: Vec::new(), is_last: true });
    let page = scripted(&[empty_page!("")]).await.list_after::<Private>("", "", PAGE).await;
    assert!(matches!(page, Err(StorageError::Broken { .. })), "{page:?}");
}
