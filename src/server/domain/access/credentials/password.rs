//! Hashes, verifies and judges passwords, with Argon2id (RFC 9106), outside the async threads. Few run at once, and the
//! queue of those that wait is bounded, for each person too.

use std::sync::Arc;
use std::time::Duration;

use argon2::password_hash::{PasswordHash, PasswordHasher as _, PasswordVerifier as _, SaltString};
use argon2::{Algorithm, Argon2, Params, Version};
use tokio::sync::Semaphore;

use crate::model::account::{Email, Name, Password};
use crate::server::domain::Error;
use crate::server::domain::access::credentials::common_passwords::is_common;
use crate::server::domain::access::credentials::fingerprint::fingerprint;
use crate::server::domain::subject_limiter::SubjectLimiter;

/// The most hashes that may run or wait. Each takes 19 MiB while it runs, and almost nothing while it waits.
const QUEUE: usize = 64;
/// How many of these, in each lane, are for the same person, however many clients ask, and how long others of that person
/// wait.
const OF_PERSON: usize = 2;
const TIMEOUT: Duration = Duration::from_secs(5);

/// Where a password waits for its turn. Each lane has a queue of its own, so that one cannot fill the other's.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Lane {
    /// For accounts that are signed in, and for clients without failures.
    Priority,
    /// For everybody else. At most half of the processors work for this lane.
    Other,
}

/// Hashes and verifies passwords.
#[derive(Clone)]
pub(in crate::server::domain) struct Passwords {
    running: Arc<Semaphore>,
    waiting: Arc<Semaphore>,
    running_others: Arc<Semaphore>,
    waiting_others: Arc<Semaphore>,
    of_person: SubjectLimiter<String>,
    of_person_others: SubjectLimiter<String>,
    timeout: Duration,
    stand_in: Arc<str>,
}

impl Passwords {
    /// Runs as many hashes at once as there are processors.
    ///
    /// # Errors
    /// [`Error::Internal`] if the system has no random numbers.
    pub(in crate::server::domain) fn new(processors: usize) -> Result<Self, Error> {
        Ok(Self {
            running: Arc::new(Semaphore::new(processors)),
            waiting: Arc::new(Semaphore::new(QUEUE)),
            running_others: Arc::new(Semaphore::new((processors / 2).max(1))),
            waiting_others: Arc::new(Semaphore::new(QUEUE)),
            of_person: SubjectLimiter::new(usize::MAX, OF_PERSON),
            of_person_others: SubjectLimiter::new(usize::MAX, OF_PERSON),
            timeout: TIMEOUT,
            stand_in: hash("a password that no account has")?.into(),
        })
    }

    /// Hashes a password with a new salt, in the PHC string format. `person` is the email address.
    ///
    /// # Errors
    /// [`Error::Busy`] if the queue is full.
    pub(in crate::server::domain) async fn hash(
        &self,
        person: &str,
        password: &Password,
        lane: Lane,
    ) -> Result<String, Error> {
        let password = password.clone();
        self.run(person, lane, move || hash(password.reveal())).await?
    }

    /// Whether the password matches the stored hash. Without a hash, as for an unknown account, a dummy hash of equal
    /// cost is verified and the result is false, so that the time taken reveals nothing. `person` is the email address.
    ///
    /// # Errors
    /// [`Error::Busy`] if the queue is full; [`Error::Internal`] if the stored hash is malformed.
    pub(in crate::server::domain) async fn verify(
        &self,
        person: &str,
        password: &str,
        stored: Option<&str>,
        lane: Lane,
    ) -> Result<bool, Error> {
        let password = password.to_owned();
        let known = stored.is_some();
        let stored = stored.unwrap_or(&self.stand_in).to_owned();
        let right = self.run(person, lane, move || verify(&password, &stored)).await??;
        Ok(right && known)
    }

    /// Whether anybody would guess this password of a person with this name and email address.
    ///
    /// # Errors
    /// [`Error::Busy`] if the queue is full.
    pub(in crate::server::domain) async fn is_common(
        &self,
        password: &Password,
        name: Name,
        email: Email,
        lane: Lane,
    ) -> Result<bool, Error> {
        let (password, person) = (password.clone(), email.as_str().to_owned());
        self.run(&person, lane, move || is_common(&password, &name, &email)).await
    }

    async fn run<T: Send + 'static>(
        &self,
        person: &str,
        lane: Lane,
        work: impl FnOnce() -> T + Send + 'static,
    ) -> Result<T, Error> {
        let (of_person, queue) = match lane {
            Lane::Priority => (&self.of_person, &self.waiting),
            Lane::Other => (&self.of_person_others, &self.waiting_others),
        };
        let own = of_person.take_within(&fingerprint(person), self.timeout).await?;
        let waiting = queue.clone().try_acquire_owned().map_err(|_| Error::Busy)?;
        let turn = match lane {
            Lane::Priority => None,
            Lane::Other => Some(self.running_others.clone().acquire_owned().await.map_err(|_| Error::Busy)?),
        };
        let running = self.running.clone().acquire_owned().await.map_err(|_| Error::Busy)?;
        let work = move || {
            // Held by the work itself: if the caller is dropped, the work still runs and must keep its permits.
            let _permits = (own, waiting, turn, running);
            work()
        };
        Ok(tokio::task::spawn_blocking(work).await?)
    }
}

/// 19 MiB, two passes, one lane: the OWASP Password Storage Cheat Sheet's first choice.
fn argon2() -> Argon2<'static> {
    Argon2::new(Algorithm::Argon2id, Version::V0x13, Params::default())
}

