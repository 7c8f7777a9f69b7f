//! Budgets: whatever one account stores, paths, pages and lists stay small.

use holdall::model::entry::PATH_LIMIT;
use holdall::model::form::Field;
use holdall::model::problem::FieldProblem;
use holdall::model::upload::{Completed, NewFolder, NewUpload, UNFINISHED_PAGE, UploadProblem};

use crate::app::App;
use crate::database::{Database, on_both_databases};
use crate::sending::file;

on_both_databases! {
    a_path_has_at_most_4096_bytes_on_each_road,
    the_page_of_files_stays_small_whatever_is_unfinished,
    unfinished_uploads_are_listed_in_pages,
    an_account_has_at_most_so_many_entries,
    the_folders_of_an_upload_count_before_they_are_made,
    a_file_that_was_let_in_lies_in_its_folder_whatever_the_limit_says_then,
}

/// The longest names of folders that fit into a path, with room for one more short name.
fn deepest() -> Vec<String> {
    vec!["&".repeat(255); PATH_LIMIT / 256 - 1]
}

async fn a_path_has_at_most_4096_bytes_on_each_road(database: Database) {
    let app = App::start(&database).await;
    let ada = app.signed_in("ada").await;
    let refused = || UploadProblem::Refused(FieldProblem::LongPath { limit: PATH_LIMIT });
    let made = ada.make_folders(&[NewFolder { folder: None, path: deepest() }]).await;
    assert_eq!(made, [Ok(())]);
    let beyond = [deepest(), vec!["x".repeat(255); 2]].concat();
    assert_eq!(ada.make_folders(&[NewFolder { folder: None, path: beyond.clone() }]).await, [Err(refused())]);
    let upload = NewUpload { path: beyond, ..file("x", 1) };
    assert_eq!(ada.create(&[upload]).await.remove(0).expect_err("too long"), refused());

    let mut list = "/files".to_owned();
    for _ in deepest() {
        list = format!("/files/{}", ada.get(&list).await.folders().remove(0).id);
    }
    let long = "x".repeat(255);
    let inside = ada.makes_folder(&list, &"x".repeat(200)).await;
    let answer = ada.post(&format!("{inside}/new-folder"), &[(Field::FolderName.name(), &long)]).await;
    assert_eq!(answer.status, 422);
    assert!(answer.shown().contains("longer than 4096 bytes"), "{}", answer.text());
    let answer = ada.send_form(&inside, crate::form::Form::new().file("files", &long, b"content")).await;
    assert_eq!(answer.status, 422);
    assert!(answer.shown().contains("longer than 4096 bytes"), "{}", answer.text());
    ada.keeps_in(&inside, "x", b"content").await;
}

async fn the_page_of_files_stays_small_whatever_is_unfinished(database: Database) {
    let app = App::start(&database).await;
    let ada = app.signed_in("ada").await;
    let path = vec!["<".repeat(255); PATH_LIMIT / 256 - 1];
    let wanted: Vec<_> = (0..100).map(|_| NewUpload { path: path.clone(), ..file("x", 1) }).collect();
    assert!(ada.create(&wanted).await.iter().all(Result::is_ok));
    let page = ada.get("/files").await;
    assert_eq!(page.status, 200);
    assert!(page.body.len() < 512 << 10, "{} bytes", page.body.len());
    assert_eq!(ada.unfinished().await.len(), 100, "all are reached, page after page");
}

async fn unfinished_uploads_are_listed_in_pages(database: Database) {
    let app = App::start(&database).await;
    let ada = app.signed_in("ada").await;
    let wanted: Vec<_> = (0..UNFINISHED_PAGE + 3).map(|number| file(&format!("f{number}.bin"), 9)).collect();
    let created = ada.create(&wanted).await.into_iter().map(|upload| upload.expect("an upload").id).collect::<Vec<_>>();
    let first = ada.unfinished_after(None).await;
    assert_eq!(first.len(), UNFINISHED_PAGE);
    let second = ada.unfinished_after(first.last().map(|last| &last.id)).await;
    assert_eq!(second.len(), 3);
    assert_eq!(ada.unfinished_after(second.last().map(|last| &last.id)).await, []);
    let listed: Vec<_> = first.iter().chain(&second).map(|upload| upload.id.clone()).collect();
    assert_eq!(listed, created);

    let page = ada.get("/files").await;
    assert!(page.shown().contains("More unfinished uploads") && !page.shown().contains("f52.bin"));
    let next = format!("/files?unfinished={}", created[UNFINISHED_PAGE - 1]);
    assert!(page.text().contains(&format!("href=\"{next}\"")), "a link leads to the next page");
    let page = ada.get(&next).await;
    assert!(page.shown().contains("f52.bin") && page.shown().contains("The first unfinished uploads"));
    assert!(!page.shown().contains("More unfinished uploads"));

    for upload in &second {
        ada.abort(upload).await.expect("an end");
    }
    let page = ada.get("/files").await;
    assert!(page.shown().contains("f49.bin") && !page.shown().contains("More unfinished uploads"));
}

