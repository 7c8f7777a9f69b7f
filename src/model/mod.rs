//! The nouns both halves share: plain data, the rules for what a person may type, and what a page is given by the
//! server. No I/O, no database, nothing that only one half can compile.

pub mod account;
pub mod calendar;
pub mod download;
pub mod entry;
pub mod file_name;
pub mod form;
pub mod id;
pub mod json;
pub mod page;
pub mod problem;
pub mod upload;
