//! Scopes: what a caller may access. Every verb over entries, uploads and downloads takes a [`Scope`] and none an
//! account, so that new ways to get one, such as a shared link, change no verb.

use crate::model::id::{AccountId, EntryId};
use crate::server::db::within::Within;
use crate::server::domain::Error;

/// The rights within a [`Scope`]. They are independent: a scope that may add need not see what is there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rights {
    /// Listing, opening and downloading.
    pub see: bool,
    /// Uploading and creating folders.
    pub add: bool,
    /// Changing and deleting what is there.
    pub change: bool,
}

impl Rights {
    /// The rights of the owner.
    pub const ALL: Self = Self { see: true, add: true, change: true };
}

/// The tree of an account or a subtree of it, with rights and an optional end. What is added counts against the
/// owner's quota.
#[derive(Clone, Debug)]
pub struct Scope {
    account: AccountId,
    root: Option<EntryId>,
    rights: Rights,
    until: Option<i64>,
}

impl Scope {
    /// The whole tree of an account, with every right and without an end.
    #[must_use]
    pub fn account(account: &AccountId) -> Self {
        Self { account: account.clone(), root: None, rights: Rights::ALL, until: None }
    }

    /// An entry and everything below it, until `until` (milliseconds since 1970; `None` is without end).
    #[must_use]
    pub fn subtree(account: &AccountId, root: EntryId, rights: Rights, until: Option<i64>) -> Self {
        Self { account: account.clone(), root: Some(root), rights, until }
    }

    /// The account that owns the entries.
    #[must_use]
    pub fn owner(&self) -> &AccountId {
        &self.account
    }

    /// The entry at the root of the scope; `None` for a whole account.
    #[must_use]
    pub fn root(&self) -> Option<&EntryId> {
        self.root.as_ref()
    }

    /// The account whose whole tree this is. What concerns all of an account, as its trash, is open to no other scope.
    ///
    /// # Errors
    /// [`Error::NotFound`] if it is a subtree.
    pub(in crate::server::domain) fn whole(&self) -> Result<&AccountId, Error> {
        if self.root.is_none() { Ok(&self.account) } else { Err(Error::NotFound) }
    }

    /// The scope as a condition for statements.
    pub(in crate::server::domain) fn within(&self) -> Within<'_> {
        Within { account: &self.account, root: self.root.as_ref() }
    }

    /// Checks the right to see entries. `now` is in milliseconds since 1970.
    ///
    /// # Errors
    /// [`Error::NotFound`] after the scope's end, [`Error::NotAllowed`] without the right.
    pub(in crate::server::domain) fn may_see(&self, now: i64) -> Result<(), Error> {
        self.allows(self.rights.see, now)
    }

    /// Checks the right to add entries. `now` is in milliseconds since 1970.
    ///
    /// # Errors
    /// [`Error::NotFound`] after the scope's end, [`Error::NotAllowed`] without the right.
    pub(in crate::server::domain) fn may_add(&self, now: i64) -> Result<(), Error> {
        self.allows(self.rights.add, now)
    }

    /// Checks the right to change and delete entries. `now` is in milliseconds since 1970.
    ///
    /// # Errors
    /// [`Error::NotFound`] after the scope's end, [`Error::NotAllowed`] without the right.
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
