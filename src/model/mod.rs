//! Types that both halves share: plain data, the validation rules for what people type, and what the server passes to a
//! page. No I/O, no database, nothing that compiles in one half only.

pub mod account;
pub mod calendar;
pub mod control;
pub mod download;
pub mod entry;
pub mod file_name;
pub mod form;
pub mod id;
pub mod json;
pub mod moving;
pub mod part_sizes;
pub mod paths;
pub mod preview;
pub mod problem;
pub mod search;
pub mod site_files;
pub mod store_codes;
pub mod trash;
pub mod upload;
