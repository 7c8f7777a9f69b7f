//! The backend that keeps objects in a bucket: how to reach it, and where an object lies in it.
//! Operations are in `s3_objects.rs`, writing in `s3_writer.rs`; no other files name the AWS client.

use super::budget::Budget;
use super::error::Error;
use super::location::Place;
use super::settings::{LocationNames, S3Settings};
use aws_config::environment::EnvironmentVariableRegionProvider;
use aws_config::meta::region::RegionProviderChain;
use aws_config::profile::ProfileFileRegionProvider;
use aws_sdk_s3::Client;
use aws_sdk_s3::config::retry::RetryConfig;
use aws_sdk_s3::config::timeout::TimeoutConfig;
use aws_sdk_s3::config::{
    BehaviorVersion, Builder, Credentials, Region, RequestChecksumCalculation, ResponseChecksumValidation,
    SharedHttpClient, StalledStreamProtectionConfig,
};
use aws_smithy_http_client::tls::{Provider, rustls_provider::CryptoMode};
use std::time::Duration;

/// How long one attempt may take that carries next to no bytes.
const CONTROL: Duration = Duration::from_secs(15);
/// How long one attempt may take that carries a part.
const PART: Duration = Duration::from_secs(5 * 60);
/// How long a store may take to put the parts together; S3 documents minutes.
const COMPLETE: Duration = Duration::from_secs(10 * 60);
/// How long a download may stand still while somebody is waiting for it.
const STALL: Duration = Duration::from_secs(60);
/// The region of stores that have none.
const DEFAULT_REGION: &str = "us-east-1";

/// A bucket, or up to three.
#[derive(Debug)]
pub struct S3 {
    /// Talks to the store.
    pub client: Client,
    /// Knows the address browsers reach, and only signs.
    pub signer: Client,
    /// The memory uploads are collected in.
    pub budget: Budget,
    settings: S3Settings,
    names: LocationNames,
}

/// Where an object lies: the bucket, and its whole name there.
#[derive(Debug, Clone)]
pub struct Address {
    /// The bucket.
    pub bucket: String,
    /// The name, with the location in front.
    pub key: String,
}

impl S3 {
    /// Builds the clients without talking to anybody.
    pub async fn open(settings: S3Settings, names: LocationNames) -> Self {
        let base = base(&settings).await;
        let endpoint = |address: &Option<String>| {
            let mut config = base.clone();
            if address.is_some() {
                config.set_endpoint_url(address.clone());
            }
            Client::from_conf(config.build())
        };
        let client = endpoint(&settings.endpoint);
        let public = settings.public_endpoint.is_some();
        let signer = if public { endpoint(&settings.public_endpoint) } else { client.clone() };
        Self { client, signer, budget: Budget::of_process(), settings, names }
    }

    /// What the bucket was opened with.
    #[cfg(test)]
    pub fn settings(&self) -> &S3Settings {
        &self.settings
    }

    /// Where a key of a location lies.
    pub fn address(&self, place: Place, key: &str) -> Address {
        let own = match place {
            Place::Static => self.settings.static_bucket.as_ref(),
            Place::Media => self.settings.media_bucket.as_ref(),
            Place::Private => None,
        };
        let bucket = own.unwrap_or(&self.settings.bucket).clone();
        Address { bucket, key: format!("{}/{key}", self.names.of(place)) }
    }

    /// Asks each bucket for one line of a listing, which shows that it is there and takes our credentials.
    pub async fn check(&self) -> Result<(), Error> {
        let places = [Place::Static, Place::Media, Place::Private];
        let mut addresses = places.map(|place| self.address(place, "")).to_vec();
        addresses.dedup_by(|next, last| next.bucket == last.bucket);
        futures::future::try_join_all(addresses.into_iter().map(|Address { bucket, key }| async move {
            let listing = self.client.list_objects_v2().bucket(bucket).prefix(key).max_keys(1);
            listing.send().await.map(drop).map_err(|error| super::s3_error::translate("check", error))
        }))
        .await
        .map(drop)
    }
}

/// For requests that carry a part's bytes.
pub fn part_timeout() -> Builder {
    Builder::new().timeout_config(timeouts(PART))
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

async fn base(settings: &S3Settings) -> Builder {
    // `build_https` takes no proxy from the environment, unlike the client that the SDK would make.
    let http = aws_smithy_http_client::Builder::new().tls_provider(Provider::Rustls(CryptoMode::Ring)).build_https();
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
    config
        .behavior_version(BehaviorVersion::v2026_01_12())
        .force_path_style(settings.path_style)
        // Checksums beyond the signed one are what other stores stumble over; bodies in memory are
        // signed with their SHA-256, so nothing is lost.
        .request_checksum_calculation(RequestChecksumCalculation::WhenRequired)
        .response_checksum_validation(ResponseChecksumValidation::WhenRequired)
        .retry_config(RetryConfig::standard().with_max_attempts(3))
        .timeout_config(timeouts(CONTROL))
        .stalled_stream_protection(stalls)
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
