//! How an object reaches a browser: public ones at an address, private ones only for who was checked.

use crate::server::clock;
use crate::server::storage::cdn::expiry;
use crate::server::storage::error::StorageError;
use crate::server::storage::exposure::{Cdn, Exposure};
use crate::server::storage::key::Key;
use crate::server::storage::location::{Location, Private, PublicLocation};
use crate::server::storage::settings::DeliveryMode;
use crate::server::storage::{Backend, Storage};

/// How a private object is to arrive, whatever the store knows about it.
#[derive(Debug, Clone)]
pub struct DeliverAs {
    /// The media type, chosen by Holdall.
    pub content_type: String,
    /// The whole header in plain ASCII, `attachment` and the name.
    pub content_disposition: String,
}

/// What the handler does now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Delivery {
    /// Send the browser to this address, which must neither be kept nor logged.
    Redirect(String),
    /// Answer with [`Storage::read`].
    Stream,
}

impl Storage {
    /// The address at which anyone may read the object, by the location's exposure: a path of Holdall's own, or an
    /// address elsewhere. A signed one is good for a day at least.
    ///
    /// # Errors
    /// [`StorageError::Broken`] where an address cannot be signed.
    pub fn url<L: PublicLocation>(&self, key: &Key<L>) -> Result<String, StorageError> {
        match (self.base::<L>(), self.exposure::<L>()) {
            (Some(base), Some(Exposure::Cdn(Cdn { key: Some(signer), .. }))) => {
                let address = format!("{base}/{key}");
                signer.sign(&address, expiry(clock::now() / 1000)).map_err(|error| StorageError::broken("url", error))
            }
            (Some(base), _) => Ok(format!("{base}/{key}")),
            (None, _) => Ok(format!("{}/{key}", L::ROUTE)),
        }
    }

    /// What stands before a key in an address of this location, where browsers do not reach it through Holdall:
    /// scheme, host and path, without a slash at its end.
    pub fn base<L: PublicLocation>(&self) -> Option<&str> {
        match (self.exposure::<L>()?, &self.inner.backend) {
            (Exposure::Cdn(cdn), _) => Some(&cdn.base),
            (Exposure::Policy | Exposure::Acl, Backend::S3(s3)) => s3.public_base(L::PLACE),
            (Exposure::Policy | Exposure::Acl, Backend::Local(_)) | (Exposure::App, _) => None,
        }
    }

    /// How browsers reach this location.
    pub fn exposure<L: Location>(&self) -> Option<&Exposure> {
        self.inner.exposures.of(L::PLACE)
    }

    /// How to hand over a private object to somebody who may have it. Check that first: the answer may
    /// be an address that works for whoever holds it. Whether the object is there is not asked.
    ///
    /// # Errors
    /// [`StorageError::Unavailable`] without credentials to sign with.
    pub async fn deliver(&self, key: &Key<Private>, how: &DeliverAs) -> Result<Delivery, StorageError> {
        match &self.inner.backend {
            Backend::S3(s3) if self.inner.delivery == DeliveryMode::Redirect => {
                let signed = s3.sign(Private::PLACE, key.as_str(), how, self.inner.link_age).await;
                signed.map(Delivery::Redirect)
            }
            Backend::S3(_) | Backend::Local(_) => Ok(Delivery::Stream),
        }
    }
}
