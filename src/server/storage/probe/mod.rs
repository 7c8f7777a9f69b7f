//! What it takes to prove that private is private: objects put there for the purpose, and requests without credentials.

pub(super) mod anonymous_client;
pub(super) mod canary;
