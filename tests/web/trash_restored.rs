//! Putting things back out of the trash where they cannot come back as they were.

use crate::app::App;
use crate::database::{Database, on_both_databases};
use crate::trash::{names_in_trash, restore};

on_both_databases! {
    a_name_that_was_taken_meanwhile_is_asked_about,
    what_was_in_a_folder_that_is_gone_comes_to_where_files_begin,
    what_would_be_nested_too_deeply_does_not_come_back_there,
}

async fn a_name_that_was_taken_meanwhile_is_asked_about(database: Database) {
    let app = App::start(&database).await;
    let ada = app.signed_in("ada").await;
    let list = ada.makes_folder("/files", "here").await;
    let old = ada.keeps_in(&list, "Übersicht.txt", b"old").await;
    ada.post(&old.delete(), &[]).await.leads_to();
    ada.keeps_in(&list, "u\u{308}BERSICHT.TXT", b"new").await;
    let page = restore(&old.content());
    assert_eq!(ada.post("/trash/restore", &[("only", &old.id)]).await.leads_to(), page);
    let refused = ada.post(&page, &[]).await;
    assert_eq!(refused.status, 409);
    assert!(refused.shown().contains("There is something else of this name in here already."), "{}", refused.shown());
    let asked = ada.get(&page).await;
    assert_eq!((asked.status.as_u16(), asked.typed("entry-name").as_str()), (200, "Übersicht (1).txt"));
    let taken = ada.post(&page, &[("entry-name", "übersicht.txt")]).await;
    assert_eq!((taken.status.as_u16(), taken.typed("entry-name").as_str()), (409, "übersicht.txt"));
    assert_eq!(ada.post(&page, &[("entry-name", "")]).await.status, 422);
    assert_eq!(ada.post(&page, &[("entry-name", "Übersicht (1).txt")]).await.leads_to(), list);
    assert_eq!(ada.get(&list).await.rows().len(), 2);
    assert_eq!(ada.get(&old.content()).await.text(), "old");
}

async fn what_was_in_a_folder_that_is_gone_comes_to_where_files_begin(database: Database) {
    let app = App::start(&database).await;
    let ada = app.signed_in("ada").await;
    let list = ada.makes_folder("/files", "gone").await;
    let file = ada.keeps_in(&list, "a.txt", b"kept").await;
    ada.keeps("a.txt", b"in its way").await;
    ada.post(&file.delete(), &[]).await.leads_to();
    ada.post(&format!("{list}/delete"), &[]).await.leads_to();
    let page = restore(&file.content());
    assert_eq!(ada.post("/trash/restore", &[("entries", &file.id)]).await.leads_to(), page);
    assert_eq!(ada.post(&page, &[]).await.status, 409);
    let asked = ada.get(&page).await.shown();
    assert!(asked.contains("The folder that this was in is gone."), "{asked}");
    assert_eq!(ada.post(&page, &[("to-root", "1")]).await.status, 409, "its name is taken there");
    // Deleting its folder for ever does not take it along.
    assert_eq!(
        ada.post(&format!("/trash/{}/delete", list.trim_start_matches("/files/")), &[]).await.leads_to(),
        "/trash"
    );
    assert_eq!(names_in_trash(&ada).await, ["a.txt"]);
    assert_eq!(ada.post(&page, &[("to-root", "1"), ("entry-name", "b.txt")]).await.leads_to(), "/files");
    assert_eq!(ada.get("/files").await.rows().len(), 2);
    assert_eq!(ada.get(&file.content()).await.text(), "kept");
    assert_eq!(app.used("ada").await, 14);
}

async fn what_would_be_nested_too_deeply_does_not_come_back_there(database: Database) {
    let app = App::start(&database).await;
    let ada = app.signed_in("ada").await;
    let list = ada.makes_folder("/files", "a").await;
    let inner = ada.makes_folder(&list, "inner").await;
    ada.keeps_in(&inner, &"n".repeat(255), b"x").await;
    ada.post(&format!("{inner}/delete"), &[]).await.leads_to();
    // Where it was is a longer way now: `a` lies below names of 255 bytes.
    let scope = app.scope_of("ada").await;
    let name = |length: usize| holdall::model::file_name::FileName::parse(&"n".repeat(length)).expect("a name");
    let deep = app.state.entries.ensure(&scope, None, &vec![name(255); 15]).await.expect("folders");
    let moved = format!("UPDATE entries SET parent = '{deep}' WHERE id = '{}'", list.trim_start_matches("/files/"));
    crate::archives::run(&app.rows().await, moved).await;
    let refused = ada.post(&restore(&inner), &[("entry-name", "inner")]).await;
    assert_eq!(refused.status, 422);
    assert!(refused.shown().contains("longer than 4096 bytes together"), "{}", refused.shown());
    assert_eq!(ada.post(&restore(&inner), &[("to-root", "1")]).await.leads_to(), "/files");
}