async fn an_account_has_at_most_so_many_entries(database: Database) {
    let app = App::with(&database, &[("HOLDALL_MAX_ENTRIES", "3")]).await;
    let ada = app.signed_in("ada").await;
    let refused = || UploadProblem::Refused(FieldProblem::EntryLimit { limit: 3 });
    ada.keeps("a.txt", b"content").await;
    let too_many = NewFolder { folder: None, path: ["a", "b", "c"].map(str::to_owned).to_vec() };
    assert_eq!(ada.make_folders(&[too_many]).await, [Err(refused())]);
    ada.makes_folder("/files", "Folder").await;
    let created = ada.create(&[file("b.bin", 5), file("c.bin", 5)]).await;
    assert!(created[0].is_ok());
    assert_eq!(created[1].as_ref().expect_err("one is open already"), &refused());
    let upload = created[0].as_ref().expect("an upload");
    ada.send_parts(upload, b"12345", &[1]).await;
    ada.complete(upload).await;

    let answer = ada.upload("d.txt", b"content").await;
    assert_eq!(answer.status, 413);
    assert!(answer.shown().contains("3 files and folders already"), "{}", answer.text());
    let answer = ada.post("/files/new-folder", &[(Field::FolderName.name(), "Another")]).await;
    assert_eq!(answer.status, 413);
    assert!(answer.shown().contains("3 files and folders already"), "{}", answer.text());
}

async fn the_folders_of_an_upload_count_before_they_are_made(database: Database) {
    let app = App::with(&database, &[("HOLDALL_MAX_ENTRIES", "6")]).await;
    let ada = app.signed_in("ada").await;
    let refused = || Err(UploadProblem::Refused(FieldProblem::EntryLimit { limit: 6 }));
    let within = |path: &[&str], name: &str| NewUpload {
        path: path.iter().map(|name| (*name).to_owned()).collect(),
        ..file(name, 0)
    };
    ada.makes_folder("/files", "There").await;
    let created = ada
        .create(&[
            within(&["There", "a", "b", "c", "d", "e"], "too deep.bin"),
            within(&["There", "a", "b"], "one.bin"),
            within(&["there", "A", "b"], "two.bin"),
            within(&["There", "a", "c"], "a folder too many.bin"),
            within(&["There", "a"], "three.bin"),
            within(&[], "a file too many.bin"),
        ])
        .await;
    assert_eq!([0, 3, 5].map(|at| created[at].clone()), [refused(), refused(), refused()]);
    let created: Vec<_> = created.into_iter().flatten().collect();
    assert_eq!(created.len(), 3, "one folder is there, two are made, and three files come into them");
    assert_eq!(ada.create(&[within(&["There", "a", "b"], "four.bin")]).await, [refused()], "what waits is counted");
    for (upload, path) in created.iter().zip([&["There", "a", "b"][..], &["There", "a", "b"], &["There", "a"]]) {
        let Ok(Completed::File { folders, .. }) = ada.try_complete(upload).await else { panic!("no file") };
        assert_eq!(folders, path);
    }
    assert_eq!(app.count("entries").await, 7, "the root is not counted");
}

async fn a_file_that_was_let_in_lies_in_its_folder_whatever_the_limit_says_then(database: Database) {
    let app = App::with(&database, &[("HOLDALL_MAX_ENTRIES", "3")]).await;
    let ada = app.signed_in("ada").await;
    let upload = NewUpload { path: vec!["a".to_owned(), "b".to_owned()], ..file("x.bin", 0) };
    let upload = ada.create(&[upload]).await.remove(0).expect("an upload");
    for name in ["1", "2", "3"] {
        ada.makes_folder("/files", name).await;
    }
    let Ok(Completed::File { folders, .. }) = ada.try_complete(&upload).await else { panic!("no file") };
    assert_eq!(folders, ["a", "b"]);
}
