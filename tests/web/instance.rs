//! The mark that ties a store to its database: how Holdall behaves if it is missing, or if it is another instance's.

use std::path::Path;

use holdall::model::entry::Verification;
use holdall::server::domain::integrity::instance::Unconfirmed;
use holdall::server::domain::integrity::repair::TooMany;
use holdall::server::storage::INSTANCE_OBJECT;

use crate::app::App;
use crate::database::{Database, on_both_databases};

on_both_databases! {
    a_new_site_leaves_its_mark,
    an_empty_store_is_not_taken_for_a_site_that_has_files,
    a_store_whose_mark_was_left_behind_is_known_by_its_files,
    whoever_says_so_goes_on_without_the_files,
    nothing_is_mended_in_a_store_that_is_not_this_sites,
    many_missing_files_are_not_flagged,
    beginnings_are_cleared_by_the_running_server_and_only_in_its_own_store,
}

fn empty(folder: &Path) {
    std::fs::remove_dir_all(folder).expect("a folder");
    std::fs::create_dir_all(folder).expect("a folder");
}

async fn a_new_site_leaves_its_mark(database: Database) {
    let app = App::start(&database).await;
    assert!(!app.state.instance.is_ours().await.expect("a store"), "asking leaves nothing");
    app.state.instance.confirm().await.expect("nobody's store");
    assert!(app.state.instance.is_ours().await.expect("a store"));
    std::fs::remove_file(app.folder("private").join(INSTANCE_OBJECT)).expect("the mark");
    app.state.instance.confirm().await.expect("there is nothing to lose yet");
}

async fn an_empty_store_is_not_taken_for_a_site_that_has_files(database: Database) {
    let app = App::start(&database).await;
    app.state.instance.confirm().await.expect("its own store");
    app.signed_in("ada").await.keeps("a.txt", b"content").await;
    // As when the volume is not mounted: opening the storage has created empty folders.
    let mounted = app.folder("mounted");
    std::fs::rename(app.folder("private"), &mounted).expect("a folder");
    let app = app.restarted().await;
    let refused = app.state.instance.confirm().await.expect_err("an empty folder");
    assert!(matches!(&refused, Unconfirmed::Missing { .. }), "{refused}");
    for what in ["mounted", "HOLDALL_BUCKET", "HOLDALL_PRIVATE_LOCATION", INSTANCE_OBJECT] {
        assert!(refused.to_string().contains(what), "{refused}");
    }
    assert!(!app.state.instance.is_ours().await.expect("a folder"));
    assert!(!app.folder("private").join(INSTANCE_OBJECT).exists(), "no mark is left");
    std::fs::remove_dir(app.folder("private")).expect("an empty folder");
    std::fs::rename(&mounted, app.folder("private")).expect("a folder");
    app.state.instance.confirm().await.expect("mounted again");
}

async fn a_store_whose_mark_was_left_behind_is_known_by_its_files(database: Database) {
    let app = App::start(&database).await;
    // The same happens after an upgrade, when the database does not name an instance yet.
    let ada = app.signed_in("ada").await;
    ada.keeps("a.txt", b"content").await;
    ada.keeps("b.txt", b"content").await;
    std::fs::remove_file(&app.stored(&["private"])[0]).expect("an object");
    app.state.instance.confirm().await.expect("one of its files is there");
    std::fs::remove_file(app.folder("private").join(INSTANCE_OBJECT)).expect("the mark");
    app.state.instance.confirm().await.expect("one of its files is there");
    assert!(app.state.instance.is_ours().await.expect("a store"));
}

async fn whoever_says_so_goes_on_without_the_files(database: Database) {
    let app = App::start(&database).await;
    app.signed_in("ada").await.keeps("a.txt", b"content").await;
    empty(&app.folder("private"));
    let Err(Unconfirmed::Missing { id }) = app.state.instance.confirm().await else { panic!("nothing is there") };
    std::fs::write(app.folder("private").join(INSTANCE_OBJECT), format!("{id}\n")).expect("a mark");
    app.state.instance.confirm().await.expect("it was said that this is the place");
}

async fn nothing_is_mended_in_a_store_that_is_not_this_sites(database: Database) {
    let app = App::start(&database).await;
    app.state.instance.confirm().await.expect("its own store");
    let ada = app.signed_in("ada").await;
    let (kept, gone) = (ada.keeps("a.txt", b"content").await, ada.keeps("b.txt", b"content").await);
    for statement in [
        "UPDATE blobs SET state = 'deleting' WHERE id = (SELECT blob FROM entries WHERE id = $1)",
        "INSERT INTO jobs (kind, subject, due) SELECT 'delete_blob', blob, 0 FROM entries WHERE id = $1",
    ] {
        sqlx::query(statement).bind(&gone.id).execute(&app.rows().await).await.expect("a blob");
    }
    empty(&app.folder("private"));
    let findings = app.state.audit.run().await.expect("a look");
    assert_eq!(findings.missing.count, 1);
    let refused = app.state.audit.repair(&findings).await.expect_err("another store").to_string();
    assert!(refused.contains("this does not look like this site's store"), "{refused}");
    assert!(app.state.audit.delete_orphans(&findings).await.is_err());
    assert_eq!(app.count("blobs").await, 2, "a deletion is not taken for done");
    assert_ne!(ada.check_of(&kept.id).await, Verification::Damaged, "nothing is flagged");
}

async fn many_missing_files_are_not_flagged(database: Database) {
    let app = App::start(&database).await;
    app.state.instance.confirm().await.expect("its own store");
    let ada = app.signed_in("ada").await;
    for number in 0..11 {
        ada.keeps(&format!("{number}.txt"), b"content").await;
    }
    for path in app.stored(&["private"]) {
        std::fs::remove_file(path).expect("an object");
    }
    let look = async || app.state.audit.run().await.expect("a look");
    let flagged = app.state.audit.repair(&look().await).await.expect("mended");
    assert_eq!(flagged, Err(TooMany { found: 11, most: 10 }));
    assert_eq!(look().await.waiting.damaged, 0);
}

async fn beginnings_are_cleared_by_the_running_server_and_only_in_its_own_store(database: Database) {
    let app = App::start(&database).await;
    app.state.instance.confirm().await.expect("its own store");
    let ada = app.signed_in("ada").await;
    let upload = ada.begin("a.txt", b"content").await;
    ada.send_parts(&upload, b"content", &[1]).await;
    let known = app.stored(&["tmp"])[0].clone();
    let (old, new) =
        (known.with_file_name("0a23456789abcdefghijklmnop"), known.with_file_name("0b23456789abcdefghijklmnop"));
    for path in [&old, &new] {
        std::fs::write(path, b"nobody's").expect("a file");
    }
    for path in [&known, &old] {
        crate::sweep::age(path);
    }
    let mark = app.folder("private").join(INSTANCE_OBJECT);
    let word = std::fs::read(&mark).expect("the mark");
    std::fs::write(&mark, "another").expect("the mark");
    assert!(app.state.audit.abort_incomplete_uploads().await.is_err(), "another's store");
    assert!(old.exists());
    std::fs::write(&mark, word).expect("the mark");
    assert_eq!(app.state.audit.abort_incomplete_uploads().await.expect("the store"), 1);
    assert_eq!((old.exists(), new.exists(), known.exists()), (false, true, true));
    ada.complete(&upload).await;
}
