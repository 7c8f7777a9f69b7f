//! Receiving files: `form` takes a whole file in one request, `multipart` takes it part by part, over days if need be.

pub mod form;
pub mod multipart;
pub mod rules;
mod transfers;
