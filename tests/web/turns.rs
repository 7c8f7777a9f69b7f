//! Work in the background, in which accounts take turns.

use holdall::server::domain::blobs::verify::VerificationOutcome;

use crate::app::App;
use crate::database::{Database, on_both_databases};

on_both_databases! {
    a_file_is_checked_before_the_many_of_another_account,
}

async fn a_file_is_checked_before_the_many_of_another_account(database: Database) {
    let app = App::start(&database).await;
    let (ada, grace) = (app.signed_in("ada").await, app.signed_in("grace").await);
    for number in 0..40 {
        ada.keeps(&format!("{number}.txt"), b"one of many").await;
    }
    assert_eq!(app.state.verifier.once().await.expect("a database"), Some(VerificationOutcome::Verified));
    grace.keeps("hers.txt", b"one").await;
    let rows = app.rows().await;
    let hers = "SELECT COUNT(*) FROM blobs JOIN accounts ON accounts.id = blobs.account \
                WHERE accounts.name = 'grace' AND verified IS NOT NULL";
    let mut before = 0;
    while sqlx::query_scalar::<_, i64>(hers).fetch_one(&rows).await.expect("blobs") == 0 {
        app.state.verifier.once().await.expect("a database").expect("a file to check");
        before += 1;
    }
    assert!(before <= 18, "{before} of 40 came before hers");
    while app.state.verifier.once().await.expect("a database").is_some() {}
    let left = sqlx::query_scalar::<_, i64>("SELECT COUNT(*) FROM jobs WHERE kind = 'verify_blob'");
    assert_eq!(left.fetch_one(&rows).await.expect("jobs"), 0);
}
