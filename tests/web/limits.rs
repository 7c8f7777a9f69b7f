//! The quota and the largest file size.

use std::time::Duration;

use tokio::sync::oneshot;

use crate::app::App;
use crate::database::{Database, on_both_databases};
use crate::form::Form;

on_both_databases! {
    a_file_beyond_the_quota_is_refused_with_the_numbers_and_leaves_nothing,
    deleting_makes_room_again,
    files_that_arrive_at_once_do_not_pass_the_quota_together,
    a_form_that_is_under_way_has_its_room_set_aside,
    a_form_that_breaks_off_gives_its_room_back_before_it_is_answered,
    a_form_whose_server_died_gives_its_room_back_by_the_sweep,
    of_several_files_those_before_the_refused_one_are_kept,
    an_accounts_own_quota_goes_before_the_sites,
    a_file_larger_than_the_limit_is_refused_and_leaves_nothing,
    how_much_is_used_is_shown,
}

const QUOTA: [(&str, &str); 1] = [("HOLDALL_QUOTA", "10 kB")];

async fn a_file_beyond_the_quota_is_refused_with_the_numbers_and_leaves_nothing(database: Database) {
    let app = App::with(&database, &QUOTA).await;
    let ada = app.signed_in("ada").await;
    let answer = ada.upload("large.bin", &[7; 10_001]).await;
    assert_eq!(answer.status, 413);
    assert!(answer.shown().contains("you use 0 B of 10 kB"), "{}", answer.text());
    app.is_clean().await;
    ada.keeps("half.bin", &[7; 6000]).await;
    let answer = ada.upload("other half.bin", &[7; 6000]).await;
    assert_eq!(answer.status, 413);
    assert!(answer.shown().contains("you use 6.0 kB of 10 kB"), "{}", answer.text());
    assert_eq!(ada.get("/files").await.file_names(), ["half.bin"]);
    assert_eq!(app.used("ada").await, 6000);
    ada.keeps("just fits.bin", &[7; 4000]).await;
    assert_eq!(ada.upload("one byte.bin", b"x").await.status, 413);
    ada.keeps("nothing.bin", b"").await;
}

async fn deleting_makes_room_again(database: Database) {
    let app = App::with(&database, &QUOTA).await;
    let ada = app.signed_in("ada").await;
    let file = ada.keeps("large.bin", &[7; 10_000]).await;
    assert_eq!(ada.upload("another.bin", &[7; 10_000]).await.status, 413);
    assert_eq!(ada.post(&file.delete(), &[]).await.leads_to(), "/files");
    let refused = ada.upload("another.bin", &[7; 10_000]).await;
    assert_eq!(refused.status, 413, "the trash counts, too");
    assert!(refused.shown().contains("What is in the trash counts, too"), "{}", refused.shown());
    assert_eq!(ada.post("/trash/empty", &[]).await.leads_to(), "/trash");
    assert_eq!(app.used("ada").await, 0);
    ada.keeps("another.bin", &[7; 10_000]).await;
}

async fn files_that_arrive_at_once_do_not_pass_the_quota_together(database: Database) {
    let app = App::with(&database, &QUOTA).await;
    let ada = app.signed_in("ada").await;
    let uploads = (0..4).map(|_| ada.upload("a.bin", &[7; 4000]));
    let answers = futures::future::join_all(uploads).await;
    let taken = answers.iter().filter(|answer| answer.status == 303).count();
    assert_eq!(answers.iter().filter(|answer| answer.status == 413).count(), 4 - taken);
    assert_eq!(taken, 2);
    assert_eq!(app.used("ada").await, 8000);
    assert_eq!(ada.get("/files").await.files().len(), 2);
}

/// Waits until the account of this name uses this many bytes.
async fn until_used(app: &App, name: &str, least: i64) {
    for _ in 0..400 {
        if app.used(name).await >= least {
            return;
        }
        tokio::time::sleep(Duration::from_millis(25)).await;
    }
    panic!("{name} does not come to use {least} bytes");
}

