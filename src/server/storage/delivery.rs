//! How an object reaches a browser: public objects at an address, private ones only after authorization.

use crate::server::storage::cdn::expiry;
use crate::server::storage::error::StorageError;
use crate::server::storage::exposure::{Cdn, Exposure};
use crate::server::storage::key::Key;
use crate::server::storage::location::{Location, Private, PublicLocation};
use crate::server::storage::settings::DeliveryMode;
use crate::server::storage::{Backend, Storage};

/// The response headers of a private object, which override whatever the store has recorded.
#[derive(Debug, Clone)]
pub struct DeliverAs {
    /// The media type, chosen by Holdall.
    pub content_type: String,
    /// The complete `Content-Disposition` header in ASCII: `attachment` and the file's name.
    pub content_disposition: String,
}

/// How the handler must answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Delivery {
    /// Redirect the browser to this presigned address, which must be neither cached nor logged.
    Redirect(String),
    /// Stream the bytes from [`Storage::read`].
    Stream,
}

impl Storage {
    /// The address at which anyone may read the object, according to the location's exposure: a path of Holdall's own,
    /// or an absolute address elsewhere. A signed address stays valid for at least a day.
    ///
    /// # Errors
    /// [`StorageError::Broken`] where an address cannot be signed.
    pub fn url<L: PublicLocation>(&self, key: &Key<L>) -> Result<String, StorageError> {
        match (self.base::<L>(), self.exposure::<L>()) {
            (Some(base), Some(Exposure::Cdn(Cdn { key: Some(signer), .. }))) => {
                let address = format!("{base}/{key}");
                signer
                    .sign(&address, expiry(self.inner.clock.now() / 1000))
                    .map_err(|error| StorageError::broken("url", error))
            }
            (Some(base), _) => Ok(format!("{base}/{key}")),
            (None, _) => Ok(format!("{}/{key}", L::ROUTE)),
        }
    }

    /// The prefix (scheme, host and path, without a trailing slash) of this location's addresses; `None` where browsers
    /// reach the location through Holdall.
    pub fn base<L: PublicLocation>(&self) -> Option<&str> {
        match (self.exposure::<L>()?, &self.inner.backend) {
            (Exposure::Cdn(cdn), _) => Some(&cdn.base),
            (Exposure::Policy | Exposure::Acl, Backend::S3(s3)) => s3.public_base(L::KIND),
            (Exposure::Policy | Exposure::Acl, Backend::Local(_)) | (Exposure::App, _) => None,
        }
    }

    /// How browsers reach this location.
    pub fn exposure<L: Location>(&self) -> Option<&Exposure> {
        self.inner.exposures.of(L::KIND)
    }

    /// The origin of the addresses that [`Storage::deliver`] gives; `None` if it gives none.
    pub fn delivery_origin(&self) -> Option<&str> {
        match &self.inner.backend {
            Backend::S3(s3) if self.inner.delivery == DeliveryMode::Redirect => Some(s3.parts_origin()),
            Backend::S3(_) | Backend::Local(_) => None,
        }
    }

    /// How to deliver a private object to a principal. The caller must have authorized the principal first, because the
    /// result may be an address that works for anyone who has it. Does not check that the object exists.
    ///
    /// # Errors
    /// [`StorageError::Unavailable`] if there are no credentials to sign with.
    pub async fn deliver(&self, key: &Key<Private>, how: &DeliverAs) -> Result<Delivery, StorageError> {
        match &self.inner.backend {
            Backend::S3(s3) if self.inner.delivery == DeliveryMode::Redirect => {
                let (age, now) = (self.inner.link_age, self.inner.clock.now());
                let signed = s3.sign(Private::KIND, key.as_str(), how, age, now).await;
                signed.map(Delivery::Redirect)
            }
            Backend::S3(_) | Backend::Local(_) => Ok(Delivery::Stream),
        }
    }
}
