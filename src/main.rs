//! The program: the command line decides.

use std::process::ExitCode;

fn main() -> ExitCode {
    holdall::server::cli::run()
}
