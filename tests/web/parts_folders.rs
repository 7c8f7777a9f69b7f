//! Multipart uploads into folders, and empty folders.

use holdall::model::id::EntryId;
use holdall::model::problem::FieldProblem;
use holdall::model::upload::{Completed, NewFolder, NewUpload, UploadProblem};

use crate::app::App;
use crate::database::{Database, on_both_databases};
use crate::form::Form;
use crate::sending::{file, three_parts};

on_both_databases! {
    a_file_goes_to_its_folder_and_below_it_to_its_path,
    a_folder_that_is_deleted_meanwhile_costs_no_file,
    a_path_that_is_too_deep_is_refused_before_a_byte_is_sent,
    a_folder_of_somebody_else_takes_nothing,
    folders_that_no_file_is_in_are_made_too,
    a_folder_finds_a_name_beside_many_files,
}

/// The folder's id in the address of its list.
fn folder_of(list: &str) -> Option<EntryId> {
    EntryId::parse(list.trim_start_matches("/files/"))
}

async fn a_file_goes_to_its_folder_and_below_it_to_its_path(database: Database) {
    let app = App::start(&database).await;
    let ada = app.signed_in("ada").await;
    let list = ada.makes_folder("/files", "Photos").await;
    let folder = folder_of(&list);
    let here = NewUpload { folder: folder.clone(), ..file("here.txt", 0) };
    let path = vec!["2024".to_owned(), "May".to_owned()];
    let below =
        ["a.txt", "b.txt"].map(|name| NewUpload { folder: folder.clone(), path: path.clone(), ..file(name, 0) });
    let beside = NewUpload { path: vec!["Photos".to_owned()], ..file("by name.txt", 0) };
    let mut lie = Vec::new();
    for upload in ada.create(&[vec![here], below.to_vec(), vec![beside]].concat()).await {
        let completed = ada.try_complete(&upload.expect("an upload")).await;
        let Ok(Completed::File { folders, .. }) = completed else { panic!("no file: {completed:?}") };
        lie.push(folders.join("/"));
    }
    assert_eq!(lie, ["Photos", "Photos/2024/May", "Photos/2024/May", "Photos"]);
    assert_eq!(ada.get("/files").await.rows().len(), 1);
    let page = ada.get(&list).await;
    assert_eq!(page.file_names(), ["by name.txt", "here.txt"]);
    assert_eq!(page.folders().iter().map(|row| row.name.as_str()).collect::<Vec<_>>(), ["2024"]);
    assert_eq!(app.count("entries").await, 8, "the root, three folders, four files");
}

async fn a_folder_that_is_deleted_meanwhile_costs_no_file(database: Database) {
    let app = App::start(&database).await;
    let ada = app.signed_in("ada").await;
    let content = three_parts();
    let list = ada.makes_folder("/files", "Photos").await;
    let size = content.len() as u64;
    let named = NewUpload { folder: folder_of(&list), path: vec!["2024".to_owned()], ..file("a.bin", size) };
    let upload = ada.create(std::slice::from_ref(&named)).await.remove(0).expect("an upload");
    ada.send_parts(&upload, &content, &[1, 2, 3]).await;
    ada.post(&format!("{list}/delete"), &[]).await;
    let Ok(Completed::File { id, folders, .. }) = ada.try_complete(&upload).await else { panic!("no file") };
    assert_eq!(folders, ["2024"], "and it is said where it lies");
    assert!(ada.get(&format!("/files/{id}/content")).await.body == content);
    assert_eq!(ada.get("/files").await.folders().iter().map(|row| row.name.as_str()).collect::<Vec<_>>(), ["2024"]);
    assert_eq!(
        ada.create(&[named]).await,
        [Err(UploadProblem::Refused(FieldProblem::FolderGone))],
        "but nothing new goes there"
    );
    assert_eq!((app.used("ada").await, app.count("blobs").await), (content.len() as i64, 1));
}

async fn a_path_that_is_too_deep_is_refused_before_a_byte_is_sent(database: Database) {
    let app = App::start(&database).await;
    let ada = app.signed_in("ada").await;
    let parent = folder_of(&ada.makes_folder("/files", "Photos").await);
    let path = |depth: usize| vec!["x".to_owned(); depth];
    let named = |depth| NewUpload { folder: parent.clone(), path: path(depth), ..file("a.txt", 0) };
    let answers = ada.create(&[named(100), named(99)]).await;
    assert_eq!(answers[0], Err(UploadProblem::Refused(FieldProblem::TooDeep { limit: 100 })));
    ada.complete(answers[1].as_ref().expect("an upload")).await;
}

async fn a_folder_finds_a_name_beside_many_files(database: Database) {
    let app = App::start(&database).await;
    let ada = app.signed_in("ada").await;
    let form = (0..70).fold(Form::new(), |form, _| form.file("files", "x", b""));
    ada.send_form("/files", form).await.leads_to();
    for _ in 0..2 {
        let below = NewUpload { path: vec!["x".to_owned()], ..file("a.txt", 0) };
        let upload = ada.create(&[below]).await.remove(0).expect("an upload");
        let Ok(Completed::File { folders, .. }) = ada.try_complete(&upload).await else { panic!("no file") };
        assert_eq!(folders, ["x (70)"], "and the second time it is the same");
    }
}

async fn a_folder_of_somebody_else_takes_nothing(database: Database) {
    let app = App::start(&database).await;
    let list = app.signed_in("ada").await.makes_folder("/files", "Photos").await;
    let grace = app.signed_in("grace").await;
    let upload = NewUpload { folder: folder_of(&list), ..file("a.txt", 0) };
    assert_eq!(grace.create(&[upload]).await, [Err(UploadProblem::Refused(FieldProblem::FolderGone))]);
    assert_eq!(app.used("grace").await, 0);
}

async fn folders_that_no_file_is_in_are_made_too(database: Database) {
    let app = App::start(&database).await;
    let ada = app.signed_in("ada").await;
    let list = ada.makes_folder("/files", "Photos").await;
    let path = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect::<Vec<_>>();
    let folders = [
        NewFolder { folder: folder_of(&list), path: path(&["2024", "May"]) },
        NewFolder { folder: None, path: path(&["Photos", "2024", "June"]) },
        NewFolder { folder: None, path: path(&["a\0b"]) },
        NewFolder { folder: None, path: vec!["x".to_owned(); 101] },
    ];
    for _ in 0..2 {
        let answers = ada.make_folders(&folders).await;
        assert_eq!(answers[..2], [Ok(()), Ok(())]);
        assert!(matches!(answers[2], Err(UploadProblem::Refused(FieldProblem::NulInName { .. }))), "{answers:?}");
        assert_eq!(answers[3], Err(UploadProblem::Refused(FieldProblem::TooDeep { limit: 100 })));
    }
    assert_eq!(app.count("entries").await, 5, "the root, Photos, 2024, May, June");
    let grace = app.signed_in("grace").await;
    assert_eq!(grace.make_folders(&folders[..1]).await, [Err(UploadProblem::Refused(FieldProblem::FolderGone))]);
}
