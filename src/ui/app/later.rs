//! The half of the wasm that most pages need later, if at all: what uploads files, and pages other than a folder's list.
//! `script/bindgen` puts it into a file of its own, and says which functions it begins with.

use leptos::prelude::*;
use wasm_bindgen::prelude::{JsValue, wasm_bindgen};

use crate::model::paths::Page;
use crate::ui::app::pages;

#[wasm_bindgen]
extern "C" {
    /// Loads it, if it is not there yet (`public/start.js`).
    #[wasm_bindgen(catch, js_name = loadLater)]
    async fn load_later() -> Result<(), JsValue>;
}

/// Whether a page cannot be shown without it.
pub(super) fn is_needed_for(page: &Page) -> bool {
    !matches!(page, Page::Files(_) | Page::NewFolder(_))
}

/// One of the pages for which it is needed. This is called only when it is there.
#[inline(never)]
pub(super) fn later_page(page: &Page) -> AnyView {
    match page {
        Page::About(_) => view! { <pages::about::About/> }.into_any(),
        Page::Account => view! { <pages::account::Account/> }.into_any(),
        _ => view! { <pages::later::LaterPage/> }.into_any(),
    }
}

/// Whether the second wasm is loaded.
#[derive(Clone, Copy)]
pub(in crate::ui) struct Later(RwSignal<bool>);

/// Provides [`Later`] to the pages; `is_loaded` where the page was sent with it.
pub(super) fn provide_later(is_loaded: bool) -> Later {
    let later = Later(RwSignal::new(is_loaded));
    provide_context(later);
    later
}

impl Later {
    /// Whether what the second wasm has may be called.
    pub(in crate::ui) fn is_loaded(self) -> bool {
        self.0.get()
    }

    /// The same, without following it.
    pub(in crate::ui) fn is_loaded_untracked(self) -> bool {
        self.0.get_untracked()
    }

    /// Loads the second wasm, unless it is loaded. Returns whether it is loaded now.
    pub(in crate::ui) async fn load(self) -> bool {
        if !self.0.get_untracked() && load_later().await.is_ok() {
            self.0.set(true);
        }
        self.0.get_untracked()
    }
}
