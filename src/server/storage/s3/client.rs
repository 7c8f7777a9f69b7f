//! Builds the client that talks to a store: credentials, region, certificates, timeouts. Sends no requests.

use std::time::Duration;

use aws_config::environment::EnvironmentVariableRegionProvider;
use aws_config::meta::region::RegionProviderChain;
use aws_config::profile::ProfileFileRegionProvider;
use aws_sdk_s3::config::retry::RetryConfig;
use aws_sdk_s3::config::timeout::TimeoutConfig;
use aws_sdk_s3::config::{
    BehaviorVersion, Builder, Credentials, Region, RequestChecksumCalculation, ResponseChecksumValidation,
    SharedCredentialsProvider, SharedHttpClient, StalledStreamProtectionConfig,
};
use aws_smithy_http_client::tls::rustls_provider::CryptoMode;
use aws_smithy_http_client::tls::{Provider, TlsContext, TrustStore};
use rustls_pki_types::CertificateDer;
use rustls_pki_types::pem::PemObject as _;

use crate::server::storage::error::StorageError;
use crate::server::storage::s3::sockets::BoundedHttpClient;
use crate::server::storage::s3::throttle::ThrottleClassifier;
use crate::server::storage::settings::S3Settings;

/// The timeout of one attempt of a request with an almost empty body.
const CONTROL: Duration = Duration::from_secs(15);
/// The timeout of one attempt of a request that sends a part from memory.
const PART: Duration = Duration::from_secs(5 * 60);
/// The timeout of one attempt of a request that streams a part from a browser.
const STREAMED_PART: Duration = Duration::from_secs(60 * 60);
/// The timeout of combining the parts of an upload; S3 documents minutes.
const COMPLETE: Duration = Duration::from_secs(10 * 60);
/// How long a download may make no progress while its client is waiting.
const STALL: Duration = Duration::from_secs(60);
/// The region of stores without regions.
const DEFAULT_REGION: &str = "us-east-1";

/// The timeouts of requests that send a part from memory.
pub fn part_timeout() -> Builder {
    Builder::new().timeout_config(timeouts(PART))
}

/// The timeouts of requests that stream a part from a browser, which may be slow.
pub fn stream_timeout() -> Builder {
    Builder::new().timeout_config(timeouts(STREAMED_PART))
}

/// The timeouts of combining parts, during which a store may send nothing, or only whitespace, for minutes.
pub fn complete_timeout() -> Builder {
    Builder::new()
        .timeout_config(timeouts(COMPLETE))
        .stalled_stream_protection(StalledStreamProtectionConfig::disabled())
}

fn timeouts(attempt: Duration) -> TimeoutConfig {
    TimeoutConfig::builder().connect_timeout(Duration::from_secs(3)).operation_attempt_timeout(attempt).build()
}

/// The configuration that all clients of this store have in common, of which the endpoint is still to be set, and the
/// provider of credentials that may end.
///
/// # Errors
/// [`StorageError::Broken`] if the authorities' certificates cannot be parsed.
pub async fn base(settings: &S3Settings) -> Result<(Builder, Option<SharedCredentialsProvider>), StorageError> {
    let http = http_client(settings.authorities.as_deref())?;
    let region = settings.region.clone().map(Region::new);
    let (config, provider) = match &settings.credentials {
        Some(known) => {
            let token = known.session_token.clone();
            let config = Builder::new()
                .http_client(http)
                .credentials_provider(Credentials::new(&known.id, &known.secret, token, None, "holdall"))
                .region(region.unwrap_or(Region::from_static(DEFAULT_REGION)));
            (config, None)
        }
        None => {
            let found = chain(http, region).await;
            (Builder::from(&found), found.credentials_provider())
        }
    };
    let stalls = StalledStreamProtectionConfig::enabled().upload_enabled(false).grace_period(STALL).build();
    let config = config
        .behavior_version(BehaviorVersion::v2026_01_12())
        .force_path_style(settings.path_style)
        // Other stores fail on checksums that go beyond the signature. Bodies in memory are signed with their
        // SHA-256, so no protection is lost.
        .request_checksum_calculation(RequestChecksumCalculation::WhenRequired)
        .response_checksum_validation(ResponseChecksumValidation::WhenRequired)
        .retry_config(RetryConfig::standard().with_max_attempts(3))
        .retry_classifier(ThrottleClassifier)
        .timeout_config(timeouts(CONTROL))
        .stalled_stream_protection(stalls);
    Ok((config, provider))
}

/// A client that trusts the system's authorities, or the given ones instead, with a bound on its connections. Unlike the
/// SDK's default client, `build_https` uses no proxy from the environment.
fn http_client(authorities: Option<&[u8]>) -> Result<SharedHttpClient, StorageError> {
    let builder = aws_smithy_http_client::Builder::new().tls_provider(Provider::Rustls(CryptoMode::Ring));
    let client = builder.tls_context(tls_context(authorities)?).build_https();
    Ok(SharedHttpClient::new(BoundedHttpClient::new(client)))
}

/// The authorities to trust: the system's, or the given ones instead.
///
/// # Errors
/// [`StorageError::Broken`] if the given certificates cannot be parsed.
pub fn tls_context(authorities: Option<&[u8]>) -> Result<TlsContext, StorageError> {
    let Some(pem) = authorities else { return Ok(TlsContext::default()) };
    if !holds_certificates(pem) {
        return Err(StorageError::broken("open", "there is no certificate among the authorities of the store"));
    }
    let trust = TrustStore::empty().with_pem_certificate(pem);
    TlsContext::builder().with_trust_store(trust).build().map_err(|error| StorageError::broken("open", error))
}

/// Whether this PEM text contains at least one certificate and no malformed block.
pub fn holds_certificates(pem: &[u8]) -> bool {
    let found: Result<Vec<_>, _> = CertificateDer::pem_slice_iter(pem).collect();
    found.is_ok_and(|found| !found.is_empty())
}

/// The AWS tools' default credential chain, except that the region is never requested over the network: Holdall must
/// start even if nothing responds.
async fn chain(http: SharedHttpClient, region: Option<Region>) -> aws_config::SdkConfig {
    let region = RegionProviderChain::first_try(region)
        .or_else(EnvironmentVariableRegionProvider::new())
        .or_else(ProfileFileRegionProvider::new())
        .or_else(Region::from_static(DEFAULT_REGION));
    aws_config::defaults(BehaviorVersion::v2026_01_12()).http_client(http).region(region).load().await
}
