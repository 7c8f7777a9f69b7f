//! Receiving uploads: as a plain form, or in parts from a running page.

pub(super) mod abort;
pub(super) mod form;
pub(super) mod multipart;
