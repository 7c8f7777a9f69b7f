//! Deleting folders with all their contents, and uploads that arrive in them meanwhile.

use crate::app::App;
use crate::database::{Database, on_both_databases};
use crate::form::Form;

on_both_databases! {
    deleting_a_folder_says_what_goes_and_takes_all_of_it,
    a_large_folder_is_counted_up_to_a_hundred_thousand,
    an_empty_folder_is_deleted_too,
    a_folder_is_deleted_once,
    an_upload_into_a_folder_that_is_deleted_meanwhile_leaves_nothing,
    whatever_comes_into_a_folder_while_it_is_deleted_leaves_no_orphan,
}

/// The address at which the folder of this list is deleted for ever, once it is in the trash.
fn in_trash(list: &str) -> String {
    format!("{}/delete", list.replace("/files/", "/trash/"))
}

async fn deleting_a_folder_says_what_goes_and_takes_all_of_it(database: Database) {
    let app = App::start(&database).await;
    let ada = app.signed_in("ada").await;
    let outer = ada.makes_folder("/files", "outer").await;
    let photos = ada.makes_folder(&outer, "Photos").await;
    let year = ada.makes_folder(&photos, "2024").await;
    ada.makes_folder(&photos, "empty").await;
    ada.keeps("kept.txt", b"kept").await;
    ada.keeps_in(&outer, "kept too.txt", b"kept").await;
    let going = ada.keeps_in(&photos, "a.bin", &[7; 1200]).await;
    let form = (0..120).fold(Form::new(), |form, number| form.file("files", &number.to_string(), b"12345"));
    assert_eq!(ada.send_form(&year, form).await.leads_to(), year);
    assert_eq!(app.used("ada").await, 8 + 1200 + 600);

    let asked = ada.get(&format!("{photos}/delete")).await;
    assert_eq!(asked.heading(), "Delete this folder and everything in it?");
    assert_eq!(ada.get(&photos).await.rows().len(), 3, "asking deletes nothing");
    assert_eq!(ada.post(&format!("{photos}/delete"), &[]).await.leads_to(), outer);
    let for_ever = in_trash(&photos);
    let asked = ada.get(&for_ever).await;
    assert_eq!(asked.heading(), "Delete this folder and everything in it for ever?");
    assert!(asked.shown().contains("Delete 121 files and 3 folders (1.8 kB) for ever"), "{}", asked.text());
    assert_eq!(app.used("ada").await, 8 + 1200 + 600);
    assert_eq!(ada.post(&for_ever, &[]).await.leads_to(), "/trash");

    assert_eq!(ada.get(&outer).await.rows().into_iter().map(|row| row.name).collect::<Vec<_>>(), ["kept too.txt"]);
    for path in [photos.clone(), year, going.content(), format!("{photos}/delete")] {
        assert_eq!(ada.get(&path).await.status, 404, "{path}");
    }
    assert_eq!(app.count("entries").await, 4);
    app.has_blobs(2).await;
    assert_eq!(app.used("ada").await, 8);
    assert_eq!(app.stored(&["private"]).len(), 2, "its bytes are gone, and no others");
}

async fn a_large_folder_is_counted_up_to_a_hundred_thousand(database: Database) {
    let app = App::start(&database).await;
    let ada = app.signed_in("ada").await;
    let large = ada.makes_folder("/files", "large").await;
    let inner = ada.makes_folder(&large, "inner").await;
    ada.keeps_in(&inner, "a.bin", b"12345").await;
    // Each folder below `inner` has the next one in it, but for every hundredth.
    let more = |from: i64, to: i64| {
        let inner = inner.trim_start_matches("/files/").to_owned();
        let app = &app;
        async move {
            let statement = "INSERT INTO entries (id, account, parent, kind, name, folded, sort, created, changed) \
                WITH RECURSIVE numbers (number) AS (SELECT $1 UNION ALL SELECT number + 1 FROM numbers WHERE number < $2), \
                named (number, name) AS (SELECT number, \
                SUBSTR('00000000000000000000000000', 1, 26 - LENGTH(CAST(number AS TEXT))) || CAST(number AS TEXT) FROM numbers) \
                SELECT n.name, e.account, CASE WHEN n.number % 90 = 0 THEN e.id ELSE \
                SUBSTR('00000000000000000000000000', 1, 26 - LENGTH(CAST(n.number - 1 AS TEXT))) || CAST(n.number - 1 AS TEXT) END, \
                'folder', n.name, n.name, n.name, 0, 0 FROM named n CROSS JOIN entries e WHERE e.id = $3";
            sqlx::query(statement).bind(from).bind(to).bind(inner).execute(&app.rows().await).await.expect("entries");
        }
    };
    more(90, 100_086).await;
    assert_eq!(ada.post(&format!("{large}/delete"), &[]).await.leads_to(), "/files");
    let asked = ada.get(&in_trash(&large)).await;
    assert!(asked.shown().contains("Delete 1 file and 99,999 folders (5 B) for ever"), "{}", asked.shown());
    more(100_087, 100_087).await;
    let asked = ada.get(&in_trash(&large)).await;
    assert!(asked.shown().contains("more than 1 file and 99,999 folders (5 B)"), "{}", asked.shown());
    assert!(asked.shown().contains("Delete all of it for ever"), "{}", asked.shown());
}

