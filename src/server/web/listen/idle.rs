//! Which connections give their seat to a new one: those that have had no request under way for longest. So idle
//! connections, and those that send no request, keep nobody out.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::{Duration, Instant};

use tokio::sync::Notify;

use crate::server::web::listen::progress::Progress;

/// A connection that has a seat.
pub struct Seated {
    /// Who is counted: the client, and its network if it has one; nobody for an address that stands for many people.
    pub subjects: Vec<String>,
    /// What it is doing.
    pub progress: Arc<Progress>,
    /// Tells it that its seat was given to another one.
    pub gives_way: Notify,
}

/// The numbers of at most so many connections that have been idle for at least `grace`, those that were so for longest
/// first: of one subject, or of all. Proxies and this machine lose theirs only if nobody else's are idle, since a proxy may
/// be sending somebody's form on one at that moment, and cannot send it again.
pub fn longest_idle(
    seated: &BTreeMap<u64, Arc<Seated>>,
    subject: Option<&str>,
    grace: Duration,
    most: usize,
) -> Vec<u64> {
    let now = Instant::now();
    let mut idle: Vec<_> = seated
        .iter()
        .filter(|(_, one)| subject.is_none_or(|subject| one.subjects.iter().any(|own| own == subject)))
        .filter_map(|(number, one)| {
            let since = one.progress.idle_since()?;
            (now.saturating_duration_since(since) >= grace).then_some((one.subjects.is_empty(), since, *number))
        })
        .collect();
    idle.sort_unstable();
    let first = idle.first().is_some_and(|(is_many, ..)| *is_many);
    idle.into_iter().take_while(|(is_many, ..)| *is_many == first).take(most).map(|(.., number)| number).collect()
}
