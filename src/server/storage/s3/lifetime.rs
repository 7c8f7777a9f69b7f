//! How long presigned addresses can be valid: an address ends with the credentials that signed it, whatever it says
//! itself (Amazon S3 User Guide, "Expiration time of a presigned URL").

use std::time::{Duration, UNIX_EPOCH};

use aws_sdk_s3::config::{Builder, Credentials, IdentityCache, ProvideCredentials as _, SharedCredentialsProvider};
use aws_sdk_s3::presigning::PresigningConfig;
use tokio::sync::Mutex;

use crate::server::clock::milliseconds;
use crate::server::storage::error::StorageError;

/// How often credentials that end too soon are requested again, in milliseconds: a provider may have no better ones.
const REFRESH: i64 = 60_000;
/// The shortest time for which an address is signed: with less left, it would end on its way.
const SHORTEST: Duration = Duration::from_secs(10);

/// The credentials that addresses are signed with, if they end by themselves.
#[derive(Debug)]
pub struct CredentialLifetime {
    /// `None` for a configured key pair, whose end nobody knows.
    provider: Option<SharedCredentialsProvider>,
    current: Mutex<Option<Current>>,
}

#[derive(Debug)]
struct Current {
    credentials: Credentials,
    /// When they were requested, in milliseconds since 1970.
    requested: i64,
}

/// The terms on which an address can be signed now.
pub struct Terms {
    /// How long it is valid.
    pub expiry: PresigningConfig,
    /// The credentials to sign with, as an override of the client's configuration.
    pub credentials: Builder,
}

impl CredentialLifetime {
    /// Knows nothing yet, and asks this provider.
    pub fn new(provider: Option<SharedCredentialsProvider>) -> Self {
        Self { provider, current: Mutex::new(None) }
    }

    /// The terms for an address that should be valid for `age`. Credentials that end before are requested again first,
    /// and shorten it if there are no better ones. `now` is in milliseconds since 1970.
    ///
    /// # Errors
    /// [`StorageError::Unavailable`] if there are no credentials, or if they are about to end.
    pub async fn terms(&self, age: Duration, now: i64) -> Result<Terms, StorageError> {
        let Some(provider) = &self.provider else { return terms(age, Builder::new()) };
        let mut current = self.current.lock().await;
        let suffices = current.as_ref().is_some_and(|current| {
            remaining(&current.credentials, now).is_none_or(|left| left >= age)
                || (now - current.requested < REFRESH && remaining(&current.credentials, now) >= Some(SHORTEST))
        });
        if !suffices {
            match (provider.provide_credentials().await, current.as_mut()) {
                (Ok(credentials), _) => *current = Some(Current { credentials, requested: now }),
                // What is there still works. The provider is not asked again for every address.
                (Err(error), Some(current)) if remaining(&current.credentials, now) >= Some(SHORTEST) => {
                    tracing::warn!(%error, "no new credentials, the old ones are used");
                    current.requested = now;
                }
                (Err(error), _) => return Err(StorageError::unavailable("sign", error)),
            }
        }
        let Some(Current { credentials, .. }) = current.as_ref() else {
            return Err(StorageError::unavailable("sign", "no credentials"));
        };
        let age = remaining(credentials, now).map_or(age, |left| left.min(age));
        if age < SHORTEST {
            return Err(StorageError::unavailable("sign", "the credentials are about to end"));
        }
        // The override's own cache would grow with every address.
        let with = Builder::new().credentials_provider(credentials.clone()).identity_cache(IdentityCache::no_cache());
        terms(age, with)
    }
}

fn terms(age: Duration, credentials: Builder) -> Result<Terms, StorageError> {
    let expiry = PresigningConfig::expires_in(age).map_err(|error| StorageError::broken("sign", error))?;
    Ok(Terms { expiry, credentials })
}

