//! The part of an account's tree that a statement may access. Every statement that finds an entry by its id takes one.

use crate::model::id::{AccountId, EntryId};

/// The entries in scope: all entries of an account, or one entry and everything below it.
#[derive(Clone, Copy, Debug)]
pub struct Within<'a> {
    pub account: &'a AccountId,
    pub root: Option<&'a EntryId>,
}

impl<'a> Within<'a> {
    /// All of an account's entries.
    pub fn account(account: &'a AccountId) -> Self {
        Self { account, root: None }
    }

    /// The value to bind for `lies_within!`: null for a whole account.
    pub(super) fn root(&self) -> Option<&'a str> {
        self.root.map(EntryId::as_str)
    }
}

/// A condition that holds if `$entry` is the id of an entry in its account's tree and, unless `$root` is null, of the
/// entry `$root` or of one below it. The tree is what leads up to the root: not what is in the trash, and not what is
/// below a folder that is being deleted.
macro_rules! lies_within {
    ($entry:literal, $root:literal) => {
        concat!(
            "EXISTS (WITH RECURSIVE up (id, parent, inside) AS (SELECT a.id, a.parent, CASE WHEN a.id = COALESCE(CAST(",
            $root,
            " AS TEXT), a.id) THEN 1 ELSE 0 END FROM entries a WHERE a.trashed IS NULL AND a.id = ",
            $entry,
            " UNION ALL SELECT a.id, a.parent, CASE WHEN a.id = CAST(",
            $root,
            " AS TEXT) THEN 1 ELSE up.inside END FROM entries a JOIN up ON a.id = up.parent WHERE a.trashed IS NULL) \
             SELECT 1 FROM up WHERE up.parent IS NULL AND up.inside = 1)"
        )
    };
}

/// Selects the id of the root folder of the account `$account`.
macro_rules! root_of {
    ($account:literal) => {
        concat!("SELECT id FROM entries WHERE account = ", $account, " AND parent IS NULL AND trashed IS NULL")
    };
}

pub(super) use {lies_within, root_of};