async fn a_form_that_is_under_way_has_its_room_set_aside(database: Database) {
    let app = App::with(&database, &[("HOLDALL_QUOTA", "10 MB")]).await;
    let ada = app.signed_in("ada").await;
    let (go, signal) = oneshot::channel();
    let form = Form::new().file("files", "first.bin", &vec![7; 6_000_000]);
    let first = ada.send(form.halting("/files", signal));
    let meanwhile = async {
        until_used(&app, "ada", 5_990_000).await;
        let answer = ada.upload("second.bin", &vec![7; 6_000_000]).await;
        assert_eq!(answer.status, 413, "what has come of the first counts");
        assert!(answer.shown().contains("of 10 MB"), "{}", answer.text());
        assert!(app.used("ada").await <= 10_000_000);
        assert_eq!(ada.upload("third.bin", &vec![7; 2_000_000]).await.status, 303, "there is room for a smaller one");
        go.send(()).expect("an upload that waits");
    };
    let (answer, ()) = tokio::join!(first, meanwhile);
    assert_eq!(answer.status, 303, "{}", answer.text());
    assert_eq!(app.used("ada").await, 8_000_000, "to the byte");
    assert!(app.state.audit.run().await.expect("a look").miscounted.is_empty());
}

async fn a_form_that_breaks_off_gives_its_room_back_before_it_is_answered(database: Database) {
    let app = App::start(&database).await;
    let ada = app.signed_in("ada").await;
    let form = Form::new().file("files", "half.bin", &vec![7; 3_000_000]);
    assert_eq!(ada.send(form.cut_off("/files")).await.status.as_u16() / 100, 4);
    assert_eq!(app.used("ada").await, 0);
    app.is_clean().await;
}

async fn a_form_whose_server_died_gives_its_room_back_by_the_sweep(database: Database) {
    let app = App::start(&database).await;
    let ada = app.signed_in("ada").await;
    let form = Form::new().file("files", "half.bin", &vec![7; 3_000_000]);
    let swept = async {
        until_used(&app, "ada", 2_990_000).await;
        assert!(app.state.audit.run().await.expect("a look").miscounted.is_empty(), "its row says what is set aside");
        // As if the upload had stalled until it expired.
        app.sweep_halted_upload().await;
        assert_eq!(app.used("ada").await, 0);
    };
    tokio::select! {
        _ = ada.send(form.stuck("/files")) => panic!("it never ends"),
        () = swept => {}
    }
    app.is_clean().await;
    assert_eq!(app.used("ada").await, 0, "and given back once");
}

async fn of_several_files_those_before_the_refused_one_are_kept(database: Database) {
    let app = App::with(&database, &QUOTA).await;
    let ada = app.signed_in("ada").await;
    let form = Form::new()
        .file("files", "one.bin", &[7; 4000])
        .file("files", "two.bin", &[7; 4000])
        .file("files", "three.bin", &[7; 4000])
        .file("files", "four.bin", b"x");
    assert_eq!(ada.send_form("/files", form).await.status, 413);
    assert_eq!(ada.get("/files").await.file_names(), ["two.bin", "one.bin"]);
}

async fn an_accounts_own_quota_goes_before_the_sites(database: Database) {
    let app = App::with(&database, &QUOTA).await;
    let ada = app.signed_in("ada").await;
    sqlx::query("UPDATE accounts SET quota = 100000").execute(&app.rows().await).await.expect("an account");
    ada.keeps("large.bin", &[7; 50_000]).await;
    assert_eq!(ada.upload("too large.bin", &[7; 50_001]).await.status, 413);
}

async fn a_file_larger_than_the_limit_is_refused_and_leaves_nothing(database: Database) {
    let app = App::with(&database, &[("HOLDALL_MAX_FILE", "1 MiB")]).await;
    let ada = app.signed_in("ada").await;
    let answer = ada.upload("large.bin", &vec![7; (1 << 20) + 1]).await;
    assert_eq!(answer.status, 413);
    assert!(answer.shown().contains("the limit is 1 MiB"), "{}", answer.text());
    app.is_clean().await;
    assert_eq!(app.used("ada").await, 0);
    ada.keeps("just.bin", &vec![7; 1 << 20]).await;
}

async fn how_much_is_used_is_shown(database: Database) {
    let app = App::with(&database, &QUOTA).await;
    let ada = app.signed_in("ada").await;
    ada.keeps("a.bin", &[7; 2500]).await;
    assert!(ada.get("/files").await.shown().contains("2.5 kB of 10 kB"));
}
