//! Which part of an account's tree a statement may touch. Every statement that finds an entry by its id asks for it.

use crate::model::id::{AccountId, EntryId};

/// An account's entries: all of them, or those below one of them and that one itself.
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

    /// What is bound where a statement says `lies_within!`: null for a whole account.
    pub(super) fn root(&self) -> Option<&'a str> {
        self.root.map(EntryId::as_str)
    }
}

/// A condition: the entry whose id is `$entry` is `$root`, or lies below it; anything does where `$root` is null.
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
