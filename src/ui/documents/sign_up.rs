//! Making an account.

use leptos::prelude::*;

use crate::model::form::Field as Which;
use crate::model::page::Next;
use crate::ui::components::field::Field;
use crate::ui::components::icon::{Icon, Shape};
use crate::ui::text;

/// The page that makes an account.
#[component]
pub(in crate::ui) fn SignUp(next: Next) -> impl IntoView {
    let other = next.carried_to("/sign-in");
    view! {
        <main class="card-page">
            <p class="brand"><a href="/"><Icon shape=Shape::Bag/>{text::NAME}</a></p>
            <section class="card">
                <h1>"Create an account"</h1>
                <p class="soft">"For your files, and nobody else’s eyes."</p>
                <form method="post" action="/sign-up">
                    <input type="hidden" name="next" value=next.as_str().to_owned()/>
                    <Field which=Which::Name label="Name" autocomplete="name"/>
                    <Field which=Which::Email label="Email" kind="email" autocomplete="username"/>
                    <Field which=Which::Password label="Password" kind="password" autocomplete="new-password" hint="10 characters or more."/>
                    <button class="primary">"Create account"</button>
                </form>
            </section>
            <p class="soft">"Have an account? " <a href=other>"Sign in"</a></p>
        </main>
    }
}
