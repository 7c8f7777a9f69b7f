//! Accounts: creation, and changes of name and password. Visitors come in by `sign_in.rs`; what administrators do to
//! accounts is in `administration.rs`.

use std::fmt;
use std::sync::Arc;

use sqlx::AnyPool;

use crate::model::account::{Email, Name, PASSWORD_LIMIT, Password, Role, SignUp};
use crate::model::form::Field;
use crate::model::id::AccountId;
use crate::model::problem::FieldProblem;
use crate::server::clock::Clock;
use crate::server::db::accounts::AccountRecord;
use crate::server::db::renditions::{self, RenditionRecord};
use crate::server::db::{self, accounts as rows};
use crate::server::domain::access::credentials::password::{Lane, Passwords};
use crate::server::domain::access::limits::refusal_log::RefusalLog;
use crate::server::domain::access::limits::sign_in_throttle::{self, SignInThrottle};
use crate::server::domain::access::limits::taken_tokens::TakenTokens;
use crate::server::domain::access::limits::{self, TokenBuckets};
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
    /// The pictures of its avatar, smallest first. Not read of an account that is just signing in.
    pub(in crate::server::domain) pictures: Vec<RenditionRecord>,
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

    /// The account of this row, whose avatar has these pictures.
    pub(super) fn of(row: AccountRecord, pictures: Vec<RenditionRecord>) -> Self {
        Self {
            id: row.id,
            name: row.name,
            email: row.email,
            role: row.role,
            used: row.used.unsigned_abs(),
            quota: row.quota.map(i64::unsigned_abs),
            disabled: row.disabled,
            pictures,
            password: row.password,
            session_key: row.session_key,
        }
    }
}

impl fmt::Debug for Account {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Account").field("id", &self.id).finish_non_exhaustive()
    }
}

/// Who may create accounts, and how many.
#[derive(Clone, Copy, Debug)]
pub struct SignUpRules {
    /// Whether visitors may.
    pub by: SignUp,
    /// The most accounts that visitors may create from one address in an hour.
    pub hourly: u32,
    /// The most accounts that the site may have for visitors to create another one; `None` for no limit.
    pub most: Option<u32>,
}

/// The verbs over accounts.
#[derive(Clone)]
pub struct Accounts {
    pub(super) pool: AnyPool,
    pub(super) passwords: Passwords,
    pub(super) limits: TokenBuckets,
    pub(super) throttle: SignInThrottle,
    pub(super) refusals: Arc<RefusalLog>,
    pub(super) rules: SignUpRules,
    clock: Clock,
}

impl Accounts {
    /// Works on this database, by these rules and limits.
    ///
    /// # Errors
    /// [`Error::Internal`] if the system has no random numbers.
    pub(in crate::server) fn new(
        pool: AnyPool,
        limits: TokenBuckets,
        rules: SignUpRules,
        clock: Clock,
    ) -> Result<Self, Error> {
        let processors = std::thread::available_parallelism().map_or(1, usize::from);
        let throttle = SignInThrottle::new(limits.clone(), processors);
        Ok(Self {
            pool,
            passwords: Passwords::new(processors)?,
            limits,
            throttle,
            refusals: Arc::default(),
            rules,
            clock,
        })
    }

    /// Who may create accounts.
    #[must_use]
    pub fn sign_up_is(&self) -> SignUp {
        self.rules.by
    }

