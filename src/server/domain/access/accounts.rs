//! Accounts: making one, signing in, changing name and password.

use std::fmt;

use sqlx::AnyPool;

use crate::model::account::{Email, Name, Password, Role};
use crate::model::form::Field;
use crate::model::id::AccountId;
use crate::model::page::SignUp;
use crate::model::problem::FieldProblem;
use crate::server::clock;
use crate::server::db::accounts::AccountRow;
use crate::server::db::{self, accounts as rows};
use crate::server::domain::access::credentials::password::Passwords;
use crate::server::domain::{Error, new_id};

/// Somebody who keeps files here.
#[derive(Clone)]
pub struct Account {
    /// The id.
    pub id: AccountId,
    /// The name as the person wrote it.
    pub name: String,
    /// The folded address.
    pub email: String,
    /// What the account may do.
    pub role: Role,
    /// Bytes of its files.
    pub used: u64,
    /// The most bytes it may keep, where that is its own and not the site's.
    pub quota: Option<u64>,
    /// When it was disabled: milliseconds.
    pub disabled: Option<i64>,
    password: String,
    session_key: String,
}

impl Account {
    /// What a session of this account must know: random, and new whenever the password is, so that sessions from before
    /// end. It says nothing of the password, and opens nothing without a session's cookie.
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

/// The accounts of this site.
#[derive(Clone)]
pub struct Accounts {
    pool: AnyPool,
    passwords: Passwords,
    sign_up: SignUp,
}

impl Accounts {
    /// Over this database; `sign_up` says whether people may make accounts for themselves.
    pub(in crate::server) fn new(pool: AnyPool, sign_up: SignUp) -> Result<Self, Error> {
        Ok(Self { pool, passwords: Passwords::new()?, sign_up })
    }

    /// Whether people may make accounts for themselves.
    #[must_use]
    pub fn sign_up_is(&self) -> SignUp {
        self.sign_up
    }

    /// Makes an account; the first one of all is the administrator. Refuses an address that is taken.
    pub async fn create(&self, name: &Name, email: &Email, password: &Password, role: Role) -> Result<Account, Error> {
        // Asked before the hash is computed: a refusal costs nothing, and the index below decides all the same.
        if rows::by_email(&self.pool, email.as_str()).await?.is_some() {
            return Err(taken());
        }
        let password = self.passwords.hash(password).await?;
        let (id, root) = (new_id(), new_id());
        let now = clock::now();
        let mut transaction = self.pool.begin().await?;
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

    /// The account of this address and password. One answer, and one cost, for every cause of a refusal.
    pub async fn sign_in(&self, email: &str, password: &str) -> Result<Account, Error> {
        let refused = || Error::at(Field::Password, FieldProblem::SignInFailed);
        let (Ok(email), true) = (Email::parse(email), password.len() <= 4 * crate::model::account::PASSWORD_LIMIT)
        else {
            self.passwords.verify("", None).await?;
            return Err(refused());
        };
        let row = rows::by_email(&self.pool, email.as_str()).await?;
        let right = self.passwords.verify(password, row.as_ref().map(|row| row.password.as_str())).await?;
        match row {
            Some(row) if right && row.disabled.is_none() => Ok(row.into()),
            _ => Err(refused()),
        }
    }

    /// The account of this id, unless it is gone or disabled.
    pub async fn by_id(&self, id: &AccountId) -> Result<Option<Account>, Error> {
        let row = rows::by_id(&self.pool, id).await?;
        Ok(row.filter(|row| row.disabled.is_none()).map(Into::into))
    }

    /// All accounts, oldest first.
    pub async fn all(&self) -> Result<Vec<Account>, Error> {
        Ok(rows::all(&self.pool).await?.into_iter().map(Into::into).collect())
    }

    /// Changes the name.
    pub async fn rename(&self, account: &Account, name: &Name) -> Result<(), Error> {
        Ok(rows::set_name(&self.pool, &account.id, name.as_str()).await?)
    }

    /// Changes the password if the current one is right, and ends every session of the account; the caller signs its
    /// own in again with the account that this gives.
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

    /// Gives the account of this address a new password and ends its sessions: for whoever runs the site.
    pub async fn reset_password(&self, email: &Email, new: &Password) -> Result<(), Error> {
        let row = rows::by_email(&self.pool, email.as_str()).await?.ok_or(Error::NotFound)?;
        self.replace_password(&row.into(), new).await?;
        Ok(())
    }

    async fn replace_password(&self, account: &Account, new: &Password) -> Result<bool, Error> {
        let hash = self.passwords.hash(new).await?;
        let mut transaction = self.pool.begin().await?;
        let changed =
            rows::set_password(&mut *transaction, &account.id, (&account.password, &hash), &new_session_key()).await?;
        if changed {
            db::sessions::delete_of(&mut *transaction, &account.id).await?;
            transaction.commit().await?;
        }
        Ok(changed)
    }
}

/// Random, and never used before.
fn new_session_key() -> String {
    let mut bytes = [0; 16];
    getrandom::fill(&mut bytes).expect("the operating systems Holdall runs on always have random numbers");
    data_encoding::BASE32_DNSSEC.encode(&bytes)
}

fn taken() -> Error {
    Error::at(Field::Email, FieldProblem::Taken)
}
