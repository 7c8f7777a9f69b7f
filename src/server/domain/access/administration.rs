//! What only an administrator may do. Each such verb takes an [`Administrator`], so that none can forget to ask.

use crate::model::account::{Email, Name, Password, Role};
use crate::model::id::AccountId;
use crate::server::db::accounts as rows;
use crate::server::domain::Error;
use crate::server::domain::access::accounts::{Account, Accounts};

/// How many accounts are listed at once.
const PAGE: i64 = 500;

/// Proof that whoever acts may administer the site.
#[derive(Clone, Copy, Debug)]
pub struct Administrator(());

impl Administrator {
    /// Whoever runs commands of Holdall on its machine. They can read its database and files anyway.
    pub const OPERATOR: Self = Self(());

    /// An account that is signed in; `None` if it is not an administrator's.
    #[must_use]
    pub fn of(account: &Account) -> Option<Self> {
        (account.role == Role::Administrator).then_some(Self(()))
    }
}

impl Accounts {
    /// The next accounts after this one, oldest first; none at the end.
    ///
    /// # Errors
    /// [`Error::Database`].
    pub async fn page(&self, _: Administrator, after: Option<&AccountId>) -> Result<Vec<Account>, Error> {
        let after = after.map_or("", AccountId::as_str);
        Ok(rows::page(&self.pool, after, PAGE).await?.into_iter().map(|row| Account::of(row, Vec::new())).collect())
    }

    /// Creates an account for somebody else, however many there are. The first account of a site becomes its administrator,
    /// whatever `role` says.
    ///
    /// # Errors
    /// As [`Accounts::sign_up`], but for how often and how many.
    pub async fn create_for(
        &self,
        _: Administrator,
        name: &Name,
        email: &Email,
        password: &Password,
        role: Role,
    ) -> Result<Account, Error> {
        self.create(name, email, password, role, None).await
    }

    /// Sets a new password for the account of this address and ends its sessions, without asking for the current one.
    ///
    /// # Errors
    /// [`Error::NotFound`] if there is no such account; a refusal at the new password if it is a common one.
    pub async fn reset_password(&self, _: Administrator, email: &Email, new: &Password) -> Result<(), Error> {
        let row = rows::by_email(&self.pool, email.as_str()).await?.ok_or(Error::NotFound)?;
        // Whatever somebody else has changed it to meanwhile: the operator's word is the last.
        match self.replace_password(&Account::of(row, Vec::new()), new, None).await? {
            true => Ok(()),
            false => Err(Error::NotFound),
        }
    }
}
