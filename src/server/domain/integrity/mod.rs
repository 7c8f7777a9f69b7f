//! Keeps rows and objects consistent: compares the two, repairs differences, finishes interrupted work, and checks
//! that anonymous clients cannot read private objects.

pub mod audit;
pub mod findings;
pub mod instance;
pub mod maintenance;
pub mod privacy_guard;
pub mod repair;
pub mod reserve;
