//! The program. All it does is run the command line.

use std::process::ExitCode;

use holdall::server::cli;
use holdall::server::domain::site::Site;

fn main() -> ExitCode {
    cli::run(Site::carried)
}
