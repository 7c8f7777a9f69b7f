//! Slow ways, limits on the way, and answers of others.

use crate::ui::app::uploads::queue::tests::*;

fn refused(code: &str, again: bool) -> TransferOutcome {
    TransferOutcome::StoreRefused { code: code.to_owned(), again }
}

fn store_refused(code: &str, for_good: bool) -> Option<Doing> {
    Some(Doing::Failed(Trouble::Refused(FieldProblem::StoreRefused { code: code.to_owned(), for_good })))
}

#[test]
fn what_the_store_refuses_for_good_is_not_sent_again() {
    let mut it = Try::new(&[chosen("a", 64 * MIB)]);
    it.step();
    it.queue.sent(it.now, 0, 1, refused("AccessDenied", false));
    assert_eq!(it.doing(0), store_refused("AccessDenied", true));
    it.later(600_000.0);
    assert!(it.sending.iter().all(|key| *key == (0, 1)) && it.sends().len() == 4, "the others are cancelled");
}

#[test]
fn an_old_address_is_signed_anew_once() {
    let mut it = Try::new(&[chosen("a", 5)]);
    it.step();
    it.sending.clear();
    it.queue.sent(it.now, 0, 1, refused("RequestTimeTooSkewed", true));
    it.later(10_000.0);
    assert_eq!((it.sending.as_slice(), it.count(|action| matches!(action, Action::Sign(_)))), (&[(0, 1)][..], 2));
    it.queue.sent(it.now, 0, 1, refused("RequestTimeTooSkewed", true));
    assert_eq!(it.doing(0), store_refused("RequestTimeTooSkewed", false));
}

#[test]
fn what_the_store_refuses_by_way_of_the_site_is_sent_again_for_a_minute() {
    let mut it = Try::new(&[chosen("a", 64 * MIB)]);
    it.queue.unreached = 100;
    it.step();
    let mut sent = 0;
    while it.doing(0) != store_refused("SignatureDoesNotMatch", false) {
        assert!(it.now < 200_000.0, "{sent} parts");
        let Some((id, number)) = it.sending.pop() else {
            it.later(1000.0);
            continue;
        };
        sent += 1;
        it.queue.sent(it.now, id, number, refused("SignatureDoesNotMatch", true));
    }
    assert!(it.now > 30_000.0 && sent < 12, "{sent} parts in {} ms", it.now);
    it.queue.retry(0);
    it.run();
    assert_eq!(it.queue.view(it.now).totals.done, 1, "once it is mended");
}

#[test]
fn a_store_that_does_not_join_the_parts_is_asked_again_for_a_minute() {
    let mut it = Try::new(&[chosen("a", 5)]);
    let refusal = UploadProblem::Refused(FieldProblem::StoreRefused { code: "403".to_owned(), for_good: false });
    it.step();
    it.queue.sent(it.now, 0, 1, TransferOutcome::Status(200));
    let mut asked = 0;
    while it.doing(0) != store_refused("403", false) {
        it.now += 1000.0;
        for action in it.queue.next(it.now) {
            if let Action::Complete(_) = action {
                asked += 1;
                it.queue.completed(it.now, &[0], Ok(vec![Err(refusal.clone())]));
            }
        }
        assert!(it.now < 200_000.0);
    }
    assert!(it.now > 30_000.0 && asked < 10, "{asked} times in {} ms", it.now);
}

#[test]
fn a_way_that_takes_no_requests_this_large_is_told_at_once() {
    let mut it = Try::new(&[chosen("a", 20 * MIB)]);
    it.step();
    it.queue.sent(it.now, 0, 1, TransferOutcome::OnTheWay(413));
    assert_eq!(it.doing(0), Some(Doing::Failed(Trouble::Failed(Problem::OnTheWay { status: 413 }))));
    it.sending.clear();
    it.queue.retry(0);
    it.run();
    assert_eq!(it.queue.view(it.now).totals.done, 1, "nothing picked is lost");
}

