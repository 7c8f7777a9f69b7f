//! The principal of a request, whatever the credential: today a session of an account.

use crate::server::domain::access::accounts::Account;
use crate::server::domain::access::scope::Scope;

/// The sender of a request.
#[derive(Clone, Debug, Default)]
pub enum Principal {
    /// A client without a valid session.
    #[default]
    Anonymous,
    /// An account that is signed in.
    Session(Account),
}

impl Principal {
    /// The account, if one is signed in.
    #[must_use]
    pub fn account(&self) -> Option<&Account> {
        match self {
            Self::Anonymous => None,
            Self::Session(account) => Some(account),
        }
    }

    /// The scope of the principal; `None` for an anonymous client.
    #[must_use]
    pub fn scope(&self) -> Option<Scope> {
        self.account().map(|account| Scope::account(&account.id))
    }
}
