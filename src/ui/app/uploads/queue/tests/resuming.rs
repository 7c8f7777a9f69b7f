//! Resuming an incomplete upload with its own file, refusing any other, and sending again what is missing at the end.

use crate::model::id::EntryId;
use crate::ui::app::uploads::queue::tests::*;

/// A file of this name that was picked for upload 9.
fn picked(name: &str, size: u64) -> Chosen {
    Chosen { resumes: Some(Resumed { upload: upload_id(9), picked: name.to_owned() }), ..chosen("file 9", size) }
}

fn resumed(arrived: &[(u32, &str)]) -> Try {
    let mut it = Try::new(&[picked("file 9", 40 * MIB)]);
    assert_eq!(it.queue.next(it.now), [Action::QueryStatus(vec![(0, upload_id(9))])]);
    it.queue.status_received(it.now, &[0], Ok(vec![Ok(upload(9, 40 * MIB, arrived))]));
    it
}

#[test]
fn what_has_arrived_is_compared_first_and_last_first_and_only_the_rest_is_sent() {
    let mut it = resumed(&[(1, "1"), (2, "2"), (4, "4")]);
    let read: Vec<_> = it
        .queue
        .next(it.now)
        .into_iter()
        .map(|action| if let Action::Hash { number, .. } = action { number } else { 0 })
        .collect();
    assert_eq!(read, [1, 4, 2]);
    assert!(it.queue.next(it.now).is_empty(), "nothing is sent before all is compared");
    for number in read {
        it.queue.hashed(0, number, Some(sum(&format!("{number}"))));
    }
    it.run();
    assert_eq!(it.sends(), [(0, 3), (0, 5)]);
    assert_eq!(it.queue.view(it.now).totals.done, 1);
}

#[test]
fn another_file_is_refused_and_the_upload_stays() {
    let mut it = resumed(&[(1, "1"), (2, "something else")]);
    it.run();
    assert_eq!(it.doing(0), Some(Doing::Failed(Trouble::OtherFile)));
    assert_eq!(it.queue.uploads(it.now).count(), 0, "it can be chosen for again");
    it.queue.remove(0);
    it.later(10_000.0);
    assert!(it.sends().is_empty());
    assert_eq!(it.count(|action| matches!(action, Action::Abort(_))), 0);
}

#[test]
fn a_file_of_another_size_is_another_file() {
    let mut it = Try::new(&[picked("file 9", 39 * MIB)]);
    it.step();
    it.queue.status_received(it.now, &[0], Ok(vec![Ok(upload(9, 40 * MIB, &[]))]));
    assert_eq!(it.doing(0), Some(Doing::Failed(Trouble::OtherFile)));
}

#[test]
fn a_file_of_another_name_is_taken_where_its_content_can_be_compared() {
    let mut it = Try::new(&[picked("renamed", 16 * MIB)]);
    it.step();
    it.queue.status_received(it.now, &[0], Ok(vec![Ok(upload(9, 16 * MIB, &[(1, "1")]))]));
    it.run();
    assert_eq!(it.sends(), [(0, 2)]);
    assert_eq!(it.queue.view(it.now).totals.done, 1);
}

#[test]
fn where_nothing_has_arrived_the_name_says_whether_it_is_the_file() {
    for (name, size, is_taken) in [("file 9", 5, true), ("another", 5, false), ("another", 0, true)] {
        let mut it = Try::new(&[picked(name, size)]);
        it.step();
        it.queue.status_received(it.now, &[0], Ok(vec![Ok(upload(9, size, &[]))]));
        it.run();
        assert_eq!(it.queue.view(it.now).totals.done == 1, is_taken, "{name}");
        assert_eq!(it.doing(0) == Some(Doing::Failed(Trouble::OtherFile)), !is_taken, "{name}");
    }
}

#[test]
fn a_resumed_upload_that_begins_anew_goes_to_the_same_place() {
    let folder = EntryId::parse(&"7".repeat(26));
    let placed = Upload { folder: folder.clone(), path: vec!["trip".to_owned()], ..upload(9, 5, &[]) };
    let mut it = Try::new(&[picked("file 9", 5)]);
    it.step();
    it.queue.status_received(it.now, &[0], Ok(vec![Ok(placed)]));
    it.step();
    it.queue.sent(it.now, 0, 1, TransferOutcome::Status(200));
    assert!(matches!(it.queue.next(it.now)[..], [Action::Complete(_)]));
    it.queue.completed(it.now, &[0], Ok(vec![Err(UploadProblem::NotFound)]));
    assert_eq!(it.doing(0), Some(Doing::Failed(Trouble::Gone)));
    it.queue.retry(0);
    let [(again, _)] = &it.queue.new_uploads(&[0])[..] else { panic!("one upload") };
    assert_eq!((&again.name[..], &again.path[..], &again.folder), ("file 9", &["trip".to_owned()][..], &folder));
}

#[test]
fn parts_that_are_missing_at_the_end_are_sent_again() {
    let mut it = Try::new(&[chosen("a", 20 * MIB)]);
    it.step();
    for number in 1..=3 {
        it.queue.sent(it.now, 0, number, TransferOutcome::Status(200));
    }
    it.sending.clear();
    assert!(matches!(it.queue.next(it.now).first(), Some(Action::Complete(_))));
    it.queue.completed(it.now, &[0], Ok(vec![Ok(Completed::Missing(vec![2]))]));
    it.log.clear();
    it.now += 5000.0;
    it.run();
    assert_eq!(it.sends(), [(0, 2)]);
    assert_eq!(it.queue.view(it.now).totals.done, 1);
}

#[test]
fn parts_that_the_store_has_otherwise_are_sent_again_a_few_times() {
    let differ = || {
        let problem = FieldProblem::StoreRefused { code: "InvalidPart".to_owned(), for_good: false };
        Ok(vec![Err(UploadProblem::Refused(problem))])
    };
    let mut it = Try::new(&[chosen("a", 5)]);
    let mut sent = 0;
    while !matches!(it.doing(0), Some(Doing::Failed(_))) {
        it.step();
        it.sending.clear();
        it.queue.sent(it.now, 0, 1, TransferOutcome::Status(200));
        sent += 1;
        assert!(matches!(it.queue.next(it.now).first(), Some(Action::Complete(_))));
        it.queue.completed(it.now, &[0], differ());
        it.now += 30_000.0;
        if it.queue.next(it.now) == [Action::Complete(vec![(0, upload_id(0))])] {
            it.queue.completed(it.now, &[0], Ok(vec![Ok(Completed::Missing(vec![1]))]));
            it.now += 30_000.0;
        }
    }
    assert_eq!(sent, 4, "and no more");
    it.queue.retry(0);
    it.run();
    assert_eq!(it.queue.view(it.now).totals.done, 1);
}