fn hash(password: &str) -> Result<String, Error> {
    let mut salt = [0; 16];
    getrandom::fill(&mut salt).map_err(|error| Error::Internal(format!("no randomness: {error}")))?;
    SaltString::encode_b64(&salt)
        .and_then(|salt| argon2().hash_password(password.as_bytes(), &salt).map(|hash| hash.to_string()))
        .map_err(|error| Error::Internal(format!("hashing: {error}")))
}

fn verify(password: &str, stored: &str) -> Result<bool, Error> {
    let stored =
        PasswordHash::new(stored).map_err(|error| Error::Internal(format!("a kept hash is unreadable: {error}")))?;
    match argon2().verify_password(password.as_bytes(), &stored) {
        Ok(()) => Ok(true),
        Err(argon2::password_hash::Error::Password) => Ok(false),
        Err(error) => Err(Error::Internal(format!("verifying: {error}"))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ADA: &str = "ada@example.org";

    #[tokio::test]
    async fn the_right_password_and_no_other() {
        let passwords = Passwords::new(2).expect("randomness");
        let password = Password::parse("correct horse battery").expect("a good password");
        let stored = passwords.hash(ADA, &password, Lane::Priority).await.expect("a hash");
        assert!(stored.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"));
        assert!(
            passwords.verify(ADA, "correct horse battery", Some(&stored), Lane::Priority).await.expect("an answer")
        );
        assert!(
            !passwords.verify(ADA, "correct horse batterz", Some(&stored), Lane::Priority).await.expect("an answer")
        );
    }

    #[tokio::test]
    async fn an_unknown_account_costs_a_verification_of_the_same_parameters() {
        let passwords = Passwords::new(2).expect("randomness");
        let real = PasswordHash::new(&passwords.stand_in).expect("the stand-in is a hash").to_string();
        assert!(real.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"), "the stand-in costs what a real one costs");
        let unreadable = Passwords { stand_in: "not a hash".into(), ..passwords.clone() };
        assert!(
            unreadable.verify(ADA, "anything at all", None, Lane::Priority).await.is_err(),
            "the stand-in is really verified"
        );
        assert!(
            !passwords.verify(ADA, "a password that no account has", None, Lane::Priority).await.expect("an answer")
        );
    }

    #[tokio::test]
    async fn whoever_leaves_keeps_their_place_until_the_work_is_done() {
        let passwords = Passwords::new(2).expect("randomness");
        let (done, wait) = std::sync::mpsc::channel::<()>();
        let leaving = passwords.run(ADA, Lane::Priority, move || wait.recv());
        assert!(tokio::time::timeout(Duration::from_millis(50), leaving).await.is_err(), "still at work");
        assert_eq!(passwords.waiting.available_permits(), QUEUE - 1);
        drop(done);
    }

    #[tokio::test]
    async fn a_full_queue_refuses_instead_of_growing() {
        let passwords = Passwords::new(2).expect("randomness");
        let _all =
            passwords.waiting.clone().try_acquire_many_owned(u32::try_from(QUEUE).expect("small")).expect("free");
        assert!(matches!(passwords.verify(ADA, "anything", None, Lane::Priority).await, Err(Error::Busy)));
    }

    #[tokio::test]
    async fn what_waits_in_one_lane_takes_nothing_from_the_other() {
        let passwords = Passwords::new(2).expect("randomness");
        let (done, wait) = std::sync::mpsc::channel::<()>();
        let mut others = vec![tokio::spawn({
            let passwords = passwords.clone();
            async move { passwords.run(ADA, Lane::Other, move || wait.recv().is_ok()).await.map(drop) }
        })];
        for other in 0..QUEUE {
            let passwords = passwords.clone();
            let person = format!("{other}@example.org");
            others.push(tokio::spawn(async move { passwords.run(&person, Lane::Other, || ()).await }));
        }
        assert!(!passwords.verify(ADA, "anything", None, Lane::Priority).await.expect("a place of its own"));
        drop(done);
        let ended = futures::future::join_all(others).await;
        assert_eq!(ended.iter().filter(|ended| ended.as_ref().is_ok_and(Result::is_ok)).count(), QUEUE);
    }

    #[tokio::test]
    async fn one_person_with_many_clients_leaves_the_queue_to_others() {
        let passwords = Passwords { timeout: Duration::ZERO, ..Passwords::new(1).expect("randomness") };
        let (done, wait) = std::sync::mpsc::channel::<()>();
        let mut own = vec![tokio::spawn({
            let passwords = passwords.clone();
            async move { passwords.run(ADA, Lane::Priority, move || wait.recv().is_ok()).await.map(drop) }
        })];
        for _ in 0..2 * QUEUE {
            let passwords = passwords.clone();
            own.push(tokio::spawn(async move { passwords.run(" Ada@example.org", Lane::Priority, || ()).await }));
        }
        while passwords.waiting.available_permits() > QUEUE - OF_PERSON {
            tokio::task::yield_now().await;
        }
        let other = tokio::spawn({
            let passwords = passwords.clone();
            async move { passwords.run("grace@example.org", Lane::Priority, || ()).await }
        });
        while passwords.waiting.available_permits() > QUEUE - OF_PERSON - 1 {
            tokio::task::yield_now().await;
        }
        for refused in own.split_off(OF_PERSON) {
            assert!(matches!(refused.await.expect("no panic"), Err(Error::Busy)));
        }
        drop(done);
        assert!(other.await.expect("no panic").is_ok());
        for admitted in own {
            assert!(admitted.await.expect("no panic").is_ok());
        }
    }
}
