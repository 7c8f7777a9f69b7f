//! The promise that matters most, tried again and again: a private canary that strangers must not be able to read. At start it
//! decides whether Holdall serves; later it decides whether signed addresses are handed out. Reading, and nothing else, decides.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use crate::server::clock;
use crate::server::domain::Error;
use crate::server::domain::doctor::{LEFT_BEHIND, private_meta, read_anywhere};
use crate::server::storage::{self, Canary, Private, Storage};

/// How often the canary is tried while all is well.
const DAILY: Duration = Duration::from_secs(24 * 60 * 60);
/// How soon again where it could be read, or could not be tried.
const SOON: Duration = Duration::from_secs(5 * 60);
/// How soon again while nothing private is handed out yet.
const AT_ONCE: Duration = Duration::from_secs(5);

/// What came of a try.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PrivacyFinding {
    /// Strangers were refused.
    Closed,
    /// Strangers can read private objects, at these addresses.
    Open(Vec<String>),
}

/// Watches over the private location of one store; cheap to clone.
#[derive(Clone)]
pub struct PrivacyGuard {
    storage: Storage,
    endpoints: Arc<Vec<String>>,
    state: Arc<State>,
}

#[derive(Default)]
struct State {
    passed: AtomicBool,
    open: Mutex<Vec<String>>,
}

impl PrivacyGuard {
    /// Over this store; `endpoints` are addresses to try besides those the store's settings give.
    pub(in crate::server) fn new(storage: Storage, endpoints: Vec<String>) -> Self {
        let state = Arc::new(State::default());
        // A folder has no address.
        state.passed.store(storage.survey().is_none(), Ordering::Relaxed);
        Self { storage, endpoints: Arc::new(endpoints), state }
    }

    /// Puts a canary, tries to read it as a stranger at every address there is, takes it away, and remembers what came of it.
    ///
    /// # Errors
    /// The store does not answer, or nobody answered a stranger: nothing is proved, and what was known stays.
    pub async fn look(&self) -> Result<PrivacyFinding, Error> {
        let Some(survey) = self.storage.survey() else { return Ok(PrivacyFinding::Closed) };
        // Without an answer from the store itself there is nothing to try.
        self.storage.check().await?;
        let canary = Canary::<Private>::new();
        let put = canary.put(&self.storage, &private_meta()).await;
        let reading = match &put {
            Ok(()) => Some(read_anywhere(&survey, &self.endpoints, &canary).await),
            Err(_) => None,
        };
        // Also where the put failed: an answer may have been lost.
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

    /// Whether private bytes may be handed out: not before strangers have been refused once.
    ///
    /// # Errors
    /// [`Error::Storage`], which later may be better.
    pub fn allows(&self) -> Result<(), Error> {
        if self.state.passed.load(Ordering::Relaxed) {
            return Ok(());
        }
        let detail = "it is not proved yet that strangers cannot read private files".to_owned();
        Err(Error::Storage(storage::StorageError::Unavailable { operation: "guard", detail }))
    }

    /// Whether strangers could read private objects when it was last tried.
    #[must_use]
    pub fn is_open(&self) -> bool {
        !self.state.open.lock().unwrap_or_else(PoisonError::into_inner).is_empty()
    }

    /// Whether all is well.
    ///
    /// # Errors
    /// A sentence for the log.
    pub fn check(&self) -> Result<(), String> {
        if self.is_open() {
            return Err("strangers can read private files: run holdall doctor".to_owned());
        }
        self.allows().map_err(|error| error.to_string())
    }

    /// Whether the store has addresses at which a stranger could try to read.
    #[must_use]
    pub fn has_addresses(&self) -> bool {
        self.storage.survey().is_some()
    }

    /// Looks once, and says in the log what is wrong.
    pub async fn look_and_tell(&self) {
        let was_open = self.is_open();
        match self.look().await {
            Ok(PrivacyFinding::Closed) if was_open => tracing::info!("strangers can no longer read private files"),
            Ok(PrivacyFinding::Closed) => tracing::info!("strangers cannot read private files"),
            Ok(PrivacyFinding::Open(addresses)) => tracing::error!(
                ?addresses,
                "strangers can read private files, straight from the bucket: close it, holdall doctor says how. No signed addresses are handed out"
            ),
            Err(error) => tracing::warn!(%error, "whether strangers can read private files cannot be found out now"),
        }
    }

    /// How soon it is to be tried again.
    #[must_use]
    pub fn pause(&self) -> Duration {
        match (self.state.passed.load(Ordering::Relaxed), self.is_open()) {
            (false, false) => AT_ONCE,
            (_, true) => SOON,
            (true, false) => DAILY,
        }
    }

    /// Takes away canaries that a killed process left.
    pub async fn clear_canaries(&self) {
        if let Some(survey) = self.storage.survey()
            && let Err(error) = survey.clear_canaries(clock::now() - LEFT_BEHIND).await
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
