//! Leaving a page of the app when the session ends, by signing out or by expiry.

use std::cell::Cell;
use std::time::Duration;

use leptos::prelude::*;

use crate::model::paths::{self, ReturnTo};
use crate::ui::text::text;

/// For how long the page may still be open after signing out was requested.
const GOING: Duration = Duration::from_secs(30);

thread_local! {
    /// Whether the sign-out form was submitted from this page.
    static SIGNS_OUT: Cell<bool> = const { Cell::new(false) };
}

/// The sign-out form. The browser submits it and follows the redirect.
#[component]
pub(in crate::ui) fn SignOut() -> impl IntoView {
    let leaves = |_| {
        SIGNS_OUT.set(true);
        // While files are being uploaded, the browser asks for confirmation, and the person may stay.
        set_timeout(|| SIGNS_OUT.set(false), GOING);
    };
    view! {
        <form method="post" action=paths::SIGN_OUT on:submit=leaves>
            <button class="quiet">{text().frame.sign_out}</button>
        </form>
    }
}

/// Leaves a page whose session has ended: for the sign-in page, which leads back here; after signing out, for the
/// landing page.
pub(in crate::ui) fn leave_to_sign_in() {
    let location = window().location();
    let address = if SIGNS_OUT.get() {
        // A server function may report the end of the session before the response to the form arrives; the navigation
        // started here then replaces the form's.
        paths::LANDING.to_owned()
    } else {
        let here = location.pathname().unwrap_or_default() + &location.search().unwrap_or_default();
        paths::sign_in(&ReturnTo::parse(&here))
    };
    // Fails if the page is already being left.
    drop(location.assign(&address));
}
