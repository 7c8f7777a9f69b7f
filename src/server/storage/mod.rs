//! Bytes and nothing else.
