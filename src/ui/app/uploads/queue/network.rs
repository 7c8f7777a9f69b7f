//! Whether the site and the store can be reached. What gets no answer makes the queue ask the site; while that does not
//! answer, nothing is tried, and afterwards everything goes on.

use crate::ui::app::uploads::queue::item::Stage;
use crate::ui::app::uploads::queue::{Network, Queue};
use crate::ui::app::uploads::speed_meter::back_off;

/// After so many parts through the site the store itself is tried again.
const DETOURS: u32 = 32;

impl Queue {
    /// Whether the site could be reached.
    pub(in crate::ui::app::uploads) fn probed(&mut self, now: f64, up: bool) {
        self.calls.probe = false;
        let was_down = if let Network::Down { tries } = self.network { Some(tries) } else { None };
        let tries = was_down.map_or(0, |tries| tries + 1);
        self.network = if up { Network::Up } else { Network::Down { tries } };
        self.probe_due = now + back_off(tries.min(4), self.random());
        if !up {
            // It was the network, and not the store.
            self.unreached = 0;
            self.speed.rest();
        } else if was_down.is_some() {
            // What failed meanwhile was not its own fault.
            for item in self.items.iter_mut().filter(|item| item.stage != Stage::Done) {
                (item.tries, item.due) = (0, 0.0);
                for part in &mut item.parts {
                    part.anew();
                }
            }
        }
    }

    /// The browser says that there is, or is not, a network. It is asked whether that is so.
    pub(in crate::ui::app::uploads) fn told_of_network(&mut self, now: f64) {
        if self.network == Network::Up {
            self.network = Network::Suspect;
        }
        self.probe_due = now;
    }

    /// A part has arrived. Now and then it is tried again whether the store can be reached itself.
    pub(super) fn reached(&mut self, direct: bool) {
        if direct {
            self.unreached = 0;
        } else if self.unreached > 0 {
            self.detours += 1;
            if self.detours.is_multiple_of(DETOURS) {
                self.unreached = 1;
            }
        }
    }

    pub(super) fn suspect(&mut self, now: f64) {
        if self.network == Network::Up {
            (self.network, self.probe_due) = (Network::Suspect, now);
        }
    }
}
