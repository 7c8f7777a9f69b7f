//! `holdall decode-picture`: the child process that the server starts to decode a picture. Not meant for people.

use std::io::{stdin, stdout};

use crate::server::cli::Refusal;
use crate::server::domain::imaging::decode_picture;

pub(super) fn run() -> Result<(), Refusal> {
    decode_picture(stdin().lock(), stdout().lock()).map_err(|error| error.to_string())
}
