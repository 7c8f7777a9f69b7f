//! Ways that break off behind the site, and files that cannot be read.

use crate::ui::app::uploads::queue::tests::breaks::broken_off;
use crate::ui::app::uploads::queue::tests::*;

#[test]
fn a_way_behind_the_site_that_breaks_parts_off_gets_smaller_ones_and_then_a_sentence() {
    let mut it = Try::at_first(&[chosen("a", 40 * MIB)]);
    it.queue.unreached = 100;
    it.step();
    broken_off(&mut it, 60_000.0, &TransferOutcome::BrokeBehind);
    assert_eq!(it.queue.new_uploads(&[0])[0].0.speed, Some(1), "the smallest parts");
    assert!(it.count(|action| *action == Action::ProbeWithStore) > 0);
    let mut it = Try::new(&[chosen("a", 5)]);
    it.queue.unreached = 100;
    it.step();
    let sent = broken_off(&mut it, 3_600_000.0, &TransferOutcome::BrokeBehind);
    assert_eq!(it.doing(0), Some(Doing::Failed(Trouble::BreaksOffBehind)));
    assert!(sent < 20, "{sent}");
}

#[test]
fn a_store_that_is_away_is_waited_for() {
    let mut it = Try::new(&[chosen("a", 5)]);
    it.queue.unreached = 100;
    it.step();
    for _ in 0..100 {
        for (id, number) in std::mem::take(&mut it.sending) {
            it.queue.sent(it.now, id, number, TransferOutcome::BrokeBehind);
        }
        it.later(60_000.0);
        it.queue.probed(it.now, Probed::WithoutStore);
    }
    assert!(!matches!(it.doing(0), Some(Doing::Failed(_))), "{:?}", it.doing(0));
}

#[test]
fn files_that_cannot_be_read_keep_no_others_from_being_read() {
    let mut it = Try::at_first(&[chosen("a", 80 * MIB), chosen("b", 5)]);
    for _ in 0..20 {
        for action in it.queue.next(it.now) {
            match action {
                Action::Hash { id: 0, number, .. } => it.queue.hashed(0, number, None),
                action => it.act(action),
            }
        }
        it.now += 1_000.0;
    }
    assert_eq!(it.doing(0), Some(Doing::Failed(Trouble::Unreadable)));
    it.run();
    assert_eq!(it.queue.view(it.now).totals.done, 1, "the other one");
}
