//! Interruptions, refusals and requests without a response.

use crate::ui::app::uploads::queue::answers::{NO_ANSWER_TRIES, SIGNED_FOR};
use crate::ui::app::uploads::queue::tests::*;

#[test]
fn a_dead_network_is_waited_out_and_everything_goes_on_by_itself() {
    let mut it = Try::new(&[chosen("a", 16 * MIB)]);
    it.step();
    it.queue.sent(it.now, 0, 1, TransferOutcome::NoAnswer);
    it.sending.clear();
    it.step();
    assert_eq!(it.log.last(), Some(&Action::Probe));
    assert_ne!(it.doing(0), Some(Doing::Network), "not before it is known");
    it.queue.probed(it.now, Probed::NoAnswer);
    it.queue.sent(it.now, 0, 2, TransferOutcome::NoAnswer);
    assert_eq!(it.doing(0), Some(Doing::Network));
    for _ in 0..50 {
        it.later(60_000.0);
        assert_eq!(it.log.last(), Some(&Action::Probe));
        it.queue.probed(it.now, Probed::NoAnswer);
    }
    assert!(it.sending.is_empty());
    it.queue.network_changed(it.now);
    it.step();
    it.queue.probed(it.now, Probed::Up);
    it.run();
    assert_eq!(it.queue.view(it.now).totals.done, 1);
}

#[test]
fn a_call_without_an_answer_is_made_again() {
    let mut it = Try::new(&[chosen("a", 5)]);
    it.queue.next(it.now);
    it.queue.created(it.now, &[0], Err(Problem::Network));
    assert_eq!(it.queue.next(it.now), [Action::Probe]);
    it.queue.probed(it.now, Probed::Up);
    assert!(it.queue.next(it.now).is_empty());
    assert!(it.queue.new_uploads(&[0])[0].1, "the server may know it already");
    it.now += 10_000.0;
    it.run();
    assert_eq!(it.queue.view(it.now).totals.done, 1);
}

#[test]
fn a_page_that_the_server_does_not_understand_gives_up_at_once() {
    let mut it = Try::new(&[chosen("a", 5)]);
    it.queue.next(it.now);
    it.queue.created(it.now, &[0], Err(Problem::Outdated));
    assert!(it.queue.next(it.now).is_empty());
    assert_eq!(it.doing(0), Some(Doing::Failed(Trouble::Failed(Problem::Outdated))));
    it.queue.retry(0);
    assert_eq!(it.queue.view(it.now).totals.again, 0, "only a reload helps");
    assert!(!it.queue.is_running());
}

#[test]
fn an_old_address_is_signed_again_and_a_changed_part_is_read_again() {
    for (status, reads) in [(403, 1), (400, 1), (422, 2), (500, 1)] {
        let mut it = Try::new(&[chosen("a", 5)]);
        it.step();
        it.sending.clear();
        it.queue.sent(it.now, 0, 1, TransferOutcome::Status(status));
        it.later(10_000.0);
        assert_eq!(it.sending, [(0, 1)], "{status}");
        assert_eq!(it.count(|action| matches!(action, Action::Sign(_))), 2, "{status}");
        assert_eq!(it.count(|action| matches!(action, Action::Hash { .. })), reads, "{status}");
    }
}

#[test]
fn an_address_is_not_used_for_longer_than_it_is_good() {
    let mut it = Try::new(&[chosen("a", 40 * MIB)]);
    it.step();
    it.log.clear();
    it.now += SIGNED_FOR + 1.0;
    it.queue.sent(it.now, 0, 1, TransferOutcome::Status(200));
    it.step();
    assert!(matches!(it.log.first(), Some(Action::Sign(_))));
}

#[test]
fn a_store_that_never_takes_a_part_is_told_in_the_end() {
    let mut it = Try::new(&[chosen("a", 5)]);
    for _ in 0..=NO_ANSWER_TRIES {
        it.later(40_000.0);
        it.sending.clear();
        it.queue.sent(it.now, 0, 1, TransferOutcome::Status(500));
    }
    assert_eq!(it.doing(0), Some(Doing::Failed(Trouble::Failed(Problem::Unavailable))));
    it.queue.retry(0);
    it.run();
    assert_eq!(it.queue.view(it.now).totals.done, 1);
}

