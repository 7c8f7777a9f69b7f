//! Parts that the server still has in hand, and files that begin anew in smaller parts.

use crate::ui::app::uploads::queue::Probed;
use crate::ui::app::uploads::queue::tests::*;

/// A file of one part that has gone up entirely, through Holdall, without an answer so far.
fn gone_up(size: u64) -> Try {
    let mut it = Try::at_first(&[chosen("a", size)]);
    it.step();
    let first = it.queue.items[0].part(1).unwrap();
    first.direct = false;
    it.queue.progress(0, 1, size.min(PART_SIZE));
    it.queue.tick(it.now);
    it
}

impl Try {
    /// How many parts the server was asked about so far.
    fn asks(&self) -> usize {
        self.count(|action| matches!(action, Action::AskParts(_)))
    }

    fn tell(&mut self, progress: PartProgress) {
        self.queue.asked(self.now, &[(0, 1)], Ok(vec![Ok(progress)]));
        self.step();
    }

    fn sent(&self) -> u64 {
        self.queue.view(self.now).rows.first().map_or(0, |row| row.sent)
    }

    /// The transfer ends, and the site turns out to be up.
    fn ends(&mut self, outcome: TransferOutcome) {
        self.sending.clear();
        self.queue.sent(self.now, 0, 1, outcome);
        self.step();
        self.queue.probed(self.now, Probed::Up);
        self.step();
    }
}

#[test]
fn a_part_that_went_up_is_not_sent_again_while_the_server_passes_it_on() {
    let cuts = [TransferOutcome::NoAnswer, TransferOutcome::OnTheWay(504), TransferOutcome::OnTheWay(524)];
    for outcome in cuts {
        let mut it = gone_up(5 * MIB);
        it.now += 60_000.0;
        it.ends(outcome);
        assert_eq!(it.asks(), 1);
        for bytes in [MIB, MIB, 5 * MIB, 5 * MIB] {
            it.tell(PartProgress::PassedOn { bytes });
            assert_eq!((it.doing(0), it.why(0)), (Some(Doing::Sending), Some(Why::PassedOn)));
            assert_eq!(it.sent(), 5 * MIB, "nothing is taken back");
            let estimate = it.queue.view(it.now).totals.estimate;
            assert_eq!(estimate, Estimate::default(), "nothing has arrived that would tell");
            it.later(200_000.0);
        }
        assert_eq!(it.asks(), 5);
        it.tell(PartProgress::Arrived);
        assert_eq!((it.sends().len(), it.queue.view(it.now).totals.done), (1, 1));
    }
}

#[test]
fn a_part_that_the_server_does_not_have_is_sent_again_and_said_so() {
    let mut it = gone_up(5 * MIB);
    it.ends(TransferOutcome::NoAnswer);
    it.tell(PartProgress::Absent);
    assert_eq!((it.why(0), it.sent()), (Some(Why::BrokeOff), 0));
    it.later(10_000.0);
    assert_eq!(it.sends(), [(0, 1), (0, 1)]);
    it.queue.progress(0, 1, MIB);
    assert_eq!(it.why(0), Some(Why::BrokeOff), "until it is as far as before");
    it.run();
    assert_eq!(it.queue.view(it.now).totals.done, 1);
}

#[test]
fn what_the_server_has_counts_where_the_browser_tells_no_progress() {
    let mut it = gone_up(5 * MIB);
    it.queue.progress(0, 1, 3 * MIB);
    it.now += 60_000.0;
    assert!(!it.queue.stands_still(it.now, 0, 1), "the server is asked first");
    it.step();
    for bytes in 1..100 {
        it.tell(PartProgress::Coming { bytes: bytes * 20_000 });
        it.later(20_000.0);
        assert!(!it.queue.stands_still(it.now, 0, 1));
        it.step();
        assert_eq!(it.asks(), 1 + usize::try_from(bytes).unwrap());
    }
    it.tell(PartProgress::Coming { bytes: 99 * 20_000 });
    it.later(40_000.0);
    assert!(!it.queue.stands_still(it.now, 0, 1));
    it.step();
    it.tell(PartProgress::Coming { bytes: 99 * 20_000 });
    assert!(it.queue.stands_still(it.now, 0, 1), "it comes no further");
    it.ends(TransferOutcome::Stalled);
    it.later(40_000.0);
    assert_eq!(it.sends(), [(0, 1), (0, 1)]);
}

