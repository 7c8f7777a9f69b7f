//! The sign-up page.

use leptos::prelude::*;

use crate::model::form::Field;
use crate::model::paths::{self, ReturnTo};
use crate::ui::components::field::TextField;
use crate::ui::components::icon::{Icon, Shape};
use crate::ui::text::{NAME, text};

/// The sign-up page.
#[component]
pub(in crate::ui) fn SignUp(next: ReturnTo) -> impl IntoView {
    let (other, text) = (paths::sign_in(&next), text().documents());
    view! {
        <main class="card-page">
            <p class="brand"><a href=paths::LANDING><Icon shape=Shape::Bag/>{NAME}</a></p>
            <section class="card">
                <h1>{text.sign_up}</h1>
                <p class="soft">{text.sign_up_lead}</p>
                <form method="post" action=paths::SIGN_UP>
                    <input type="hidden" name=paths::NEXT value=next.as_str().to_owned()/>
                    <TextField which=Field::Name label=text.name autocomplete="name"/>
                    <TextField which=Field::Email label=text.email kind="email" autocomplete="username"/>
                    <TextField which=Field::Password label=text.password kind="password" autocomplete="new-password" hint=text.password_hint/>
                    <button class="primary">{text.create_account}</button>
                </form>
            </section>
            <p class="soft">{text.have_account} <a href=other>{text.sign_in}</a></p>
        </main>
    }
}
