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

/// A condition that holds if `$entry` is the id of the entry `$root` or of one below it, or if `$root` is null.
macro_rules! lies_within {
    ($entry:literal, $root:literal) => {
        concat!(
            "(CAST(",
            $root,
            " AS TEXT) IS NULL OR EXISTS (WITH RECURSIVE up (id, parent) AS (SELECT a.id, a.parent FROM entries a WHERE a.id = ",
            $entry,
            " UNION ALL SELECT a.id, a.parent FROM entries a JOIN up ON a.id = up.parent) SELECT 1 FROM up WHERE up.id = CAST(",
            $root,
            " AS TEXT)))"
        )
    };
}

pub(super) use lies_within;
