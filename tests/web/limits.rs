//! Quota and the largest file.

use crate::app::App;
use crate::database::{Database, on_both_databases};
use crate::form::Form;

on_both_databases! {
    a_file_beyond_the_quota_is_refused_with_the_numbers_and_leaves_nothing,
    deleting_makes_room_again,
    files_that_arrive_at_once_do_not_pass_the_quota_together,
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
    ada.post(&file.delete(), &[]).await;
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
