//! One life of the server: what kind of request it is to be killed at, and when that moment has come.

use std::any::Any;
use std::cell::{Cell, RefCell};
use std::collections::HashMap;
use std::rc::Rc;
use std::sync::Arc;
use std::time::{Duration, Instant};

use tokio::sync::Notify;

use crate::chance::fraction;
use crate::visitor::Watch;

/// The assumed latency of a request before any was measured, in seconds.
const LATENCY: f64 = 0.020;
/// How long after an answer the server may be killed, in seconds.
const AFTER: f64 = 0.020;

/// One life of the server.
#[derive(Default)]
pub struct Round {
    /// The kind of request amid which the server is killed, or `after …`, after which.
    pub target: String,
    /// Nothing new is to be started.
    pub over: Cell<bool>,
    /// The server was killed, so that missing answers are expected.
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

    /// If this is the target, schedules the kill at a random moment within these seconds.
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

/// A request that is under way.
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
