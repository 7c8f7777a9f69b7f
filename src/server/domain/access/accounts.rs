//! Accounts: making one, signing in, changing name and password.

use std::fmt;

use sqlx::AnyPool;

use crate::model::account::{Email, Name, Password, Role};
use crate::model::form::Field;
use crate::model::id::{AccountId, EntryId};
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
}

impl Account {
    /// Changes whenever the password does, so that sessions from before end.
    #[must_use]
    pub fn fingerprint(&self) -> &[u8] {
        self.password.as_bytes()
    }
}

impl fmt::Debug for Account {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Account").field("id", &self.id).finish_non_exhaustive()
    }
}

impl TryFrom<AccountRow> for Account {
    type Error = Error;

    fn try_from(row: AccountRow) -> Result<Self, Error> {
        Ok(Self {
            id: AccountId::parse(&row.id).ok_or_else(|| Error::Internal(format!("account id {:?}", row.id)))?,
            name: row.name,
            email: row.email,
            role: if row.role == "administrator" { Role::Administrator } else { Role::Member },
            used: row.used.unsigned_abs(),
            quota: row.quota.map(i64::unsigned_abs),
            disabled: row.disabled,
            password: row.password,
        })
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
        let id = AccountId::parse(&new_id()).ok_or_else(|| Error::Internal("a new id is none".to_owned()))?;
        let root = EntryId::parse(&new_id()).ok_or_else(|| Error::Internal("a new id is none".to_owned()))?;
        let now = clock::now();
        let mut transaction = self.pool.begin().await?;
        let new = rows::NewAccount {
            id: &id,
            name: name.as_str(),
            email: email.as_str(),
            password: &password,
            administrator: role == Role::Administrator,
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
            Some(row) if right && row.disabled.is_none() => row.try_into(),
            _ => Err(refused()),
        }
    }

    /// The account of this id, unless it is gone or disabled.
    pub async fn by_id(&self, id: &AccountId) -> Result<Option<Account>, Error> {
        let row = rows::by_id(&self.pool, id.as_str()).await?;
        row.filter(|row| row.disabled.is_none()).map(TryInto::try_into).transpose()
    }

    /// All accounts, oldest first.
    pub async fn all(&self) -> Result<Vec<Account>, Error> {
        rows::all(&self.pool).await?.into_iter().map(TryInto::try_into).collect()
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
        self.replace_password(&row.try_into()?, new).await?;
        Ok(())
    }

    async fn replace_password(&self, account: &Account, new: &Password) -> Result<bool, Error> {
        let hash = self.passwords.hash(new).await?;
        let mut transaction = self.pool.begin().await?;
        let changed = rows::set_password(&mut *transaction, &account.id, &account.password, &hash).await?;
        if changed {
            db::sessions::delete_of(&mut *transaction, account.id.as_str()).await?;
            transaction.commit().await?;
        }
        Ok(changed)
    }
}

fn taken() -> Error {
    Error::at(Field::Email, FieldProblem::Taken)
}
