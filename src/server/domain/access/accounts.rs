//! Accounts: creation, sign-in, and changes of name and password.

use std::fmt;

use sqlx::AnyPool;

use crate::model::account::SignUp;
use crate::model::account::{Email, Name, Password, Role};
use crate::model::form::Field;
use crate::model::id::AccountId;
use crate::model::problem::FieldProblem;
use crate::server::clock::Clock;
use crate::server::db::accounts::AccountRow;
use crate::server::db::{self, accounts as rows};
use crate::server::domain::access::credentials::password::Passwords;
use crate::server::domain::{Error, new_id};

/// A person's account.
#[derive(Clone)]
pub struct Account {
    /// The id.
    pub id: AccountId,
    /// The name as it was typed.
    pub name: String,
    /// The email address in its folded form, which is unique.
    pub email: String,
    /// What the account may do.
    pub role: Role,
    /// Bytes that its files and running uploads take.
    pub used: u64,
    /// The account's own quota in bytes; `None` if the site's applies.
    pub quota: Option<u64>,
    /// When it was disabled, in milliseconds since 1970; `None` if it is enabled.
    pub disabled: Option<i64>,
    password: String,
    session_key: String,
}

impl Account {
    /// A random value that every session of this account must hold. It changes with the password, which ends all
    /// earlier sessions. It reveals nothing about the password, and is useless without a session's cookie.
    #[must_use]
    pub fn session_key(&self) -> &[u8] {
        self.session_key.as_bytes()
    }
}

impl fmt::Debug for Account {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Account").field("id", &self.id).finish_non_exhaustive()
    }
}

impl From<AccountRow> for Account {
    fn from(row: AccountRow) -> Self {
        Self {
            id: row.id,
            name: row.name,
            email: row.email,
            role: row.role,
            used: row.used.unsigned_abs(),
            quota: row.quota.map(i64::unsigned_abs),
            disabled: row.disabled,
            password: row.password,
            session_key: row.session_key,
        }
    }
}

/// The verbs over accounts.
#[derive(Clone)]
pub struct Accounts {
    pool: AnyPool,
    passwords: Passwords,
    sign_up: SignUp,
    clock: Clock,
}

impl Accounts {
    /// Works on this database. `sign_up` is who may create accounts.
    ///
    /// # Errors
    /// [`Error::Internal`] if the system has no random numbers.
    pub(in crate::server) fn new(pool: AnyPool, sign_up: SignUp, clock: Clock) -> Result<Self, Error> {
        Ok(Self { pool, passwords: Passwords::new()?, sign_up, clock })
    }

    /// Who may create accounts.
    #[must_use]
    pub fn sign_up_is(&self) -> SignUp {
        self.sign_up
    }

    /// Creates an account. The first account of a site becomes its administrator, whatever `role` says.
    ///
    /// # Errors
    /// A refusal at the email field if the address is taken; [`Error::Busy`] if too many passwords are being hashed.
    pub async fn create(&self, name: &Name, email: &Email, password: &Password, role: Role) -> Result<Account, Error> {
        // Checked before the costly hash. The unique index below still decides between concurrent requests.
        if rows::by_email(&self.pool, email.as_str()).await?.is_some() {
            return Err(taken());
        }
        let password = self.passwords.hash(password).await?;
        let (id, root) = (new_id(), new_id());
        let now = self.clock.now();
        let mut transaction = db::begin(&self.pool).await?;
        let new = rows::NewAccount {
            id: &id,
            name: name.as_str(),
            email: email.as_str(),
            password: &password,
            session_key: &new_session_key(),
            role,
            created: now,
        };
        rows::insert(&mut *transaction, &new)
            .await
            .map_err(|error| if db::is_taken(&error) { taken() } else { error.into() })?;
        rows::promote_first_administrator(&mut transaction, &id).await?;
        db::entries::insert_root(&mut *transaction, &root, &id, now).await?;
        transaction.commit().await?;
        self.by_id(&id).await?.ok_or(Error::NotFound)
    }

