//! What the current address says: which page of the app is open, and what it is about; and how to go to another.

use leptos::prelude::*;
use leptos_router::NavigateOptions;
use leptos_router::hooks::{use_location, use_navigate};

use crate::model::paths::Page;

/// The page that the current address names; `None` if it is none of the app's.
pub(super) fn page_of_address() -> Memo<Option<Page>> {
    let path = use_location().pathname;
    Memo::new(move |_| path.with(|path| Page::parse(path.strip_suffix('/').unwrap_or(path))))
}

/// What `pick` takes of the address of the page that is open. It stays what it was once another kind of page is opened,
/// which `pick` answers with `None`.
pub(super) fn of_address<T: Clone + PartialEq + Send + Sync + 'static>(
    pick: impl Fn(Page) -> Option<T> + Send + Sync + 'static,
) -> Memo<Option<T>> {
    let page = page_of_address();
    Memo::new(move |before: Option<&Option<T>>| page.get().and_then(&pick).or_else(|| before.cloned().flatten()))
}

type Navigator = Box<dyn Fn(&str, NavigateOptions)>;

/// Goes to other addresses of the app.
#[derive(Clone, Copy)]
pub(super) struct Navigate(StoredValue<Navigator, LocalStorage>);

impl Navigate {
    /// For the page that is open.
    pub(super) fn of_page() -> Self {
        Self(StoredValue::new_local(Box::new(use_navigate())))
    }

    /// Goes to this address.
    pub(super) fn to(self, address: &str, options: NavigateOptions) {
        self.0.with_value(|navigate| navigate(address, options));
    }
}
