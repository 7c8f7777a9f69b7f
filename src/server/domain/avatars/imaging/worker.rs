//! The process that decodes one picture: it gives up whatever it does not need before it reads, so that a file that
//! fools a decoder gets a moment of one processor and some memory, and nothing of the site.

use std::io::{self, Read, Write};

use rustix::process::{Resource, Rlimit, setrlimit};

use crate::server::domain::avatars::imaging::{MAX_BYTES, MAX_MEMORY, render, wire};

/// Address space for what is not data: the program itself, whose size is no concern of a picture.
const PROGRAM: u64 = 1 << 30;
/// Seconds of a processor; the largest pictures need two or three.
const MAX_SECONDS: u64 = 20;

/// Decodes the picture that `input` holds and writes what comes of it to `output`. The process is good for nothing
/// else afterwards: it can open no file, and has little memory and time left.
///
/// # Errors
/// Where the limits cannot be set, or nobody listens.
pub fn decode_picture(input: impl Read, mut output: impl Write) -> io::Result<()> {
    confine()?;
    let mut picture = Vec::new();
    // One byte more than may be: enough to see that it is too much.
    input.take(MAX_BYTES + 1).read_to_end(&mut picture)?;
    wire::write(&mut output, &render(&picture))
}

/// Sets this process's own limits, which it cannot raise again.
fn confine() -> io::Result<()> {
    let limits = [
        (Resource::Data, MAX_MEMORY),
        // Some systems count for `Data` only what comes from `brk`.
        (Resource::As, MAX_MEMORY + PROGRAM),
        (Resource::Cpu, MAX_SECONDS),
        (Resource::Core, 0),
        // Pipes are no files: what was decoded still gets out.
        (Resource::Fsize, 0),
        (Resource::Nofile, 0),
    ];
    for (resource, limit) in limits {
        setrlimit(resource, Rlimit { current: Some(limit), maximum: Some(limit) })?;
    }
    Ok(())
}
