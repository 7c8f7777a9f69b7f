//! The sign-in page.

use leptos::prelude::*;

use crate::model::account::SignUp;
use crate::model::form::Field;
use crate::model::paths::{self, ReturnTo};
use crate::ui::components::field::TextField;
use crate::ui::components::icon::{Icon, Shape};
use crate::ui::text::{NAME, text};

/// The sign-in page.
#[component]
pub(in crate::ui) fn SignIn(next: ReturnTo, sign_up: SignUp) -> impl IntoView {
    let other = paths::sign_up(&next);
    let (next, text) = (next.as_str().to_owned(), text().documents());
    view! {
        <main class="card-page">
            <p class="brand"><a href=paths::LANDING><Icon shape=Shape::Bag/>{NAME}</a></p>
            <section class="card">
                <h1>{text.sign_in}</h1>
                <p class="soft">{text.sign_in_lead}</p>
                <form method="post" action=paths::SIGN_IN>
                    <input type="hidden" name=paths::NEXT value=next/>
                    <TextField which=Field::Email label=text.email kind="email" autocomplete="username"/>
                    <TextField which=Field::Password label=text.password kind="password" autocomplete="current-password"/>
                    <button class="primary">{text.sign_in}</button>
                </form>
            </section>
            {(sign_up == SignUp::Open).then(|| view! { <p class="soft">{text.new_here} <a href=other>{text.sign_up}</a></p> })}
        </main>
    }
}
