//! Uploading, listing and deleting files.

use crate::app::App;
use crate::database::{Database, on_both_databases};
use crate::form::Form;

on_both_databases! {
    an_uploaded_file_is_in_the_list_and_comes_back_as_it_was,
    several_files_at_once_are_all_kept,
    an_empty_list_says_what_to_do,
    a_file_of_no_bytes_is_a_file,
    an_upload_without_a_chosen_file_is_refused,
    whoever_is_signed_out_uploads_nothing,
    nobody_sees_the_files_of_another,
    a_strangers_file_and_one_that_was_made_up_are_both_not_found,
    deleting_asks_first_and_then_leaves_nothing,
    a_file_is_deleted_once,
    the_sums_of_the_content_are_kept,
    a_files_page_leads_back_to_the_list_that_it_is_in,
    a_page_that_runs_gets_data,
    what_is_no_form_with_files_is_refused,
}

async fn an_uploaded_file_is_in_the_list_and_comes_back_as_it_was(database: Database) {
    let app = App::start(&database).await;
    let ada = app.signed_in("ada").await;
    let content: Vec<u8> = (0..3_000_000_u32).flat_map(u32::to_le_bytes).collect();
    assert_eq!(ada.upload("numbers.bin", &content).await.leads_to(), "/files");
    let list = ada.get("/files").await;
    assert_eq!(list.file_names(), ["numbers.bin"]);
    assert!(list.shown().contains("12 MB"), "{}", list.text());
    let back = ada.get(&list.files()[0].content()).await;
    assert_eq!(back.status, 200);
    assert!(back.body == content, "{} bytes of {}", back.body.len(), content.len());
}

async fn several_files_at_once_are_all_kept(database: Database) {
    let app = App::start(&database).await;
    let ada = app.signed_in("ada").await;
    let form =
        Form::new().file("files", "one.txt", b"1").file("files", "two.txt", b"22").file("files", "three.txt", b"333");
    assert_eq!(ada.send_form("/files", form).await.leads_to(), "/files");
    let files = ada.get("/files").await.files();
    let names: Vec<_> = files.iter().map(|file| file.name.as_str()).collect();
    assert_eq!(names, ["three.txt", "two.txt", "one.txt"], "newest first");
    assert_eq!(ada.get(&files[0].content()).await.text(), "333");
    assert_eq!(ada.get(&files[2].content()).await.text(), "1");
    assert_eq!(app.used("ada").await, 6);
}

async fn an_empty_list_says_what_to_do(database: Database) {
    let app = App::start(&database).await;
    let page = app.signed_in("ada").await.get("/files").await;
    assert!(page.shown().contains("Nothing here yet"));
    assert!(page.files().is_empty());
}

async fn a_file_of_no_bytes_is_a_file(database: Database) {
    let app = App::start(&database).await;
    let ada = app.signed_in("ada").await;
    let file = ada.keeps("empty", b"").await;
    assert_eq!(file.name, "empty");
    let content = ada.get(&file.content()).await;
    assert_eq!((content.status.as_u16(), content.body.len(), content.header("content-length")), (200, 0, "0"));
    ada.deletes_for_ever(&file.delete()).await;
    app.is_clean().await;
}

async fn an_upload_without_a_chosen_file_is_refused(database: Database) {
    let app = App::start(&database).await;
    let ada = app.signed_in("ada").await;
    // What browsers send for a file field without a chosen file, and a form without the field.
    for form in
        [Form::new().file("files", "", b""), Form::new().text("other", "x"), Form::new().file("other", "a.txt", b"a")]
    {
        let answer = ada.send_form("/files", form).await;
        assert_eq!(answer.status, 422);
        assert!(answer.shown().contains("Choose a file first."), "{}", answer.text());
    }
    app.is_clean().await;
}

async fn whoever_is_signed_out_uploads_nothing(database: Database) {
    let app = App::start(&database).await;
    let answer = app.visitor().upload("a.txt", b"content").await;
    assert_eq!(answer.status, 401);
    assert!(answer.shown().contains("Please sign in"));
    app.is_clean().await;
}

async fn nobody_sees_the_files_of_another(database: Database) {
    let app = App::start(&database).await;
    let (ada, grace) = (app.signed_in("ada").await, app.signed_in("grace").await);
    ada.keeps("secret plans.txt", b"x").await;
    grace.keeps("secret plans.txt", b"y").await;
    assert_eq!(grace.get("/files").await.file_names(), ["secret plans.txt"], "the same name is free to her");
    let list = grace.get("/files").await.files();
    assert_eq!(grace.get(&list[0].content()).await.text(), "y");
}

async fn a_strangers_file_and_one_that_was_made_up_are_both_not_found(database: Database) {
    let app = App::start(&database).await;
    let (ada, grace) = (app.signed_in("ada").await, app.signed_in("grace").await);
    let file = ada.keeps("a.txt", b"private").await;
    let mut pages = Vec::new();
    for id in [file.id.as_str(), "06dqs4v3g1s7n8b2k9m0a1c2e3"] {
        let content = grace.get(&format!("/files/{id}/content")).await;
        let asked = grace.get(&format!("/files/{id}/delete")).await;
        let deleted = grace.post(&format!("/files/{id}/delete"), &[]).await;
        for answer in [&content, &asked, &deleted] {
            assert_eq!(answer.status, 404, "{}", answer.text());
            assert!(!answer.text().contains("a.txt") && !answer.text().contains("private"));
        }
        pages.push((content.shown(), deleted.shown(), asked.shown()));
    }
    assert_eq!(pages[0], pages[1], "nothing tells one from the other");
    for id in ["x", "..%2F..%2Fetc%2Fpasswd", "%00", "06DQS4V3G1S7N8B2K9M0A1C2E3"] {
        assert_eq!(grace.get(&format!("/files/{id}/content")).await.status, 404, "{id}");
        assert_eq!(grace.post(&format!("/files/{id}/delete"), &[]).await.status, 404, "{id}");
    }
    assert_eq!(ada.get(&file.content()).await.text(), "private", "nothing has happened to it");
}

