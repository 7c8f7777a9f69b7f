//! The kinds of backends that the settings can choose.

#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum StorageKind {
    Local,
    S3,
}
