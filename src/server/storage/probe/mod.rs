//! What proving that private is private requires: objects written for the purpose, and requests without credentials.

pub(super) mod anonymous_client;
pub(super) mod canary;