async fn deleting_asks_first_and_then_leaves_nothing(database: Database) {
    let app = App::start(&database).await;
    let ada = app.signed_in("ada").await;
    let file = ada.keeps("old.txt", b"to be deleted").await;
    ada.keeps("new.txt", b"to be kept").await;
    assert_eq!((app.used("ada").await, app.stored(&["private"]).len()), (23, 2));
    let page = ada.get(&file.delete()).await;
    assert_eq!(page.status, 200);
    assert!(page.shown().contains("Delete this file?") && page.shown().contains("old.txt"));
    assert_eq!(ada.get("/files").await.file_names(), ["new.txt", "old.txt"], "asking deletes nothing");
    assert_eq!(ada.post(&file.delete(), &[]).await.leads_to(), "/files");
    assert_eq!(ada.get("/files").await.file_names(), ["new.txt"]);
    assert_eq!(ada.get(&file.content()).await.status, 404);
    assert_eq!((app.used("ada").await, app.stored(&["private"]).len()), (23, 2), "it is in the trash");
    let for_ever = format!("/trash/{}/delete", file.id);
    assert!(ada.get(&for_ever).await.shown().contains("Delete for ever, frees 13 B"));
    assert_eq!(ada.post(&for_ever, &[]).await.leads_to(), "/trash");
    assert_eq!((app.used("ada").await, app.stored(&["private"]).len()), (10, 1));
    assert_eq!((app.count("blobs").await, app.count("entries").await), (1, 2), "the root folder is an entry too");
}

async fn a_file_is_deleted_once(database: Database) {
    let app = App::start(&database).await;
    let ada = app.signed_in("ada").await;
    ada.keeps("kept.txt", b"12345").await;
    let file = ada.keeps("gone.txt", b"12345").await;
    ada.deletes_from_two_tabs(&app, &file.delete()).await;
    ada.deletes_from_two_tabs(&app, &format!("/trash/{}/delete", file.id)).await;
    assert_eq!(app.used("ada").await, 5, "its bytes are given back once");
}

async fn the_sums_of_the_content_are_kept(database: Database) {
    let app = App::start(&database).await;
    app.signed_in("ada").await.keeps("a.txt", b"123456789").await;
    let sums = sqlx::query_as::<_, (i64, String, String, String)>("SELECT size, media_type, sha256, crc32 FROM blobs");
    let sums = sums.fetch_one(&app.rows().await).await.expect("a blob");
    let sha256 = "15e2b0d3c33891ebb0f1ef609ec419420c20e320ce94c65fbc8c3312448eb225";
    assert_eq!(sums, (9, "text/plain".to_owned(), sha256.to_owned(), "cbf43926".to_owned()));
}

async fn a_page_that_runs_gets_data(database: Database) {
    use holdall::model::form::{Field, FormAnswer};
    use holdall::model::problem::FieldProblem;

    let app = App::start(&database).await;
    let ada = app.signed_in("ada").await;
    let answer = ada.send_form("/files", Form::new().file("files", "a.txt", b"a").for_data()).await;
    assert_eq!((answer.status.as_u16(), answer.data()), (200, FormAnswer::Go("/files".to_owned())));
    let answer = ada.send_form("/files", Form::new().file("files", "", b"").for_data()).await;
    assert_eq!(answer.status, 422);
    let FormAnswer::Refused(form) = answer.data() else { panic!("taken: {}", answer.text()) };
    assert_eq!(form.problems(Field::Files).collect::<Vec<_>>(), [&FieldProblem::Empty]);
    let answer = app.visitor().send_form("/files", Form::new().file("files", "a.txt", b"a").for_data()).await;
    assert_eq!(answer.status, 401);
    assert_eq!(answer.data::<holdall::model::problem::Problem>(), holdall::model::problem::Problem::NotSignedIn);
    let file = ada.get("/files").await.files().swap_remove(0);
    let answer = ada.post_for_data(&file.delete(), &[]).await;
    assert_eq!((answer.status.as_u16(), answer.data()), (200, FormAnswer::Go("/files".to_owned())));
}

async fn what_is_no_form_with_files_is_refused(database: Database) {
    let app = App::start(&database).await;
    let ada = app.signed_in("ada").await;
    assert_eq!(ada.post("/files", &[("files", "a.txt")]).await.status, 400, "a form without enctype");
    let mut request = Form::new().file("files", "a.txt", b"a").request("/files");
    request.headers_mut().insert("content-type", "multipart/form-data; boundary=another".parse().expect("a header"));
    assert_eq!(ada.send(request).await.status.as_u16() / 100, 4, "another boundary than the one that was named");
    app.is_clean().await;
}

async fn a_files_page_leads_back_to_the_list_that_it_is_in(database: Database) {
    let app = App::start(&database).await;
    let ada = app.signed_in("ada").await;
    let list = ada.makes_folder("/files", "Photos").await;
    let file = ada.keeps_in(&list, "one.txt", b"1").await;
    let page = ada.get(&format!("/files/{}/about", file.id)).await;
    assert!(
        page.shown().contains("Back to files") && page.text().contains(&format!("href=\"{list}\"")),
        "{}",
        page.text()
    );
}
