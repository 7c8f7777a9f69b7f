//! Everything that never reaches the browser.

pub mod storage;
