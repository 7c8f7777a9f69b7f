//! Tells the log about connections that were closed because their client had too many: for each client a line at most once
//! a minute, with the number since the last one.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use tokio::time::Instant;

/// How often the log is told of one client.
pub const TELL: Duration = Duration::from_secs(60);
/// The most clients that are counted one by one. All others are counted together.
const CLIENTS: usize = 1000;
/// What stands for these.
const OTHERS: &str = "others";

/// The clients whose connections were closed lately.
#[derive(Debug, Default)]
pub struct TurnedAway(Mutex<HashMap<String, Closed>>);

#[derive(Debug)]
struct Closed {
    told: Instant,
    since: u64,
}

/// A line for the log.
#[derive(Debug, PartialEq, Eq)]
pub struct ClosedConnections {
    /// What stands for the client.
    pub client: String,
    /// The connections that were closed since the last line.
    pub count: u64,
}

impl TurnedAway {
    /// Counts a connection of this client, and returns what the log is to be told now, if anything.
    pub fn count(&self, client: &str, now: Instant) -> Option<ClosedConnections> {
        let mut clients = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let client = if clients.len() < CLIENTS || clients.contains_key(client) { client } else { OTHERS };
        if let Some(closed) = clients.get_mut(client) {
            closed.since += 1;
            return closed.line(client, now);
        }
        clients.insert(client.to_owned(), Closed { told: now, since: 0 });
        Some(ClosedConnections { client: client.to_owned(), count: 1 })
    }

    /// What the log was not told yet and is to be told now. Clients of which there is nothing more are forgotten.
    pub fn due(&self, now: Instant) -> Vec<ClosedConnections> {
        let mut clients = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let lines = clients.iter_mut().filter_map(|(client, closed)| closed.line(client, now)).collect();
        clients.retain(|_, closed| now.saturating_duration_since(closed.told) < TELL);
        lines
    }
}

impl Closed {
    fn line(&mut self, client: &str, now: Instant) -> Option<ClosedConnections> {
        if self.since == 0 || now.saturating_duration_since(self.told) < TELL {
            return None;
        }
        self.told = now;
        Some(ClosedConnections { client: client.to_owned(), count: std::mem::take(&mut self.since) })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_client_has_a_line_at_most_once_a_minute_with_its_count() {
        let (closed, start) = (TurnedAway::default(), Instant::now());
        let line = |count| ClosedConnections { client: "192.0.2.1".to_owned(), count };
        assert_eq!(closed.count("192.0.2.1", start), Some(line(1)));
        for _ in 0..500 {
            assert_eq!(closed.count("192.0.2.1", start + Duration::from_secs(30)), None);
        }
        assert_eq!(closed.due(start + Duration::from_secs(59)), []);
        assert_eq!(closed.due(start + TELL), [line(500)]);
        assert_eq!(closed.count("192.0.2.1", start + TELL), None);
        assert_eq!(closed.count("192.0.2.1", start + 2 * TELL), Some(line(2)));
        assert_eq!(closed.due(start + 4 * TELL), []);
        assert!(closed.0.lock().expect("a lock").is_empty(), "it is forgotten");
    }

    #[test]
    fn no_number_of_clients_makes_it_grow() {
        let (closed, now) = (TurnedAway::default(), Instant::now());
        let lines = (0..3 * CLIENTS).filter_map(|client| closed.count(&client.to_string(), now)).count();
        assert_eq!(lines, CLIENTS + 1);
        assert_eq!(closed.0.lock().expect("a lock").len(), CLIENTS + 1);
    }
}
