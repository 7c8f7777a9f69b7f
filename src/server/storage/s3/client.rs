//! Building the client that talks to a store: credentials, region, certificates, time limits. Nothing here is sent.

use std::time::Duration;

use aws_config::environment::EnvironmentVariableRegionProvider;
use aws_config::meta::region::RegionProviderChain;
use aws_config::profile::ProfileFileRegionProvider;
use aws_sdk_s3::config::retry::RetryConfig;
use aws_sdk_s3::config::timeout::TimeoutConfig;
use aws_sdk_s3::config::{
    BehaviorVersion, Builder, Credentials, Region, RequestChecksumCalculation, ResponseChecksumValidation,
    SharedHttpClient, StalledStreamProtectionConfig,
};
use aws_smithy_http_client::tls::rustls_provider::CryptoMode;
use aws_smithy_http_client::tls::{Provider, TlsContext, TrustStore};
use rustls_pki_types::CertificateDer;
use rustls_pki_types::pem::PemObject as _;

use crate::server::storage::error::StorageError;
use crate::server::storage::settings::S3Settings;

/// How long one attempt may take that carries next to no bytes.
const CONTROL: Duration = Duration::from_secs(15);
/// How long one attempt may take that carries a part.
const PART: Duration = Duration::from_secs(5 * 60);
/// How long one attempt may take that carries a part as it comes from a browser.
const STREAMED_PART: Duration = Duration::from_secs(60 * 60);
/// How long a store may take to put the parts together; S3 documents minutes.
const COMPLETE: Duration = Duration::from_secs(10 * 60);
/// How long a download may stand still while somebody is waiting for it.
const STALL: Duration = Duration::from_secs(60);
/// The region of stores that have none.
const DEFAULT_REGION: &str = "us-east-1";

/// For requests that carry a part's bytes.
pub fn part_timeout() -> Builder {
    Builder::new().timeout_config(timeouts(PART))
}

/// For requests that carry a part as it comes from a browser, which may be slow.
pub fn stream_timeout() -> Builder {
    Builder::new().timeout_config(timeouts(STREAMED_PART))
}

/// For putting parts together, during which a store may say nothing, or only blanks, for minutes.
pub fn complete_timeout() -> Builder {
    Builder::new()
        .timeout_config(timeouts(COMPLETE))
        .stalled_stream_protection(StalledStreamProtectionConfig::disabled())
}

fn timeouts(attempt: Duration) -> TimeoutConfig {
    TimeoutConfig::builder().connect_timeout(Duration::from_secs(3)).operation_attempt_timeout(attempt).build()
}

/// What every client of this store has; the address is still to be set.
///
/// # Errors
/// [`StorageError::Broken`] where the authorities' certificates are none.
pub async fn base(settings: &S3Settings) -> Result<Builder, StorageError> {
    let http = http_client(settings.authorities.as_deref())?;
    let region = settings.region.clone().map(Region::new);
    let config = match &settings.credentials {
        Some(known) => {
            let token = known.session_token.clone();
            Builder::new()
                .http_client(http)
                .credentials_provider(Credentials::new(&known.id, &known.secret, token, None, "holdall"))
                .region(region.unwrap_or(Region::from_static(DEFAULT_REGION)))
        }
        None => Builder::from(&chain(http, region).await),
    };
    let stalls = StalledStreamProtectionConfig::enabled().upload_enabled(false).grace_period(STALL).build();
    Ok(config
        .behavior_version(BehaviorVersion::v2026_01_12())
        .force_path_style(settings.path_style)
        // Checksums beyond the signed one are what other stores stumble over; bodies in memory are
        // signed with their SHA-256, so nothing is lost.
        .request_checksum_calculation(RequestChecksumCalculation::WhenRequired)
        .response_checksum_validation(ResponseChecksumValidation::WhenRequired)
        .retry_config(RetryConfig::standard().with_max_attempts(3))
        .timeout_config(timeouts(CONTROL))
        .stalled_stream_protection(stalls))
}

/// A client that trusts the system's authorities, or these instead. `build_https` takes no proxy from the environment,
/// unlike the client that the SDK would make.
fn http_client(authorities: Option<&[u8]>) -> Result<SharedHttpClient, StorageError> {
    let builder = aws_smithy_http_client::Builder::new().tls_provider(Provider::Rustls(CryptoMode::Ring));
    Ok(builder.tls_context(tls_context(authorities)?).build_https())
}

/// Whom to trust: the system's authorities, or these instead.
pub fn tls_context(authorities: Option<&[u8]>) -> Result<TlsContext, StorageError> {
    let Some(pem) = authorities else { return Ok(TlsContext::default()) };
    if !holds_certificates(pem) {
        return Err(StorageError::broken("open", "there is no certificate among the authorities of the store"));
    }
    let trust = TrustStore::empty().with_pem_certificate(pem);
    TlsContext::builder().with_trust_store(trust).build().map_err(|error| StorageError::broken("open", error))
}

/// Whether this text in PEM has certificates in it, and nothing in it is broken.
pub fn holds_certificates(pem: &[u8]) -> bool {
    let found: Result<Vec<_>, _> = CertificateDer::pem_slice_iter(pem).collect();
    found.is_ok_and(|found| !found.is_empty())
}

/// The usual chain of the AWS tools, except that the region is never asked of the network: Holdall
/// starts while nothing answers.
async fn chain(http: SharedHttpClient, region: Option<Region>) -> aws_config::SdkConfig {
    let region = RegionProviderChain::first_try(region)
        .or_else(EnvironmentVariableRegionProvider::new())
        .or_else(ProfileFileRegionProvider::new())
        .or_else(Region::from_static(DEFAULT_REGION));
    aws_config::defaults(BehaviorVersion::v2026_01_12()).http_client(http).region(region).load().await
}
