//! The three locations of the bucket, as types, so that the compiler knows which objects may have a public address.
//! The names of the locations in the bucket are a setting (`settings.rs`) and are not known here.

use std::fmt::Debug;
use std::hash::Hash;

use crate::model::paths;

/// Holdall's own styles, scripts and icons: anyone may read them, and they never change.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Static {}

/// Avatars: anyone may read them, at stable addresses.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Media {}

/// People's files: no byte is read without Holdall having authorized the principal.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Private {}

/// A location in the bucket and the promise it keeps; implemented only by the three types of this module.
pub trait Location: sealed::Sealed + Debug + Copy + Eq + Hash + Send + Sync + 'static {
    /// The same location as a value.
    const KIND: LocationKind;
}

/// A location whose objects have an address that anyone may read.
pub trait PublicLocation: Location {
    /// The path under which Holdall itself serves the location.
    const ROUTE: &'static str;
}

/// A location whose keys are random, and therefore reveal nothing about their objects.
pub trait RandomLocation: Location {}

/// A location as a value, for code that handles all three alike.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum LocationKind {
    /// See [`Static`].
    Static,
    /// See [`Media`].
    Media,
    /// See [`Private`].
    Private,
}

impl LocationKind {
    /// All locations.
    pub const ALL: [Self; 3] = [Self::Static, Self::Media, Self::Private];
}

impl Location for Static {
    const KIND: LocationKind = LocationKind::Static;
}

impl Location for Media {
    const KIND: LocationKind = LocationKind::Media;
}

impl Location for Private {
    const KIND: LocationKind = LocationKind::Private;
}

impl PublicLocation for Static {
    const ROUTE: &'static str = paths::STATIC;
}

impl PublicLocation for Media {
    const ROUTE: &'static str = paths::MEDIA;
}

impl RandomLocation for Media {}
impl RandomLocation for Private {}

mod sealed {
    /// Keeps other modules from inventing a fourth location.
    pub trait Sealed {}
    impl Sealed for super::Static {}
    impl Sealed for super::Media {}
    impl Sealed for super::Private {}
}

#[cfg(test)]
mod tests {
    use super::*;
    use static_assertions::{assert_impl_all, assert_not_impl_any};

    // `Storage::url` requires a `PublicLocation`. The first assertion shows that a private key has no public address;
    // the others show that this bound, and nothing else, is the reason.
    assert_not_impl_any!(Private: PublicLocation);
    assert_impl_all!(Private: Location);
    assert_impl_all!(Media: PublicLocation);
    assert_impl_all!(Static: PublicLocation);
    assert_not_impl_any!(Static: RandomLocation);
}
