//! Files whose objects are gone, have another length or are no files: flagged the moment anybody looks, and read again in
//! the background.

use std::path::{Path, PathBuf};
use std::time::Duration;

use axum::http::Request;
use holdall::model::account::Viewer;
use holdall::model::entry::Verification;
use holdall::server::domain::blobs::verify::VerificationOutcome;

use crate::answer::Listed;
use crate::app::App;
use crate::archives::{archive_of, entries};
use crate::database::{Database, on_both_databases};
use crate::sending::three_parts;
use crate::sweep::flip;
use crate::visitor::Visitor;

on_both_databases! {
    a_lost_file_is_damaged_wherever_it_is_asked_for,
    a_file_of_another_length_is_damaged_wherever_it_is_asked_for,
    what_is_no_file_is_neither_followed_nor_waited_for,
    a_lost_member_of_an_archive_is_flagged,
    a_store_that_is_not_known_to_be_ours_loses_no_file,
    what_was_verified_is_read_again_after_its_time,
    files_that_cannot_be_read_do_not_keep_others_from_their_turn,
    nothing_is_read_again_where_that_is_off,
    administrators_see_how_many_files_are_damaged,
    what_did_not_arrive_as_announced_is_no_damage,
    one_odd_thing_in_the_store_does_not_end_a_sweep,
}

const MONTH: Duration = Duration::from_secs(31 * 86400);

pub async fn started(database: &Database) -> (App, Visitor) {
    let app = App::start(database).await;
    app.state.instance.confirm().await.expect("its own store");
    let ada = app.signed_in("ada").await;
    (app, ada)
}

/// The object of the file that was uploaded last, when every other has been looked at.
pub async fn kept(app: &App, visitor: &Visitor, name: &str) -> (Listed, PathBuf) {
    let before = app.stored(&["private"]);
    let file = visitor.keeps(name, b"0123456789").await;
    let object = app.stored(&["private"]).into_iter().find(|path| !before.contains(path)).expect("an object");
    (file, object)
}

/// Whether the row of a file says that it is damaged. Asks nobody who would look for its object.
pub async fn is_flagged(app: &App, file: &Listed) -> bool {
    let damage: Option<String> =
        sqlx::query_scalar("SELECT b.damage FROM blobs b JOIN entries e ON e.blob = b.id WHERE e.id = $1")
            .bind(file.id.as_str())
            .fetch_one(&app.rows().await)
            .await
            .expect("a file");
    damage.is_some()
}

/// Asks for the content of a file in each way, after `harm` was done to the object of a new one.
async fn is_damaged_in_each_way(app: &App, ada: &Visitor, harm: impl Fn(&Path)) {
    for (way, range) in [("GET", ""), ("HEAD", ""), ("GET", "bytes=0-3"), ("GET", "bytes=-3"), ("GET", "bytes=9-")] {
        let (file, object) = kept(app, ada, "a.bin").await;
        harm(&object);
        let mut request = Request::builder().method(way).uri(file.content());
        if !range.is_empty() {
            request = request.header("range", range);
        }
        let answer = ada.ask(request).await;
        assert_eq!(answer.status, 409, "{way} {range}");
        assert!(!answer.text().contains("Nothing is lost"), "{way} {range}");
        if way == "GET" {
            assert!(answer.shown().contains("Upload the file again"), "{way} {range}: {}", answer.shown());
        }
        assert!(is_flagged(app, &file).await, "{way} {range}");
        ada.deletes_for_ever(&file.delete()).await;
    }
    let (file, object) = kept(app, ada, "a.bin").await;
    harm(&object);
    assert_eq!(ada.check_of(&file.id).await, Verification::Damaged, "alone");
    ada.deletes_for_ever(&file.delete()).await;
    let (file, object) = kept(app, ada, "a.bin").await;
    harm(&object);
    ada.get("/files").await;
    assert!(is_flagged(app, &file).await, "in the list");
    ada.deletes_for_ever(&file.delete()).await;
}

async fn a_lost_file_is_damaged_wherever_it_is_asked_for(database: Database) {
    let (app, ada) = started(&database).await;
    is_damaged_in_each_way(&app, &ada, |object| std::fs::remove_file(object).expect("an object")).await;
}

async fn a_file_of_another_length_is_damaged_wherever_it_is_asked_for(database: Database) {
    let (app, ada) = started(&database).await;
    for content in [&b"012345678"[..], b"", b"0123456789x"] {
        is_damaged_in_each_way(&app, &ada, |object| std::fs::write(object, content).expect("an object")).await;
    }
}

