//! What this is, for whoever is not signed in.

use leptos::prelude::*;

use crate::model::page::SignUp;
use crate::ui::components::icon::{Icon, Shape};
use crate::ui::text;

/// The landing page.
#[component]
pub(in crate::ui) fn Landing(sign_up: SignUp) -> impl IntoView {
    let open = sign_up == SignUp::Open;
    view! {
        <main class="landing">
            <p class="brand"><Icon shape=Shape::Bag/>{text::NAME}</p>
            <h1>"Your files, in a place you know."</h1>
            <p class="lead">
                "Holdall keeps what you put into it private: nobody reads a byte before it has checked who asks."
            </p>
            <p class="choices">
                {open.then(|| view! { <a class="button primary" href="/sign-up">"Create an account"</a> })}
                <a class=if open { "button" } else { "button primary" } href="/sign-in">"Sign in"</a>
            </p>
            <ul class="promises">
                <li><h2>"Private means private"</h2><p>"Every download is checked. There are no public links to guess."</p></li>
                <li><h2>"One place for all of it"</h2><p>"A folder on a laptop, or a bucket that whoever runs this site controls."</p></li>
                <li><h2>"Any device"</h2><p>"On a phone or an old computer, with scripts or without."</p></li>
            </ul>
        </main>
    }
}
