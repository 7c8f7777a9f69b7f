//! Incomplete uploads on the page of files, and discarding them by a form.

use holdall::model::paths::Page;
use holdall::model::upload::NewUpload;

use crate::app::App;
use crate::database::{Database, on_both_databases};
use crate::sending::{file, three_parts};

on_both_databases! {
    the_page_names_what_is_unfinished_and_how_far_it_is,
    a_form_discards_an_unfinished_upload_and_nothing_is_left,
    an_upload_says_where_it_goes_and_discarding_it_leads_back_to_the_page,
    discarding_twice_is_no_fault,
    a_strangers_upload_is_not_discarded,
    whoever_is_signed_out_discards_nothing,
}

async fn the_page_names_what_is_unfinished_and_how_far_it_is(database: Database) {
    let app = App::start(&database).await;
    let ada = app.signed_in("ada").await;
    assert!(!ada.get("/files").await.shown().contains("Unfinished uploads"));
    let content = three_parts();
    let upload = ada.begin("</title><b>large.bin", &content).await;
    ada.send_parts(&upload, &content, &[1]).await;
    let page = ada.get("/files").await;
    let percent = 100 * upload.part_size / upload.size;
    for words in ["Unfinished uploads", "</title><b>large.bin", &format!("{percent} % of"), "Discard"] {
        assert!(page.shown().contains(words), "{words}: {}", page.text());
    }
    assert!(page.text().contains(&format!("action=\"/uploads/{}/discard\"", upload.id)));
    ada.send_parts(&upload, &content, &[2, 3]).await;
    ada.complete(&upload).await;
    assert!(!ada.get("/files").await.shown().contains("Unfinished uploads"));
}

async fn a_form_discards_an_unfinished_upload_and_nothing_is_left(database: Database) {
    let app = App::start(&database).await;
    let ada = app.signed_in("ada").await;
    let content = three_parts();
    let upload = ada.begin("large.bin", &content).await;
    ada.send_parts(&upload, &content, &[1, 3]).await;
    let address = format!("/uploads/{}/discard", upload.id);
    assert_eq!(ada.get(&address).await.leads_to(), "/files");
    assert_eq!(ada.unfinished().await.len(), 1, "looking changes nothing");
    assert_eq!(ada.post(&address, &[]).await.leads_to(), "/files");
    assert!(ada.unfinished().await.is_empty());
    assert_eq!(app.used("ada").await, 0);
}

async fn an_upload_says_where_it_goes_and_discarding_it_leads_back_to_the_page(database: Database) {
    let app = App::start(&database).await;
    let ada = app.signed_in("ada").await;
    let list = ada.makes_folder("/files", "Photos").await;
    let wanted = NewUpload { folder: Page::parse(&list).and_then(Page::folder), ..file("large.bin", 5) };
    let upload = ada.create(&[wanted]).await.remove(0).expect("an upload");
    assert!(ada.get("/files").await.shown().contains("Open its folder"));
    let inside = ada.get(&list).await;
    assert!(inside.shown().contains("large.bin") && !inside.shown().contains("Open its folder"), "{}", inside.text());
    assert_eq!(inside.typed("at"), list.replace("/files/", ""));
    let address = format!("/uploads/{}/discard", upload.id);
    assert_eq!(ada.post(&address, &[("at", &inside.typed("at"))]).await.leads_to(), list);
    assert_eq!(ada.post(&address, &[("at", "//elsewhere.example")]).await.leads_to(), "/files");
}

async fn discarding_twice_is_no_fault(database: Database) {
    let app = App::start(&database).await;
    let ada = app.signed_in("ada").await;
    let upload = ada.begin("large.bin", &three_parts()).await;
    let address = format!("/uploads/{}/discard", upload.id);
    for _ in 0..2 {
        assert_eq!(ada.post(&address, &[]).await.leads_to(), "/files");
    }
    assert_eq!(ada.post_for_data(&address, &[]).await.status, 200);
    assert_eq!(ada.post("/uploads/what/discard", &[]).await.status, 404);
}

async fn a_strangers_upload_is_not_discarded(database: Database) {
    let app = App::start(&database).await;
    let (ada, eve) = (app.signed_in("ada").await, app.signed_in("eve").await);
    let upload = ada.begin("large.bin", &three_parts()).await;
    eve.post(&format!("/uploads/{}/discard", upload.id), &[]).await;
    assert_eq!(ada.unfinished().await.len(), 1);
    assert!(!eve.get("/files").await.shown().contains("large.bin"));
}

async fn whoever_is_signed_out_discards_nothing(database: Database) {
    let app = App::start(&database).await;
    let ada = app.signed_in("ada").await;
    let upload = ada.begin("large.bin", &three_parts()).await;
    let answer = app.visitor().post(&format!("/uploads/{}/discard", upload.id), &[]).await;
    assert!([303, 401].contains(&answer.status.as_u16()), "{}", answer.status);
    assert_eq!(ada.unfinished().await.len(), 1);
}
