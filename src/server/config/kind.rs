//! Which of the two backends the settings ask for.

#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum StorageKind {
    Local,
    S3,
}
