//! Bytes on their way in: by a plain form, or part by part from a running page.

pub(super) mod abort;
pub(super) mod form;
pub(super) mod multipart;
