//! What the pages of the app share: who is signed in, and what has changed since it was asked for.

use leptos::prelude::*;

use crate::model::account::Viewer;
use crate::model::problem::Problem;

/// Counters that say what must be asked again.
#[derive(Clone, Copy)]
pub(in crate::ui) struct Changes {
    /// The account has changed.
    pub account: RwSignal<u32>,
    /// The list of files has changed.
    pub files: RwSignal<u32>,
}

/// The account that is signed in.
#[derive(Clone, Copy)]
pub(in crate::ui) struct WhoAmI(pub Resource<Result<Viewer, Problem>>);
