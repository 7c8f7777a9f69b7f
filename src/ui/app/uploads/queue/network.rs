//! Whether the site and the store can be reached. After a request without a response, the queue probes the site. While
//! that fails, nothing else is tried; once it succeeds, everything resumes.

use crate::ui::app::uploads::queue::item::Stage;
use crate::ui::app::uploads::queue::{Network, Probed, Queue};
use crate::ui::app::uploads::speed_meter::back_off;

/// After this many parts sent by way of the site, the store itself is tried again.
const DETOURS: u32 = 32;

impl Queue {
    /// Handles the result of a probe of the site.
    pub(in crate::ui::app::uploads) fn probed(&mut self, now: f64, probed: Probed) {
        self.calls.probe = false;
        let was_down = if let Network::Down { tries, .. } = self.network { Some(tries) } else { None };
        let tries = was_down.map_or(0, |tries| tries + 1);
        let up = matches!(probed, Probed::Up | Probed::WithoutStore);
        if probed != Probed::Up || was_down.is_some() {
            self.concurrency.forget_limit();
        }
        if probed == Probed::WithoutStore {
            // The store is away, and no way to it breaks off what is large.
            self.items.iter_mut().flat_map(|item| &mut item.parts).for_each(|part| part.breaks = 0);
        }
        self.network = match probed {
            Probed::Up | Probed::WithoutStore => Network::Up,
            Probed::OnTheWay(status) => Network::Down { tries, instead: Some(status) },
            Probed::NoAnswer => Network::Down { tries, instead: None },
        };
        self.probe_due = now + back_off(tries.min(4), self.random());
        if !up {
            // The cause was the network, not the store.
            self.unreached = 0;
            self.speed.rest();
        } else if was_down.is_some() {
            // Failures during the outage do not count.
            for item in self.items.iter_mut().filter(|item| item.stage != Stage::Done) {
                (item.tries, item.due) = (0, 0.0);
                (item.call_instead, item.part_instead) = (None, None);
                for part in &mut item.parts {
                    part.reset_tries();
                }
            }
        }
    }

    /// The browser reports that the network is available or lost. It may be wrong, so a probe checks that.
    pub(in crate::ui::app::uploads) fn network_changed(&mut self, now: f64) {
        if self.network == Network::Up {
            self.network = Network::Suspect;
        }
        self.probe_due = now;
    }

    /// A part has arrived. From time to time, the next one is sent to the store again, to see whether it can be reached
    /// now.
    pub(super) fn reached(&mut self, direct: bool) {
        self.is_taken();
        if direct {
            self.unreached = 0;
        } else if self.unreached > 0 {
            self.detours += 1;
            if self.detours.is_multiple_of(DETOURS) {
                self.unreached = 1;
            }
        }
    }

    /// The site, its store or something between answered a part, but did not take it. The same answer is likely for every
    /// part, so that one alone is tried after growing pauses, until it is taken.
    pub(super) fn not_taken(&mut self, now: f64, asks_to_wait: bool) {
        self.refusals += 1;
        self.denials += u32::from(!asks_to_wait);
        self.send_due = now + back_off(self.refusals, self.random());
        self.concurrency.is_slow();
    }

    /// Parts are taken, or a person has asked to try again.
    pub(super) fn is_taken(&mut self) {
        (self.refusals, self.denials, self.send_due) = (0, 0, 0.0);
    }

    pub(super) fn suspect(&mut self, now: f64) {
        if self.network == Network::Up {
            (self.network, self.probe_due) = (Network::Suspect, now);
        }
    }
}
