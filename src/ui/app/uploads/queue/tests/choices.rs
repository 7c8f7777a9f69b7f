//! What people do with files, at awkward moments: cancel, dismiss, clear, pause.

use crate::ui::app::uploads::queue::tests::*;

/// A file with one part that has arrived and one that is refused, as on a full disk.
fn failed() -> Try {
    let mut it = Try::new(&[chosen("a", 16 * MIB)]);
    it.step();
    it.queue.sent(it.now, 0, 1, TransferOutcome::Status(200));
    it.sending.retain(|key| *key != (0, 1));
    for _ in 0..4 {
        assert_eq!(std::mem::take(&mut it.sending), [(0, 2)]);
        it.queue.sent(it.now, 0, 2, TransferOutcome::Status(507));
        it.later(40_000.0);
    }
    assert_eq!(it.doing(0), Some(Doing::Failed(Trouble::Refused(FieldProblem::NoSpace))));
    it
}

#[test]
fn closing_the_tray_gives_nothing_up() {
    let mut it = failed();
    it.queue.clear();
    it.later(60_000.0);
    let view = it.queue.view(it.now);
    assert!(view.rows.is_empty() && view.uploads.is_empty(), "it stands among the unfinished uploads");
    assert!(it.log.contains(&Action::Forget(0)));
    assert_eq!(it.count(|action| matches!(action, Action::Abort(_))), 0);
    assert!(!it.queue.is_busy());
}

#[test]
fn a_file_that_failed_and_is_cancelled_is_given_up() {
    let mut it = failed();
    it.queue.remove(0);
    it.step();
    assert!(it.log.contains(&Action::Abort(vec![upload_id(0)])));
}

#[test]
fn a_cancelled_file_is_given_up_on_the_server() {
    let mut it = Try::new(&[chosen("a", 20 * MIB), chosen("b", 5)]);
    it.step();
    it.queue.remove(0);
    it.run();
    assert!(it.log.contains(&Action::Abort(vec![upload_id(0)])));
    assert!(it.log.contains(&Action::Forget(0)));
    assert_eq!(it.queue.view(it.now).totals.done, 1);
}

#[test]
fn what_is_cancelled_while_it_begins_is_given_up_too() {
    let mut it = Try::new(&[chosen("a", 5)]);
    it.queue.next(it.now);
    it.queue.remove(0);
    assert!(it.queue.view(it.now).rows.is_empty());
    assert!(it.queue.is_busy());
    it.queue.created(it.now, &[0], Ok(vec![Ok(upload(3, 5, &[]))]));
    it.step();
    assert!(it.log.contains(&Action::Abort(vec![upload_id(3)])));
    assert!(!it.queue.is_busy());
}

/// Two files, the first of which the server is assembling.
fn finishing() -> Try {
    let mut it = Try::new(&[chosen("a", 5), chosen("b", 5)]);
    it.step();
    it.queue.sent(it.now, 0, 1, TransferOutcome::Status(200));
    assert_eq!(it.queue.next(it.now), [Action::Complete(vec![(0, upload_id(0))])]);
    assert_eq!(it.doing(0), Some(Doing::Finishing));
    it
}

#[test]
fn what_is_refused_at_the_end_is_tried_again_with_all_that_has_arrived() {
    let mut it = finishing();
    it.queue.completed(it.now, &[0], Ok(vec![Err(UploadProblem::Refused(FieldProblem::NoSpace))]));
    assert_eq!(it.doing(0), Some(Doing::Failed(Trouble::Refused(FieldProblem::NoSpace))));
    it.queue.retry(0);
    assert_eq!(it.queue.next(it.now), [Action::Complete(vec![(0, upload_id(0))])]);
}

#[test]
fn cancelling_everything_leaves_what_is_being_put_together() {
    let mut it = finishing();
    it.queue.cancel_all();
    assert_eq!(it.queue.next(it.now)[2..], [Action::Abort(vec![upload_id(1)])]);
    assert_eq!((it.doing(0), it.doing(1)), (Some(Doing::Finishing), None));
}

#[test]
fn what_is_cancelled_too_late_is_asked_about_until_it_is_decided() {
    let mut it = finishing();
    it.queue.remove(0);
    let answers = [UploadProblem::Completing, UploadProblem::Later { seconds: 1 }, UploadProblem::NotFound];
    for answer in answers {
        it.now += 4000.0;
        assert!(it.queue.is_busy());
        assert_eq!(it.queue.next(it.now).last(), Some(&Action::Abort(vec![upload_id(0)])));
        it.queue.aborted(it.now, vec![upload_id(0)], &Ok(vec![Err(answer)]));
        assert!(it.queue.next(it.now).is_empty(), "not at once");
    }
    it.queue.remove(1);
    it.step();
    assert!(!it.queue.is_busy());
}

#[test]
fn what_is_being_put_together_is_not_told_to_stand_still() {
    let mut it = finishing();
    it.queue.pause_all(true);
    assert_eq!((it.doing(0), it.doing(1)), (Some(Doing::Finishing), Some(Doing::Paused)));
    assert_eq!(it.queue.view(it.now).totals.paused, 1);
    it.queue.completed(it.now, &[0], Ok(vec![Err(UploadProblem::Later { seconds: 5 })]));
    assert_eq!(it.doing(0), Some(Doing::Paused));
    it.queue.pause(0, false);
    assert_eq!(it.doing(0), Some(Doing::Site), "its store is away");
}

#[test]
fn an_outdated_page_gives_nothing_up_and_asks_no_further() {
    let mut it = Try::new(&[chosen("a", 5)]);
    it.step();
    it.queue.remove(0);
    assert_eq!(it.queue.next(it.now).last(), Some(&Action::Abort(vec![upload_id(0)])));
    it.queue.aborted(it.now, vec![upload_id(0)], &Err(Problem::Outdated));
    assert!(!it.queue.is_busy());
}

#[test]
fn a_file_whose_folder_went_meanwhile_says_where_it_lies_until_that_is_dismissed() {
    let folder = crate::model::id::EntryId::parse(&"7".repeat(26));
    let path = vec!["2024".to_owned()];
    let mut test = Try::new(&[
        Chosen { folder: folder.clone(), path: path.clone(), ..chosen("a", 1) },
        Chosen { folder, path: path.clone(), ..chosen("b", 1) },
        Chosen { path: path.clone(), ..chosen("c", 1) },
    ]);
    test.step();
    let lies_in = |folders: &[&str]| {
        let folders = folders.iter().map(|&name| name.to_owned()).collect();
        Ok(Completed::File {
            id: crate::model::id::EntryId::parse(&"0".repeat(26)).unwrap(),
            name: String::new(),
            folders,
        })
    };
    let ids = test.queue.ids();
    let answers = vec![lies_in(&["2024"]), lies_in(&["Photos", "2024"]), lies_in(&["2024"])];
    assert_eq!(test.queue.completed(test.now, &ids, Ok(answers)), 3);
    assert_eq!([0, 1, 2].map(|at| test.doing(ids[at])), [Some(Doing::Elsewhere(path)), None, None]);
    assert_eq!(test.queue.view(test.now).totals.done, 3);
    test.queue.add(chosen("d", 1));
    assert_eq!(test.queue.view(test.now).totals.done, 1, "those that lie where they were sent to have left");
    test.queue.remove(ids[0]);
    test.step();
    assert_eq!((test.doing(ids[0]), test.count(|action| matches!(action, Action::Abort(_)))), (None, 0));
}
