//! Bytes that change behind Holdall's back, and what `holdall sweep` finds and repairs.

use std::path::Path;
use std::time::{Duration, SystemTime};

use holdall::model::entry::Verification;
use holdall::server::domain::blobs::verify::VerificationOutcome;
use holdall::server::domain::integrity::instance::Unconfirmed;
use holdall::server::domain::integrity::repair::TooMany;

use crate::app::App;
use crate::database::{Database, on_both_databases};
use crate::sending::{pattern, sum, three_parts};

on_both_databases! {
    a_byte_that_changed_before_the_check_is_found,
    a_byte_that_changed_later_is_found_when_everything_is_read_again,
    a_file_whose_bytes_are_gone_is_flagged_and_kept,
    a_site_that_is_well_has_nothing_to_mend,
    an_object_that_no_row_knows_goes_late_and_only_when_asked,
    too_many_orphans_are_left_alone,
    beginnings_that_no_row_knows_are_cleared_when_they_are_old,
    wrong_counts_are_counted_again,
    two_sites_do_not_share_a_store,
}

pub const DAY: Duration = Duration::from_secs(24 * 3600);

pub fn flip(path: &Path, at: usize) {
    let mut bytes = std::fs::read(path).expect("a file");
    bytes[at] ^= 1;
    std::fs::write(path, bytes).expect("a file");
}

/// Makes a file look several days old.
pub fn age(path: &Path) {
    let file = std::fs::File::options().write(true).open(path).expect("a file");
    let now = file.metadata().expect("a file").modified().expect("a time");
    file.set_modified(now.checked_sub(Duration::from_secs(50 * 3600)).unwrap_or(SystemTime::UNIX_EPOCH))
        .expect("a time");
}

async fn a_byte_that_changed_before_the_check_is_found(database: Database) {
    let app = App::start(&database).await;
    let ada = app.signed_in("ada").await;
    let content = three_parts();
    let upload = ada.begin("large.bin", &content).await;
    ada.send_parts(&upload, &content, &[1, 2, 3]).await;
    let id = ada.complete(&upload).await;
    flip(&app.stored(&["private"])[0], 9_000_000);
    let verdict = app.state.verifier.once().await.expect("a check");
    assert_eq!(verdict, Some(VerificationOutcome::Damaged("part 2 is not what was sent".to_owned())));
    assert_eq!(ada.check_of(&id).await, Verification::Damaged);
    let answer = ada.get(&format!("/files/{id}/content")).await;
    assert_eq!(answer.status, 409);
    assert!(answer.shown().contains("This file is damaged"), "{}", answer.text());
    assert!(ada.get("/files").await.shown().contains("damaged"), "the list says so");
    assert_eq!(app.state.verifier.once().await.expect("no check"), None);
    ada.deletes_for_ever(&format!("/files/{id}")).await;
    app.is_clean().await;
}

async fn a_byte_that_changed_later_is_found_when_everything_is_read_again(database: Database) {
    let app = App::start(&database).await;
    let ada = app.signed_in("ada").await;
    let content = pattern(100_000);
    let file = ada.keeps("a.bin", &content).await;
    let path = app.stored(&["private"])[0].clone();
    let read = async || {
        let mut verdicts = Vec::new();
        app.state.verifier.all(|_, verdict| verdicts.push(verdict.clone())).await.expect("everything read");
        verdicts
    };
    assert_eq!(read().await, [VerificationOutcome::Verified]);
    flip(&path, 50_000);
    assert!(matches!(&read().await[..], [VerificationOutcome::Damaged(_)]));
    assert_eq!(ada.get(&file.content()).await.status, 409);
    flip(&path, 50_000);
    assert_eq!(read().await, [VerificationOutcome::Verified], "put right from a backup, it is a file again");
    assert!(ada.get(&file.content()).await.body == content);
    assert_eq!(ada.verified_sum_of(&file.id).await, Some(sum(&content).to_string()));
}

async fn a_file_whose_bytes_are_gone_is_flagged_and_kept(database: Database) {
    let app = App::start(&database).await;
    let ada = app.signed_in("ada").await;
    let file = ada.keeps("a.txt", b"content").await;
    app.state.instance.confirm().await.expect("its own store");
    std::fs::remove_file(&app.stored(&["private"])[0]).expect("the object");
    let findings = app.state.audit.run().await.expect("a look");
    assert_eq!((findings.missing.count, findings.is_well()), (1, false));
    assert_eq!(app.state.audit.run().await.expect("a look").waiting.damaged, 0, "looking changes nothing");
    assert_eq!(app.state.audit.repair(&findings).await.expect("mended"), Ok(1));
    assert_eq!(ada.check_of(&file.id).await, Verification::Damaged);
    assert_eq!((app.count("blobs").await, app.used("ada").await), (1, 7));
}

async fn a_site_that_is_well_has_nothing_to_mend(database: Database) {
    let app = App::start(&database).await;
    let ada = app.signed_in("ada").await;
    app.state.instance.confirm().await.expect("its own store");
    ada.keeps("a.txt", b"content").await;
    let content = three_parts();
    let upload = ada.begin("large.bin", &content).await;
    ada.send_parts(&upload, &content, &[1]).await;
    let findings = app.state.audit.run().await.expect("a look");
    assert!(findings.is_well(), "{findings:?}");
    assert_eq!(app.state.audit.repair(&findings).await.expect("nothing to do"), Ok(0));
    ada.send_parts(&upload, &content, &[2, 3]).await;
    ada.complete(&upload).await;
    assert!(app.state.audit.run().await.expect("a look").is_well());
}

