//! Everything that never reaches the browser. `web` and `cli` enter at `domain`; `domain` alone sees `db` and
//! `storage`, and those two never see each other.

pub mod app;
pub mod cli;
pub mod clock;
pub mod config;
mod db;
pub mod domain;
mod jobs;
pub mod storage;
pub mod web;
