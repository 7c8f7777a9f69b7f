//! What a page of the app starts from: it is loaded before the page is rendered, and sent along in it.

use futures::future::join_all;
use holdall::model::entry::{EntryRow, FilesPage};
use serde_json::Value;

use crate::answer::Answer;
use crate::app::App;
use crate::database::{Database, on_both_databases};

on_both_databases! {
    pages_and_functions_of_two_accounts_at_once_are_each_their_own,
    a_page_starts_from_what_it_shows,
    what_cannot_be_shown_is_part_of_what_a_page_starts_from,
    the_answer_to_a_form_says_at_which_address_its_page_is,
    an_address_with_encoded_letters_is_not_found,
}

/// What the page starts from, as the browser finds it.
fn content(page: &Answer) -> Value {
    let text = page.text();
    let (_, rest) = text.split_once(r#"id="content""#).expect("an element");
    let (json, _) = rest.split_once('>').and_then(|(_, rest)| rest.split_once("</script>")).expect("its text");
    let mut content: Value = serde_json::from_str(json).expect("JSON");
    // What a page of the second wasm shows is JSON of its own.
    if let Some(later) = content["page"]["Later"].as_str() {
        content["page"]["Later"] = serde_json::from_str(later).expect("JSON");
    }
    content
}

async fn pages_and_functions_of_two_accounts_at_once_are_each_their_own(database: Database) {
    let app = App::start(&database).await;
    let (ada, eve) = (app.signed_in("ada").await, app.signed_in("eve").await);
    for (person, name) in [(&ada, "ada.txt"), (&eve, "eve.txt")] {
        person.keeps(name, b"x").await;
    }
    let turns = (0..30).map(async |number: u32| {
        let (person, own) = if number.is_multiple_of(2) { (&ada, "ada.txt") } else { (&eve, "eve.txt") };
        if number.is_multiple_of(3) {
            let list: FilesPage = person.call("files", r#"{"position":"Top"}"#).await.data();
            let [EntryRow::File(row)] = list.rows.as_slice() else { panic!("one file: {list:?}") };
            assert_eq!(row.name, own);
        } else {
            let page = person.get("/files").await;
            assert_eq!((page.status.as_u16(), page.file_names()), (200, vec![own.to_owned()]));
            let others = if own == "ada.txt" { ["eve.txt", "eve@"] } else { ["ada.txt", "ada@"] };
            assert!(others.iter().all(|other| !page.text().contains(other)), "{}", page.text());
        }
    });
    join_all(turns).await;
}

async fn a_page_starts_from_what_it_shows(database: Database) {
    let app = App::start(&database).await;
    let ada = app.signed_in("ada").await;
    let folder = ada.makes_folder("/files", "</script><!--<script>").await;
    let file = ada.keeps_in(&folder, "a & b.txt", b"four").await;
    let page = ada.get(&folder).await;
    let starts = content(&page);
    assert_eq!(starts["viewer"]["Ok"]["name"], "ada");
    assert_eq!(starts["page"]["Files"]["path"]["Ok"][0]["name"], "</script><!--<script>");
    let row = &starts["page"]["Files"]["list"]["page"]["Ok"]["rows"][0];
    assert!(row.to_string().contains(&file.id), "{row}");
    for (path, kind) in [
        (format!("/files/{}/about", file.id), "About"),
        (format!("/files/{}/delete", file.id), "Later"),
        ("/files/new-folder".to_owned(), "NewFolder"),
    ] {
        let starts = content(&ada.get(&path).await);
        assert!(starts["page"][kind]["Ok"] != Value::Null, "{path}: {starts}");
    }
    assert_eq!(content(&ada.get("/account").await)["page"], "Nothing");
}

async fn what_cannot_be_shown_is_part_of_what_a_page_starts_from(database: Database) {
    let app = App::start(&database).await;
    let file = app.signed_in("ada").await.keeps("a.txt", b"secret").await;
    let eve = app.signed_in("eve").await;
    for (path, kind) in [("about", "About"), ("delete", "Later"), ("new-folder", "NewFolder")] {
        let page = eve.get(&format!("/files/{}/{path}", file.id)).await;
        assert_eq!(
            (page.status.as_u16(), &content(&page)["page"][kind]["Err"]),
            (404, &Value::from("NotFound")),
            "{path}"
        );
        assert!(!page.text().contains("a.txt"));
    }
    let list = eve.get(&format!("/files/{}", file.id)).await;
    assert_eq!(
        (list.status.as_u16(), &content(&list)["page"]["Files"]["list"]["page"]["Err"]),
        (404, &Value::from("NotFound"))
    );
}

async fn the_answer_to_a_form_says_at_which_address_its_page_is(database: Database) {
    let app = App::start(&database).await;
    let ada = app.signed_in("ada").await;
    let refused = ada.post("/account/name", &[("name", "")]).await;
    assert_eq!((refused.status.as_u16(), &content(&refused)["address"]), (422, &Value::from("/account")));
    let page = ada.get("/files?unfinished=x&below=y").await;
    assert_eq!(content(&page)["address"], "/files?unfinished=x&below=y");
}

async fn an_address_with_encoded_letters_is_not_found(database: Database) {
    let app = App::start(&database).await;
    let ada = app.signed_in("ada").await;
    let file = ada.keeps("a.txt", b"x").await;
    let first = file.id.as_bytes()[0];
    for page in ["", "/about", "/delete", "/new-folder"] {
        let path = format!("/files/%{first:02x}{}{page}", &file.id[1..]);
        assert_eq!(ada.get(&path).await.status, 404, "{path}");
    }
}
