//! Who acts, whatever shows it: today a session of an account.

use crate::server::domain::access::accounts::Account;
use crate::server::domain::access::scope::Scope;

/// Whoever sent a request.
#[derive(Clone, Debug, Default)]
pub enum Principal {
    /// Nobody known.
    #[default]
    Anonymous,
    /// Somebody who is signed in.
    Session(Account),
}

impl Principal {
    /// The account that acts, where one does.
    #[must_use]
    pub fn account(&self) -> Option<&Account> {
        match self {
            Self::Anonymous => None,
            Self::Session(account) => Some(account),
        }
    }

    /// What the principal may touch, where there is anything.
    #[must_use]
    pub fn scope(&self) -> Option<Scope> {
        self.account().map(|account| Scope::account(&account.id))
    }
}
