//! One request of a stranger after another, at every base, and what they come to together.

use futures::StreamExt as _;

use crate::server::domain::doctor::report::{Line, Verdict};
use crate::server::storage::{AnonymousClient, AnonymousRequest, AnonymousResponse, Endpoint};

/// Requests under way at once.
const AT_ONCE: usize = 8;
/// What a store says that gives nothing away: no, not there, elsewhere, or not understood.
const CLEAN: [u16; 13] = [301, 302, 303, 307, 308, 400, 401, 403, 404, 405, 411, 421, 501];

/// What became of one request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum AttemptOutcome {
    /// It succeeded, and there is proof.
    Open,
    /// It was refused.
    Refused(u16),
    /// It was answered with something that proves nothing.
    Odd(u16),
    /// Nobody answered, and why.
    Silent(String),
}

/// What is asked below a base.
#[derive(Clone, Debug)]
pub(super) struct Attempt {
    /// What is said of it: `GET`, `LIST` …
    pub what: &'static str,
    /// The method.
    pub method: &'static str,
    /// What follows the base.
    pub path: String,
    /// Further headers.
    pub headers: Vec<(&'static str, String)>,
    /// What is sent.
    pub body: bytes::Bytes,
}

impl Attempt {
    pub(super) fn new(what: &'static str, method: &'static str, path: String) -> Self {
        Self { what, method, path, headers: Vec::new(), body: bytes::Bytes::new() }
    }
}

/// Asks this at this base; `proves` says whether a success is one.
pub(super) async fn attempt(
    stranger: &AnonymousClient,
    base: &Endpoint,
    attempt: &Attempt,
    proves: impl Fn(&AnonymousResponse) -> bool,
) -> AttemptOutcome {
    let address = format!("{}{}", base.address, attempt.path);
    let headers: Vec<_> = attempt.headers.iter().map(|(name, value)| (*name, value.as_str())).collect();
    let ask = AnonymousRequest {
        host: base.host.as_deref(),
        headers: &headers,
        body: attempt.body.clone(),
        ..AnonymousRequest::new(attempt.method, &address)
    };
    match stranger.ask(&ask).await {
        Err(error) => AttemptOutcome::Silent(error.to_string()),
        // Proof comes first: a byte that was given away under an error's status was given away.
        Ok(answer) if proves(&answer) => AttemptOutcome::Open,
        Ok(answer) if CLEAN.contains(&answer.status) => AttemptOutcome::Refused(answer.status),
        Ok(answer) => AttemptOutcome::Odd(answer.status),
    }
}

/// The outcomes of many requests with one purpose.
#[derive(Clone, Debug, Default)]
pub(super) struct AttemptTally {
    outcomes: Vec<(String, AttemptOutcome)>,
}

impl AttemptTally {
    pub(super) fn add(&mut self, what: &str, base: &Endpoint, path: &str, outcome: AttemptOutcome) {
        let host = base.host.as_ref().map(|host| format!(" (Host: {host})")).unwrap_or_default();
        self.outcomes.push((format!("{what} {}{path}{host}", base.address), outcome));
    }

    /// Asks all of this at all endpoints, a few at a time.
    pub(super) async fn ask(
        &mut self,
        stranger: &AnonymousClient,
        asks: Vec<(Endpoint, Attempt)>,
        proves: impl Fn(&Attempt, &AnonymousResponse) -> bool,
    ) {
        let proves = &proves;
        let mut asked = Vec::new();
        for (base, one) in asks {
            asked.push(async move {
                let outcome = attempt(stranger, &base, &one, |answer| proves(&one, answer)).await;
                (base, one, outcome)
            });
        }
        let outcomes: Vec<_> = futures::stream::iter(asked).buffered(AT_ONCE).collect().await;
        for (base, one, outcome) in outcomes {
            self.add(one.what, &base, &one.path, outcome);
        }
    }

