//! The answer to “is the site ready”: one for everybody who asks within a second, however many they are.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use futures::FutureExt as _;
use futures::future::{BoxFuture, Shared};

use crate::server::clock::{Clock, milliseconds};

/// How long an answer is good.
const AGE: Duration = Duration::from_secs(1);
/// How long whatever is asked may take to answer.
const DEADLINE: Duration = Duration::from_secs(5);

/// The answer, and when it was there.
type Answer = (Result<(), String>, i64);

/// The last answer, or the question that is under way; cheap to clone.
#[derive(Clone)]
pub struct Readiness {
    last: Arc<Mutex<Option<Shared<BoxFuture<'static, Answer>>>>>,
    deadline: Duration,
}

impl Default for Readiness {
    fn default() -> Self {
        Self { last: Arc::default(), deadline: DEADLINE }
    }
}

impl Readiness {
    /// The last answer if it is less than a second old, or else the one to `question`, which is asked once for all who
    /// wait and is given five seconds.
    ///
    /// # Errors
    /// A sentence that says what does not answer.
    pub async fn ask<F>(&self, clock: &Clock, question: impl FnOnce() -> F) -> Result<(), String>
    where
        F: Future<Output = Result<(), String>> + Send + 'static,
    {
        let asked = {
            let mut last = self.last.lock().unwrap_or_else(PoisonError::into_inner);
            let is_good = |answer: &Answer| (0..milliseconds(AGE)).contains(&(clock.now() - answer.1));
            match last.as_ref().filter(|asked| asked.peek().is_none_or(is_good)) {
                Some(asked) => asked.clone(),
                None => last.insert(ask(clock.clone(), self.deadline, question())).clone(),
            }
        };
        asked.await.0
    }
}

/// Asks in a task of its own, which goes on if nobody waits any more.
fn ask(
    clock: Clock,
    deadline: Duration,
    question: impl Future<Output = Result<(), String>> + Send + 'static,
) -> Shared<BoxFuture<'static, Answer>> {
    let task = tokio::spawn(async move {
        let answer = tokio::time::timeout(deadline, question).await;
        let answer = answer.unwrap_or_else(|_| Err(format!("no answer within {deadline:?}")));
        // Here, so that it is one line for all who ask within a second.
        if let Err(cause) = &answer {
            tracing::warn!(cause, "not ready");
        }
        (answer, clock.now())
    });
    // Time zero is long ago, so that a question that failed to be asked is asked again.
    task.map(|answer| answer.unwrap_or_else(|error| (Err(error.to_string()), 0))).boxed().shared()
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicUsize, Ordering};

    use super::*;

    #[tokio::test]
    async fn all_who_ask_within_a_second_get_one_answer() {
        let (readiness, clock, asked) = (Readiness::default(), Clock::system(), Arc::new(AtomicUsize::new(0)));
        let ask = || {
            let asked = asked.clone();
            readiness.ask(&clock, move || async move {
                asked.fetch_add(1, Ordering::Relaxed);
                tokio::task::yield_now().await;
                Err("nothing answers".to_owned())
            })
        };
        let answers = futures::future::join_all((0..500).map(|_| ask())).await;
        assert!(answers.iter().all(|answer| answer.as_ref().is_err_and(|error| error == "nothing answers")));
        assert_eq!(asked.load(Ordering::Relaxed), 1);
        clock.advance(AGE);
        assert!(ask().await.is_err());
        assert_eq!(asked.load(Ordering::Relaxed), 2);
    }

    #[tokio::test]
    async fn what_stands_still_is_not_ready() {
        let deadline = Duration::from_millis(20);
        let (readiness, clock) = (Readiness { deadline, ..Readiness::default() }, Clock::system());
        let ask = || readiness.ask(&clock, std::future::pending);
        let answers = futures::future::join_all((0..500).map(|_| ask())).await;
        assert!(answers.iter().all(|answer| answer.as_ref().is_err_and(|error| error == "no answer within 20ms")));
    }
}
