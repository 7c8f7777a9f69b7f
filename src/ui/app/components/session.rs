//! How a page of the app is left when the session ends: by signing out, or because it is over.

use std::cell::Cell;
use std::time::Duration;

use leptos::prelude::*;

/// For how long the page may still be there after that.
const GOING: Duration = Duration::from_secs(30);

thread_local! {
    /// Whoever uses the page has asked to be signed out.
    static SIGNS_OUT: Cell<bool> = const { Cell::new(false) };
}

/// The form that signs out. The browser itself sends it and goes where the answer leads.
#[component]
pub(in crate::ui) fn SignOut() -> impl IntoView {
    let leaves = |_| {
        SIGNS_OUT.set(true);
        // Whoever sends files is asked whether to leave, and may stay.
        set_timeout(|| SIGNS_OUT.set(false), GOING);
    };
    view! {
        <form method="post" action="/sign-out" on:submit=leaves>
            <button class="quiet">"Sign out"</button>
        </form>
    }
}

/// Leaves a page whose session is over: to sign in, and back afterwards; to the landing page where that was asked for.
pub(in crate::ui) fn leave_to_sign_in() {
    let location = window().location();
    let address = if SIGNS_OUT.get() {
        // The page may hear of the end of its session before the answer to its form has come, and whatever it goes to
        // then takes that answer's place.
        "/".to_owned()
    } else {
        let here = location.pathname().unwrap_or_default() + &location.search().unwrap_or_default();
        format!("/sign-in?next={}", js_sys::encode_uri_component(&here))
    };
    // Fails where the page is being left already.
    drop(location.assign(&address));
}
