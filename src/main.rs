//! The program. All it does is run the command line.

use std::process::ExitCode;

use holdall::server::cli;
use holdall::server::domain::site::AssetBundle;
use tikv_jemallocator::Jemalloc;

/// Rendering a page allocates many small pieces, which the system's allocator is slow at.
#[global_allocator]
static ALLOCATOR: Jemalloc = Jemalloc;

fn main() -> ExitCode {
    cli::run(AssetBundle::carried)
}
