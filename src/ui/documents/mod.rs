//! Pages without wasm: landing, sign-up, sign-in and error pages. Their routes are in the server's router.

pub(super) mod error_page;
mod landing;
mod preview;
mod sign_in;
mod sign_up;

use leptos::nonce::use_nonce;
use leptos::prelude::*;

use crate::model::account::SignUp;
use crate::model::paths::ReturnTo;
use crate::model::preview::Preview;
use crate::model::problem::Problem;
use crate::model::site_files::SiteFiles;
use crate::ui::components::form::provide_form;
use crate::ui::shell::shell;
use crate::ui::text::text;

/// The landing page.
pub fn landing(sign_up: SignUp) -> impl IntoView {
    document(text().documents().landing_title, move || view! { <landing::Landing sign_up/> })
}

/// The sign-up page.
pub fn sign_up(next: ReturnTo) -> impl IntoView {
    document(text().documents().sign_up_title, move || view! { <sign_up::SignUp next/> })
}

/// The sign-in page.
pub fn sign_in(next: ReturnTo, sign_up: SignUp) -> impl IntoView {
    document(text().documents().sign_in_title, move || view! { <sign_in::SignIn next sign_up/> })
}

/// An error page.
pub fn problem(problem: Problem) -> impl IntoView {
    document((text().problems.page)(&problem).0, move || view! { <main><error_page::ErrorPage problem/></main> })
}

/// The page that shows what is in a file.
pub fn preview(preview: Preview) -> impl IntoView {
    let SiteFiles { preview_style, preview_script, .. } = expect_context();
    let head = view! {
        <link rel="stylesheet" href=preview_style.address integrity=preview_style.integrity crossorigin="anonymous"/>
        <script type="module" src=preview_script.address integrity=preview_script.integrity crossorigin="anonymous" nonce=use_nonce()></script>
    };
    shell(text().documents().preview.title, head, view! { <preview::PreviewPage preview/> })
}

fn document<V: IntoView>(title: &'static str, page: impl FnOnce() -> V) -> impl IntoView {
    provide_form(use_context().unwrap_or_default());
    shell(title, (), view! { <div class="document">{page()}</div> })
}
