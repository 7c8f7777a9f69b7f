//! The process that decodes one picture. It gives up everything it does not need before it reads a byte, so that a
//! file that exploits a decoder gains some processor time and memory, and nothing of the site.

use std::io::{self, Read, Write};

use rustix::process::{Resource, Rlimit, setrlimit};

use crate::server::domain::imaging::{MAX_BYTES, MAX_MEMORY, render, wire};

/// Address space for everything that is not data, such as the program itself, in bytes.
const PROGRAM: u64 = 1 << 30;
/// The limit of processor time in seconds; the largest pictures need five or six.
const MAX_SECONDS: u64 = 20;

/// Decodes the picture in `input` and writes the answer to `output`. The process is of no use afterwards: it can open
/// no file, and has little memory and time left.
///
/// # Errors
/// An I/O error if the limits cannot be set, or the answer cannot be written.
pub fn decode_picture(input: impl Read, mut output: impl Write) -> io::Result<()> {
    confine()?;
    let mut picture = Vec::new();
    // One byte above the limit is enough to notice that the file is too large.
    input.take(MAX_BYTES + 1).read_to_end(&mut picture)?;
    wire::write(&mut output, &render(&picture))
}

/// Sets limits for this process that it cannot raise again.
fn confine() -> io::Result<()> {
    let limits = [
        (Resource::Data, MAX_MEMORY),
        // `Data` alone does not suffice, as some systems count only memory from `brk` for it.
        (Resource::As, MAX_MEMORY + PROGRAM),
        (Resource::Cpu, MAX_SECONDS),
        (Resource::Core, 0),
        // No files may be written. The limit does not apply to pipes, so the answer still gets out.
        (Resource::Fsize, 0),
        (Resource::Nofile, 0),
    ];
    for (resource, limit) in limits {
        setrlimit(resource, Rlimit { current: Some(limit), maximum: Some(limit) })?;
    }
    Ok(())
}