async fn an_empty_folder_is_deleted_too(database: Database) {
    let app = App::start(&database).await;
    let ada = app.signed_in("ada").await;
    let list = ada.makes_folder("/files", "empty").await;
    assert_eq!(ada.post(&format!("{list}/delete"), &[]).await.leads_to(), "/files");
    assert!(ada.get(&in_trash(&list)).await.shown().contains("Delete 1 folder for ever"));
    assert_eq!(ada.post(&in_trash(&list), &[]).await.leads_to(), "/trash");
    assert_eq!((app.count("entries").await, ada.get(&list).await.status.as_u16()), (1, 404));
    ada.makes_folder("/files", "empty").await;
}

async fn a_folder_is_deleted_once(database: Database) {
    let app = App::start(&database).await;
    let ada = app.signed_in("ada").await;
    ada.keeps("kept.txt", b"12345").await;
    let list = ada.makes_folder("/files", "gone").await;
    ada.keeps_in(&list, "gone.txt", b"12345").await;
    ada.deletes_from_two_tabs(&app, &format!("{list}/delete")).await;
    ada.deletes_from_two_tabs(&app, &in_trash(&list)).await;
    app.has_blobs(1).await;
    assert_eq!(app.used("ada").await, 5, "its bytes are given back once");
}

async fn an_upload_into_a_folder_that_is_deleted_meanwhile_leaves_nothing(database: Database) {
    let app = App::start(&database).await;
    let ada = app.signed_in("ada").await;
    let outer = ada.makes_folder("/files", "outer").await;
    let list = ada.makes_folder(&outer, "inner").await;
    let (go_on, signal) = tokio::sync::oneshot::channel();
    let upload = ada.send(Form::new().file("files", "slow.bin", &vec![7; 2_000_000]).halting(&list, signal));
    let delete = async {
        while app.count("blobs").await == 0 {
            tokio::time::sleep(std::time::Duration::from_millis(5)).await;
        }
        assert_eq!(ada.at(&app).post(&format!("{outer}/delete"), &[]).await.leads_to(), "/files");
        go_on.send(()).expect("somebody who uploads");
    };
    let (answer, ()) = tokio::join!(upload, delete);
    assert_eq!(answer.status, 409, "{}", answer.text());
    assert!(answer.shown().contains("This folder was deleted meanwhile."), "{}", answer.text());
    app.is_clean().await;
    assert_eq!((app.used("ada").await, app.count("entries").await), (0, 3));
}

async fn whatever_comes_into_a_folder_while_it_is_deleted_leaves_no_orphan(database: Database) {
    let app = App::start(&database).await;
    let ada = app.signed_in("ada").await;
    let outer = ada.makes_folder("/files", "outer").await;
    let list = ada.makes_folder(&outer, "inner").await;
    let (inner, delete) = (format!("{list}/new-folder"), format!("{outer}/delete"));
    let tabs: Vec<_> = (0..6).map(|_| ada.at(&app)).collect();
    let uploads = tabs.iter().map(|tab| tab.send_form(&list, Form::new().file("files", "a.txt", b"12345")));
    let names: Vec<_> = (0..6).map(|number| number.to_string()).collect();
    let fields: Vec<_> = names.iter().map(|name| [("folder-name", name.as_str())]).collect();
    let creations = tabs.iter().zip(&fields).map(|(tab, fields)| tab.post(&inner, fields));
    let (uploads, creations, deleted) =
        tokio::join!(futures::future::join_all(uploads), futures::future::join_all(creations), ada.post(&delete, &[]),);
    assert_eq!(deleted.leads_to(), "/files");
    for answer in uploads.iter().chain(&creations) {
        assert!([303, 404, 409].contains(&answer.status.as_u16()), "{}: {}", answer.status, answer.text());
    }
    assert_eq!(ada.post(&in_trash(&outer), &[]).await.leads_to(), "/trash");
    app.is_clean().await;
    assert_eq!((app.used("ada").await, app.count("entries").await), (0, 1));
}
