//! Addresses read back as they were built, and none is written out anywhere else.

use std::path::Path;

use percent_encoding::percent_decode_str;

use super::*;
use crate::model::entry::{Cursor, EntryKind};

const ID: &str = "06dqs4v3g1s7n8b2k9m0a1c2e3";

fn entry() -> EntryId {
    EntryId::parse(ID).expect("an id")
}

/// The decoded values of a path that matches this pattern.
fn read(pattern: &'static str, path: &str) -> Vec<String> {
    let values = values(pattern, path).unwrap_or_else(|| panic!("{path} is no {pattern}"));
    values.iter().map(|(_, value)| percent_decode_str(value).decode_utf8().expect("UTF-8").into_owned()).collect()
}

#[test]
fn every_address_that_is_built_is_read_again() {
    let (entry, upload) = (entry(), UploadId::parse(ID).expect("an id"));
    for (pattern, path) in [
        (FOLDER, folder(Some(&entry))),
        (NEW_FOLDER_IN, new_folder(Some(&entry))),
        (ABOUT, about(&entry)),
        (RENAME, rename(&entry)),
        (DELETE, delete(&entry)),
        (CONTENT, content(&entry)),
        (UPLOAD_DISCARD, upload_discard(&upload)),
    ] {
        assert_eq!(read(pattern, &path), [ID], "{path}");
    }
    assert_eq!(read(UPLOAD_PART, &upload_part(&upload, 12)), [ID, "12"]);
    assert_eq!(read(DOWNLOAD, &download(&DownloadId::parse(ID).expect("an id"))), [ID]);
    for done in [Done::Name, Done::Avatar, Done::AvatarRemoved, Done::Password] {
        assert_eq!(split_done(&account_done(done)), (ACCOUNT, Some(done)));
    }
    assert_eq!(split_done(FILES), (FILES, None));
}

#[test]
fn every_page_of_the_app_is_read_from_its_address() {
    let id = entry();
    for (address, page) in [
        (folder(None), Page::Files(None)),
        (folder(Some(&id)), Page::Files(Some(id.clone()))),
        (new_folder(None), Page::NewFolder(None)),
        (new_folder(Some(&id)), Page::NewFolder(Some(id.clone()))),
        (about(&id), Page::About(id.clone())),
        (rename(&id), Page::Rename(id.clone())),
        (delete(&id), Page::Delete(id.clone())),
        (ACCOUNT.to_owned(), Page::Account),
    ] {
        assert_eq!(Page::parse(&address), Some(page), "{address}");
    }
    for other in [LANDING, SIGN_IN, "/files/x", "/files/", "/files/new-folder/about", &content(&id), ""] {
        assert_eq!(Page::parse(other), None, "{other}");
    }
}

#[test]
fn a_folder_is_read_from_the_addresses_of_its_pages_alone() {
    let id = entry();
    let folder_of = |address: &str| Page::parse(address).and_then(Page::folder);
    for address in [folder(Some(&id)), new_folder(Some(&id))] {
        assert_eq!(folder_of(&address), Some(id.clone()), "{address}");
    }
    for address in [FILES, NEW_FOLDER, ACCOUNT, "/files/x", &delete(&id)] {
        assert_eq!(folder_of(address), None, "{address}");
    }
}

#[test]
fn an_address_is_one_plain_segment_whatever_the_value() {
    assert_eq!(fill(DOWNLOAD, ["../a b?#%é/{id}"]), "/downloads/..%2Fa%20b%3F%23%25%C3%A9%2F%7Bid%7D");
}

#[test]
fn a_number_is_written_in_one_way() {
    assert_eq!(["0", "1", "10000", "4294967295"].map(number), [Some(0), Some(1), Some(10_000), Some(u32::MAX)]);
    for other in ["", "+1", "-1", "01", "00", " 1", "1 ", "1.0", "0x1", "1_0", "4294967296", "१"] {
        assert_eq!(number(other), None, "{other}");
    }
}

#[test]
fn a_query_holds_its_value_whole() {
    assert_eq!(sign_up(&ReturnTo::parse("/files?a=1&b=%2F")), "/sign-up?next=%2Ffiles%3Fa%3D1%26b%3D%252F");
    assert_eq!(sign_in(&ReturnTo::parse("/account")), "/sign-in?next=%2Faccount");
    let row = Cursor { kind: EntryKind::Folder, id: entry() };
    assert_eq!(list(None, ListOrder::Newest, &PagePosition::Below(row.clone())), format!("/files?below=folder-{ID}"));
    let above = PagePosition::Above(row);
    assert_eq!(list(Some(&entry()), ListOrder::Newest, &above), format!("/files/{ID}?above=folder-{ID}"));
    assert_eq!(list(None, ListOrder::Name, &above), format!("/files?above=folder-{ID}&sort=name"));
    assert_eq!(list(None, ListOrder::NameReversed, &PagePosition::Top), "/files?sort=name-reversed");
    for (expected, word) in ListOrder::ALL {
        assert_eq!(order(|name| (name == SORT).then(|| word.to_owned())), expected);
    }
    assert_eq!(order(|_| Some("size".to_owned())), ListOrder::Newest);
    assert_eq!(list(None, ListOrder::Newest, &PagePosition::Top), FILES);
}

#[test]
fn what_belongs_together_begins_alike() {
    assert!(STATIC_FILE.starts_with(STATIC) && MEDIA_FILE.starts_with(MEDIA));
    for pattern in [FOLDER, NEW_FOLDER_IN, ABOUT, RENAME, DELETE, CONTENT] {
        assert_eq!(values(pattern, pattern).and_then(|values| Some(values.first()?.0)), Some("id"), "{pattern}");
    }
}

/// No other file in `src` contains an address of the site as a literal, so that changing one here changes it
/// everywhere.
#[test]
fn addresses_stand_here_alone() {
    let ours = [
        "/sign-",
        "/files",
        "/downloads",
        "/account",
        "/uploads",
        "/static",
        "/media",
        "/pkg",
        "/health",
        "?next",
        "?done",
    ];
    let mut open = vec![Path::new(env!("CARGO_MANIFEST_DIR")).join("src")];
    let mut found = Vec::new();
    while let Some(path) = open.pop() {
        if path.is_dir() {
            open.extend(std::fs::read_dir(&path).expect("a folder").map(|entry| entry.expect("an entry").path()));
            continue;
        }
        // Tests may spell out the addresses they expect.
        if ["/model/paths/", "/tests", "/contract/"].iter().any(|other| path.to_string_lossy().contains(other)) {
            continue;
        }
        let text = std::fs::read_to_string(&path).expect("a source file");
        let code = text.split("#[cfg(test)]").next().unwrap_or_default();
        let literal = |line: &&str| ours.iter().any(|address| line.contains(&format!("\"{address}")));
        found.extend(code.lines().filter(literal).map(|line| format!("{}: {}", path.display(), line.trim())));
    }
    assert_eq!(found, Vec::<String>::new());
}
