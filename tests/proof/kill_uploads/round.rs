//! One run of the server between two kills: the kind of request to kill it at, and when that is reached.

use std::any::Any;
use std::cell::{Cell, RefCell};
use std::collections::HashMap;
use std::rc::Rc;
use std::sync::Arc;
use std::time::{Duration, Instant};

use tokio::sync::Notify;

use crate::chance::fraction;
use crate::visitor::Watch;

/// The assumed latency of a request before one was measured, in seconds.
const LATENCY: f64 = 0.020;
/// The longest delay of a kill after a response, in seconds.
const AFTER: f64 = 0.020;

/// One run of the server between two kills.
#[derive(Default)]
pub struct Round {
    /// The kind of request during which the server is killed, or `after …` to kill it after that request.
    pub target: String,
    /// Whether no further operations are to be started.
    pub over: Cell<bool>,
    /// Whether the server was killed, so that missing responses are expected.
    pub killed: Cell<bool>,
    pub deeds: Cell<usize>,
    /// Notified when the server is to be killed.
    pub strike: Arc<Notify>,
    armed: Cell<bool>,
}

impl Round {
    pub fn aimed_at(target: &str) -> Rc<Self> {
        Rc::new(Self { target: target.to_owned(), ..Self::default() })
    }

    /// If this is the target, schedules the kill at a random moment within this many seconds.
    fn meets(&self, what: &str, within: f64) {
        if self.target != what || self.armed.replace(true) {
            return;
        }
        let (strike, wait) = (self.strike.clone(), Duration::from_secs_f64(fraction() * within));
        tokio::spawn(async move {
            tokio::time::sleep(wait).await;
            strike.notify_one();
        });
    }
}

/// Reports each request to the current round, and measures how long each kind of request takes.
#[derive(Default)]
pub struct Rounds {
    now: RefCell<Rc<Round>>,
    latency: RefCell<HashMap<String, f64>>,
}

impl Rounds {
    pub fn begin(&self, round: Rc<Round>) {
        *self.now.borrow_mut() = round;
    }

    fn latency(&self, kind: &str) -> f64 {
        self.latency.borrow().get(kind).copied().unwrap_or(LATENCY)
    }
}

impl Watch for Rounds {
    fn request(self: Rc<Self>, kind: &str) -> Box<dyn Any> {
        let round = self.now.borrow().clone();
        round.meets(kind, 1.2 * self.latency(kind));
        Box::new(Watched { rounds: self, round, kind: kind.to_owned(), since: Instant::now() })
    }
}

/// A pending request.
struct Watched {
    rounds: Rc<Rounds>,
    round: Rc<Round>,
    kind: String,
    since: Instant,
}

impl Drop for Watched {
    fn drop(&mut self) {
        self.round.meets(&format!("after {}", self.kind), AFTER);
        if !self.round.killed.get() {
            let latency = self.rounds.latency(&self.kind) * 0.9 + self.since.elapsed().as_secs_f64() * 0.1;
            self.rounds.latency.borrow_mut().insert(self.kind.clone(), latency);
        }
    }
}
