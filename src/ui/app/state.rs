//! State shared by the app's pages: the signed-in account, and signals that say which data is stale.

use leptos::prelude::*;

use crate::model::account::Viewer;
use crate::model::problem::Problem;
use crate::ui::app::prefetch;

/// Counters that pages increment to have data loaded again.
#[derive(Clone, Copy)]
pub(in crate::ui) struct Changes {
    /// Incremented when the account has changed.
    pub account: RwSignal<u32>,
    /// Incremented when the list of files has changed.
    pub files: RwSignal<u32>,
}

impl Changes {
    /// Has everything loaded again.
    pub fn all(self) {
        self.account.update(|count| *count += 1);
        self.lists();
    }

    /// Has lists loaded again, also one that was loaded for whoever may open it next.
    pub fn lists(self) {
        prefetch::forget();
        self.files.update(|count| *count += 1);
    }
}

/// The signed-in account.
#[derive(Clone, Copy)]
pub(in crate::ui) struct WhoAmI(pub ReadSignal<Option<Result<Viewer, Problem>>>);
