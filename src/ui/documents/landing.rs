//! The landing page, for visitors who are not signed in.

use leptos::prelude::*;

use crate::model::account::SignUp;
use crate::model::paths;
use crate::ui::components::icon::{Icon, Shape};
use crate::ui::text::{NAME, text};

/// The landing page.
#[component]
pub(in crate::ui) fn Landing(sign_up: SignUp) -> impl IntoView {
    let (open, text) = (sign_up == SignUp::Open, text().documents());
    let promise = |(heading, sentence)| view! { <li><h2>{heading}</h2><p>{sentence}</p></li> };
    view! {
        <main class="landing">
            <p class="brand"><Icon shape=Shape::Bag/>{NAME}</p>
            <h1>{text.landing}</h1>
            <p class="lead">{text.landing_lead}</p>
            <p class="choices">
                {open.then(|| view! { <a class="button primary" href=paths::SIGN_UP>{text.sign_up}</a> })}
                <a class=if open { "button" } else { "button primary" } href=paths::SIGN_IN>{text.sign_in}</a>
            </p>
            <ul class="promises">{text.promises.map(promise).collect_view()}</ul>
        </main>
    }
}
