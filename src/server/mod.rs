//! The server's code, which is never compiled for the browser. `web` and `cli` call `domain`; only `domain` uses `db`
//! and `storage`, and those two do not use each other.

pub mod app;
pub mod cli;
pub mod clock;
pub mod config;
mod db;
pub mod domain;
mod fair_limiter;
mod held_body;
mod jobs;
mod log_limiter;
pub mod open_error;
mod readiness;
pub mod storage;
mod subject_queue;
pub mod web;