async fn what_is_no_file_is_neither_followed_nor_waited_for(database: Database) {
    let (app, ada) = started(&database).await;
    let elsewhere = app.folder("elsewhere");
    std::fs::write(&elsewhere, b"0123456789").expect("a file");
    let link = |object: &Path| {
        std::fs::remove_file(object).expect("an object");
        std::os::unix::fs::symlink(&elsewhere, object).expect("a link");
    };
    is_damaged_in_each_way(&app, &ada, link).await;
    let pipe = |object: &Path| {
        std::fs::remove_file(object).expect("an object");
        let made = std::process::Command::new("mkfifo").arg(object).status().expect("mkfifo");
        assert!(made.success());
    };
    is_damaged_in_each_way(&app, &ada, pipe).await;
    let folder = |object: &Path| {
        std::fs::remove_file(object).expect("an object");
        std::fs::create_dir(object).expect("a folder");
    };
    let (file, object) = kept(&app, &ada, "a.bin").await;
    folder(&object);
    assert_eq!(ada.get(&file.content()).await.status, 409);
    assert_eq!(std::fs::read(&elsewhere).expect("the file"), b"0123456789");
}

async fn a_lost_member_of_an_archive_is_flagged(database: Database) {
    let (app, ada) = started(&database).await;
    let (one, _) = kept(&app, &ada, "one.bin").await;
    let (two, object) = kept(&app, &ada, "two.bin").await;
    let files = [one, two];
    let archive = archive_of(&ada, &entries(&files)).await;
    std::fs::remove_file(object).expect("an object");
    assert!(!ada.receives_whole(&archive).await);
    assert!(is_flagged(&app, &files[1]).await && !is_flagged(&app, &files[0]).await);
    assert_eq!(ada.get(&archive).await.status, 410, "it is known from then on");
    let refused = ada.post("/downloads", &entries(&files)).await;
    assert_eq!(refused.status, 422);
    assert!(refused.shown().contains("two.bin is damaged"), "{}", refused.shown());
}

async fn a_store_that_is_not_known_to_be_ours_loses_no_file(database: Database) {
    let (app, ada) = started(&database).await;
    let (file, object) = kept(&app, &ada, "a.bin").await;
    std::fs::remove_file(object).expect("an object");
    std::fs::remove_file(app.folder("private").join(".holdall-instance")).expect("the instance id");
    assert_eq!(ada.get(&file.content()).await.status, 503);
    assert_eq!(ada.get("/files").await.status, 200);
    assert!(!is_flagged(&app, &file).await);
}

async fn what_was_verified_is_read_again_after_its_time(database: Database) {
    let (app, ada) = started(&database).await;
    let (old, object) = kept(&app, &ada, "old.bin").await;
    app.state.verifier.once().await.expect("a check").expect("a new file");
    assert_eq!(app.state.verifier.scrub_once().await.expect("nothing due"), None);
    app.clock.advance(Duration::from_secs(86400));
    let (new, _) = kept(&app, &ada, "new.bin").await;
    app.state.verifier.once().await.expect("a check").expect("a new file");
    std::fs::write(&object, b"012345678x").expect("an object");
    app.clock.advance(MONTH);
    let scrubbed = app.state.verifier.scrub_once().await.expect("a check");
    assert!(matches!(scrubbed, Some(VerificationOutcome::Damaged(_))), "the oldest first: {scrubbed:?}");
    assert!(is_flagged(&app, &old).await && !is_flagged(&app, &new).await);
    let verified = app.state.verifier.scrub_once().await.expect("a check");
    assert_eq!(verified, Some(VerificationOutcome::Verified));
    assert_eq!(app.state.verifier.scrub_once().await.expect("nothing due"), None);
    std::fs::write(&object, b"0123456789").expect("an object");
    app.clock.advance(MONTH);
    assert_eq!(app.state.verifier.scrub_once().await.expect("a check"), Some(VerificationOutcome::Verified));
    assert!(!is_flagged(&app, &old).await, "its bytes are back");
}

async fn files_that_cannot_be_read_do_not_keep_others_from_their_turn(database: Database) {
    let (app, ada) = started(&database).await;
    for number in 0..120 {
        ada.keeps(&format!("{number}.bin"), b"0123456789").await;
        app.state.verifier.once().await.expect("a check").expect("a new file");
    }
    for object in app.stored(&["private"]) {
        std::fs::remove_file(object).expect("an object");
    }
    // Nobody knows any more whether this is the site's own store, so that nothing is known about what is not there.
    std::fs::remove_file(app.folder("private").join(".holdall-instance")).expect("the instance id");
    app.clock.advance(Duration::from_secs(1));
    ada.keeps("last.bin", b"0123456789").await;
    app.state.verifier.once().await.expect("a check").expect("a new file");
    app.clock.advance(MONTH);
    let mut unread = 0;
    loop {
        match app.state.verifier.scrub_once().await.expect("a check") {
            Some(VerificationOutcome::Unread(_)) => unread += 1,
            scrubbed => break assert_eq!(scrubbed, Some(VerificationOutcome::Verified), "after {unread} others"),
        }
    }
    assert_eq!(unread, 120);
    assert_eq!(app.state.verifier.scrub_once().await.expect("none is due"), None);
    app.clock.advance(Duration::from_secs(3600));
    let again = app.state.verifier.scrub_once().await.expect("a check");
    assert!(matches!(again, Some(VerificationOutcome::Unread(_))), "they are tried again: {again:?}");
}

