//! Keeps the log from being filled by clients: each has so many lines a minute, and what happened beyond them is told as a
//! number once the minute is over.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use tokio::time::Instant;

/// The time for which lines are counted.
pub const MINUTE: Duration = Duration::from_secs(60);
/// The most clients that are counted one by one. All others are counted together.
const CLIENTS: usize = 1000;
/// What stands for these.
const OTHERS: &str = "others";

/// The clients that the log was told of lately, each by its address (IPv6: its network of 64 bits).
#[derive(Debug, Default)]
pub struct LogLimiter(Mutex<HashMap<String, Window>>);

#[derive(Debug)]
struct Window {
    since: Instant,
    lines: u32,
    /// The events that had no line.
    left_out: u64,
}

/// A line for the log.
#[derive(Debug, PartialEq, Eq)]
pub struct LogLine {
    /// What stands for the client.
    pub client: String,
    /// The events that it stands for.
    pub count: u64,
}

impl LogLimiter {
    /// Counts an event of this client, and returns the line that the log is to be told, if any: at most `most` in a
    /// minute, counting the lines of all its events. The line stands for this event and, if it is the first of a minute,
    /// for those that were left out of the last one.
    pub fn count(&self, client: &str, most: u32, now: Instant) -> Option<LogLine> {
        let mut clients = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let client = if clients.len() < CLIENTS || clients.contains_key(client) { client } else { OTHERS };
        let window = clients.entry(client.to_owned()).or_insert(Window { since: now, lines: 0, left_out: 0 });
        // An event that gets no line in any case (`most` is 0) begins no new minute: what was left out of the old one
        // would then never be told.
        let before = if most > 0 && window.is_over(now) { window.start(now) } else { 0 };
        if window.lines >= most {
            window.left_out += 1;
            return None;
        }
        window.lines += 1;
        Some(LogLine { client: client.to_owned(), count: before + 1 })
    }

    /// What was left out of minutes that are over. To be called from time to time. Clients of which there is nothing more
    /// are forgotten.
    pub fn due(&self, now: Instant) -> Vec<LogLine> {
        let mut clients = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        clients.retain(|_, window| window.left_out > 0 || !window.is_over(now));
        let over = clients.iter_mut().filter(|(_, window)| window.left_out > 0 && window.is_over(now));
        over.map(|(client, window)| {
            let count = window.start(now);
            window.lines = 1;
            LogLine { client: client.clone(), count }
        })
        .collect()
    }
}

impl Window {
    fn is_over(&self, now: Instant) -> bool {
        now.saturating_duration_since(self.since) >= MINUTE
    }

    /// Starts the next minute, and returns what was left out of the last one.
    fn start(&mut self, now: Instant) -> u64 {
        (self.since, self.lines) = (now, 0);
        std::mem::take(&mut self.left_out)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_client_has_a_line_at_most_once_a_minute_with_its_count() {
        let (limiter, start) = (LogLimiter::default(), Instant::now());
        let line = |count| LogLine { client: "192.0.2.1".to_owned(), count };
        assert_eq!(limiter.count("192.0.2.1", 1, start), Some(line(1)));
        for _ in 0..500 {
            assert_eq!(limiter.count("192.0.2.1", 1, start + Duration::from_secs(30)), None);
        }
        assert_eq!(limiter.due(start + Duration::from_secs(59)), []);
        assert_eq!(limiter.due(start + MINUTE), [line(500)]);
        assert_eq!(limiter.count("192.0.2.1", 1, start + MINUTE), None);
        assert_eq!(limiter.count("192.0.2.1", 1, start + 2 * MINUTE), Some(line(2)));
        assert_eq!(limiter.due(start + 4 * MINUTE), []);
        assert!(limiter.0.lock().expect("a lock").is_empty(), "it is forgotten");
    }

    #[test]
    fn no_number_of_clients_makes_it_grow() {
        let (limiter, now) = (LogLimiter::default(), Instant::now());
        let lines = (0..3 * CLIENTS).filter_map(|client| limiter.count(&client.to_string(), 1, now)).count();
        assert_eq!(lines, CLIENTS + 1);
        assert_eq!(limiter.0.lock().expect("a lock").len(), CLIENTS + 1);
    }

    #[test]
    fn what_matters_more_has_lines_that_the_rest_cannot_use_up() {
        let (limiter, now) = (LogLimiter::default(), Instant::now());
        let lines = |most| (0..100).filter_map(|_| limiter.count("192.0.2.1", most, now)).count();
        assert_eq!((lines(20), lines(20), lines(50), lines(0)), (20, 0, 30, 0));
        let left_out = LogLine { client: "192.0.2.1".to_owned(), count: 350 };
        assert_eq!(limiter.due(now + MINUTE), [left_out]);
    }
}
