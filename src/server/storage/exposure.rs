//! How browsers reach what is public: through Holdall, in the bucket itself, or at another address in front of it.
//! `private` has no exposure; that it has none is what the types of `location.rs` say.

use crate::server::storage::cdn::CdnKey;
use crate::server::storage::location::Place;

/// The exposure of each public location.
#[derive(Debug, Clone, Default)]
pub struct Exposures {
    /// Of `static`.
    pub static_: Exposure,
    /// Of `media`.
    pub media: Exposure,
}

/// How browsers reach a public location.
#[derive(Debug, Clone, Default)]
pub enum Exposure {
    /// Through Holdall. The bucket stays closed.
    #[default]
    App,
    /// At the bucket, which a policy opens for the location's prefix.
    Policy,
    /// At the bucket, which each object's own ACL (`public-read`) opens. Only for buckets that still take ACLs.
    Acl,
    /// At an address in front of the bucket.
    Cdn(Cdn),
}

/// An address in front of the bucket, or in front of Holdall.
#[derive(Debug, Clone)]
pub struct Cdn {
    /// What stands before a key, without a slash at its end: `https://cdn.example.org/static`.
    pub base: String,
    /// Signs addresses, where CloudFront takes only signed ones.
    pub key: Option<CdnKey>,
}

impl Exposures {
    /// The exposure of a location; `None` for `private`.
    #[must_use]
    pub fn of(&self, place: Place) -> Option<&Exposure> {
        match place {
            Place::Static => Some(&self.static_),
            Place::Media => Some(&self.media),
            Place::Private => None,
        }
    }
}

impl Exposure {
    /// Whether objects are written with an ACL that lets anyone read them.
    pub(super) fn sends_acl(&self) -> bool {
        matches!(self, Self::Acl)
    }
}