    /// Creates an account, unless the site has `most` of them. The first account of a site becomes its administrator,
    /// whatever `role` says.
    ///
    /// # Errors
    /// A refusal at the email field if the address is taken or there are as many accounts as there may be, and at the
    /// password if it is a common one; [`Error::Busy`] if too many passwords are being hashed.
    pub(super) async fn create(
        &self,
        name: &Name,
        email: &Email,
        password: &Password,
        role: Role,
        most: Option<u32>,
    ) -> Result<Account, Error> {
        // Checked before the costly hash. The unique index below still decides between concurrent requests.
        if rows::by_email(&self.pool, email.as_str()).await?.is_some() {
            return Err(taken());
        }
        has_room(rows::count(&self.pool).await?, most)?;
        if self.passwords.is_common(password, name.clone(), email.clone(), Lane::Other).await? {
            return Err(Error::at(Field::Password, FieldProblem::CommonPassword));
        }
        let password = self.passwords.hash(email.as_str(), password, Lane::Other).await?;
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
        has_room(rows::count(&mut *transaction).await? - 1, most)?;
        rows::promote_first_administrator(&mut transaction, &id).await?;
        db::entries::insert_root(&mut *transaction, &root, &id, now).await?;
        transaction.commit().await?;
        self.by_id(&id).await?.ok_or(Error::NotFound)
    }

    /// The account of this id; `None` if it does not exist or is disabled.
    ///
    /// # Errors
    /// [`Error::Database`].
    pub async fn by_id(&self, id: &AccountId) -> Result<Option<Account>, Error> {
        let row = rows::by_id(&self.pool, id).await?.filter(|row| row.disabled.is_none());
        let Some(row) = row else { return Ok(None) };
        let pictures = renditions::stored(&self.pool, &row.id).await?;
        Ok(Some(Account::of(row, pictures)))
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
    /// A refusal at the field of the current password if it is wrong, or if too many attempts were refused, and at the
    /// new one if it is a common one; [`Error::Busy`] if too many passwords are being hashed.
    pub async fn change_password(&self, account: &Account, current: &str, new: &Password) -> Result<Account, Error> {
        let wrong = || Error::at(Field::CurrentPassword, FieldProblem::WrongPassword);
        let mut taken = TakenTokens::new(&self.limits);
        if let Err(wait) = taken.take(&limits::CHANGE_PASSWORD, account.id.as_str()).await? {
            return Err(sign_in_throttle::too_soon(Field::CurrentPassword, wait));
        }
        // From now on it counts even if the client leaves, or else one that does not wait could guess without end.
        taken.spend();
        if current.len() > 4 * PASSWORD_LIMIT {
            return Err(wrong());
        }
        let replaced =
            match self.passwords.verify(&account.email, current, Some(&account.password), Lane::Priority).await {
                Ok(true) => self.replace_password(account, new, Some(&account.password)).await,
                Ok(false) => return Err(wrong()),
                Err(error) => Err(error),
            };
        // A new password that is refused counts like a wrong one: it takes longer to judge than any to check.
        if !matches!(replaced, Err(Error::Refused(_))) {
            taken.give_back().await?;
        }
        if !replaced? {
            return Err(wrong());
        }
        self.by_id(&account.id).await?.ok_or(Error::NotFound)
    }

    /// Replaces the account's password, and ends its sessions; false if its hash is not `old` any more, where that is given.
    pub(super) async fn replace_password(
        &self,
        account: &Account,
        new: &Password,
        old: Option<&str>,
    ) -> Result<bool, Error> {
        let (name, email) = (Name::parse(&account.name), Email::parse(&account.email));
        if let (Ok(name), Ok(email)) = (name, email)
            && self.passwords.is_common(new, name, email, Lane::Priority).await?
        {
            return Err(Error::at(Field::NewPassword, FieldProblem::CommonPassword));
        }
        let hash = self.passwords.hash(&account.email, new, Lane::Priority).await?;
        let mut transaction = db::begin_for(&self.pool, &account.id).await?;
        let changed = rows::set_password(&mut *transaction, &account.id, (old, &hash), &new_session_key()).await?;
        if changed {
            db::sessions::delete_of(&mut *transaction, &account.id).await?;
            transaction.commit().await?;
        }
        Ok(changed)
    }
}

/// Fails if there are as many accounts as there may be.
fn has_room(accounts: i64, most: Option<u32>) -> Result<(), Error> {
    match most {
        Some(most) if accounts >= i64::from(most) => {
            Err(Error::at(Field::Email, FieldProblem::TooManyAccounts { limit: u64::from(most) }))
        }
        _ => Ok(()),
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
