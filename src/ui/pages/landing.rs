//! What this is, for whoever is not signed in.

use leptos::prelude::*;

use crate::model::page::SignUp;
use crate::ui::components::icon::{Icon, Shape};
use crate::ui::texts;

/// The landing page.
#[component]
pub(in crate::ui) fn Landing(sign_up: SignUp) -> impl IntoView {
    let open = sign_up == SignUp::Open;
    view! {
        <main class="landing">
            <p class="brand"><Icon shape=Shape::Bag/>{texts::NAME}</p>
            <h1>"Your files, in a place you know."</h1>
            <p class="lead">
                "Holdall keeps what you put into it private: nobody reads a byte before it has checked who asks."
            </p>
            <p class="choices">
                {open.then(|| view! { <a class="button primary" href="/sign-up">"Create an account"</a> })}
                <a class=if open { "button" } else { "button primary" } href="/sign-in">"Sign in"</a>
            </p>
        </main>
    }
}
