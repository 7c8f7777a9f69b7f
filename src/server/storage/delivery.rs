//! How an object reaches a browser: public ones at an address, private ones only for who was checked.

use super::error::Error;
use super::key::Key;
use super::location::{Location, Private, PublicLocation};
use super::settings::DeliveryMode;
use super::{Backend, Storage};
use std::time::Duration;

/// How a private object is to arrive, whatever the store knows about it.
#[derive(Debug, Clone)]
pub struct DeliverAs {
    /// The media type, chosen by Holdall.
    pub content_type: String,
    /// The whole header in plain ASCII, `attachment` and the name.
    pub content_disposition: String,
    /// How long a signed address works: minutes, for it cannot be taken back; at most a week.
    pub expires: Duration,
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
    /// The address at which anyone may read the object: a path of Holdall's own.
    pub fn url<L: PublicLocation>(&self, key: &Key<L>) -> String {
        format!("{}/{key}", L::ROUTE)
    }

    /// How to hand over a private object to somebody who may have it. Check that first: the answer may
    /// be an address that works for whoever holds it. Whether the object is there is not asked.
    ///
    /// # Errors
    /// [`Error::Unavailable`] without credentials to sign with, [`Error::Broken`] beyond a week.
    pub async fn deliver(&self, key: &Key<Private>, how: &DeliverAs) -> Result<Delivery, Error> {
        match &self.inner.backend {
            Backend::S3(s3) if self.inner.delivery == DeliveryMode::Redirect => {
                s3.sign(Private::PLACE, key.as_str(), how).await.map(Delivery::Redirect)
            }
            Backend::S3(_) | Backend::Local(_) => Ok(Delivery::Stream),
        }
    }
}
