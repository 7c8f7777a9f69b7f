//! The command line, one file a command. Errors are printed to standard error; the exit code is 1, or 2 for wrong
//! usage.

mod account;
mod decode_picture;
mod doctor;
mod migrate;
mod publish;
mod readable;
mod serve;
mod sweep;

use std::process::ExitCode;

use clap::{Parser, Subcommand};
use tracing_subscriber::EnvFilter;

use crate::server::app::AppState;
use crate::server::clock::Clock;
use crate::server::config::Config;
use crate::server::domain::site::AssetBundle;

/// Holdall keeps people's files in one bucket that its operator controls.
///
/// Settings come from the environment: .env.example and docs/settings.md list them.
#[derive(Parser)]
#[command(name = "holdall", version, max_term_width = 100)]
struct Arguments {
    #[command(subcommand)]
    command: Option<Invocation>,
}

/// The commands for people, and those that Holdall itself runs.
#[derive(Subcommand)]
enum Invocation {
    #[command(flatten)]
    Site(Command),
    /// Decode the picture on standard input, inside limits of this process's own
    #[command(hide = true)]
    DecodePicture,
}

#[derive(Subcommand)]
enum Command {
    /// Run the site (what `holdall` alone does too)
    Serve,
    /// Bring the database up to this version, and do nothing else
    Migrate,
    /// Put this version's own files into the bucket's static location, or look after the releases that lie there
    Publish(publish::PublishArguments),
    /// Find out what the store is and can do, and prove that private is private
    Doctor(doctor::DoctorArguments),
    /// Report where database and store disagree, and repair it on request
    Sweep(sweep::SweepArguments),
    /// Make accounts, list them, give one a new password
    Account {
        #[command(subcommand)]
        command: account::AccountCommand,
    },
}

/// Why a command failed, as a sentence for the operator.
type Refusal = String;

/// Returns the site's files that are embedded in the binary.
pub type Carried = fn() -> AssetBundle;

/// Parses the arguments, runs the command and returns its exit code.
#[must_use]
pub fn run(carried: Carried) -> ExitCode {
    let arguments = Arguments::parse();
    let done = match arguments.command.unwrap_or(Invocation::Site(Command::Serve)) {
        // Runs without settings, log and threads: a picture that exploits the decoder must find nothing of value.
        Invocation::DecodePicture => decode_picture::run(),
        Invocation::Site(command) => carry_out(command, carried),
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(refusal) => {
            complain(&refusal);
            ExitCode::FAILURE
        }
    }
}

/// What the session layer logs: only what it could not do.
const SESSION_LAYER: [&str; 2] = ["tower_sessions_core::session=error", "tower_sessions::service=error"];

fn carry_out(command: Command, carried: Carried) -> Result<(), Refusal> {
    let config = Config::from_environment().map_err(|faults| {
        let list: Vec<_> = faults.iter().map(|fault| format!("  {fault}")).collect();
        format!("these settings do not fit; nothing was started:\n{}", list.join("\n"))
    })?;
    let mut filter = EnvFilter::try_new(&config.log).map_err(|error| error.to_string())?;
    // It warns of each cookie whose session has ended or that is made up, and anybody may send such cookies.
    for directive in SESSION_LAYER {
        filter = filter.add_directive(directive.parse().map_err(|error| format!("{directive}: {error}"))?);
    }
    let log = tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr);
    log.with_ansi(std::io::IsTerminal::is_terminal(&std::io::stderr())).init();
    // What is made from here on, by SQLite too, is for this user alone.
    rustix::process::umask(rustix::fs::Mode::from_raw_mode(0o077));
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build();
    runtime.map_err(|error| format!("no runtime: {error}"))?.block_on(async {
        match command {
            Command::Serve => serve::run(config, carried).await,
            Command::Migrate => migrate::run(&config, carried).await,
            Command::Publish(arguments) => publish::run(&config, carried, &arguments).await,
            Command::Doctor(arguments) => doctor::run(&config, &arguments).await,
            Command::Sweep(arguments) => sweep::run(&config, carried, arguments).await,
            Command::Account { command } => account::run(&config, carried, command).await,
        }
    })
}

/// Opens the site, as every command but `decode-picture` needs it.
async fn open(config: &Config, carried: Carried) -> Result<AppState, Refusal> {
    let site = if config.watched.is_some() { AssetBundle::watched() } else { carried() };
    AppState::open(config, site, Clock::system()).await.map_err(|error| error.to_string())
}

#[expect(clippy::print_stderr, reason = "the command line is where people are told things")]
fn complain(text: &str) {
    eprintln!("holdall: {text}");
}

#[expect(clippy::print_stdout, reason = "the command line is where people are told things")]
fn tell(text: &str) {
    println!("{text}");
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory as _;

    #[test]
    fn the_command_tree_is_sound() {
        crate::server::cli::Arguments::command().debug_assert();
    }
}