#[test]
fn other_answers_of_the_way_are_told_within_seconds_and_no_success() {
    for status in [200, 302, 401, 403, 507] {
        let mut it = Try::new(&[chosen("a", 5)]);
        for _ in 0..3 {
            it.later(3000.0);
            it.sending.clear();
            it.queue.sent(it.now, 0, 1, TransferOutcome::OnTheWay(status));
            it.step();
            it.queue.probed(it.now, Probed::Up);
        }
        assert_eq!(it.doing(0), Some(Doing::Failed(Trouble::Failed(Problem::OnTheWay { status }))), "{status}");
    }
}

#[test]
fn what_answers_everything_in_the_sites_place_is_waited_out_and_said() {
    for status in [200, 302, 502, 503, 504, 511] {
        let mut it = Try::new(&[chosen("a", 5)]);
        it.step();
        it.sending.clear();
        it.queue.sent(it.now, 0, 1, TransferOutcome::OnTheWay(status));
        for _ in 0..50 {
            it.later(60_000.0);
            assert_eq!(it.log.last(), Some(&Action::Probe), "{status}");
            it.queue.probed(it.now, Probed::OnTheWay(status));
            assert_eq!(it.doing(0), Some(Doing::Instead(status)));
        }
        assert!(it.sending.is_empty(), "{status}");
        it.later(60_000.0);
        it.queue.probed(it.now, Probed::Up);
        it.run();
        assert_eq!(it.queue.view(it.now).totals.done, 1, "{status}");
    }
}

#[test]
fn calls_are_answered_on_the_way_as_parts_are() {
    // Whether what answers the call answers everything, and whether it is waited for then.
    let cases = [
        (200, true, true),
        (302, true, true),
        (403, true, true),
        (403, false, false),
        (404, true, true),
        (404, false, false),
        (413, false, false),
        (429, false, true),
        (500, true, true),
        (500, false, false),
        (502, true, true),
        (502, false, true),
        (521, true, true),
        (530, false, true),
    ];
    for (status, everything, waits) in cases {
        let mut it = Try::new(&[chosen("a", 5)]);
        for _ in 0..3 {
            it.now += 40_000.0;
            assert!(it.queue.next(it.now).iter().any(|action| matches!(action, Action::Create(_))), "{status}");
            it.queue.created(it.now, &[0], Err(Problem::OnTheWay { status }));
            if it.queue.next(it.now).contains(&Action::Probe) {
                if everything {
                    it.queue.probed(it.now, Probed::OnTheWay(status));
                    assert_eq!(it.doing(0), Some(Doing::Instead(status)));
                    it.now += 40_000.0;
                    assert_eq!(it.queue.next(it.now), [Action::Probe], "nothing else is sent");
                }
                it.queue.probed(it.now, Probed::Up);
            }
        }
        let failed = Some(Doing::Failed(Trouble::Failed(Problem::OnTheWay { status })));
        assert_eq!(it.doing(0) != failed, waits, "{status}");
        it.queue.retry(0);
        it.later(60_000.0);
        it.queue.probed(it.now, Probed::Up);
        it.run();
        assert_eq!(it.queue.view(it.now).totals.done, 1, "nothing picked is lost: {status}");
    }
}

#[test]
fn what_is_waited_for_is_said_until_the_site_or_the_store_answers() {
    let mut it = Try::new(&[chosen("a", 5)]);
    it.step();
    it.sending.clear();
    it.queue.sent(it.now, 0, 1, TransferOutcome::OnTheWay(520));
    assert_eq!(it.doing(0), Some(Doing::Instead(520)));
    it.step();
    it.queue.probed(it.now, Probed::Up);
    it.later(40_000.0);
    it.queue.sent(it.now, 0, 1, TransferOutcome::Status(503));
    assert_eq!(it.doing(0), Some(Doing::Site));
}