#[test]
fn a_store_that_takes_nothing_is_waited_for_a_quarter_of_an_hour() {
    let mut it = gone_up(5 * MIB);
    it.now += 60_000.0;
    let begin = it.now;
    while !it.queue.stands_still(it.now, 0, 1) {
        it.step();
        if it.queue.calls.ask {
            it.tell(PartProgress::PassedOn { bytes: 100 });
        }
        it.later(10_000.0);
        assert!(it.now < begin + 2_000_000.0);
    }
    assert!(it.now - begin >= 900_000.0);
    assert_eq!(it.sends().len(), 1);
}

/// How long a part stands still until its transfer is ended, in milliseconds.
fn stands_still_for(it: &mut Try) -> f64 {
    let begin = it.now;
    while !it.queue.stands_still(it.now, 0, 1) {
        assert!(it.now < begin + 2_000_000.0);
        it.later(250.0);
    }
    it.now - begin
}

#[test]
fn an_answer_of_the_store_is_waited_for_by_the_size_of_the_part_and_longer_each_time() {
    for (size, waits) in [(12_000, [250.0, 500.0]), (8 * MIB, [128_000.0, 256_000.0])] {
        let mut it = Try::at_first(&[chosen("a", size)]);
        it.step();
        for expected in waits {
            it.queue.progress(0, 1, size);
            let waited = stands_still_for(&mut it);
            assert!((waited - expected).abs() <= 250.0, "{size}: {waited} instead of {expected}");
            it.ends(TransferOutcome::Stalled);
            it.tell(PartProgress::Absent);
            it.later(30_000.0);
        }
        assert_eq!(it.sends().len(), 3);
        assert!(!it.queue.items[0].part(1).unwrap().direct, "the store may not be reached at all");
        it.run();
        assert_eq!(it.queue.view(it.now).totals.done, 1);
    }
}

#[test]
fn an_answer_is_waited_for_less_where_the_way_is_quick_and_not_where_it_takes_no_bytes() {
    let mut it = Try::at_first(&[chosen("a", 8 * MIB)]);
    it.step();
    it.queue.concurrency.arrived(1000.0, 8 * MIB, 1);
    assert_eq!(stands_still_for(&mut it), 0.0, "nothing went up");
    it.queue.progress(0, 1, 8 * MIB);
    assert_eq!(stands_still_for(&mut it), 8000.0);
}

#[test]
fn a_part_that_the_site_never_gets_is_sent_again_by_its_size() {
    let mut it = gone_up(12_000);
    it.now += 60_000.0;
    assert!(!it.queue.stands_still(it.now, 0, 1));
    it.step();
    it.tell(PartProgress::Absent);
    it.later(5_000.0);
    assert!(!it.queue.stands_still(it.now, 0, 1));
    it.step();
    it.tell(PartProgress::Absent);
    assert!(it.queue.stands_still(it.now, 0, 1));
}

#[test]
fn a_network_that_is_down_is_not_asked_and_stands_still_at_once() {
    let mut it = gone_up(5 * MIB);
    it.queue.network_changed(it.now);
    it.step();
    it.queue.probed(it.now, Probed::NoAnswer);
    assert!(it.queue.stands_still(it.now, 0, 1));
}

#[test]
fn an_answer_about_a_running_transfer_ends_it() {
    let mut it = gone_up(5 * MIB);
    it.now += 60_000.0;
    assert!(!it.queue.stands_still(it.now, 0, 1));
    it.step();
    it.tell(PartProgress::Arrived);
    assert!(it.sending.is_empty());
    assert_eq!(it.queue.view(it.now).totals.done, 1);
}

