//! Renaming files and folders.

use crate::app::App;
use crate::database::{Database, on_both_databases};

on_both_databases! {
    a_file_gets_another_name_and_stays_what_it_is,
    a_folder_gets_another_name_with_all_that_is_in_it,
    the_form_has_the_name_and_says_what_is_wrong_with_a_new_one,
    only_upper_case_or_the_form_of_a_letter_may_change,
    a_path_that_becomes_too_long_is_refused,
    what_is_not_ones_own_is_not_found,
    two_tabs_rename_to_the_same_name_and_one_of_them_may,
    what_is_deleted_meanwhile_is_not_found,
}

async fn a_file_gets_another_name_and_stays_what_it_is(database: Database) {
    let app = App::start(&database).await;
    let ada = app.signed_in("ada").await;
    let list = ada.makes_folder("/files", "Letters").await;
    let file = ada.keeps_in(&list, "draft.txt", b"Dear Charles").await;
    let rename = format!("/files/{}/rename", file.id);
    let about = ada.get(&format!("/files/{}/about", file.id)).await;
    assert!(about.text().contains(&format!("href=\"{rename}\"")), "{}", about.text());

    let answer = ada.post(&rename, &[("entry-name", "Final \"one\" <b>.txt")]).await;
    assert_eq!(answer.leads_to(), list, "back to where it lies");
    let now = ada.get(&list).await.files().swap_remove(0);
    assert_eq!((now.name.as_str(), &now.id), ("Final \"one\" <b>.txt", &file.id));
    let content = ada.get(&file.content()).await;
    assert_eq!(content.text(), "Dear Charles");
    assert!(content.header("content-disposition").contains("Final"), "{}", content.header("content-disposition"));
    assert_eq!(ada.keeps_in(&list, "draft.txt", b"x").await.name, "draft.txt", "its old name is free");
    assert_eq!(app.used("ada").await, 13);
}

async fn a_folder_gets_another_name_with_all_that_is_in_it(database: Database) {
    let app = App::start(&database).await;
    let ada = app.signed_in("ada").await;
    for name in ["b", "c"] {
        ada.makes_folder("/files", name).await;
    }
    let list = ada.makes_folder("/files", "a").await;
    let inner = ada.makes_folder(&list, "inner").await;
    ada.keeps_in(&inner, "deep.txt", b"x").await;
    assert!(ada.get(&list).await.text().contains(&format!("href=\"{list}/rename\"")));
    assert_eq!(ada.post(&format!("{list}/rename"), &[("entry-name", "z 10")]).await.leads_to(), "/files");
    let names: Vec<_> = ada.get("/files").await.folders().into_iter().map(|folder| folder.name).collect();
    assert_eq!(names, ["b", "c", "z 10"], "it has another place in the list");
    assert_eq!(ada.get(&inner).await.breadcrumbs().0, "Files / z 10 / inner");
    assert_eq!(ada.get(&inner).await.file_names(), ["deep.txt"]);
}

async fn the_form_has_the_name_and_says_what_is_wrong_with_a_new_one(database: Database) {
    let app = App::start(&database).await;
    let ada = app.signed_in("ada").await;
    ada.makes_folder("/files", "Übersicht").await;
    let file = ada.keeps("a & b.txt", b"x").await;
    let rename = format!("/files/{}/rename", file.id);
    let form = ada.get(&rename).await;
    assert_eq!((form.status.as_u16(), form.title().as_str()), (200, "Rename · Holdall"));
    assert_eq!(form.typed("entry-name"), "a & b.txt");
    let long = "é".repeat(128);
    for (name, status, sentence) in [
        ("", 422, "Please fill this in."),
        (long.as_str(), 422, "This name is longer than 255 bytes."),
        ("a\0b", 422, "Leave out the NUL character."),
        ("u\u{308}BERSICHT", 409, "There is a file or a folder of this name here already."),
    ] {
        let answer = ada.post(&rename, &[("entry-name", name)]).await;
        assert_eq!(answer.status.as_u16(), status, "{name:?}");
        assert!(answer.shown().contains(sentence), "{}", answer.text());
        assert!(answer.text().contains(&format!("action=\"{rename}\"")), "the same page again");
        if !name.contains('\0') {
            assert_eq!(answer.typed("entry-name"), name);
        }
    }
    assert_eq!(ada.post(&rename, &[]).await.status, 422, "a form without the field");
    assert_eq!(ada.get("/files").await.file_names(), ["a & b.txt"]);
}

