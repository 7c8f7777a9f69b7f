//! Pages without wasm: landing, signing up and in, and what is shown where something went wrong. Their addresses stand in
//! the server's router.

pub(super) mod fault;
mod landing;
mod sign_in;
mod sign_up;

use leptos::prelude::*;

use crate::model::page::{Next, SignUp};
use crate::model::problem::Problem;
use crate::ui::components::form::provide_form;
use crate::ui::shell::shell;
use crate::ui::text;

/// The landing page.
pub fn landing(sign_up: SignUp) -> impl IntoView {
    document(text::LANDING_TITLE, move || view! { <landing::Landing sign_up/> })
}

/// The page that makes an account.
pub fn sign_up(next: Next) -> impl IntoView {
    document(text::SIGN_UP_TITLE, move || view! { <sign_up::SignUp next/> })
}

/// The page that signs in.
pub fn sign_in(next: Next, sign_up: SignUp) -> impl IntoView {
    document(text::SIGN_IN_TITLE, move || view! { <sign_in::SignIn next sign_up/> })
}

/// What is shown where something went wrong.
pub fn problem(problem: Problem) -> impl IntoView {
    document(text::problem(&problem).0, move || view! { <main><fault::Fault problem/></main> })
}

fn document<V: IntoView>(title: &'static str, page: impl FnOnce() -> V) -> impl IntoView {
    provide_form();
    shell(title, false, view! { <div class="document">{page()}</div> })
}
