//! Server functions, called as a hydrated page calls them.

use holdall::model::account::{Viewer, Warnings};
use holdall::model::entry::{Breadcrumb, EntryKind, EntryRow, FilesPage};
use holdall::model::problem::Problem;
use holdall::model::trash::{Deletion, Doomed};

use crate::app::App;
use crate::database::{Database, on_both_databases};
use crate::form::Form;

on_both_databases! {
    whoever_is_signed_out_is_told_nothing,
    the_list_comes_as_data_with_the_links,
    the_list_goes_on_in_both_directions,
    the_viewer_is_oneself,
    what_a_deletion_takes_is_told_to_the_owner_alone,
    a_folder_is_listed_and_found_by_its_id,
    arguments_that_cannot_be_read_are_refused,
    what_a_page_sends_that_does_not_know_this_version_is_told_so,
    what_a_newer_page_sends_besides_is_no_harm,
    there_are_no_other_functions,
}

async fn whoever_is_signed_out_is_told_nothing(database: Database) {
    let app = App::start(&database).await;
    let file = app.signed_in("ada").await.keeps("a.txt", b"x").await;
    let one = format!(r#"{{"id":"{}"}}"#, file.id);
    let folder = format!(r#"{{"folder":"{}"}}"#, file.id);
    let moved = format!(r#"{{"request":"/files/move/{}/to/root","position":"Top"}}"#, file.id);
    for (function, arguments) in [
        ("files", r#"{"position":"Top"}"#),
        ("viewer", "{}"),
        ("entry", &one),
        ("deletion", &one),
        ("restoring", &one),
        ("trash", r#"{"position":"Top"}"#),
        ("search", r#"{"query":{"words":"a"}}"#),
        ("move", &moved),
        ("taken-name", &moved),
        ("emptying", "{}"),
        ("folder-path", &folder),
    ] {
        let answer = app.visitor().call(function, arguments).await;
        assert_eq!((answer.status.as_u16(), answer.data()), (401, Problem::NotSignedIn), "{function}");
    }
}

async fn the_list_comes_as_data_with_the_links(database: Database) {
    let app = App::start(&database).await;
    let ada = app.signed_in("ada").await;
    let name = "\"><script>alert(1)</script>.txt";
    let listed = ada.keeps(name, b"four").await;
    let answer = ada.call("files", r#"{"position":"Top"}"#).await;
    assert_eq!(answer.status, 200);
    assert!(answer.header("content-type").starts_with("application/json"));
    let page: FilesPage = answer.data();
    assert!(!page.above && !page.below);
    let [EntryRow::File(row)] = page.rows.as_slice() else { panic!("one row: {page:?}") };
    assert_eq!((row.name.as_str(), row.size, row.media_type.as_str()), (name, 4, "text/plain"));
    assert_eq!(row.id.as_str(), listed.id);
    assert_eq!(row.preview, Some(format!("/files/{}/preview", listed.id)));
    assert!(row.created > 1_700_000_000_000, "milliseconds since 1970");
    assert_eq!(ada.get(&listed.content()).await.text(), "four");
}

async fn the_list_goes_on_in_both_directions(database: Database) {
    let app = App::start(&database).await;
    let ada = app.signed_in("ada").await;
    let form = (0..51).fold(Form::new(), |form, number| form.file("files", &number.to_string(), b"x"));
    ada.send_form("/files", form).await;
    let newest: FilesPage = ada.call("files", r#"{"position":"Top"}"#).await.data();
    assert_eq!((newest.rows.len(), newest.above, newest.below), (50, false, true));
    let position = serde_json::json!({ "position": { "Below": newest.rows[49].cursor() } });
    let older: FilesPage = ada.call("files", &position.to_string()).await.data();
    assert_eq!((older.rows.len(), older.above, older.below), (1, true, false));
    let position = serde_json::json!({ "position": { "Above": older.rows[0].cursor() } });
    let back: FilesPage = ada.call("files", &position.to_string()).await.data();
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
        initials: "G".to_owned(),
        used: 5,
        quota: Some(1_000_000_000),
        warnings: Warnings::default(),
    };
    assert_eq!(answer.data::<Viewer>(), expected);
    assert!(!answer.text().contains("argon2") && !answer.text().contains("password"));
}

async fn what_a_deletion_takes_is_told_to_the_owner_alone(database: Database) {
    let app = App::start(&database).await;
    let (ada, grace) = (app.signed_in("ada").await, app.signed_in("grace").await);
    let file = ada.keeps("a.txt", b"four").await;
    let one = format!(r#"{{"id":"{}"}}"#, file.id);
    assert_eq!(ada.call("deletion", &one).await.status, 404, "it is not in the trash yet");
    assert_eq!(ada.post(&file.delete(), &[]).await.leads_to(), "/files");
    let expected = Deletion {
        name: "a.txt".to_owned(),
        kind: EntryKind::File,
        doomed: Doomed { folders: 0, files: 1, size: 4, is_kept: false, more: false },
    };
    assert_eq!(ada.call("deletion", &one).await.data::<Deletion>(), expected);
    for arguments in [one.as_str(), r#"{"id":"06dqs4v3g1s7n8b2k9m0a1c2e3"}"#] {
        for function in ["deletion", "restoring"] {
            let answer = grace.call(function, arguments).await;
            assert_eq!((answer.status.as_u16(), answer.data()), (404, Problem::NotFound));
        }
    }
}

async fn a_folder_is_listed_and_found_by_its_id(database: Database) {
    let app = App::start(&database).await;
    let (ada, grace) = (app.signed_in("ada").await, app.signed_in("grace").await);
    let list = ada.makes_folder("/files", "Photos").await;
    ada.keeps_in(&list, "a.txt", b"x").await;
    let id = ada.get("/files").await.folders().swap_remove(0).id;
    let arguments = format!(r#"{{"folder":"{id}","position":"Top"}}"#);
    let page: FilesPage = ada.call("files", &arguments).await.data();
    assert!(matches!(page.rows.as_slice(), [EntryRow::File(row)] if row.name == "a.txt"), "{page:?}");
    let page: FilesPage = ada.call("files", r#"{"folder":null,"position":"Top"}"#).await.data();
    assert!(matches!(page.rows.as_slice(), [EntryRow::Folder(row)] if row.name == "Photos"), "{page:?}");
    let path: Vec<Breadcrumb> = ada.call("folder-path", &format!(r#"{{"folder":"{id}"}}"#)).await.data();
    assert_eq!(
        path.iter().map(|crumb| (crumb.id.as_str(), crumb.name.as_str())).collect::<Vec<_>>(),
        [(id.as_str(), "Photos")]
    );
    for (function, arguments) in [("files", arguments), ("folder-path", format!(r#"{{"folder":"{id}"}}"#))] {
        let answer = grace.call(function, &arguments).await;
        assert_eq!((answer.status.as_u16(), answer.data()), (404, Problem::NotFound), "{function}");
    }
}

async fn arguments_that_cannot_be_read_are_refused(database: Database) {
    let app = App::start(&database).await;
    let ada = app.signed_in("ada").await;
    let huge = format!(r#"{{"position":"{}"}}"#, "x".repeat(200_000));
    for arguments in
        ["", "{", "{}", r#"{"position":"Elsewhere"}"#, r#"{"position":{"Below":{"kind":"File","id":"../.."}}}"#, "a=b"]
    {
        let answer = ada.call("files", arguments).await;
        assert_eq!((answer.status.as_u16(), answer.data()), (400, Problem::Outdated), "{arguments}");
    }
    assert_eq!(ada.call("files", &huge).await.status, 413);
}

async fn what_a_page_sends_that_does_not_know_this_version_is_told_so(database: Database) {
    let app = App::start(&database).await;
    let ada = app.signed_in("ada").await;
    // Posts a form to an address that accepts none.
    let answer = ada.post_for_data("/account", &[("name", "Ada")]).await;
    assert_eq!((answer.status.as_u16(), answer.data()), (405, Problem::Outdated));
    assert_ne!(answer.header("allow"), "");
    // The same from a page without scripts is answered with a page.
    let page = ada.post("/account", &[("name", "Ada")]).await;
    assert_eq!(page.status, 405);
    assert!(page.header("content-type").starts_with("text/html"));
}

async fn what_a_newer_page_sends_besides_is_no_harm(database: Database) {
    let app = App::start(&database).await;
    let ada = app.signed_in("ada").await;
    let answer = ada.call("files", r#"{"position":"Top","order":"by-colour","shape":"Grid"}"#).await;
    assert_eq!(answer.status, 200);
    assert!(answer.data::<FilesPage>().rows.is_empty());
}

async fn there_are_no_other_functions(database: Database) {
    let app = App::start(&database).await;
    let ada = app.signed_in("ada").await;
    for function in ["nothing", "files/more", "%2E%2E"] {
        let answer = ada.call(function, "{}").await;
        assert_eq!((answer.status.as_u16(), answer.data()), (400, Problem::Outdated), "{function:?}");
        assert!(answer.header("content-type").starts_with("application/json"));
    }
    assert_eq!(ada.call("", "{}").await.status, 404);
    assert_eq!(ada.get("/api/files").await.status, 405, "nothing is called by GET");
}
