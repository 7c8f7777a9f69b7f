//! The pages of a list: 50 files each, newest first, forwards and backwards.

use crate::answer::Answer;
use crate::app::App;
use crate::database::{Database, on_both_databases};
use crate::form::Form;
use crate::visitor::Visitor;

on_both_databases! {
    a_long_list_has_pages_of_50_in_both_directions,
    a_page_does_not_move_when_something_is_uploaded,
    an_address_that_names_no_place_shows_the_newest,
    a_page_that_has_become_empty_shows_the_newest,
    a_long_list_of_folders_and_files_is_read_in_both_directions,
    a_page_after_a_folder_that_is_gone_is_the_first,
}

/// Uploads this many files, named by their number.
async fn with_files(app: &App, count: usize) -> Visitor {
    let ada = app.signed_in("ada").await;
    let form = (0..count).fold(Form::new(), |form, number| form.file("files", &number.to_string(), b"x"));
    assert_eq!(ada.send_form("/files", form).await.leads_to(), "/files");
    ada
}

fn numbers(page: &Answer) -> Vec<usize> {
    page.file_names().iter().map(|name| name.parse().expect("a number")).collect()
}

async fn a_long_list_has_pages_of_50_in_both_directions(database: Database) {
    let app = App::start(&database).await;
    let ada = with_files(&app, 120).await;
    let newest = ada.get("/files").await;
    assert_eq!(numbers(&newest), (70..120).rev().collect::<Vec<_>>());
    assert_eq!(newest.link("prev"), None);
    let middle = ada.get(&newest.link("next").expect("older ones")).await;
    assert_eq!(numbers(&middle), (20..70).rev().collect::<Vec<_>>());
    let oldest = ada.get(&middle.link("next").expect("older ones")).await;
    assert_eq!(numbers(&oldest), (0..20).rev().collect::<Vec<_>>());
    assert_eq!(oldest.link("next"), None);
    let back = ada.get(&oldest.link("prev").expect("newer ones")).await;
    assert_eq!(numbers(&back), (20..70).rev().collect::<Vec<_>>());
    let top = ada.get(&back.link("prev").expect("newer ones")).await;
    assert_eq!(numbers(&top), (70..120).rev().collect::<Vec<_>>());
    assert_eq!(top.link("prev"), None, "there is nothing newer");
    assert!(top.link("next").is_some());
}

async fn a_page_does_not_move_when_something_is_uploaded(database: Database) {
    let app = App::start(&database).await;
    let ada = with_files(&app, 55).await;
    let older = ada.get("/files").await.link("next").expect("older ones");
    let before = numbers(&ada.get(&older).await);
    ada.keeps("1000", b"x").await;
    assert_eq!(numbers(&ada.get(&older).await), before);
    assert_eq!(before, [4, 3, 2, 1, 0]);
}

async fn an_address_that_names_no_place_shows_the_newest(database: Database) {
    let app = App::start(&database).await;
    let ada = with_files(&app, 3).await;
    for query in ["below=x", "above=", "below=%00", "below=../..", "below=folder-", "nothing=1", "above=%E4"] {
        assert_eq!(numbers(&ada.get(&format!("/files?{query}")).await), [2, 1, 0], "{query}");
    }
}

async fn a_page_that_has_become_empty_shows_the_newest(database: Database) {
    let app = App::start(&database).await;
    let ada = with_files(&app, 3).await;
    let files = ada.get("/files").await.files();
    let (newest, oldest) = (&files[0].id, &files[2].id);
    for query in [format!("below={oldest}"), format!("above={newest}")] {
        let page = ada.get(&format!("/files?{query}")).await;
        assert_eq!(numbers(&page), [2, 1, 0], "{query}");
        assert_eq!((page.link("prev"), page.link("next")), (None, None), "{query}");
    }
}

async fn with_folders_and_files(app: &App, folders: usize, files: usize) -> (Visitor, String, Vec<String>) {
    let ada = app.signed_in("ada").await;
    let list = ada.makes_folder("/files", "Full").await;
    for number in 0..folders {
        ada.makes_folder(&list, &format!("folder {number}")).await;
    }
    let form = (0..files).fold(Form::new(), |form, number| form.file("files", &format!("file {number}"), b"x"));
    ada.send_form(&list, form).await.leads_to();
    let folders = (0..folders).map(|number| format!("folder {number}"));
    let expected = folders.chain((0..files).rev().map(|number| format!("file {number}"))).collect();
    (ada, list, expected)
}

async fn a_long_list_of_folders_and_files_is_read_in_both_directions(database: Database) {
    let app = App::start(&database).await;
    let (ada, list, expected) = with_folders_and_files(&app, 70, 60).await;
    let shown = |page: &Answer| page.rows().into_iter().map(|row| row.name).collect::<Vec<_>>();
    let first = ada.get(&list).await;
    assert_eq!((shown(&first), first.link("prev")), (expected[..50].to_vec(), None));
    let second = ada.get(&first.link("next").expect("more")).await;
    assert_eq!(shown(&second), expected[50..100], "folders and files on one page");
    assert_eq!(second.heading(), "Full");
    let third = ada.get(&second.link("next").expect("more")).await;
    assert_eq!((shown(&third), third.link("next")), (expected[100..].to_vec(), None));
    let back = ada.get(&third.link("prev").expect("more")).await;
    assert_eq!(shown(&back), expected[50..100]);
    let top = ada.get(&back.link("prev").expect("more")).await;
    assert_eq!((shown(&top), top.link("prev")), (expected[..50].to_vec(), None));
}

async fn a_page_after_a_folder_that_is_gone_is_the_first(database: Database) {
    let app = App::start(&database).await;
    let (ada, list, expected) = with_folders_and_files(&app, 51, 1).await;
    let next = ada.get(&list).await.link("next").expect("more");
    let last = ada.get(&list).await.rows().pop().expect("a row");
    assert_eq!(ada.post(&last.delete(), &[]).await.leads_to(), list);
    let names: Vec<_> = ada.get(&next).await.rows().into_iter().map(|row| row.name).collect();
    assert_eq!(names.first(), expected.first(), "and no folder is passed over");
    assert_eq!(names.len(), 50);
}