#[test]
fn whoever_asks_to_wait_is_waited_for_without_end() {
    for status in [429, 503] {
        let mut it = Try::new(&[chosen("a", 5)]);
        for _ in 0..3 * NO_ANSWER_TRIES {
            it.later(40_000.0);
            assert_eq!(std::mem::take(&mut it.sending), [(0, 1)], "{status}");
            it.queue.sent(it.now, 0, 1, TransferOutcome::Status(status));
            it.step();
            it.queue.probed(it.now, Probed::Up);
        }
        assert_eq!(it.doing(0), Some(Doing::Site), "{status}");
        it.later(40_000.0);
        it.sending.clear();
        it.queue.sent(it.now, 0, 1, TransferOutcome::Status(403));
        assert_eq!(it.doing(0), Some(Doing::Site), "waiting counts as no failure");
        it.later(40_000.0);
        it.run();
        assert_eq!(it.queue.view(it.now).totals.done, 1, "{status}");
    }
}

#[test]
fn an_upload_that_is_gone_is_told_and_begins_anew_when_tried_again() {
    let mut it = Try::new(&[chosen("a", 5)]);
    it.step();
    it.queue.sent(it.now, 0, 1, TransferOutcome::Status(404));
    assert_eq!(it.queue.next(it.now), [Action::Complete(vec![(0, upload_id(0))])]);
    it.queue.completed(it.now, &[0], Ok(vec![Err(UploadProblem::NotFound)]));
    assert_eq!(it.doing(0), Some(Doing::Failed(Trouble::Gone)));
    it.sending.clear();
    it.queue.retry(0);
    it.run();
    assert_eq!(it.queue.view(it.now).totals.done, 1);
}

#[test]
fn whoever_is_signed_out_is_sent_to_sign_in_once_and_the_upload_stays() {
    let mut it = Try::new(&[chosen("a", 24 * MIB)]);
    it.step();
    for number in 1..=3 {
        it.queue.sent(it.now, 0, number, TransferOutcome::Status(401));
    }
    it.later(60_000.0);
    assert_eq!(it.count(|action| *action == Action::SignIn), 1);
    assert!(!it.queue.is_running());
    assert_eq!(it.count(|action| matches!(action, Action::Abort(_))), 0);
}

#[test]
fn a_file_that_cannot_be_read_is_told() {
    let mut it = Try::new(&[chosen("a", 5)]);
    it.step();
    it.queue.sent(it.now, 0, 1, TransferOutcome::Unreadable);
    assert_eq!(it.doing(0), Some(Doing::Failed(Trouble::Unreadable)));
    it.sending.clear();
    it.queue.retry(0);
    it.run();
    assert_eq!(it.queue.view(it.now).totals.done, 1, "what lies in a cloud may have come meanwhile");
}

#[test]
fn a_store_that_cannot_be_reached_is_gone_round_until_it_can() {
    let mut it = Try::new(&[chosen("a", 400 * MIB)]);
    it.step();
    for (id, number) in std::mem::take(&mut it.sending) {
        it.queue.sent(it.now, id, number, TransferOutcome::NoAnswer);
    }
    it.step();
    it.queue.probed(it.now, Probed::Up);
    it.log.clear();
    it.later(40_000.0);
    it.run();
    let urls: Vec<_> =
        it.log.iter().filter_map(|action| if let Action::Send { to, .. } = action { Some(to) } else { None }).collect();
    assert!(urls[..30].iter().all(|to| to.url == "/here" && to.headers[0].0 == PART_SHA256));
    assert_eq!(urls.last().unwrap().url, "https://store/there");
    assert_eq!(it.queue.view(it.now).totals.done, 1);
}

