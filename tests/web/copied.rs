//! Copying files and folders, whose copies share their content.

use std::time::Duration;

use holdall::model::form::FormAnswer;
use holdall::model::problem::FieldProblem;

use crate::app::App;
use crate::archives::archive_of;
use crate::database::{Database, on_both_databases};
use crate::folders_cleared::fill;
use crate::moved::id;
use crate::trash::names_in_trash;
use crate::visitor::Visitor;

on_both_databases! {
    copies_share_their_bytes_and_outlive_one_another,
    a_copy_beside_the_original_gets_a_name_of_its_own,
    a_folder_is_copied_with_everything_in_it,
    a_taken_name_is_asked_about_as_with_moves,
    what_is_freed_leaves_out_what_copies_keep,
    copying_has_limits,
    an_archive_goes_with_its_own_files,
    nobody_elses_entries_are_copied,
}

async fn copies(visitor: &Visitor, entries: &[&str], fields: &[(&str, &str)]) -> FormAnswer {
    let form: Vec<_> = entries.iter().map(|id| ("entries", *id)).chain(fields.iter().copied()).collect();
    visitor.post_for_data("/files/copy", &form).await.data()
}

async fn refusal(visitor: &Visitor, entries: &[&str], to: &str) -> FieldProblem {
    match copies(visitor, entries, &[("to", to)]).await {
        FormAnswer::Refused(mut form) => form.errors.swap_remove(0).problem,
        FormAnswer::Go(path) => panic!("it was copied, and leads to {path}"),
    }
}

async fn copies_share_their_bytes_and_outlive_one_another(database: Database) {
    let app = App::start(&database).await;
    let ada = app.signed_in("ada").await;
    let there = ada.makes_folder("/files", "there").await;
    let file = ada.keeps("a.txt", b"12345").await;
    let asks = ada.post("/files/copy", &[("entries", &file.id)]).await.leads_to().to_owned();
    assert_eq!(asks, format!("/files/copy/{}/to/root", file.id));
    let page = ada.get(&asks).await;
    assert_eq!((page.title().as_str(), page.heading().as_str()), ("Copy · Holdall", "Copy"));
    assert!(page.shown().contains("Copy to Files"), "beside the original, too: {}", page.shown());
    let form = [("entries", file.id.as_str()), ("to", id(&there))];
    assert_eq!(ada.post("/files/copy", &form).await.leads_to(), "/files");
    let copy = ada.get(&there).await.rows().remove(0);
    assert_eq!((copy.name.as_str(), app.used("ada").await, app.count("blobs").await), ("a.txt", 5, 1));
    assert_ne!(copy.id, file.id);

    ada.deletes_for_ever(&file.delete()).await;
    app.has_blobs(1).await;
    assert_eq!(ada.get(&copy.content()).await.text(), "12345");
    assert_eq!((ada.get(&file.content()).await.status.as_u16(), app.used("ada").await), (404, 5));
    ada.deletes_for_ever(&copy.delete()).await;
    app.is_clean().await;
    assert_eq!(app.used("ada").await, 0);
}

async fn a_copy_beside_the_original_gets_a_name_of_its_own(database: Database) {
    let app = App::start(&database).await;
    let ada = app.signed_in("ada").await;
    let file = ada.keeps("a.txt", b"1").await;
    let folder = ada.makes_folder("/files", "folder").await;
    for _ in 0..2 {
        let answer = copies(&ada, &[&file.id, id(&folder)], &[("to", "root")]).await;
        assert_eq!(answer, FormAnswer::Go("/files".to_owned()));
    }
    let names: Vec<_> = ada.get("/files").await.rows().into_iter().map(|row| row.name).collect();
    assert_eq!(names, ["folder", "folder (1)", "folder (2)", "a (2).txt", "a (1).txt", "a.txt"]);
    assert!(names_in_trash(&ada).await.is_empty());
}

