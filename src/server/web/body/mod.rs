//! Bodies of requests, read within limits.

pub(super) mod multipart_form;