/// How long credentials still work; `None` if they have no end.
fn remaining(credentials: &Credentials, now: i64) -> Option<Duration> {
    let end = milliseconds(credentials.expiry()?.duration_since(UNIX_EPOCH).unwrap_or_default());
    Some(Duration::from_millis(u64::try_from(end - now).unwrap_or_default()))
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicBool, Ordering};

    use aws_credential_types::provider::error::CredentialsError;
    use aws_credential_types::provider::future;
    use aws_sdk_s3::config::ProvideCredentials;

    use super::*;
    use crate::server::clock::Clock;
    use crate::server::storage::contract::scripted::{Reply, Scripted};
    use crate::server::storage::{DeliverAs, Delivery, Key, PartSpec, Private};

    const HOUR: Duration = Duration::from_secs(3600);

    /// Credentials that end this many seconds after 1970.
    fn until(seconds: u64) -> CredentialLifetime {
        let end = UNIX_EPOCH + Duration::from_secs(seconds);
        let credentials = Credentials::new("id", "secret", Some("token".to_owned()), Some(end), "test");
        CredentialLifetime::new(Some(SharedCredentialsProvider::new(credentials)))
    }

    async fn age(lifetime: &CredentialLifetime, now: i64) -> Option<u64> {
        lifetime.terms(HOUR, now).await.ok().map(|terms| terms.expiry.expires().as_secs())
    }

    #[tokio::test]
    async fn an_address_does_not_outlive_its_credentials() {
        let lifetime = until(10_000);
        assert_eq!(age(&lifetime, 0).await, Some(3600));
        assert_eq!(age(&lifetime, 9_000_000).await, Some(1000));
        assert_eq!(age(&lifetime, 9_995_000).await, None, "too short to be of use");
        assert_eq!(age(&lifetime, 11_000_000).await, None);
    }

    #[derive(Debug)]
    struct Once(AtomicBool);

    impl ProvideCredentials for Once {
        fn provide_credentials<'a>(&'a self) -> future::ProvideCredentials<'a>
        where
            Self: 'a,
        {
            let end = UNIX_EPOCH + Duration::from_secs(3000);
            let credentials = Credentials::new("id", "secret", Some("token".to_owned()), Some(end), "test");
            future::ProvideCredentials::ready(match self.0.swap(true, Ordering::Relaxed) {
                false => Ok(credentials),
                true => Err(CredentialsError::provider_error("away")),
            })
        }
    }

    #[tokio::test]
    async fn credentials_are_used_to_their_end_where_there_are_no_new_ones() {
        let provider = SharedCredentialsProvider::new(Once(AtomicBool::new(false)));
        let lifetime = CredentialLifetime::new(Some(provider));
        assert_eq!(age(&lifetime, 0).await, Some(3000));
        assert_eq!(age(&lifetime, 2_000_000).await, Some(1000), "the provider is away");
        assert_eq!(age(&lifetime, 2_995_000).await, None);
    }

    #[tokio::test]
    async fn a_key_pair_without_an_end_signs_for_the_whole_time() {
        assert_eq!(age(&CredentialLifetime::new(None), 0).await, Some(3600));
        let endless = Credentials::new("id", "secret", None, None, "test");
        let lifetime = CredentialLifetime::new(Some(SharedCredentialsProvider::new(endless)));
        assert_eq!(age(&lifetime, i64::MAX / 2).await, Some(3600));
    }

    #[tokio::test]
    async fn an_address_is_signed_with_the_credentials_it_ends_with() {
        let mut scripted = Scripted::answering(|_, _| Reply::Answer(String::new())).await;
        let end = Clock::system().now() / 1000 + 40;
        let end = UNIX_EPOCH + Duration::from_secs(end.unsigned_abs());
        let role = Credentials::new("role", "secret", Some("token".to_owned()), Some(end), "test");
        let provider = SharedCredentialsProvider::new(role);
        scripted.s3().lifetime = CredentialLifetime::new(Some(provider));
        let how = DeliverAs { content_type: "text/plain".to_owned(), content_disposition: "attachment".to_owned() };
        let key = Key::<Private>::random();
        let Delivery::Redirect(address) = scripted.storage.deliver(&key, &how).await.unwrap() else {
            panic!("a redirect")
        };
        assert!(address.contains("X-Amz-Credential=role%2F"), "{address}");
        let spec =
            PartSpec { key: &key, upload: Some("up"), number: 1, offset: 0, size: 9, object_size: 9, is_first: true };
        let part = scripted.storage.sign_part(&spec, Duration::from_secs(3600)).await.unwrap().url;
        for address in [address, part] {
            let seconds = address.split_once("X-Amz-Expires=").and_then(|(_, rest)| rest.split('&').next());
            let seconds: u64 = seconds.unwrap().parse().unwrap();
            assert!((10..=40).contains(&seconds), "not the minute or the hour that was asked for: {address}");
        }
    }
}