#[test]
fn a_network_that_was_away_says_nothing_against_the_store() {
    let mut it = Try::new(&[chosen("a", 40 * MIB)]);
    it.step();
    for (id, number) in std::mem::take(&mut it.sending) {
        it.queue.sent(it.now, id, number, TransferOutcome::NoAnswer);
    }
    it.step();
    it.queue.probed(it.now, Probed::NoAnswer);
    it.log.clear();
    it.later(40_000.0);
    it.queue.probed(it.now, Probed::Up);
    it.run();
    assert!(it.log.iter().all(|action| !matches!(action, Action::Send { to, .. } if to.url == "/here")));
}

#[test]
fn what_takes_no_part_is_tried_with_one_part_after_growing_pauses() {
    for status in [503, 500, 403, 400] {
        let mut it = Try::new(&[chosen("a", 40 * PART_SIZE), chosen("b", 40 * PART_SIZE)]);
        it.step();
        let (mut sent, began) = (0, it.now);
        while it.now < began + 100_000.0 {
            for (id, number) in std::mem::take(&mut it.sending) {
                sent += 1;
                it.queue.sent(it.now, id, number, TransferOutcome::Status(status));
            }
            it.later(500.0);
            it.queue.probed(it.now, Probed::Up);
        }
        assert!(sent <= 4 + 8, "{status}: {sent} parts");
        let failed = Some(Doing::Failed(Trouble::Failed(Problem::Unavailable)));
        assert_eq!(it.doing(0) == failed, status < 500, "{status}: {:?}", it.doing(0));
        it.queue.retry(0);
        it.queue.retry(1);
        it.later(40_000.0);
        it.run();
        it.later(40_000.0);
        it.run();
        assert_eq!(it.queue.view(it.now).totals.done, 2, "{status}");
    }
}

/// Breaks every part off for so long, with a site that answers; how often one was sent.
pub(super) fn broken_off(it: &mut Try, until: f64, outcome: &TransferOutcome) -> usize {
    let mut sent = 0;
    while it.now < until && !matches!(it.doing(0), Some(Doing::Failed(_))) {
        for (id, number) in std::mem::take(&mut it.sending) {
            sent += 1;
            it.queue.progress(id, number, 1000);
            it.queue.sent(it.now, id, number, outcome.clone());
        }
        it.later(500.0);
        it.queue.probed(it.now, Probed::Up);
    }
    sent
}

#[test]
fn a_way_that_breaks_parts_off_soon_gets_smaller_ones_and_then_a_sentence() {
    for outcome in [TransferOutcome::NoAnswer, TransferOutcome::OnTheWay(503), TransferOutcome::OnTheWay(504)] {
        let mut it = Try::at_first(&[chosen("a", 40 * MIB)]);
        // Parts go through the site.
        it.queue.unreached = 100;
        it.step();
        assert_eq!(it.queue.new_uploads(&[0])[0].0.speed, None);
        broken_off(&mut it, 60_000.0, &outcome);
        assert_eq!(it.queue.new_uploads(&[0])[0].0.speed, Some(1), "the smallest parts within a minute: {outcome:?}");
        assert!(!matches!(it.doing(0), Some(Doing::Failed(_))));
        let sent = broken_off(&mut it, 1_200_000.0, &outcome);
        let expected = match outcome {
            TransferOutcome::OnTheWay(status) => Trouble::Failed(Problem::OnTheWay { status }),
            _ => Trouble::BreaksOff,
        };
        assert_eq!(it.doing(0), Some(Doing::Failed(expected)));
        assert!(sent < 40 && it.now < 600_000.0, "{sent} parts in {} ms", it.now);
        it.queue.retry(0);
        it.run();
        assert_eq!(it.queue.view(it.now).totals.done, 1, "nothing picked is lost");
    }
}

#[test]
fn whoever_asked_to_wait_has_broken_nothing_off() {
    let mut it = Try::new(&[chosen("a", 40 * MIB)]);
    it.queue.unreached = 100;
    broken_off(&mut it, 600_000.0, &TransferOutcome::Status(503));
    let until = it.now + 1000.0;
    broken_off(&mut it, until, &TransferOutcome::OnTheWay(502));
    assert!(!matches!(it.doing(0), Some(Doing::Failed(_))));
    assert_eq!(it.queue.new_uploads(&[0])[0].0.speed, None, "nor is it begun anew");
}
