//! The tokens that an attempt at a password has taken. They are given back if the password was never checked: because the
//! client left, waited in vain, or was told that others are served first.

use std::time::Duration;

use crate::server::domain::Error;
use crate::server::domain::access::limits::{RateLimit, TokenBuckets};

/// The tokens that an attempt has taken. They are given back when this is dropped, unless they were spent.
#[derive(Debug)]
pub(in crate::server::domain::access) struct TakenTokens {
    limits: TokenBuckets,
    tokens: Vec<Token>,
}

#[derive(Debug)]
struct Token {
    limits: TokenBuckets,
    limit: RateLimit,
    subject: String,
    /// Whether it stays taken when this is dropped.
    is_spent: bool,
}

impl TakenTokens {
    /// No tokens of these buckets yet.
    pub(in crate::server::domain::access) fn new(limits: &TokenBuckets) -> Self {
        Self { limits: limits.clone(), tokens: Vec::new() }
    }

    /// Takes one more; the inner error is the time after which there is one again.
    pub(in crate::server::domain::access) async fn take(
        &mut self,
        limit: &RateLimit,
        subject: &str,
    ) -> Result<Result<(), Duration>, Error> {
        let (limits, limit, subject) = (self.limits.clone(), limit.clone(), subject.to_owned());
        // A task of its own: if the caller is dropped while the database writes, the token that nobody waits for any more
        // is given back.
        let taken = tokio::spawn(async move {
            let taken = limits.take(&limit, &subject).await?;
            Ok::<_, Error>(taken.map(|()| Token { limits, limit, subject, is_spent: false }))
        });
        Ok(taken.await??.map(|token| self.tokens.push(token)))
    }

    /// From now on they are only given back by [`Self::give_back`].
    pub(in crate::server::domain::access) fn spend(&mut self) {
        for token in &mut self.tokens {
            token.is_spent = true;
        }
    }

    /// Gives them back.
    pub(in crate::server::domain::access) async fn give_back(self) -> Result<(), Error> {
        // A task of its own, so that all go back even if the caller is dropped, and each once.
        let giving = tokio::spawn(async move {
            for mut token in self.tokens {
                token.is_spent = true;
                token.limits.give_back(&token.limit, &token.subject).await?;
            }
            Ok(())
        });
        giving.await?
    }
}

impl Drop for Token {
    fn drop(&mut self) {
        if self.is_spent {
            return;
        }
        let (limits, limit, subject) = (self.limits.clone(), self.limit.clone(), std::mem::take(&mut self.subject));
        if let Ok(runtime) = tokio::runtime::Handle::try_current() {
            runtime.spawn(async move {
                if let Err(error) = limits.give_back(&limit, &subject).await {
                    tracing::warn!(%error, "an attempt that was not made counts as one");
                }
            });
        }
    }
}
