//! Files of a folder that were written to behind Holdall's back after they were verified, and kept their length.

use std::path::{Path, PathBuf};
use std::time::{Duration, UNIX_EPOCH};

use axum::http::Request;
use holdall::model::entry::Verification;
use holdall::server::domain::blobs::verify::VerificationOutcome;

use crate::answer::Listed;
use crate::app::App;
use crate::archives::{archive_of, entries};
use crate::damaged::{is_flagged, kept, started};
use crate::database::{Database, on_both_databases};
use crate::visitor::Visitor;

on_both_databases! {
    a_file_with_other_bytes_is_damaged_wherever_it_is_asked_for,
    a_file_with_other_bytes_that_a_list_has_noticed_is_not_given_out,
    a_member_of_an_archive_with_other_bytes_is_damaged,
    a_file_that_was_only_touched_is_read_again_and_is_well,
}

/// A verified file, and its object.
async fn verified(app: &App, visitor: &Visitor, name: &str) -> (Listed, PathBuf) {
    let (file, object) = kept(app, visitor, name).await;
    app.state.verifier.once().await.expect("a check").expect("a new file");
    assert_eq!(visitor.check_of(&file.id).await, Verification::Verified);
    (file, object)
}

/// Writes to an object, as somebody may do behind Holdall's back some time after it was verified.
fn write_later(app: &App, object: &Path, bytes: &[u8]) {
    std::fs::write(object, bytes).expect("an object");
    app.clock.advance(Duration::from_secs(1));
    let written = UNIX_EPOCH + Duration::from_millis(app.clock.now().unsigned_abs());
    let file = std::fs::File::options().write(true).open(object).expect("an object");
    file.set_modified(written).expect("a time");
}

async fn a_file_with_other_bytes_is_damaged_wherever_it_is_asked_for(database: Database) {
    let (app, ada) = started(&database).await;
    for (method, range) in [("GET", "bytes=0-"), ("GET", "bytes=0-3"), ("GET", "bytes=9-"), ("HEAD", "bytes=0-")] {
        let (file, object) = verified(&app, &ada, "a.bin").await;
        write_later(&app, &object, b"0123556789");
        let request = Request::builder().method(method).uri(file.content()).header("range", range);
        assert_eq!(ada.ask(request).await.status, 409, "{method} {range}");
        assert!(is_flagged(&app, &file).await, "{method} {range}");
        ada.deletes_for_ever(&file.delete()).await;
    }
    let (file, object) = verified(&app, &ada, "a.bin").await;
    write_later(&app, &object, b"0123556789");
    ada.get("/files").await;
    assert!(!is_flagged(&app, &file).await, "a list does not wait for files to be read");
    assert!(matches!(app.state.verifier.once().await, Ok(Some(VerificationOutcome::Damaged(_)))));
    assert_eq!(ada.check_of(&file.id).await, Verification::Damaged);
}

async fn a_file_with_other_bytes_that_a_list_has_noticed_is_not_given_out(database: Database) {
    let (app, ada) = started(&database).await;
    let (file, object) = verified(&app, &ada, "a.bin").await;
    write_later(&app, &object, b"0123556789");
    ada.get("/files").await;
    assert_eq!(ada.check_of(&file.id).await, Verification::Waiting, "it is to be read again");
    assert_eq!(ada.get(&file.content()).await.status, 409);
    assert!(is_flagged(&app, &file).await);
}

async fn a_member_of_an_archive_with_other_bytes_is_damaged(database: Database) {
    let (app, ada) = started(&database).await;
    let (one, object) = verified(&app, &ada, "one.bin").await;
    let (two, _) = verified(&app, &ada, "two.bin").await;
    let files = [one, two];
    let archive = archive_of(&ada, &entries(&files)).await;
    assert!(ada.receives_whole(&archive).await);
    write_later(&app, &object, b"0123556789");
    assert!(!ada.receives_whole(&archive).await);
    assert!(is_flagged(&app, &files[0]).await && !is_flagged(&app, &files[1]).await);
}

async fn a_file_that_was_only_touched_is_read_again_and_is_well(database: Database) {
    let (app, ada) = started(&database).await;
    let (file, object) = verified(&app, &ada, "a.bin").await;
    write_later(&app, &object, b"0123456789");
    assert_eq!(ada.get(&file.content()).await.body, &b"0123456789"[..]);
    assert_eq!(ada.check_of(&file.id).await, Verification::Verified);
    assert_eq!(app.state.verifier.once().await.expect("nothing due"), None, "it was read already");
}
