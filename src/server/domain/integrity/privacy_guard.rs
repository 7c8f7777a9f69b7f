//! Tests periodically that anonymous clients cannot read private objects, by trying to read a canary object. At start
//! the result decides whether Holdall serves private files; later it decides whether presigned addresses are handed
//! out. Only actual reads count, not what the bucket's settings say.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use crate::server::clock::Clock;
use crate::server::domain::Error;
use crate::server::domain::doctor::{LEFT_BEHIND, private_meta, read_anywhere};
use crate::server::storage::{self, Canary, Private, Storage};

/// The time between probes while all is well.
const DAILY: Duration = Duration::from_secs(24 * 60 * 60);
/// The time until the next probe after the canary was readable, or could not be tried.
const SOON: Duration = Duration::from_secs(5 * 60);
/// The time until the next probe while no private file has been handed out yet.
const AT_ONCE: Duration = Duration::from_secs(5);

/// The result of a probe.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PrivacyFinding {
    /// Anonymous clients were refused.
    Closed,
    /// Anonymous clients can read private objects at these addresses.
    Open(Vec<String>),
}

/// Guards the private location of one store; cheap to clone.
#[derive(Clone)]
pub struct PrivacyGuard {
    storage: Storage,
    endpoints: Arc<Vec<String>>,
    state: Arc<State>,
    clock: Clock,
}

#[derive(Default)]
struct State {
    passed: AtomicBool,
    open: Mutex<Vec<String>>,
}

impl PrivacyGuard {
    /// Guards this store. `endpoints` are addresses to probe besides those that follow from its settings.
    pub(in crate::server) fn new(storage: Storage, endpoints: Vec<String>, clock: Clock) -> Self {
        let state = Arc::new(State::default());
        // A folder has no addresses, so there is nothing to probe.
        state.passed.store(storage.survey().is_none(), Ordering::Relaxed);
        Self { storage, endpoints: Arc::new(endpoints), state, clock }
    }

    /// Writes a canary, tries to read it anonymously at every known address, deletes it, and remembers the result.
    ///
    /// # Errors
    /// [`Error::Storage`] if the store does not answer, an internal error if none of the addresses does. Nothing is
    /// proved then, and the earlier result stands.
    pub async fn probe(&self) -> Result<PrivacyFinding, Error> {
        let Some(survey) = self.storage.survey() else { return Ok(PrivacyFinding::Closed) };
        // If the store itself does not answer, no address will.
        self.storage.check().await?;
        let canary = Canary::<Private>::new();
        let put = canary.put(&self.storage, &private_meta()).await;
        let reading = match &put {
            Ok(()) => Some(read_anywhere(&survey, &self.endpoints, &canary).await),
            Err(_) => None,
        };
        // Even if the write failed, since only its answer may have been lost.
        if let Err(error) = canary.remove(&self.storage).await {
            tracing::warn!(%error, name = canary.name(), "a canary stays; holdall doctor takes it away");
        }
        put?;
        let reading = reading.filter(|reading| reading.refused || !reading.open.is_empty());
        let reading =
            reading.ok_or_else(|| Error::Internal("no address of the bucket answered a stranger".to_owned()))?;
        let closed = reading.open.is_empty();
        self.state.open.lock().unwrap_or_else(PoisonError::into_inner).clone_from(&reading.open);
        if closed {
            self.state.passed.store(true, Ordering::Relaxed);
        }
        Ok(if closed { PrivacyFinding::Closed } else { PrivacyFinding::Open(reading.open) })
    }

    /// Checks that private bytes may be handed out, which takes one probe in which anonymous clients were refused.
    ///
    /// # Errors
    /// [`Error::Storage`] until the first such probe.
    pub fn allows(&self) -> Result<(), Error> {
        if self.state.passed.load(Ordering::Relaxed) {
            return Ok(());
        }
        let detail = "it is not proved yet that strangers cannot read private files";
        Err(Error::Storage(storage::StorageError::unavailable("guard", detail)))
    }

    /// Whether the latest probe found private objects readable for anonymous clients.
    #[must_use]
    pub fn is_open(&self) -> bool {
        !self.state.open.lock().unwrap_or_else(PoisonError::into_inner).is_empty()
    }

    /// Checks that the guard allows reads, and that the latest probe found nothing readable.
    ///
    /// # Errors
    /// A sentence that says what is wrong.
    pub fn check(&self) -> Result<(), String> {
        if self.is_open() {
            return Err("strangers can read private files: run holdall doctor".to_owned());
        }
        self.allows().map_err(|error| error.to_string())
    }

    /// Whether the store has addresses that an anonymous client could try.
    #[must_use]
    pub fn has_addresses(&self) -> bool {
        self.storage.survey().is_some()
    }

    /// Probes once and logs the result.
    pub async fn look_and_tell(&self) {
        let was_open = self.is_open();
        match self.probe().await {
            Ok(PrivacyFinding::Closed) if was_open => tracing::info!("strangers can no longer read private files"),
            Ok(PrivacyFinding::Closed) => tracing::info!("strangers cannot read private files"),
            Ok(PrivacyFinding::Open(addresses)) => tracing::error!(
                ?addresses,
                "strangers can read private files, straight from the bucket: close it, holdall doctor says how. No signed addresses are handed out"
            ),
            Err(error) => tracing::warn!(%error, "whether strangers can read private files cannot be found out now"),
        }
    }

    /// The time until the next probe.
    #[must_use]
    pub fn pause(&self) -> Duration {
        match (self.state.passed.load(Ordering::Relaxed), self.is_open()) {
            (false, false) => AT_ONCE,
            (_, true) => SOON,
            (true, false) => DAILY,
        }
    }

    /// Deletes canaries that a killed process left behind.
    pub async fn clear_canaries(&self) {
        if let Some(survey) = self.storage.survey()
            && let Err(error) = survey.clear_canaries(self.clock.now() - LEFT_BEHIND).await
        {
            tracing::warn!(%error, "canaries that a killed process left may still be there");
        }
    }
}

impl std::fmt::Debug for PrivacyGuard {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Guard").field("open", &self.is_open()).finish_non_exhaustive()
    }
}
