//! From one start of the server to its death: what is aimed at, and when it is struck.

use std::any::Any;
use std::cell::{Cell, RefCell};
use std::collections::HashMap;
use std::rc::Rc;
use std::sync::Arc;
use std::time::{Duration, Instant};

use tokio::sync::Notify;

use crate::chance::fraction;
use crate::visitor::Watch;

/// What a request is thought to take before any has come back.
const LATENCY: f64 = 0.020;
/// How long after an answer the server may live on, in seconds.
const AFTER: f64 = 0.020;

/// One life of the server.
#[derive(Default)]
pub struct Round {
    /// The kind of request amid which the server is killed, or `after …`, after which.
    pub target: String,
    /// Nobody begins anything any more.
    pub over: Cell<bool>,
    /// The server was killed, so that no answer is no wonder.
    pub killed: Cell<bool>,
    pub deeds: Cell<usize>,
    /// Its time has come.
    pub strike: Arc<Notify>,
    armed: Cell<bool>,
}

impl Round {
    pub fn aimed_at(target: &str) -> Rc<Self> {
        Rc::new(Self { target: target.to_owned(), ..Self::default() })
    }

    /// Strikes at some moment of these seconds, where this is what is aimed at.
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

/// Tells the round that is on of each request, and learns how long each kind of them takes.
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
