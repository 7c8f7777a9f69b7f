//! The backend that stores objects in a bucket: its clients, and the addresses of objects. How a client is built is in
//! `client.rs`, operations are in `objects.rs`, writing is in `writer.rs`. The AWS client is used only in this folder.

pub(super) mod apply;
pub(super) mod behaviour;
pub(super) mod budget;
pub(super) mod client;
pub(super) mod delete;
pub(super) mod endpoints;
pub(super) mod error;
pub(super) mod headers;
pub(super) mod inspect;
pub(super) mod lifetime;
pub(super) mod lost_answer;
pub(super) mod objects;
pub(super) mod part_writer;
pub(super) mod parts;
pub(super) mod range_request;
pub(super) mod resume;
pub(super) mod sockets;
pub(super) mod survey;
pub(super) mod target;
pub(super) mod throttle;
pub(super) mod unfinished;
pub(super) mod uploads;
pub(super) mod writer;

use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use std::time::Duration;

use aws_sdk_s3::Client;
use aws_sdk_s3::config::{Builder, Credentials};
use aws_sdk_s3::error::DisplayErrorContext;
use aws_sdk_s3::presigning::PresigningConfig;
use tokio::sync::{OnceCell, Semaphore};

use crate::server::storage::error::StorageError;
use crate::server::storage::exposure::{Exposure, Exposures};
use crate::server::storage::location::LocationKind;
use crate::server::storage::origin::origin_of;
use crate::server::storage::s3::budget::Budget;
use crate::server::storage::s3::client::base;
use crate::server::storage::s3::headers::Headers;
use crate::server::storage::s3::lifetime::CredentialLifetime;
use crate::server::storage::s3::part_writer::STREAMED_PARTS;
use crate::server::storage::s3::resume::{READS, TIMEOUTS, Timeouts};
use crate::server::storage::s3::unfinished::UploadListing;
use crate::server::storage::settings::{LocationNames, S3Settings};

/// The most parts of an object in S3, and in most stores.
pub const MOST_PARTS: u32 = 10_000;

/// The store, with one bucket or up to three.
#[derive(Debug)]
pub struct S3 {
    /// Sends requests to the store.
    pub client: Client,
    /// Knows the endpoint that browsers reach, and is used only for presigning.
    pub signer: Client,
    /// The memory in which uploads are collected.
    pub budget: Budget,
    /// The turns to read objects.
    pub reads: Arc<Semaphore>,
    /// How long reading keeps a connection that carries nothing.
    pub timeouts: Timeouts,
    /// The turns to pass parts on as they arrive from browsers.
    pub streamed_parts: Arc<Semaphore>,
    /// How long the credentials for presigning work.
    pub lifetime: CredentialLifetime,
    /// Whether the store has refused a bulk deletion and then deleted the objects one by one.
    pub deletes_singly: AtomicBool,
    /// How the store lists incomplete uploads, once that was tried.
    pub upload_listing: OnceCell<UploadListing>,
    settings: S3Settings,
    names: LocationNames,
    /// The locations whose objects are written with a public ACL.
    with_acl: Vec<LocationKind>,
    /// The addresses, without a key, of `static` and of `media` at the store.
    bases: [String; 2],
    /// The origin of presigned addresses for parts.
    parts_origin: String,
}

/// Where an object is: the bucket and the full name in it.
#[derive(Debug, Clone)]
pub struct ObjectAddress {
    /// The bucket.
    pub bucket: String,
    /// The full name, which begins with the location's.
    pub key: String,
}

impl S3 {
    /// Builds the clients without connecting to the store.
    ///
    /// # Errors
    /// [`StorageError::Broken`] if no client can be built from the settings.
    pub async fn open(settings: S3Settings, names: LocationNames, exposures: &Exposures) -> Result<Self, StorageError> {
        let (base, provider) = base(&settings).await?;
        let client = client(&base, settings.endpoint.as_deref());
        let public = settings.public_endpoint.as_deref();
        let signer = if public.is_some() { crate::server::storage::s3::client(&base, public) } else { client.clone() };
        let with_acl = [LocationKind::Static, LocationKind::Media]
            .into_iter()
            .filter(|kind| exposures.of(*kind).is_some_and(Exposure::sends_acl))
            .collect();
        let budget = Budget::of_process();
        let mut s3 = Self {
            client,
            signer,
            budget,
            reads: Arc::new(Semaphore::new(READS)),
            timeouts: TIMEOUTS,
            streamed_parts: Arc::new(Semaphore::new(STREAMED_PARTS)),
            lifetime: CredentialLifetime::new(provider),
            deletes_singly: AtomicBool::new(false),
            upload_listing: OnceCell::new(),
            settings,
            names,
            with_acl,
            bases: Default::default(),
            parts_origin: String::new(),
        };
        s3.bases =
            [s3.unsigned_base(&base, LocationKind::Static).await?, s3.unsigned_base(&base, LocationKind::Media).await?];
        let private = s3.unsigned_base(&base, LocationKind::Private).await?;
        s3.parts_origin = origin_of(&private).unwrap_or_default();
        Ok(s3)
    }

