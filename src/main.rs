//! The program: the command line decides.

use std::process::ExitCode;

use holdall::server::cli;
use holdall::server::domain::site::Site;

fn main() -> ExitCode {
    cli::run(Site::carried)
}
