//! Attempts of an anonymous client at every address of a bucket, and their overall result.

use futures::StreamExt as _;

use crate::server::domain::doctor::report::{Line, Verdict};
use crate::server::storage::{AnonymousClient, AnonymousRequest, AnonymousResponse, Endpoint};

/// The most requests that run at once.
const AT_ONCE: usize = 8;
/// The status codes that count as a refusal: forbidden, not found, redirected, or not understood.
const CLEAN: [u16; 13] = [301, 302, 303, 307, 308, 400, 401, 403, 404, 405, 411, 421, 501];

/// The outcome of one attempt.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum AttemptOutcome {
    /// It succeeded, which the response or the store proves.
    Open,
    /// It was refused.
    Refused(u16),
    /// The response proves nothing either way.
    Odd(u16),
    /// There was no response, for this reason.
    Silent(String),
}

/// A request to make at every endpoint.
#[derive(Clone, Debug)]
pub(super) struct Attempt {
    /// How reports call it: `GET`, `LIST` …
    pub what: &'static str,
    /// The HTTP method.
    pub method: &'static str,
    /// The path and query after the endpoint's address.
    pub path: String,
    /// Additional headers.
    pub headers: Vec<(&'static str, String)>,
    /// The body.
    pub body: bytes::Bytes,
}

impl Attempt {
    /// An attempt without additional headers and body.
    pub(super) fn new(what: &'static str, method: &'static str, path: String) -> Self {
        Self { what, method, path, headers: Vec::new(), body: bytes::Bytes::new() }
    }
}

/// Makes this attempt at one endpoint. `proves` decides whether a response shows that it succeeded.
pub(super) async fn attempt(
    client: &AnonymousClient,
    base: &Endpoint,
    attempt: &Attempt,
    proves: impl Fn(&AnonymousResponse) -> bool,
) -> AttemptOutcome {
    let address = format!("{}{}", base.address, attempt.path);
    let headers: Vec<_> = attempt.headers.iter().map(|(name, value)| (*name, value.as_str())).collect();
    let request = AnonymousRequest {
        host: base.host.as_deref(),
        headers: &headers,
        body: attempt.body.clone(),
        ..AnonymousRequest::new(attempt.method, &address)
    };
    match client.send(&request).await {
        Err(error) => AttemptOutcome::Silent(error.to_string()),
        // Checked before the status: content that is delivered with an error status is delivered all the same.
        Ok(answer) if proves(&answer) => AttemptOutcome::Open,
        Ok(answer) if CLEAN.contains(&answer.status) => AttemptOutcome::Refused(answer.status),
        Ok(answer) => AttemptOutcome::Odd(answer.status),
    }
}

/// The outcomes of many attempts at the same thing.
#[derive(Clone, Debug, Default)]
pub(super) struct AttemptTally {
    outcomes: Vec<(String, AttemptOutcome)>,
}

impl AttemptTally {
    /// Adds the outcome of an attempt at an endpoint.
    pub(super) fn add(&mut self, what: &str, base: &Endpoint, path: &str, outcome: AttemptOutcome) {
        let host = base.host.as_ref().map(|host| format!(" (Host: {host})")).unwrap_or_default();
        self.outcomes.push((format!("{what} {}{path}{host}", base.address), outcome));
    }

    /// Makes all these attempts, a few at once.
    pub(super) async fn try_all(
        &mut self,
        client: &AnonymousClient,
        attempts: Vec<(Endpoint, Attempt)>,
        proves: impl Fn(&Attempt, &AnonymousResponse) -> bool,
    ) {
        let proves = &proves;
        let mut running = Vec::new();
        for (base, one) in attempts {
            running.push(async move {
                let outcome = attempt(client, &base, &one, |answer| proves(&one, answer)).await;
                (base, one, outcome)
            });
        }
        let outcomes: Vec<_> = futures::stream::iter(running).buffered(AT_ONCE).collect().await;
        for (base, one, outcome) in outcomes {
            self.add(one.what, &base, &one.path, outcome);
        }
    }

    /// The attempts that succeeded, as `METHOD address`.
    pub(super) fn open(&self) -> Vec<&str> {
        self.with(|outcome| *outcome == AttemptOutcome::Open).map(|(what, _)| what).collect()
    }

    /// Whether any attempt was refused; without a refusal nothing is proved.
    pub(super) fn was_refused(&self) -> bool {
        self.with(|outcome| matches!(outcome, AttemptOutcome::Refused(_))).next().is_some()
    }

    /// The attempts whose responses prove nothing either way.
    pub(super) fn odd(&self) -> Vec<String> {
        self.with(|outcome| matches!(outcome, AttemptOutcome::Odd(_)))
            .map(|(what, outcome)| match outcome {
                AttemptOutcome::Odd(status) => format!("{what} gives {status}"),
                _ => what.to_owned(),
            })
            .collect()
    }

    /// The line of the report: `open` if an attempt succeeded, `Unknown` if a response proves nothing or no endpoint
    /// answered.
    pub(super) fn line(&self, id: &str, running: &str, open: Verdict) -> Line {
        let (successes, odd) = (self.open(), self.odd());
        if !successes.is_empty() {
            return Line::new(id, running, open, listed("not so", &successes));
        }
        if !odd.is_empty() {
            let odd: Vec<_> = odd.iter().map(String::as_str).collect();
            return Line::new(id, running, Verdict::Unknown, listed("neither refused nor proved", &odd))
                .remedy("Look at these addresses yourself.");
        }
        let refused = self.with(|outcome| matches!(outcome, AttemptOutcome::Refused(_))).count();
        if refused == 0 {
            let why = self.outcomes.iter().find_map(|(what, outcome)| match outcome {
                AttemptOutcome::Silent(why) => Some(format!("{what}: {why}")),
                _ => None,
            });
            let why = why.unwrap_or_else(|| "there was no address to ask".to_owned());
            return Line::new(id, running, Verdict::Unknown, format!("nobody answered: {why}"))
                .remedy("Ask again from where the store can be reached.");
        }
        let silent = self.outcomes.len() - refused;
        let silent = if silent > 0 { format!(", {silent} not answered") } else { String::new() };
        Line::new(id, running, Verdict::Ok, format!("{refused} requests refused{silent}"))
    }

    fn with(&self, which: impl Fn(&AttemptOutcome) -> bool) -> impl Iterator<Item = (&str, &AttemptOutcome)> {
        self.outcomes.iter().filter(move |(_, outcome)| which(outcome)).map(|(what, outcome)| (what.as_str(), outcome))
    }
}

/// The first few of a list, a line each.
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
