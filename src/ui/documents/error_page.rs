//! Error pages, and errors inside a page.

use leptos::prelude::*;

use crate::model::paths;
use crate::model::problem::Problem;
use crate::ui::app::components::session::leave_to_sign_in;
use crate::ui::components::form::Reload;
use crate::ui::text::text;

/// An error page.
#[component]
pub(in crate::ui) fn ErrorPage(problem: Problem) -> impl IntoView {
    let text = text();
    let (heading, sentence) = (text.problems.page)(&problem);
    let (sign_in, elsewhere) = (problem == Problem::NotSignedIn, problem.leads_to().map(str::to_owned));
    view! {
        <div class="fault">
            <h1>{heading}</h1>
            <p>{sentence}</p>
            {if sign_in {
                view! { <a class="button primary" href=paths::SIGN_IN rel="external">{text.frame.sign_in}</a> }.into_any()
            } else if let Some(address) = elsewhere {
                view! { <a class="button primary" href=address rel="external">{text.frame.open_there}</a> }.into_any()
            } else {
                view! { <a class="button" href=paths::LANDING rel="external">{text.frame.to_start}</a> }.into_any()
            }}
        </div>
    }
}

/// An error in place of a part of the page that could not be loaded.
#[component]
pub(in crate::ui) fn Missing(problem: Problem) -> impl IntoView {
    let text = text();
    let (heading, sentence) = (text.problems.page)(&problem);
    if problem == Problem::NotSignedIn {
        Effect::new(|_| leave_to_sign_in());
    }
    view! {
        <div class="fault">
            <h1>{heading}</h1>
            <p>{sentence}</p>
            {if problem.wants_reload() {
                view! { <Reload/> }.into_any()
            } else {
                view! { <a class="button" href=paths::FILES rel="external">{text.frame.to_files}</a> }.into_any()
            }}
        </div>
    }
}
