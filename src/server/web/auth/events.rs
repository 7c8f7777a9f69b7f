//! The log of signing in and out: one line for each time that somebody got in, was refused, or left, with `client`, `account` and
//! `request`. What watches logs to block addresses reads these (docs/log.md), so their words stay as they are. An
//! address without an account is written as its fingerprint, so that the log holds none that was mistyped.

use axum::http::request::Parts;

use crate::model::problem::FieldProblem;
use crate::server::app::AppState;
use crate::server::domain::Error;
use crate::server::web::client_ip::ClientIp;
use crate::server::web::error::RequestId;

/// What happened when somebody signed in or out, or tried to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AuthEvent {
    /// Somebody signed in.
    SignedIn,
    /// Somebody created an account, and is signed in.
    SignedUp,
    /// Somebody signed out.
    SignedOut,
    /// A password was changed, and the account's other sessions ended.
    PasswordChanged,
}

/// What somebody attempted who was refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AuthAttempt {
    /// To sign in.
    SignIn,
    /// To create an account.
    SignUp,
    /// To change a password.
    PasswordChange,
}

/// Logs what an account did.
pub fn tell(parts: &Parts, event: AuthEvent, account: &str) {
    let words = match event {
        AuthEvent::SignedIn => "signed in",
        AuthEvent::SignedUp => "signed up",
        AuthEvent::SignedOut => "signed out",
        AuthEvent::PasswordChanged => "password changed, other sessions ended",
    };
    let (client, request) = origin(parts);
    tracing::info!(client, account, request, "{words}");
}

/// Logs a refusal for this email address: a wrong password, an address that is taken, or too many attempts, of which
/// one line a minute is written for each address and client. A client that floods the log has a bounded number of
/// lines. What is merely not filled in as it should be is no event.
pub async fn tell_refusal(state: &AppState, parts: &Parts, attempt: AuthAttempt, email: &str, errors: &[Error]) {
    let refused = errors.iter().find_map(|error| match error {
        Error::Refused(refusal) => match refusal.problem {
            FieldProblem::TooManyAttempts { .. } => Some(true),
            FieldProblem::SignInFailed | FieldProblem::WrongPassword | FieldProblem::Taken => Some(false),
            _ => None,
        },
        _ => None,
    });
    let Some(limited) = refused else { return };
    let account = state.accounts.refusal_for_log(email, &ClientIp::subject_of(parts), limited).await;
    let Some(account) = account else { return };
    let words = match (attempt, limited) {
        (AuthAttempt::SignIn, false) => "sign-in refused",
        (AuthAttempt::SignIn, true) => "sign-in limited",
        (AuthAttempt::SignUp, false) => "sign-up refused",
        (AuthAttempt::SignUp, true) => "sign-up limited",
        (AuthAttempt::PasswordChange, false) => "password change refused",
        (AuthAttempt::PasswordChange, true) => "password change limited",
    };
    let (client, request) = origin(parts);
    tracing::warn!(client, account, request, "{words}");
}

/// The client's address and the request's id.
fn origin(parts: &Parts) -> (String, &str) {
    (ClientIp::text_of(parts), parts.extensions.get::<RequestId>().map_or("", |RequestId(id)| id))
}
