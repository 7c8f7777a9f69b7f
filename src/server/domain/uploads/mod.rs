//! Files on their way in: whole, by a form, or in parts that may take days.

pub mod form;
pub mod multipart;
