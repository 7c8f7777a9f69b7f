//! Reading the bodies of requests within limits.

pub(super) mod budget;
pub(super) mod collected;
pub(super) mod gathered;
pub(super) mod multipart_form;
