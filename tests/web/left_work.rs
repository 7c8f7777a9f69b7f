//! Work that goes on after its client has left: it stays counted until it ends, or ends with the client. Otherwise whoever
//! does not wait for answers would have any number of things done at once.

use std::time::Duration;

use futures::FutureExt as _;
use futures::future::join_all;
use holdall::model::account::{Email, Password};
use holdall::server::domain::access::administration::Administrator;
use sqlx::Connection as _;
use tokio::sync::watch;

use crate::app::{App, PASSWORD};
use crate::archives::{archive_of, run};
use crate::bucket::Bucket;
use crate::database::{Database, on_both_databases};
use crate::folders_cleared::fill;
use crate::form::Form;
use crate::refusing::{Fate, Refusing};

on_both_databases! {
    the_operators_word_on_a_password_is_the_last,
}

/// A proxy that holds requests of this method while it is told not to pass them on.
async fn holding(bucket: &Bucket, method: &'static str) -> (Refusing, watch::Sender<bool>) {
    let (passes, passed) = watch::channel(true);
    let way = Refusing::way_to(&bucket.endpoint, move |head| match head.starts_with(method) {
        true => Fate::Held(passed.clone()),
        false => Fate::Passed,
    });
    (way.await, passes)
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs Garage: script/test runs it"]
async fn forms_that_are_left_keep_their_places_until_the_store_has_them() {
    let bucket = Bucket::given();
    let (way, passes) = holding(&bucket, "PUT").await;
    let app = bucket.through(&way.endpoint).app().await;
    let ada = app.signed_in("ada").await;
    passes.send_replace(false);
    for number in 0..8 {
        let tab = ada.at(&app);
        let form = Form::new().file("files", &format!("{number}.bin"), &[7; 1000]);
        tokio::select! {
            answer = tab.send_form("/files", form) => panic!("answered: {}", answer.status),
            () = way.holds(number + 1) => {}
        }
    }
    let refused = ada.upload("one more.bin", &[7; 1000]).await;
    assert_eq!(refused.status, 503, "{}", refused.text());
    passes.send_replace(true);
    way.holds(0).await;
    while ada.get("/files").await.rows().len() < 8 {
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    assert_eq!(ada.upload("one more.bin", &[7; 1000]).await.status, 303);
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs Garage: script/test runs it"]
async fn an_archive_that_is_left_reads_no_further() {
    let bucket = Bucket::given();
    let (way, passes) = holding(&bucket, "GET").await;
    let app = bucket.through(&way.endpoint).app().await;
    let ada = app.signed_in("ada").await;
    let form = (0..16).fold(Form::new(), |form, number| form.file("files", &number.to_string(), &[7; 1000]));
    assert_eq!(ada.send_form("/files", form).await.leads_to(), "/files");
    let archive = archive_of(&ada, &[("all", "1")]).await;
    passes.send_replace(false);
    let asked = way.met().len() + 4;
    let answer = ada.open(&archive).await;
    assert_eq!(answer.status(), 200);
    let mut body = answer.into_body().into_data_stream();
    assert!(futures::StreamExt::next(&mut body).await.is_some_and(|bytes| bytes.is_ok()), "its first header");
    // Some parts are made ready ahead, of which every second is the content of a member.
    assert!(futures::StreamExt::next(&mut body).now_or_never().is_none());
    way.holds(4).await;
    drop(body);
    way.holds(0).await;
    // What would go on would try again soon.
    tokio::time::sleep(Duration::from_secs(3)).await;
    assert_eq!(way.met().len(), asked, "nothing is asked for any more");
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs PostgreSQL: script/test runs it"]
async fn a_row_that_another_process_keeps_locked_keeps_only_its_account_waiting() {
    let database = Database::postgres().await;
    let app = App::start(&database).await;
    let (ada, grace) = (app.signed_in("ada").await, app.signed_in("grace").await);
    let rows = app.rows().await;
    let mut other = rows.acquire().await.expect("a connection");
    let mut standing_still = other.begin().await.expect("a transaction");
    sqlx::query("UPDATE accounts SET used = used WHERE name = 'ada'")
        .execute(&mut *standing_still)
        .await
        .expect("a lock");
    // Each leaves before it has an answer.
    let tabs: Vec<_> = (0..40).map(|_| ada.at(&app)).collect();
    let names: Vec<_> = (0..40).map(|number| number.to_string()).collect();
    let fields: Vec<_> = names.iter().map(|name| [("folder-name", name.as_str())]).collect();
    let tries = tabs
        .iter()
        .zip(&fields)
        .map(|(tab, fields)| tokio::time::timeout(Duration::from_millis(300), tab.post("/files/new-folder", fields)));
    assert!(join_all(tries).await.iter().all(Result::is_err));
    grace.makes_folder("/files", "hers").await;
    assert_eq!(grace.upload("hers.txt", b"x").await.status, 303);
    let patient = ada.post("/files/new-folder", &[("folder-name", "patient")]).await;
    assert_eq!(patient.status, 503, "the row is not waited for without end");
    assert!(!patient.header("retry-after").is_empty());
    standing_still.rollback().await.expect("an end");
    ada.makes_folder("/files", "after that").await;
    drop(other);
    app.state.close().await;
    database.remove().await;
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs PostgreSQL: script/test runs it"]
async fn large_folders_are_measured_one_at_a_time_for_an_account_whether_it_waits_or_not() {
    let database = Database::postgres().await;
    let app = App::start(&database).await;
    let ada = app.signed_in("ada").await;
    let list = ada.makes_folder("/files", "large").await;
    fill(&app, list.trim_start_matches("/files/"), 60_000).await;
    run(&app.rows().await, "ANALYZE entries".to_owned()).await;
    let rename = format!("{list}/rename");
    let rows = app.rows().await;
    let measuring = "SELECT COUNT(*) FROM pg_stat_activity WHERE datname = current_database() AND state = 'active' \
                     AND query LIKE 'WITH RECURSIVE down%' AND pid <> pg_backend_pid()";
    let mut most = 0;
    for _ in 0..30 {
        let tab = ada.at(&app);
        let left = tab.post(&rename, &[("entry-name", "a longer name")]);
        drop(tokio::time::timeout(Duration::from_millis(10), left).await);
        most = most.max(sqlx::query_scalar::<_, i64>(measuring).fetch_one(&rows).await.expect("a count"));
    }
    assert!(most <= 1, "{most} at once");
    assert_eq!(ada.post(&rename, &[("entry-name", "a longer name")]).await.leads_to(), "/files");
    app.state.close().await;
    database.remove().await;
}

async fn the_operators_word_on_a_password_is_the_last(database: Database) {
    let app = App::start(&database).await;
    let ada = app.signed_in("ada").await;
    let email = Email::parse("ada@example.org").expect("an address");
    for round in 0..4 {
        // Somebody who knows the password changes it at the moment when the operator has read the account.
        let new = format!("{round} quiet zebras under water");
        let current = if round == 0 { PASSWORD.to_owned() } else { format!("{} quiet zebras on land", round - 1) };
        let set = format!("{round} quiet zebras on land");
        let operators = Password::parse(&set).expect("a password");
        let change = [("current-password", current.as_str()), ("new-password", new.as_str())];
        let (reset, _) = tokio::join!(
            app.state.accounts.reset_password(Administrator::OPERATOR, &email, &operators),
            ada.post("/account/password", &change)
        );
        reset.expect("a reset");
        let signed_in = ada.post("/sign-in", &[("email", "ada@example.org"), ("password", &set)]).await;
        assert_eq!(signed_in.status, 303, "round {round}: {}", signed_in.text());
    }
}
