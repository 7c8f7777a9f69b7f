//! `holdall account create | list | password`.

use std::io::{BufRead as _, IsTerminal as _};

use clap::Subcommand;

use crate::model::account::{Email, Name, Password, Role};
use crate::model::file_name::shown;
use crate::server::cli::{Carried, Refusal, open, tell};
use crate::server::config::Config;
use crate::server::domain::Error;
use crate::server::domain::access::accounts::Account;
use crate::server::domain::access::administration::Administrator;
use crate::ui::text::ENGLISH;

/// The subcommands of `holdall account`.
#[derive(Subcommand)]
pub enum AccountCommand {
    /// Make an account; the password is asked for, or read from the first line of standard input
    Create {
        /// The address that signs in
        email: String,
        /// The person's name; left out, the address stands for it
        #[arg(long)]
        name: Option<String>,
        /// Make the account an administrator
        #[arg(long)]
        admin: bool,
    },
    /// List all accounts, oldest first
    List,
    /// Give an account a new password and end its sessions
    Password {
        /// The address that signs in
        email: String,
    },
}

const OPERATOR: Administrator = Administrator::OPERATOR;

/// Runs one of the subcommands.
pub async fn run(config: &Config, carried: Carried, command: AccountCommand) -> Result<(), Refusal> {
    let state = open(config, carried).await?;
    match command {
        AccountCommand::Create { email, name, admin } => {
            let email = Email::parse(&email).map_err(|problem| (ENGLISH.problems.value)(&problem))?;
            let name = Name::parse(name.as_deref().unwrap_or(email.as_str()))
                .map_err(|problem| (ENGLISH.problems.value)(&problem))?;
            let role = if admin { Role::Administrator } else { Role::Member };
            let account =
                state.accounts.create_for(OPERATOR, &name, &email, &ask_password()?, role).await.map_err(said)?;
            tell(&format!("{} can sign in now{}.", account.email, role_of(account.role)));
        }
        AccountCommand::List => {
            let mut page = state.accounts.page(OPERATOR, None).await.map_err(said)?;
            while let Some(last) = page.last() {
                page.iter().for_each(list);
                page = state.accounts.page(OPERATOR, Some(&last.id)).await.map_err(said)?;
            }
        }
        AccountCommand::Password { email } => {
            let email = Email::parse(&email).map_err(|problem| (ENGLISH.problems.value)(&problem))?;
            state.accounts.reset_password(OPERATOR, &email, &ask_password()?).await.map_err(|error| match error {
                Error::NotFound => format!("there is no account of {}", email.as_str()),
                other => said(other),
            })?;
            tell(&format!("{} has a new password; its sessions have ended.", email.as_str()));
        }
    }
    state.close().await;
    Ok(())
}

fn list(account: &Account) {
    let disabled = if account.disabled.is_some() { ", disabled" } else { "" };
    tell(&format!(
        "{}\t{}\t{}{}{disabled}",
        shown(&account.email),
        shown(&account.name),
        ENGLISH.units.size(account.used),
        role_of(account.role)
    ));
}

fn role_of(role: Role) -> &'static str {
    if role == Role::Administrator { ", administrator" } else { "" }
}

fn said(error: Error) -> Refusal {
    match error {
        Error::Refused(refusal) => (ENGLISH.problems.value)(&refusal.problem),
        other => other.to_string(),
    }
}

/// Reads a password: from a terminal without echo, from a pipe the first line.
fn ask_password() -> Result<Password, Refusal> {
    let typed = if std::io::stdin().is_terminal() {
        rpassword::prompt_password("Password (10 characters or more): ")
    } else {
        let mut line = String::new();
        std::io::stdin().lock().read_line(&mut line).map(|_| line.trim_end_matches(['\r', '\n']).to_owned())
    };
    Password::parse(&typed.map_err(|error| format!("the password could not be read: {error}"))?)
        .map_err(|problem| (ENGLISH.problems.value)(&problem))
}