async fn only_upper_case_or_the_form_of_a_letter_may_change(database: Database) {
    let app = App::start(&database).await;
    let ada = app.signed_in("ada").await;
    let file = ada.keeps("über.txt", b"x").await;
    for name in ["Über.TXT", "u\u{308}ber.txt", "u\u{308}ber.txt"] {
        assert_eq!(ada.post(&format!("/files/{}/rename", file.id), &[("entry-name", name)]).await.leads_to(), "/files");
        assert_eq!(ada.get("/files").await.file_names(), [name]);
    }
}

async fn a_path_that_becomes_too_long_is_refused(database: Database) {
    let app = App::start(&database).await;
    let ada = app.signed_in("ada").await;
    let outer = ada.makes_folder("/files", "outer").await;
    let mut list = outer.clone();
    for _ in 0..15 {
        list = ada.makes_folder(&list, &"n".repeat(255)).await;
    }
    // 6 and 15 × 256 bytes, and one for the separator.
    let file = ada.keeps_in(&list, &"f".repeat(249), b"x").await;
    let rename = async |address: &str, bytes: usize| {
        ada.post(&format!("{address}/rename"), &[("entry-name", &"m".repeat(bytes))]).await.status.as_u16()
    };
    let file = format!("/files/{}", file.id);
    assert_eq!([rename(&file, 250).await, rename(&outer, 6).await], [422, 422]);
    assert_eq!([rename(&outer, 4).await, rename(&file, 250).await, rename(&outer, 5).await], [303, 303, 422]);
}

async fn what_is_not_ones_own_is_not_found(database: Database) {
    let app = App::start(&database).await;
    let (ada, grace) = (app.signed_in("ada").await, app.signed_in("grace").await);
    let list = ada.makes_folder("/files", "secret").await;
    let file = ada.keeps("plan.txt", b"x").await;
    let root: String = sqlx::query_scalar(
        "SELECT id FROM entries WHERE parent IS NULL AND account = (SELECT id FROM accounts WHERE name = 'grace')",
    )
    .fetch_one(&app.rows().await)
    .await
    .expect("a root");
    for path in [list, format!("/files/{}", file.id), format!("/files/{root}"), "/files/x".to_owned()] {
        let page = grace.get(&format!("{path}/rename")).await;
        assert_eq!(page.status, 404, "{path}");
        assert!(!page.text().contains("secret") && !page.text().contains("plan"), "{}", page.text());
        assert_eq!(grace.post(&format!("{path}/rename"), &[("entry-name", "mine")]).await.status, 404, "{path}");
    }
    let stranger = app.visitor();
    assert_eq!(stranger.post(&format!("/files/{}/rename", file.id), &[("entry-name", "mine")]).await.status, 401);
    assert_eq!(ada.get("/files").await.file_names(), ["plan.txt"]);
}

async fn two_tabs_rename_to_the_same_name_and_one_of_them_may(database: Database) {
    let app = App::start(&database).await;
    let ada = app.signed_in("ada").await;
    let files = [ada.keeps("a", b"1").await, ada.keeps("b", b"2").await, ada.keeps("c", b"3").await];
    let tabs: Vec<_> = files.iter().map(|file| (ada.at(&app), format!("/files/{}/rename", file.id))).collect();
    let answers =
        tabs.iter().map(|(tab, path)| async { tab.post(path, &[("entry-name", "one")]).await.status.as_u16() });
    let mut statuses = futures::future::join_all(answers).await;
    statuses.sort_unstable();
    assert_eq!(statuses, [303, 409, 409]);
    assert_eq!(ada.get("/files").await.file_names().iter().filter(|name| *name == "one").count(), 1);
}

async fn what_is_deleted_meanwhile_is_not_found(database: Database) {
    let app = App::start(&database).await;
    let ada = app.signed_in("ada").await;
    for round in 0..10 {
        let file = ada.keeps(&format!("{round}"), b"x").await;
        let (tab, rename) = (ada.at(&app), format!("/files/{}/rename", file.id));
        let delete = file.delete();
        let (renamed, deleted) = tokio::join!(tab.post(&rename, &[("entry-name", "another")]), ada.post(&delete, &[]));
        assert_eq!(deleted.status, 303);
        assert!([303, 404].contains(&renamed.status.as_u16()), "{}", renamed.text());
        assert!(ada.get("/files").await.rows().is_empty());
        assert_eq!(ada.post(&rename, &[("entry-name", "another")]).await.status, 404);
    }
    assert_eq!(ada.post("/trash/empty", &[]).await.leads_to(), "/trash");
    assert_eq!(app.used("ada").await, 0);
}