#[test]
fn what_answers_parts_in_the_sites_place_is_said_although_calls_arrive() {
    let mut it = Try::new(&[chosen("a", 20 * MIB)]);
    it.step();
    let keys = std::mem::take(&mut it.sending);
    for (id, number) in keys.clone() {
        it.queue.progress(id, number, 20 * MIB);
        it.queue.sent(it.now, id, number, TransferOutcome::OnTheWay(502));
    }
    assert_eq!(it.doing(0), Some(Doing::Instead(502)));
    it.step();
    it.queue.probed(it.now, Probed::Up);
    it.queue.asked(it.now, &keys, Ok(vec![Ok(PartProgress::Absent); keys.len()]));
    while it.sending.is_empty() {
        assert_eq!(it.doing(0), Some(Doing::Instead(502)), "{:?}", it.log.last());
        it.now += 1000.0;
        it.queue.next(it.now).into_iter().for_each(|action| it.act(action));
    }
    assert_eq!(it.doing(0), Some(Doing::Sending));
    it.run();
    assert_eq!(it.queue.view(it.now).totals.done, 1);
}

#[test]
fn uploads_that_something_on_the_way_forbids_to_discard_are_left() {
    let mut it = Try::new(&[chosen("a", 5)]);
    it.step();
    it.queue.remove(0);
    let uploads = vec![upload_id(0)];
    for (status, again) in [(502, true), (403, false)] {
        it.queue.aborted(it.now, uploads.clone(), &Err(Problem::OnTheWay { status }));
        it.queue.next(it.now);
        it.queue.probed(it.now, Probed::Up);
        it.now += 10_000.0;
        let aborts = it.queue.next(it.now).iter().any(|action| matches!(action, Action::Abort(_)));
        assert_eq!(aborts, again, "{status}");
    }
}

#[test]
fn slow_parts_go_one_at_a_time() {
    let mut it = Try::new(&[chosen("a", 80 * MIB)]);
    it.step();
    assert_eq!(it.sending.len(), 4);
    for _ in 0..4 {
        it.now += 90_000.0;
        let (id, number) = it.sending.remove(0);
        it.queue.sent(it.now, id, number, TransferOutcome::Status(200));
        it.step();
    }
    assert_eq!(it.sending.len(), 1);
}

#[test]
fn a_limit_in_time_is_avoided_by_parts_that_go_alone() {
    let mut it = Try::new(&[chosen("a", 40 * MIB)]);
    it.step();
    it.now += 60_000.0;
    for (id, number) in std::mem::take(&mut it.sending) {
        it.queue.sent(it.now, id, number, TransferOutcome::NoAnswer);
    }
    assert_eq!(it.why(0), Some(Why::BrokeOff), "why the bytes sent are fewer");
    it.step();
    it.queue.probed(it.now, Probed::Up);
    it.later(40_000.0);
    assert_eq!(it.sending.len(), 1);
    it.now += 28_000.0;
    it.run();
    assert_eq!(it.queue.view(it.now).totals.done, 1);
}

#[test]
fn a_limit_that_even_a_part_alone_cannot_keep_is_told() {
    let mut it = Try::new(&[chosen("a", 5)]);
    for _ in 0..3 {
        it.later(40_000.0);
        it.now += 60_400.0;
        it.sending.clear();
        it.queue.sent(it.now, 0, 1, TransferOutcome::NoAnswer);
        it.step();
        it.queue.probed(it.now, Probed::Up);
    }
    assert_eq!(it.doing(0), Some(Doing::Failed(Trouble::CutOff { seconds: 60 })));
}

#[test]
fn what_stands_still_is_no_limit() {
    let mut it = Try::new(&[chosen("a", 5)]);
    for _ in 0..5 {
        it.later(40_000.0);
        it.now += 60_000.0;
        it.sending.clear();
        it.queue.sent(it.now, 0, 1, TransferOutcome::Stalled);
        it.step();
        it.queue.probed(it.now, Probed::Up);
    }
    assert!(!matches!(it.doing(0), Some(Doing::Failed(_))));
}