async fn an_object_that_no_row_knows_goes_late_and_only_when_asked(database: Database) {
    let app = App::start(&database).await;
    app.signed_in("ada").await.keeps("a.txt", b"content").await;
    let orphan = app.folder("private").join("0a").join("0a23456789abcdefghijklmnop");
    std::fs::create_dir_all(orphan.parent().expect("a folder")).expect("a folder");
    std::fs::write(&orphan, b"nobody's").expect("a file");
    std::fs::write(app.folder("private").join("notes.txt"), b"somebody's").expect("a file");
    let look = async || app.state.audit.run().await.expect("a look");
    assert!(!look().await.orphans.first[0].is_eligible, "new, and seen for the first time");
    assert!(!look().await.orphans.first[0].is_eligible, "new");
    app.clock.advance(DAY);
    assert!(!look().await.orphans.first[0].is_eligible, "new, though first seen a day ago");
    std::fs::remove_file(&orphan).expect("a file");
    assert!(look().await.orphans.count == 0, "what is gone is not remembered");
    std::fs::write(&orphan, b"nobody's again").expect("a file");
    age(&orphan);
    assert!(!look().await.orphans.first[0].is_eligible, "old, and seen for the first time");
    assert!(!look().await.orphans.first[0].is_eligible, "old, and seen a moment ago");
    app.clock.advance(DAY);
    let findings = look().await;
    assert!(findings.orphans.first[0].is_eligible && findings.unknown == 1, "{findings:?}");
    assert_eq!(app.state.audit.repair(&findings).await.expect("mended"), Ok(0));
    assert!(orphan.exists(), "mending takes no objects away");
    assert_eq!(app.state.audit.delete_orphans(&findings).await.expect("the store"), Ok(1));
    assert!(!orphan.exists());
    assert!(look().await.is_well());
    assert_eq!(app.stored(&["private"]).len(), 2, "what has another's name stays");
}

async fn too_many_orphans_are_left_alone(database: Database) {
    let app = App::start(&database).await;
    for number in 0..11 {
        let orphan = app.folder("private").join("0a").join(format!("0a23456789abcdefghijkl{number:04}"));
        std::fs::create_dir_all(orphan.parent().expect("a folder")).expect("a folder");
        std::fs::write(&orphan, b"nobody's").expect("a file");
        age(&orphan);
    }
    app.state.audit.run().await.expect("a look");
    app.clock.advance(DAY);
    let findings = app.state.audit.run().await.expect("a look");
    assert_eq!((findings.orphans.count, findings.orphans.first.len()), (11, 11));
    assert!(findings.orphans.first.iter().all(|orphan| orphan.is_eligible));
    let refused = app.state.audit.delete_orphans(&findings).await.expect("an answer");
    assert_eq!(refused, Err(TooMany { found: 11, most: 10 }));
    assert_eq!(app.stored(&["private"]).len(), 11);
}

async fn beginnings_that_no_row_knows_are_cleared_when_they_are_old(database: Database) {
    let app = App::start(&database).await;
    let ada = app.signed_in("ada").await;
    let upload = ada.begin("a.txt", b"content").await;
    ada.send_parts(&upload, b"content", &[1]).await;
    let known = app.stored(&["tmp"])[0].clone();
    let stray = known.with_file_name("0a23456789abcdefghijklmnop");
    std::fs::write(&stray, b"nobody's").expect("a file");
    age(&known);
    assert!(app.state.audit.run().await.expect("a look").is_well(), "a new one may still get its row");
    age(&stray);
    let findings = app.state.audit.run().await.expect("a look");
    assert_eq!(findings.incomplete_uploads.count, 1);
    assert_eq!(app.state.audit.repair(&findings).await.expect("mended"), Ok(0));
    assert_eq!(app.stored(&["tmp"]), [known]);
    ada.complete(&upload).await;
}

async fn wrong_counts_are_counted_again(database: Database) {
    let app = App::start(&database).await;
    app.signed_in("ada").await.keeps("a.txt", b"content").await;
    app.signed_in("eve").await;
    sqlx::query("UPDATE accounts SET used = used + 5, entries = entries + 2")
        .execute(&app.rows().await)
        .await
        .expect("accounts");
    let findings = app.state.audit.run().await.expect("a look");
    let counts: Vec<_> = findings.miscounted.iter().map(|account| (account.used, account.counted)).collect();
    assert_eq!(counts, [(12, 7), (5, 0)]);
    let entries: Vec<_> =
        findings.miscounted.iter().map(|account| (account.entries, account.counted_entries)).collect();
    assert_eq!(entries, [(3, 1), (2, 0)]);
    assert_eq!(app.state.audit.repair(&findings).await.expect("mended"), Ok(0));
    assert_eq!((app.used("ada").await, app.used("eve").await), (7, 0));
    assert!(app.state.audit.run().await.expect("a look").miscounted.is_empty());
}

async fn two_sites_do_not_share_a_store(database: Database) {
    let app = App::start(&database).await;
    app.state.instance.confirm().await.expect("its own store");
    let app = app.restarted().await;
    app.state.instance.confirm().await.expect("its own store still");
    sqlx::query("UPDATE instance SET id = 'another'").execute(&app.rows().await).await.expect("a site");
    assert!(matches!(app.state.instance.confirm().await, Err(Unconfirmed::Another)));
}
