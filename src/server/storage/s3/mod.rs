//! The backend that keeps objects in a bucket: its clients, and where an object lies.
//! How a client is built is in `s3_client.rs`, operations in `s3_objects.rs`, writing in `s3_writer.rs`; no files but
//! those named `s3` know the AWS client.

pub(super) mod apply;
pub(super) mod behaviour;
pub(super) mod budget;
pub(super) mod client;
pub(super) mod delete;
pub(super) mod endpoints;
pub(super) mod error;
pub(super) mod headers;
pub(super) mod inspect;
pub(super) mod objects;
pub(super) mod part_writer;
pub(super) mod parts;
pub(super) mod survey;
pub(super) mod target;
pub(super) mod uploads;
pub(super) mod writer;

use std::time::Duration;

use aws_sdk_s3::Client;
use aws_sdk_s3::config::{Builder, Credentials};
use aws_sdk_s3::error::DisplayErrorContext;
use aws_sdk_s3::presigning::PresigningConfig;

use crate::server::storage::error::StorageError;
use crate::server::storage::exposure::{Exposure, Exposures};
use crate::server::storage::location::Place;
use crate::server::storage::origin::origin_of;
use crate::server::storage::s3::budget::Budget;
use crate::server::storage::s3::client::base;
use crate::server::storage::s3::headers::Headers;
use crate::server::storage::settings::{LocationNames, S3Settings};

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
    /// Which locations' objects are written with an ACL.
    with_acl: Vec<Place>,
    /// What stands before a key of `static` and of `media` in an address of the store's.
    bases: [String; 2],
    /// The site of the addresses that parts are signed for.
    parts_origin: String,
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
    ///
    /// # Errors
    /// [`StorageError::Broken`] where settings are none that a client can be made of.
    pub async fn open(settings: S3Settings, names: LocationNames, exposures: &Exposures) -> Result<Self, StorageError> {
        let base = base(&settings).await?;
        let client = client(&base, settings.endpoint.as_deref());
        let public = settings.public_endpoint.as_deref();
        let signer = if public.is_some() { crate::server::storage::s3::client(&base, public) } else { client.clone() };
        let with_acl = [Place::Static, Place::Media]
            .into_iter()
            .filter(|place| exposures.of(*place).is_some_and(Exposure::sends_acl))
            .collect();
        let budget = Budget::of_process();
        let mut s3 = Self {
            client,
            signer,
            budget,
            settings,
            names,
            with_acl,
            bases: Default::default(),
            parts_origin: String::new(),
        };
        s3.bases = [s3.unsigned_base(&base, Place::Static).await?, s3.unsigned_base(&base, Place::Media).await?];
        let private = s3.unsigned_base(&base, Place::Private).await?;
        s3.parts_origin = origin_of(&private).unwrap_or_default();
        Ok(s3)
    }

    /// The site of the addresses that parts are signed for, as browsers write it in `Origin`.
    pub fn parts_origin(&self) -> &str {
        &self.parts_origin
    }

    /// What the bucket was opened with.
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

    /// What writing an object of a location says to the store besides its type.
    pub fn headers(&self, place: Place) -> Headers {
        Headers::of(&self.settings, place, self.with_acl.contains(&place))
    }

    /// What stands before a key of a public location in the address at which browsers reach the store, without a slash
    /// at its end; `None` for `private`.
    pub fn public_base(&self, place: Place) -> Option<&str> {
        match place {
            Place::Static => Some(&self.bases[0]),
            Place::Media => Some(&self.bases[1]),
            Place::Private => None,
        }
    }

    /// The SDK knows which host and path a bucket has, in every region and style: it is asked for a signed address, by
    /// a key that is nobody's, and the signature is thrown away.
    async fn unsigned_base(&self, base: &Builder, place: Place) -> Result<String, StorageError> {
        const ANY: &str = "x";
        let nobody = base.clone().credentials_provider(Credentials::new("id", "secret", None, None, "holdall"));
        let endpoint = self.settings.public_endpoint.as_deref().or(self.settings.endpoint.as_deref());
        let Address { bucket, key } = self.address(place, ANY);
        let expiry = PresigningConfig::expires_in(Duration::from_secs(60))
            .map_err(|error| StorageError::broken("open", error))?;
        let signed = client(&nobody, endpoint).get_object().bucket(bucket).key(key).presigned(expiry).await;
        let signed = signed.map_err(|error| StorageError::broken("open", DisplayErrorContext(error)))?;
        let address = signed.uri().split('?').next().unwrap_or_default();
        Ok(address.trim_end_matches(ANY).trim_end_matches('/').to_owned())
    }

    /// Asks each bucket for one line of a listing, which shows that it is there and takes our credentials.
    pub async fn check(&self) -> Result<(), StorageError> {
        let places = [Place::Static, Place::Media, Place::Private];
        let mut addresses = places.map(|place| self.address(place, "")).to_vec();
        addresses.dedup_by(|next, last| next.bucket == last.bucket);
        futures::future::try_join_all(addresses.into_iter().map(|Address { bucket, key }| async move {
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