async fn nothing_is_read_again_where_that_is_off(database: Database) {
    let app = App::with(&database, &[("HOLDALL_VERIFY_EVERY", "off")]).await;
    app.signed_in("ada").await.keeps("a.txt", b"content").await;
    app.state.verifier.once().await.expect("a check").expect("a new file");
    app.clock.advance(MONTH * 12);
    assert_eq!(app.state.verifier.scrub_once().await.expect("nothing due"), None);
    assert_eq!(app.state.verifier.scrub_round().await, None);
}

async fn administrators_see_how_many_files_are_damaged(database: Database) {
    let (app, ada) = started(&database).await;
    let eve = app.signed_in("eve").await;
    let (file, object) = kept(&app, &eve, "a.bin").await;
    std::fs::remove_file(object).expect("an object");
    assert_eq!(eve.get(&file.content()).await.status, 409);
    let damaged = async |visitor: &Visitor| visitor.call("viewer", "{}").await.data::<Viewer>().warnings.damaged;
    assert_eq!((damaged(&ada).await, damaged(&eve).await), (1, 0), "the first account is an administrator's");
    assert!(ada.get("/files").await.shown().contains("1 file of this site is damaged"));
    assert!(!eve.get("/files").await.shown().contains("of this site"));
    let findings = app.state.audit.run().await.expect("a look");
    assert!(findings.damaged.count == 1 && findings.damaged.first[0].damage.contains("missing"), "{findings:?}");
}

async fn one_odd_thing_in_the_store_does_not_end_a_sweep(database: Database) {
    let (app, ada) = started(&database).await;
    let (_, object) = kept(&app, &ada, "a.bin").await;
    let (_, lost) = kept(&app, &ada, "b.bin").await;
    std::fs::remove_file(lost).expect("an object");
    std::os::unix::fs::symlink("/nowhere", object.with_file_name("link")).expect("a link");
    let _socket = std::os::unix::net::UnixListener::bind(app.folder("private").join("socket")).expect("a socket");
    let findings = app.state.audit.run().await.expect("a look");
    let mut odd: Vec<_> = findings.odd.first.iter().map(|(name, _)| name.rsplit('/').next().expect("a name")).collect();
    odd.sort_unstable();
    assert_eq!((odd, findings.missing.count), (vec!["link", "socket"], 1));
    assert!(!findings.is_well());
    let mut outcomes = Vec::new();
    app.state.verifier.all(|_, outcome| outcomes.push(outcome.clone())).await.expect("all files");
    assert_eq!(outcomes.len(), 2, "{outcomes:?}");
}

async fn what_did_not_arrive_as_announced_is_no_damage(database: Database) {
    let app = App::start(&database).await;
    app.state.instance.confirm().await.expect("its own store");
    let ada = app.signed_in("ada").await;
    let content = three_parts();
    let upload = ada.begin("large.bin", &content).await;
    ada.send_parts(&upload, &content, &[1, 2, 3]).await;
    // As if the second part had been sent to a bucket, whose stores do not all compare it.
    sqlx::query("UPDATE parts SET direct = 1 WHERE number = 2").execute(&app.rows().await).await.expect("a row");
    let id = ada.complete(&upload).await;
    let flip_second = || flip(&app.stored(&["private"])[0], 9_000_000);
    let read = async || {
        let mut outcomes = Vec::new();
        app.state.verifier.all(|_, outcome| outcomes.push(outcome.clone())).await.expect("everything read");
        outcomes
    };

    flip_second();
    let outcome = app.state.verifier.once().await.expect("a check");
    assert!(matches!(outcome, Some(VerificationOutcome::Mismatched(_))), "{outcome:?}");
    assert!(matches!(read().await[..], [VerificationOutcome::Mismatched(_)]), "however often it is read");
    assert_eq!(ada.check_of(&id).await, Verification::Mismatched);
    let answer = ada.get(&format!("/files/{id}/content")).await;
    assert_eq!(answer.status, 409, "nothing of it is given out");
    assert!(answer.shown().contains("did not arrive as it was announced"), "{}", answer.shown());
    assert!(answer.shown().contains("Upload the file again"), "{}", answer.shown());
    let files = ada.get("/files").await;
    assert!(files.shown().contains("not as announced") && !files.shown().contains("damaged"), "{}", files.shown());
    let refused = ada.post("/downloads", &[("entries", &id)]).await;
    assert!(refused.shown().contains("large.bin did not arrive"), "{}", refused.shown());
    assert_eq!(ada.call("viewer", "{}").await.data::<Viewer>().warnings.damaged, 0);
    let findings = app.state.audit.run().await.expect("a look");
    assert!(findings.is_well(), "a sweep has nothing to mend: {findings:?}");
    assert_eq!((findings.waiting.mismatched, findings.damaged.count), (1, 0));

    flip_second();
    assert_eq!(read().await, [VerificationOutcome::Verified], "put right, it is a file");
    flip_second();
    assert!(matches!(read().await[..], [VerificationOutcome::Damaged(_)]), "what was verified once is damaged");
    assert_eq!(ada.check_of(&id).await, Verification::Damaged);
    assert_eq!(app.state.audit.run().await.expect("a look").damaged.count, 1);
}