async fn a_folder_is_copied_with_everything_in_it(database: Database) {
    let app = App::start(&database).await;
    let ada = app.signed_in("ada").await;
    let (large, there) = (ada.makes_folder("/files", "large").await, ada.makes_folder("/files", "there").await);
    fill(&app, id(&large), 90).await;
    let inner = ada.makes_folder(&large, "inner").await;
    for name in ["1st.txt", "2nd.txt"] {
        ada.keeps_in(&inner, name, name.as_bytes()).await;
    }
    let trashed = ada.keeps_in(&inner, "trashed.txt", b"x").await;
    ada.post(&trashed.delete(), &[]).await.leads_to();
    let (entries, blobs, used) = (app.count("entries").await, app.count("blobs").await, app.used("ada").await);
    let counted = async || -> i64 {
        let counted = sqlx::query_scalar("SELECT entries FROM accounts WHERE name = 'ada'");
        counted.fetch_one(&app.rows().await).await.expect("a row")
    };
    let count = counted().await;
    assert_eq!(copies(&ada, &[id(&large)], &[("to", id(&there))]).await, FormAnswer::Go("/files".to_owned()));
    assert_eq!(app.count("entries").await - entries, 90 + 45 + 4, "what is in the trash is not copied");
    assert_eq!(counted().await - count, 139);
    assert_eq!((app.count("blobs").await, app.used("ada").await), (blobs, used));
    let copy = ada.get(&there).await.rows().remove(0);
    let folders: Vec<_> = ada.get(&format!("/files/{}", copy.id)).await.rows();
    let inner = folders.iter().find(|row| row.name == "inner").expect("the folder in it");
    let files = ada.get(&format!("/files/{}", inner.id)).await.rows();
    assert_eq!(files.iter().map(|row| row.name.as_str()).collect::<Vec<_>>(), ["2nd.txt", "1st.txt"], "in their order");
    assert_eq!(ada.get(&files[0].content()).await.text(), "2nd.txt");

    ada.deletes_for_ever(&format!("{large}/delete")).await;
    app.state.entries.clear_detached().await.expect("a database");
    app.has_blobs(blobs).await;
    assert_eq!(ada.get(&files[0].content()).await.text(), "2nd.txt", "of the original nothing is missing in it");
}

async fn a_taken_name_is_asked_about_as_with_moves(database: Database) {
    let app = App::start(&database).await;
    let ada = app.signed_in("ada").await;
    let there = ada.makes_folder("/files", "there").await;
    let old = ada.keeps_in(&there, "a.txt", b"old").await;
    let [file, free] = [ada.keeps("A.txt", b"new").await, ada.keeps("free.txt", b"free").await];
    let both = [file.id.as_str(), &free.id];
    let FormAnswer::Go(asks) = copies(&ada, &both, &[("to", id(&there))]).await else { panic!("it is no refusal") };
    assert_eq!(asks, format!("/files/copy/{}/taken/{}", file.id, id(&there)));
    let page = ada.get(&asks).await;
    assert_eq!(page.heading(), "A.txt is already in there");
    for words in ["To be copied", "The copy will be called “A (1).txt”", "It is not copied."] {
        assert!(page.shown().contains(words), "{words}: {}", page.shown());
    }
    let answered = async |choice| {
        let fields = [("to", id(&there)), ("choice", choice), ("asked", &*file.id), ("there", &*old.id)];
        copies(&ada, &both[..1], &fields).await
    };
    assert_eq!(answered("skip").await, FormAnswer::Go("/files".to_owned()));
    assert_eq!(ada.get(&there).await.rows().len(), 2);
    assert_eq!(answered("replace").await, FormAnswer::Go("/files".to_owned()));
    assert_eq!(names_in_trash(&ada).await, ["a.txt"]);
    assert_eq!(ada.get(&there).await.rows().len(), 2);
    assert_eq!(ada.get("/files").await.rows().len(), 3, "the originals stay");
    // What has just come is not replaced by the next one.
    let other = ada.makes_folder("/files", "other").await;
    let twin = ada.keeps_in(&other, "a.txt", b"twin").await;
    let target = ada.makes_folder("/files", "target").await;
    let form = [("entries", &*file.id), ("entries", &*twin.id), ("to", id(&target)), ("choice", "replace")];
    assert_eq!(ada.post("/files/copy", &form).await.status, 409);
    assert!(ada.get(&target).await.rows().is_empty());
}

async fn what_is_freed_leaves_out_what_copies_keep(database: Database) {
    let app = App::start(&database).await;
    let ada = app.signed_in("ada").await;
    let [kept, gone] = [ada.makes_folder("/files", "kept").await, ada.makes_folder("/files", "gone").await];
    let file = ada.keeps_in(&gone, "shared.txt", b"12345").await;
    ada.keeps_in(&gone, "alone.txt", b"123").await;
    let both = ada.keeps_in(&gone, "twice.txt", b"1234567").await;
    copies(&ada, &[&file.id], &[("to", id(&kept))]).await;
    copies(&ada, &[&both.id], &[("to", id(&gone))]).await;
    ada.post(&format!("{gone}/delete"), &[]).await.leads_to();
    for page in [format!("/trash/{}/delete", id(&gone)), "/trash/empty".to_owned()] {
        let shown = ada.get(&page).await.shown();
        assert!(shown.contains("4 files and 1 folder (10 B)"), "3 B and 7 B, once: {shown}");
        assert!(shown.contains("Copies that are elsewhere stay"), "{shown}");
    }
    let copy = ada.get(&kept).await.rows().remove(0);
    ada.post(&copy.delete(), &[]).await.leads_to();
    let shown = ada.get(&format!("/trash/{}/delete", copy.id)).await.shown();
    assert!(shown.contains("frees 0 B") && shown.contains("Copies that are elsewhere stay"), "{shown}");
    let shown = ada.get("/trash/empty").await.shown();
    assert!(shown.contains("5 files and 1 folder (15 B)") && shown.contains("no copy to bring back"), "{shown}");
    ada.post("/trash/empty", &[]).await.leads_to();
    app.is_clean().await;
    assert_eq!(app.used("ada").await, 0);
}

