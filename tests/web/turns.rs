//! Work in the background, in which accounts take turns.

use holdall::server::domain::blobs::verify::VerificationOutcome;

use crate::app::App;
use crate::archives::run;
use crate::database::{Database, on_both_databases};
use crate::folders_cleared::fill;

on_both_databases! {
    a_file_is_checked_before_the_many_of_another_account,
    a_file_is_checked_before_the_many_of_many_accounts,
    a_folder_is_deleted_before_the_many_files_of_another_account,
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

/// Inserts so many jobs to check files for each of these accounts, with files whose objects are missing.
async fn many_due(app: &App, accounts: &[String], files: i64) {
    for account in accounts {
        let insert = format!(
            "INSERT INTO blobs (id, account, key, state, size, media_type, created) \
             WITH RECURSIVE numbers (number) AS (SELECT 100 UNION ALL SELECT number + 1 FROM numbers WHERE number < {}) \
             SELECT '{}' || CAST(number AS TEXT), '{account}', '{}/{}' || CAST(number AS TEXT), 'stored', 1, 'text/plain', 0 \
             FROM numbers",
            99 + files,
            &account[..23],
            &account[..2],
            &account[..23]
        );
        run(&app.rows().await, insert).await;
        let due = "INSERT INTO jobs (kind, subject, owner, due) SELECT 'verify_blob', id, account, 0 FROM blobs WHERE size = 1 \
                   AND account = $1";
        sqlx::query(due).bind(account).execute(&app.rows().await).await.expect("jobs");
    }
}

async fn a_file_is_checked_before_the_many_of_many_accounts(database: Database) {
    let app = App::start(&database).await;
    let grace = app.signed_in("grace").await;
    grace.keeps("hers.txt", b"hers").await;
    // All other accounts come before hers and after it in the order of ids.
    let others: Vec<_> =
        (0..20).map(|other| format!("{}{other:02}000000000000000000000{:02}", other % 2, other % 2)).collect();
    for other in &others {
        let account = format!(
            "INSERT INTO accounts (id, name, email, password, session_key, role, created) \
             VALUES ('{other}', 'n', '{other}', 'p', 's', 'member', 0)"
        );
        run(&app.rows().await, account).await;
    }
    many_due(&app, &others, 30).await;
    let hers = "SELECT COUNT(*) FROM blobs WHERE size = 4 AND verified IS NOT NULL";
    let (rows, mut before) = (app.rows().await, 0);
    while sqlx::query_scalar::<_, i64>(hers).fetch_one(&rows).await.expect("blobs") == 0 {
        app.state.verifier.once().await.expect("a database").expect("a file to check");
        before += 1;
    }
    assert!(before <= 3 * 16, "{before} of 600 came before hers");
}

async fn a_folder_is_deleted_before_the_many_files_of_another_account(database: Database) {
    let app = App::start(&database).await;
    let (ada, grace) = (app.signed_in("ada").await, app.signed_in("grace").await);
    let (large, small) = (ada.makes_folder("/files", "going").await, grace.makes_folder("/files", "going").await);
    fill(&app, large.trim_start_matches("/files/"), 300).await;
    grace.keeps_in(&small, "one.txt", b"one").await;
    // What a process does that dies before it deletes an object.
    run(&app.rows().await, "UPDATE entries SET parent = NULL, trashed = 1 WHERE name = 'going'".to_owned()).await;
    for name in ["ada", "grace"] {
        let scope = app.scope_of(name).await;
        while app.state.entries.clear_batch(scope.owner()).await.expect("a database") {}
    }
    assert_eq!((app.used("ada").await, app.used("grace").await), (3_000, 3), "nothing is deleted yet");
    assert_eq!(app.state.maintenance.once().await.expect("a round"), 100);
    assert_eq!(app.used("grace").await, 0, "hers is among the first hundred");
    assert!(app.used("ada").await > 0);
}
