//! Everything that never reaches the browser.

pub mod pictures;
pub mod storage;