#[test]
fn the_first_part_goes_alone_and_others_join_it_where_the_way_is_quick() {
    let mut it = Try::at_first(&[chosen("a", 80 * MIB)]);
    it.step();
    let mut side_by_side = vec![it.sending.len()];
    for _ in 0..4 {
        it.now += 1000.0;
        let (id, number) = it.sending.remove(0);
        it.queue.sent(it.now, id, number, TransferOutcome::Status(200));
        it.step();
        side_by_side.push(it.sending.len());
    }
    assert_eq!(side_by_side, [1, 2, 3, 4, 4]);
}

#[test]
fn a_file_that_is_cut_off_before_anything_arrived_begins_anew_in_smaller_parts() {
    let mut it = Try::at_first(&[chosen("a", 64 * MIB)]);
    it.step();
    it.queue.progress(0, 1, 6 * MIB);
    it.queue.tick(it.now);
    it.now += 60_000.0;
    it.sending.clear();
    it.queue.sent(it.now, 0, 1, TransferOutcome::NoAnswer);
    assert_eq!((it.doing(0), it.why(0)), (Some(Doing::Sending), Some(Why::Smaller)));
    it.step();
    it.queue.probed(it.now, Probed::Up);
    let actions = it.queue.next(it.now);
    assert_eq!(actions, [Action::Abort(vec![upload_id(0)])], "its room is given back before it is taken again");
    it.queue.aborted(it.now, vec![upload_id(0)], &Ok(vec![Ok(())]));
    assert_eq!(it.queue.next(it.now), [Action::Create(vec![0])]);
    let (wanted, is_known) = it.queue.new_uploads(&[0]).remove(0);
    assert_eq!((wanted.speed, is_known), (Some(6 * MIB / 60), false));
    it.queue.created(it.now, &[0], Ok(vec![Ok(Upload { part_size: MIB, ..upload(1, 64 * MIB, &[]) })]));
    it.step();
    assert_eq!(it.sending.len(), 1);
    it.run();
    let totals = it.queue.view(it.now).totals;
    assert_eq!((totals.done, it.sends().len()), (1, 65));
}

#[test]
fn a_file_begins_with_its_first_part_whichever_was_read_first() {
    let mut it = Try::at_first(&[chosen("a", 8 * MIB + 5)]);
    it.queue.next(it.now);
    it.queue.created(it.now, &[0], Ok(vec![Ok(upload(0, 8 * MIB + 5, &[]))]));
    it.queue.next(it.now);
    it.queue.hashed(0, 2, Some(sum("2")));
    let sign = it.queue.next(it.now);
    it.act(sign[0].clone());
    assert!(it.queue.next(it.now).is_empty(), "the second one waits");
    it.queue.hashed(0, 1, Some(sum("1")));
    it.run();
    assert_eq!(it.sends(), [(0, 1), (0, 2)]);
}

#[test]
fn a_file_of_which_something_arrived_keeps_its_parts() {
    let mut it = Try::at_first(&[chosen("a", 64 * MIB)]);
    it.step();
    it.queue.sent(it.now, 0, 1, TransferOutcome::Status(200));
    it.sending.clear();
    it.step();
    it.now += 60_000.0;
    for (id, number) in std::mem::take(&mut it.sending) {
        it.queue.sent(it.now, id, number, TransferOutcome::NoAnswer);
    }
    it.step();
    it.queue.probed(it.now, Probed::Up);
    it.later(40_000.0);
    assert_eq!(it.count(|action| matches!(action, Action::Abort(_))), 0);
    assert_eq!(it.sending.len(), 1, "but one at a time");
}

#[test]
fn files_chosen_later_have_parts_for_the_way_as_it_is() {
    let mut it = Try::at_first(&[chosen("a", 8 * MIB)]);
    it.step();
    it.now += 40_000.0;
    it.run();
    it.queue.add(chosen("b", 64 * MIB));
    assert_eq!(it.queue.new_uploads(&[1])[0].0.speed, Some(8 * MIB / 40));
}
