//! What is shown where something went wrong.

use leptos::prelude::*;

use crate::model::problem::Problem;
use crate::ui::app::components::session::leave_to_sign_in;
use crate::ui::components::form::Reload;
use crate::ui::text;

/// An error page.
#[component]
pub(in crate::ui) fn Fault(problem: Problem) -> impl IntoView {
    let (heading, sentence) = text::problem(&problem);
    let sign_in = problem == Problem::NotSignedIn;
    view! {
        <div class="fault">
            <h1>{heading}</h1>
            <p>{sentence}</p>
            {if sign_in {
                view! { <a class="button primary" href="/sign-in" rel="external">"Sign in"</a> }
            } else {
                view! { <a class="button" href="/" rel="external">"Go to the start"</a> }
            }}
        </div>
    }
}

/// What stands in the place of a part of the page that could not be had.
#[component]
pub(in crate::ui) fn Missing(problem: Problem) -> impl IntoView {
    let (heading, sentence) = text::problem(&problem);
    if problem == Problem::NotSignedIn {
        Effect::new(|_| leave_to_sign_in());
    }
    view! {
        <div class="fault">
            <h1>{heading}</h1>
            <p>{sentence}</p>
            {if problem == Problem::Outdated {
                view! { <Reload/> }.into_any()
            } else {
                view! { <a class="button" href="/files" rel="external">"Go to your files"</a> }.into_any()
            }}
        </div>
    }
}