    /// The origin of presigned addresses for parts, as browsers write it in `Origin`.
    pub fn parts_origin(&self) -> &str {
        &self.parts_origin
    }

    /// The settings with which the store was opened.
    pub fn settings(&self) -> &S3Settings {
        &self.settings
    }

    /// The most parts that the store takes for an object.
    pub fn most_parts(&self) -> u32 {
        self.settings.most_parts.unwrap_or(MOST_PARTS)
    }

    /// The bucket and the full name for a key of a location.
    pub fn address(&self, kind: LocationKind, key: &str) -> ObjectAddress {
        let own = match kind {
            LocationKind::Static => self.settings.static_bucket.as_ref(),
            LocationKind::Media => self.settings.media_bucket.as_ref(),
            LocationKind::Private => None,
        };
        let bucket = own.unwrap_or(&self.settings.bucket).clone();
        ObjectAddress { bucket, key: format!("{}/{key}", self.names.of(kind)) }
    }

    /// The headers with which objects of a location are written, besides their type.
    pub fn headers(&self, kind: LocationKind) -> Headers {
        Headers::of(&self.settings, kind, self.with_acl.contains(&kind))
    }

    /// The address, without a key and a trailing slash, at which browsers reach a public location at the store; `None`
    /// for `private`.
    pub fn public_base(&self, kind: LocationKind) -> Option<&str> {
        match kind {
            LocationKind::Static => Some(&self.bases[0]),
            LocationKind::Media => Some(&self.bases[1]),
            LocationKind::Private => None,
        }
    }

    /// The address of a location at the store. Only the SDK knows a bucket's host and path for every region and style,
    /// so this presigns an address with made-up credentials and strips the signature.
    async fn unsigned_base(&self, base: &Builder, kind: LocationKind) -> Result<String, StorageError> {
        const ANY: &str = "x";
        let nobody = base.clone().credentials_provider(Credentials::new("id", "secret", None, None, "holdall"));
        let endpoint = self.settings.public_endpoint.as_deref().or(self.settings.endpoint.as_deref());
        let ObjectAddress { bucket, key } = self.address(kind, ANY);
        let expiry = PresigningConfig::expires_in(Duration::from_secs(60))
            .map_err(|error| StorageError::broken("open", error))?;
        let signed = client(&nobody, endpoint).get_object().bucket(bucket).key(key).presigned(expiry).await;
        let signed = signed.map_err(|error| StorageError::broken("open", DisplayErrorContext(error)))?;
        let address = signed.uri().split('?').next().unwrap_or_default();
        Ok(address.trim_end_matches(ANY).trim_end_matches('/').to_owned())
    }

    /// Lists one object of each bucket, which shows that it exists and accepts Holdall's credentials.
    ///
    /// # Errors
    /// Any error of the store.
    pub async fn check(&self) -> Result<(), StorageError> {
        let kinds = [LocationKind::Static, LocationKind::Media, LocationKind::Private];
        let mut addresses = kinds.map(|kind| self.address(kind, "")).to_vec();
        addresses.dedup_by(|next, last| next.bucket == last.bucket);
        futures::future::try_join_all(addresses.into_iter().map(|ObjectAddress { bucket, key }| async move {
            let listing = self.client.list_objects_v2().bucket(bucket).prefix(key).max_keys(1);
            listing.send().await.map(drop).map_err(|error| error::translate("check", error))
        }))
        .await
        .map(drop)
    }
}

fn client(base: &Builder, endpoint: Option<&str>) -> Client {
    let mut config = base.clone();
    if let Some(endpoint) = endpoint {
        config.set_endpoint_url(Some(endpoint.to_owned()));
    }
    Client::from_conf(config.build())
}