async fn copying_has_limits(database: Database) {
    let app = App::with(&database, &[("HOLDALL_MAX_ENTRIES", "20000")]).await;
    let ada = app.signed_in("ada").await;
    let (large, there) = (ada.makes_folder("/files", "large").await, ada.makes_folder("/files", "there").await);
    let inner = ada.makes_folder(&large, "inner").await;
    for to in [&large, &inner] {
        assert_eq!(refusal(&ada, &[id(&large)], id(to)).await, FieldProblem::IntoItself);
    }
    // 4,500 of them, and as many a second time.
    fill(&app, id(&inner), 3000).await;
    assert_eq!(copies(&ada, &[id(&inner)], &[("to", id(&there))]).await, FormAnswer::Go("/files".to_owned()));
    assert_eq!(copies(&ada, &[id(&inner)], &[("to", id(&large))]).await, FormAnswer::Go("/files".to_owned()));
    let too_many = FieldProblem::TooManyEntries { limit: 10_000 };
    assert_eq!(refusal(&ada, &[id(&large), id(&there)], "root").await, too_many);
    let waits = refusal(&ada, &[id(&large)], "root").await;
    assert!(matches!(waits, FieldProblem::TooManyAttempts { seconds: 1..=61 }), "so many in a minute: {waits:?}");
    app.clock.advance(Duration::from_secs(60));
    assert_eq!(refusal(&ada, &[id(&large)], "root").await, FieldProblem::EntryLimit { limit: 20_000 });
    app.clock.advance(Duration::from_secs(60));
    // What is asked about has cost nothing yet.
    for _ in 0..3 {
        let asks = copies(&ada, &[id(&inner)], &[("to", id(&there))]).await;
        assert_eq!(asks, FormAnswer::Go(format!("/files/copy/{}/taken/{}", id(&inner), id(&there))));
    }
    let page = ada.post("/files/copy", &[("entries", id(&large)), ("to", "root")]).await;
    assert_eq!((page.status.as_u16(), page.heading().as_str()), (413, "Copy"), "{}", page.shown());
    assert_eq!(app.count("entries").await, 2 + 3 + 3 * 4500 + 1, "nothing of it was copied");
}

async fn an_archive_goes_with_its_own_files(database: Database) {
    let app = App::start(&database).await;
    let ada = app.signed_in("ada").await;
    let there = ada.makes_folder("/files", "there").await;
    let file = ada.keeps("a.txt", b"12345").await;
    copies(&ada, &[&file.id], &[("to", id(&there))]).await;
    let of_file = archive_of(&ada, &[("entries", &file.id)]).await;
    let of_copy = archive_of(&ada, &[("folder", id(&there))]).await;
    ada.deletes_for_ever(&file.delete()).await;
    assert_eq!(ada.get(&of_file).await.status, 410);
    assert_eq!(ada.get(&of_copy).await.status, 200, "the copy is still there");
}

async fn nobody_elses_entries_are_copied(database: Database) {
    let app = App::start(&database).await;
    let (ada, grace) = (app.signed_in("ada").await, app.signed_in("grace").await);
    let (file, hers) = (ada.keeps("a.txt", b"x").await, grace.makes_folder("/files", "hers").await);
    assert_eq!(grace.post("/files/copy", &[("entries", &*file.id), ("to", id(&hers))]).await.status, 404);
    assert_eq!(refusal(&ada, &[&file.id], id(&hers)).await, FieldProblem::FolderGone);
    for page in [format!("/files/copy/{}/to/root", file.id), format!("/files/copy/{}/taken/root", file.id)] {
        assert_eq!(grace.get(&page).await.status, 404, "{page}");
    }
    assert!(grace.get(&hers).await.rows().is_empty());
}
