//! How visitors become accounts: signing up and signing in, both limited.

use tokio::time::Instant;

use crate::model::account::{Email, Name, PASSWORD_LIMIT, Password, Role};
use crate::model::form::Field;
use crate::server::db::accounts as rows;
use crate::server::domain::Error;
use crate::server::domain::access::accounts::{Account, Accounts};
use crate::server::domain::access::credentials::fingerprint::fingerprint;
use crate::server::domain::access::limits;
use crate::server::domain::access::limits::network::network_of;
use crate::server::domain::access::limits::sign_in_throttle;
use crate::server::domain::access::limits::taken_tokens::TakenTokens;

impl Accounts {
    /// Counts a refusal of this client (what stands for its address), and says what the log's line has for the account of
    /// this email address: the account's id, or a fingerprint of the email address if no account has it. `None` if the log
    /// gets no line, because it has had enough of this client: such refusals are told later, as a number. `is_limited`
    /// says that the attempt came too soon.
    pub async fn refusal_for_log(&self, email: &str, client: &str, is_limited: bool) -> Option<String> {
        let (fingerprint, now) = (fingerprint(email), Instant::now());
        if is_limited && self.refusals.is_repeated(client, &fingerprint, now) {
            return None;
        }
        let row = match Email::parse(email) {
            Ok(email) => rows::by_email(&self.pool, email.as_str()).await.ok().flatten(),
            Err(_) => None,
        };
        let is_line = self.refusals.is_line(client, row.is_some(), now);
        is_line.then(|| row.map_or_else(|| format!("unknown-{fingerprint}"), |row| row.id.to_string()))
    }

    /// Tells the log how many refusals it was not told of. To be called from time to time.
    pub fn tell_refusals_left_out(&self) {
        self.refusals.tell_left_out(Instant::now());
    }

    /// Creates an account for a visitor at this address, who is known there from then on.
    ///
    /// # Errors
    /// `TooManyAttempts` at the email if too many accounts were created from this address or its network; a refusal there
    /// if the site has as many accounts as visitors may create; as [`Self::create`].
    pub async fn sign_up(
        &self,
        name: &Name,
        email: &Email,
        password: &Password,
        address: &str,
    ) -> Result<Account, Error> {
        let mut taken = TakenTokens::new(&self.limits);
        let of_network = network_of(address).map(|network| (limits::sign_up_of_network(self.rules.hourly), network));
        let of_address = (limits::sign_up(self.rules.hourly), address.to_owned());
        for (limit, subject) in [Some(of_address), of_network].into_iter().flatten() {
            if let Err(wait) = taken.take(&limit, &subject).await? {
                return Err(sign_in_throttle::too_soon(Field::Email, wait));
            }
        }
        // From now on it counts even if the client leaves: the account may be there by then.
        taken.spend();
        let account = match self.create(name, email, password, Role::Member, self.rules.most).await {
            Ok(account) => account,
            Err(error @ Error::Refused(_)) => return Err(error),
            Err(error) => {
                // It was not the visitor's fault.
                taken.give_back().await?;
                return Err(error);
            }
        };
        self.throttle.remember(&fingerprint(email.as_str()), address).await?;
        Ok(account)
    }

    /// Finds the account of this email address and password for a client at `address`. Every reason for a refusal gives
    /// the same answer after the same time, so that neither tells whether the account exists.
    ///
    /// # Errors
    /// A refusal at the password field: `SignInFailed`, or [`crate::model::problem::FieldProblem::TooManyAttempts`] as
    /// [`sign_in_throttle`] decides; [`Error::Busy`] if too many passwords are being hashed.
    pub async fn sign_in(&self, email: &str, password: &str, address: &str) -> Result<Account, Error> {
        let mut attempt = self.throttle.admit(&fingerprint(email), address).await?;
        let row = match Email::parse(email) {
            Ok(email) if password.len() <= 4 * PASSWORD_LIMIT => rows::by_email(&self.pool, email.as_str()).await?,
            _ => None,
        };
        // A password that is too long is wrong whatever it says. The empty one is hashed instead, so that the refusal takes
        // as long as any other.
        let typed = if password.len() <= 4 * PASSWORD_LIMIT { password } else { "" };
        let stored = row.as_ref().map(|row| row.password.as_str());
        let is_right = match self.passwords.verify(email, typed, stored, attempt.begins()).await {
            Ok(is_right) => is_right,
            Err(error) => {
                self.throttle.unchecked(attempt).await?;
                return Err(error);
            }
        };
        match row {
            Some(row) if is_right && row.disabled.is_none() => {
                self.throttle.passed(attempt).await?;
                Ok(Account::of(row, Vec::new()))
            }
            _ => Err(self.throttle.failed(attempt).await?),
        }
    }
}