    /// Finds the account of this address and password. Every reason for a refusal gives the same answer after the same
    /// time, so that neither tells whether the account exists.
    ///
    /// # Errors
    /// A refusal at the password field; [`Error::Busy`] if too many passwords are being hashed.
    pub async fn sign_in(&self, email: &str, password: &str) -> Result<Account, Error> {
        let refused = || Error::at(Field::Password, FieldProblem::SignInFailed);
        let (Ok(email), true) = (Email::parse(email), password.len() <= 4 * crate::model::account::PASSWORD_LIMIT)
        else {
            self.passwords.verify("", None).await?;
            return Err(refused());
        };
        let row = rows::by_email(&self.pool, email.as_str()).await?;
        let is_right = self.passwords.verify(password, row.as_ref().map(|row| row.password.as_str())).await?;
        match row {
            Some(row) if is_right && row.disabled.is_none() => Ok(row.into()),
            _ => Err(refused()),
        }
    }

    /// The account of this id; `None` if it does not exist or is disabled.
    ///
    /// # Errors
    /// [`Error::Database`].
    pub async fn by_id(&self, id: &AccountId) -> Result<Option<Account>, Error> {
        let row = rows::by_id(&self.pool, id).await?;
        Ok(row.filter(|row| row.disabled.is_none()).map(Into::into))
    }

    /// All accounts, oldest first.
    ///
    /// # Errors
    /// [`Error::Database`].
    pub async fn all(&self) -> Result<Vec<Account>, Error> {
        Ok(rows::all(&self.pool).await?.into_iter().map(Into::into).collect())
    }

    /// Changes the account's name.
    ///
    /// # Errors
    /// [`Error::Database`].
    pub async fn rename(&self, account: &Account, name: &Name) -> Result<(), Error> {
        Ok(rows::set_name(&self.pool, &account.id, name.as_str()).await?)
    }

    /// Changes the password if `current` is right, and ends every session of the account. The caller signs its own
    /// session in again with the account that this returns.
    ///
    /// # Errors
    /// A refusal at the field of the current password if it is wrong; [`Error::Busy`] if too many passwords are being
    /// hashed.
    pub async fn change_password(&self, account: &Account, current: &str, new: &Password) -> Result<Account, Error> {
        let wrong = || Error::at(Field::CurrentPassword, FieldProblem::WrongPassword);
        if current.len() > 4 * crate::model::account::PASSWORD_LIMIT
            || !self.passwords.verify(current, Some(&account.password)).await?
        {
            return Err(wrong());
        }
        if !self.replace_password(account, new).await? {
            return Err(wrong());
        }
        self.by_id(&account.id).await?.ok_or(Error::NotFound)
    }

    /// Sets a new password for the account of this address and ends its sessions, without asking for the current one.
    /// For the operator of the site.
    ///
    /// # Errors
    /// [`Error::NotFound`] if there is no such account.
    pub async fn reset_password(&self, email: &Email, new: &Password) -> Result<(), Error> {
        let row = rows::by_email(&self.pool, email.as_str()).await?.ok_or(Error::NotFound)?;
        self.replace_password(&row.into(), new).await?;
        Ok(())
    }

    async fn replace_password(&self, account: &Account, new: &Password) -> Result<bool, Error> {
        let hash = self.passwords.hash(new).await?;
        let mut transaction = db::begin(&self.pool).await?;
        let changed =
            rows::set_password(&mut *transaction, &account.id, (&account.password, &hash), &new_session_key()).await?;
        if changed {
            db::sessions::delete_of(&mut *transaction, &account.id).await?;
            transaction.commit().await?;
        }
        Ok(changed)
    }
}

/// A new random session key.
fn new_session_key() -> String {
    let mut bytes = [0; 16];
    getrandom::fill(&mut bytes).expect("the operating systems Holdall runs on always have random numbers");
    data_encoding::BASE32_DNSSEC.encode(&bytes)
}

fn taken() -> Error {
    Error::at(Field::Email, FieldProblem::Taken)
}
