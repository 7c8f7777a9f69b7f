//! Rows and objects belong together: comparing them, repairing what has parted, finishing what broke off, and watching that
//! strangers cannot read what is private.

pub mod audit;
pub mod findings;
pub mod instance;
pub mod privacy_guard;
pub mod repair;
pub mod sweep;
