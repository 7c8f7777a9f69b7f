//! The list's pages: 50 files each, newest first, to older ones and back.

use crate::app::App;
use crate::database::{Database, on_both_databases};
use crate::form::Form;
use crate::visitor::{Answer, Visitor, attribute, tags};

on_both_databases! {
    a_long_list_has_pages_of_50_in_both_directions,
    a_page_does_not_move_when_something_is_uploaded,
    an_address_that_names_no_place_shows_the_newest,
    a_page_that_has_become_empty_shows_the_newest,
}

/// Uploads that many files, named by their number.
async fn with_files(app: &App, count: usize) -> Visitor {
    let ada = app.signed_in("ada").await;
    let form = (0..count).fold(Form::new(), |form, number| form.file("files", &number.to_string(), b"x"));
    assert_eq!(ada.send_form("/files", form).await.leads_to(), "/files");
    ada
}

fn numbers(page: &Answer) -> Vec<usize> {
    page.file_names().iter().map(|name| name.parse().expect("a number")).collect()
}

/// Where the link of this relation (`next`: down, `prev`: up) leads.
fn link(page: &Answer, relation: &str) -> Option<String> {
    let page = page.text();
    tags(&page, "a")
        .find(|tag| attribute(tag, "rel").as_deref() == Some(relation))
        .and_then(|tag| attribute(tag, "href"))
}

async fn a_long_list_has_pages_of_50_in_both_directions(database: Database) {
    let app = App::start(&database).await;
    let ada = with_files(&app, 120).await;
    let newest = ada.get("/files").await;
    assert_eq!(numbers(&newest), (70..120).rev().collect::<Vec<_>>());
    assert_eq!(link(&newest, "prev"), None);
    let middle = ada.get(&link(&newest, "next").expect("older ones")).await;
    assert_eq!(numbers(&middle), (20..70).rev().collect::<Vec<_>>());
    let oldest = ada.get(&link(&middle, "next").expect("older ones")).await;
    assert_eq!(numbers(&oldest), (0..20).rev().collect::<Vec<_>>());
    assert_eq!(link(&oldest, "next"), None);
    let back = ada.get(&link(&oldest, "prev").expect("newer ones")).await;
    assert_eq!(numbers(&back), (20..70).rev().collect::<Vec<_>>());
    let top = ada.get(&link(&back, "prev").expect("newer ones")).await;
    assert_eq!(numbers(&top), (70..120).rev().collect::<Vec<_>>());
    assert_eq!(link(&top, "prev"), None, "there is nothing newer");
    assert!(link(&top, "next").is_some());
}

async fn a_page_does_not_move_when_something_is_uploaded(database: Database) {
    let app = App::start(&database).await;
    let ada = with_files(&app, 55).await;
    let older = link(&ada.get("/files").await, "next").expect("older ones");
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
        assert_eq!((link(&page, "prev"), link(&page, "next")), (None, None), "{query}");
    }
}
