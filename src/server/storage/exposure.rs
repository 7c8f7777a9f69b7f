//! How browsers reach public locations: through Holdall, in the bucket itself, or at another address in front of it.
//! `private` never has an exposure; the types in `location.rs` guarantee that.

use crate::server::storage::cdn::CdnKey;
use crate::server::storage::location::LocationKind;

/// The exposure of each public location.
#[derive(Debug, Clone, Default)]
pub struct Exposures {
    /// The exposure of `static`.
    pub static_: Exposure,
    /// The exposure of `media`.
    pub media: Exposure,
}

/// How browsers reach a public location.
#[derive(Debug, Clone, Default)]
pub enum Exposure {
    /// Through Holdall. The bucket stays private.
    #[default]
    App,
    /// Directly at the bucket, made readable by a bucket policy for the location's prefix.
    Policy,
    /// Directly at the bucket, made readable by each object's ACL (`public-read`). Only for buckets that accept ACLs.
    Acl,
    /// At an address in front of the bucket.
    Cdn(Cdn),
}

/// An address in front of the bucket, or in front of Holdall.
#[derive(Debug, Clone)]
pub struct Cdn {
    /// The address that keys are appended to, without a trailing slash: `https://cdn.example.org/static`.
    pub base: String,
    /// The key pair that signs addresses, for a CloudFront distribution that requires signed ones.
    pub key: Option<CdnKey>,
}

impl Exposures {
    /// The exposure of a location; `None` for `private`.
    #[must_use]
    pub fn of(&self, kind: LocationKind) -> Option<&Exposure> {
        match kind {
            LocationKind::Static => Some(&self.static_),
            LocationKind::Media => Some(&self.media),
            LocationKind::Private => None,
        }
    }
}

impl Exposure {
    /// Whether objects are written with an ACL that lets anyone read them.
    pub(super) fn sends_acl(&self) -> bool {
        matches!(self, Self::Acl)
    }
}