    /// Those that succeeded, as `METHOD address`.
    pub(super) fn open(&self) -> Vec<&str> {
        self.with(|outcome| *outcome == AttemptOutcome::Open).map(|(what, _)| what).collect()
    }

    /// Whether there were any refusals: without one, nothing is proved.
    pub(super) fn was_refused(&self) -> bool {
        self.with(|outcome| matches!(outcome, AttemptOutcome::Refused(_))).next().is_some()
    }

    /// Those that prove nothing either way.
    pub(super) fn odd(&self) -> Vec<String> {
        self.with(|outcome| matches!(outcome, AttemptOutcome::Odd(_)))
            .map(|(what, outcome)| match outcome {
                AttemptOutcome::Odd(status) => format!("{what} gives {status}"),
                _ => what.to_owned(),
            })
            .collect()
    }

    /// What it comes to: `open` for a success; `Unknown` for answers that prove nothing, or where nobody answered.
    pub(super) fn line(&self, id: &str, asked: &str, open: Verdict) -> Line {
        let (successes, odd) = (self.open(), self.odd());
        if !successes.is_empty() {
            return Line::new(id, asked, open, listed("not so", &successes));
        }
        if !odd.is_empty() {
            let odd: Vec<_> = odd.iter().map(String::as_str).collect();
            return Line::new(id, asked, Verdict::Unknown, listed("neither refused nor proved", &odd))
                .remedy("Look at these addresses yourself.");
        }
        let refused = self.with(|outcome| matches!(outcome, AttemptOutcome::Refused(_))).count();
        if refused == 0 {
            let why = self.outcomes.iter().find_map(|(what, outcome)| match outcome {
                AttemptOutcome::Silent(why) => Some(format!("{what}: {why}")),
                _ => None,
            });
            let why = why.unwrap_or_else(|| "there was no address to ask".to_owned());
            return Line::new(id, asked, Verdict::Unknown, format!("nobody answered: {why}"))
                .remedy("Ask again from where the store can be reached.");
        }
        let silent = self.outcomes.len() - refused;
        let silent = if silent > 0 { format!(", {silent} not answered") } else { String::new() };
        Line::new(id, asked, Verdict::Ok, format!("{refused} requests refused{silent}"))
    }

    fn with(&self, which: impl Fn(&AttemptOutcome) -> bool) -> impl Iterator<Item = (&str, &AttemptOutcome)> {
        self.outcomes.iter().filter(move |(_, outcome)| which(outcome)).map(|(what, outcome)| (what.as_str(), outcome))
    }
}

/// A few of many, a line each.
pub(super) fn listed(begin: &str, all: &[&str]) -> String {
    const SHOWN: usize = 6;
    let more = if all.len() > SHOWN { format!("\nand {} more", all.len() - SHOWN) } else { String::new() };
    format!("{begin}:\n{}{more}", all[..all.len().min(SHOWN)].join("\n"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn verdict(outcomes: &[AttemptOutcome]) -> Verdict {
        let base = Endpoint { address: "http://a".to_owned(), host: None };
        let mut tally = AttemptTally::default();
        for outcome in outcomes {
            tally.add("GET", &base, "/b", outcome.clone());
        }
        tally.line("private.read", "?", Verdict::Failed).verdict
    }

    #[test]
    fn one_success_fails_and_silence_proves_nothing() {
        let (refused, silent) = (AttemptOutcome::Refused(403), AttemptOutcome::Silent("no".to_owned()));
        assert_eq!(verdict(&[refused.clone(), silent.clone()]), Verdict::Ok);
        assert_eq!(verdict(std::slice::from_ref(&silent)), Verdict::Unknown);
        assert_eq!(verdict(&[]), Verdict::Unknown);
        assert_eq!(verdict(&[refused.clone(), AttemptOutcome::Odd(503)]), Verdict::Unknown);
        assert_eq!(verdict(&[refused, AttemptOutcome::Odd(503), AttemptOutcome::Open, silent]), Verdict::Failed);
    }
}
