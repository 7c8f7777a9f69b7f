//! The program: the command line decides.

use std::process::ExitCode;

use holdall::server::cli;
use holdall::server::domain::assets::Site;

fn main() -> ExitCode {
    cli::run(Site::carried)
}
