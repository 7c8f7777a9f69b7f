//! Signing in.

use leptos::prelude::*;

use crate::model::form::Field as Which;
use crate::model::page::{Next, SignUp};
use crate::ui::components::field::Field;
use crate::ui::components::icon::{Icon, Shape};
use crate::ui::text;

/// The page that signs in.
#[component]
pub(in crate::ui) fn SignIn(next: Next, sign_up: SignUp) -> impl IntoView {
    let other = next.carried_to("/sign-up");
    let next = next.as_str().to_owned();
    view! {
        <main class="card-page">
            <p class="brand"><a href="/"><Icon shape=Shape::Bag/>{text::NAME}</a></p>
            <section class="card">
                <h1>"Sign in"</h1>
                <p class="soft">"Your files are where you left them."</p>
                <form method="post" action="/sign-in">
                    <input type="hidden" name="next" value=next/>
                    <Field which=Which::Email label="Email" kind="email" autocomplete="username"/>
                    <Field which=Which::Password label="Password" kind="password" autocomplete="current-password"/>
                    <button class="primary">"Sign in"</button>
                </form>
            </section>
            {(sign_up == SignUp::Open).then(|| view! { <p class="soft">"New here? " <a href=other>"Create an account"</a></p> })}
        </main>
    }
}
