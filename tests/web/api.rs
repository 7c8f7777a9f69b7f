//! Server functions, as a page that runs calls them.

use holdall::model::account::Viewer;
use holdall::model::error::Error;
use holdall::model::file::{FileRow, FilesPage};

use crate::app::App;
use crate::database::{Database, on_both_databases};
use crate::form::Form;

on_both_databases! {
    whoever_is_signed_out_is_told_nothing,
    the_list_comes_as_data_with_the_links,
    the_list_goes_on_in_both_directions,
    the_viewer_is_oneself,
    one_file_is_ones_own_or_not_found,
    arguments_that_cannot_be_read_are_refused,
    what_a_page_sends_that_does_not_know_this_version_is_told_so,
    what_a_newer_page_sends_besides_is_no_harm,
    there_are_no_other_functions,
}

async fn whoever_is_signed_out_is_told_nothing(database: Database) {
    let app = App::start(&database).await;
    let file = app.signed_in("ada").await.keeps("a.txt", b"x").await;
    let one = format!(r#"{{"id":"{}"}}"#, file.id);
    for (function, arguments) in [("files", r#"{"place":"Newest"}"#), ("viewer", "{}"), ("file", &one)] {
        let answer = app.visitor().call(function, arguments).await;
        assert_eq!((answer.status.as_u16(), answer.data()), (401, Error::NotSignedIn), "{function}");
    }
}

async fn the_list_comes_as_data_with_the_links(database: Database) {
    let app = App::start(&database).await;
    let ada = app.signed_in("ada").await;
    let name = "\"><script>alert(1)</script>.txt";
    let listed = ada.keeps(name, b"four").await;
    let answer = ada.call("files", r#"{"place":"Newest"}"#).await;
    assert_eq!(answer.status, 200);
    assert!(answer.header("content-type").starts_with("application/json"));
    let page: FilesPage = answer.data();
    assert!(!page.newer && !page.older);
    let [row] = page.rows.as_slice() else { panic!("one row: {page:?}") };
    assert_eq!((row.name.as_str(), row.size, row.media_type.as_str()), (name, 4, "text/plain"));
    assert_eq!((row.id.as_str(), row.link.clone()), (listed.id.as_str(), listed.content()));
    assert!(row.created > 1_700_000_000_000, "milliseconds since 1970");
    assert_eq!(ada.get(&row.link).await.text(), "four");
}

async fn the_list_goes_on_in_both_directions(database: Database) {
    let app = App::start(&database).await;
    let ada = app.signed_in("ada").await;
    let form = (0..51).fold(Form::new(), |form, number| form.file("files", &number.to_string(), b"x"));
    ada.send_form("/files", form).await;
    let newest: FilesPage = ada.call("files", r#"{"place":"Newest"}"#).await.data();
    assert_eq!((newest.rows.len(), newest.newer, newest.older), (50, false, true));
    let place = serde_json::json!({ "place": { "OlderThan": newest.rows[49].id } });
    let older: FilesPage = ada.call("files", &place.to_string()).await.data();
    assert_eq!((older.rows.len(), older.newer, older.older), (1, true, false));
    let place = serde_json::json!({ "place": { "NewerThan": older.rows[0].id } });
    let back: FilesPage = ada.call("files", &place.to_string()).await.data();
    assert_eq!(back, newest);
}

async fn the_viewer_is_oneself(database: Database) {
    let app = App::with(&database, &[("HOLDALL_QUOTA", "1 GB")]).await;
    app.signed_in("ada").await;
    let grace = app.signed_in("grace").await;
    grace.keeps("a.txt", b"12345").await;
    let answer = grace.call("viewer", "{}").await;
    let expected = Viewer {
        name: "grace".to_owned(),
        email: "grace@example.org".to_owned(),
        avatar: None,
        used: 5,
        quota: Some(1_000_000_000),
        exposed: false,
    };
    assert_eq!(answer.data::<Viewer>(), expected);
    assert!(!answer.text().contains("argon2") && !answer.text().contains("password"));
}

async fn one_file_is_ones_own_or_not_found(database: Database) {
    let app = App::start(&database).await;
    let (ada, grace) = (app.signed_in("ada").await, app.signed_in("grace").await);
    let file = ada.keeps("a.txt", b"x").await;
    let one = format!(r#"{{"id":"{}"}}"#, file.id);
    assert_eq!(ada.call("file", &one).await.data::<FileRow>().name, "a.txt");
    for arguments in [one.as_str(), r#"{"id":"06dqs4v3g1s7n8b2k9m0a1c2e3"}"#] {
        let answer = grace.call("file", arguments).await;
        assert_eq!((answer.status.as_u16(), answer.data()), (404, Error::NotFound));
    }
}

async fn arguments_that_cannot_be_read_are_refused(database: Database) {
    let app = App::start(&database).await;
    let ada = app.signed_in("ada").await;
    let huge = format!(r#"{{"place":"{}"}}"#, "x".repeat(200_000));
    for arguments in ["", "{", "{}", r#"{"place":"Elsewhere"}"#, r#"{"place":{"OlderThan":"../.."}}"#, "a=b"] {
        let answer = ada.call("files", arguments).await;
        assert_eq!((answer.status.as_u16(), answer.data()), (400, Error::Outdated), "{arguments}");
    }
    assert_eq!(ada.call("files", &huge).await.status, 400);
}

async fn what_a_page_sends_that_does_not_know_this_version_is_told_so(database: Database) {
    let app = App::start(&database).await;
    let ada = app.signed_in("ada").await;
    // Sends a form to where none is taken.
    let answer = ada.post_for_data("/account", &[("name", "Ada")]).await;
    assert_eq!((answer.status.as_u16(), answer.data()), (405, Error::Outdated));
    assert_ne!(answer.header("allow"), "");
    // The same from a page without scripts is a page.
    let page = ada.post("/account", &[("name", "Ada")]).await;
    assert_eq!(page.status, 405);
    assert!(page.header("content-type").starts_with("text/html"));
}

async fn what_a_newer_page_sends_besides_is_no_harm(database: Database) {
    let app = App::start(&database).await;
    let ada = app.signed_in("ada").await;
    let answer = ada.call("files", r#"{"place":"Newest","order":"ByName"}"#).await;
    assert_eq!(answer.status, 200);
    assert!(answer.data::<FilesPage>().rows.is_empty());
}

async fn there_are_no_other_functions(database: Database) {
    let app = App::start(&database).await;
    let ada = app.signed_in("ada").await;
    for function in ["nothing", "files/more", "%2E%2E"] {
        let answer = ada.call(function, "{}").await;
        assert_eq!((answer.status.as_u16(), answer.data()), (400, Error::Outdated), "{function:?}");
        assert!(answer.header("content-type").starts_with("application/json"));
    }
    assert_eq!(ada.call("", "{}").await.status, 404);
    assert_eq!(ada.get("/api/files").await.status, 405, "nothing is called by GET");
}
