//! What somebody may touch. Every verb over entries, uploads and downloads takes a [`Scope`] and none an account, so that
//! another way to get one (a link, a folder that is shared) changes no verb.

use crate::model::id::{AccountId, EntryId};
use crate::server::db::within::Within;
use crate::server::domain::Error;

/// What may be done within a [`Scope`]. Each right stands by itself: who may add need not see what is there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rights {
    /// Listing, opening and downloading.
    pub see: bool,
    /// Uploading and making folders.
    pub add: bool,
    /// Deleting.
    pub change: bool,
}

impl Rights {
    /// Those of whoever it belongs to.
    pub const ALL: Self = Self { see: true, add: true, change: true };
}

/// The tree of an account, or what lies below one of its entries, with rights and an end. What is added counts against
/// that account's quota.
#[derive(Clone, Debug)]
pub struct Scope {
    account: AccountId,
    root: Option<EntryId>,
    rights: Rights,
    until: Option<i64>,
}

impl Scope {
    /// All that an account keeps, with every right and without an end.
    #[must_use]
    pub fn account(account: &AccountId) -> Self {
        Self { account: account.clone(), root: None, rights: Rights::ALL, until: None }
    }

    /// One entry of an account and all that lies below it, until then (milliseconds since 1970; `None`: without an end).
    #[must_use]
    pub fn subtree(account: &AccountId, root: EntryId, rights: Rights, until: Option<i64>) -> Self {
        Self { account: account.clone(), root: Some(root), rights, until }
    }

    /// Whose entries they are.
    #[must_use]
    pub fn owner(&self) -> &AccountId {
        &self.account
    }

    /// The entry it begins at; `None` where it is the whole account.
    #[must_use]
    pub fn root(&self) -> Option<&EntryId> {
        self.root.as_ref()
    }

    /// The rows that statements may touch.
    pub(in crate::server::domain) fn within(&self) -> Within<'_> {
        Within { account: &self.account, root: self.root.as_ref() }
    }

    /// Refuses whoever may not see what is there.
    ///
    /// # Errors
    /// [`Error::NotFound`] after its end, [`Error::NotAllowed`] without the right.
    pub(in crate::server::domain) fn may_see(&self, now: i64) -> Result<(), Error> {
        self.allows(self.rights.see, now)
    }

    /// Refuses whoever may not add to it.
    ///
    /// # Errors
    /// [`Error::NotFound`] after its end, [`Error::NotAllowed`] without the right.
    pub(in crate::server::domain) fn may_add(&self, now: i64) -> Result<(), Error> {
        self.allows(self.rights.add, now)
    }

    /// Refuses whoever may not change what is there.
    ///
    /// # Errors
    /// [`Error::NotFound`] after its end, [`Error::NotAllowed`] without the right.
    pub(in crate::server::domain) fn may_change(&self, now: i64) -> Result<(), Error> {
        self.allows(self.rights.change, now)
    }

    fn allows(&self, right: bool, now: i64) -> Result<(), Error> {
        match self.until {
            Some(until) if until <= now => Err(Error::NotFound),
            _ if right => Ok(()),
            _ => Err(Error::NotAllowed),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_scope_ends_and_gives_the_rights_it_names() {
        let (account, root) = ("0".repeat(26), "1".repeat(26));
        let account = AccountId::parse(&account).expect("an id");
        let root = EntryId::parse(&root).expect("an id");
        let rights = Rights { see: false, add: true, change: false };
        let scope = Scope::subtree(&account, root, rights, Some(1000));
        assert!(scope.may_add(999).is_ok());
        assert!(matches!(scope.may_see(999), Err(Error::NotAllowed)));
        assert!(matches!(scope.may_change(999), Err(Error::NotAllowed)));
        assert!(matches!(scope.may_add(1000), Err(Error::NotFound)), "it has ended");
        assert!(Scope::account(&account).may_change(i64::MAX).is_ok(), "one's own has no end");
    }
}
