//! Controls that work only with scripts.

use leptos::prelude::*;

use crate::ui::components::time::Running;

/// Shows its children once the page is hydrated. Their room is kept from the start, so that nothing moves when they
/// appear; the style sheet takes it away in a browser without scripts.
#[component]
pub(in crate::ui) fn WithScripts(children: Children) -> impl IntoView {
    let Running(running) = expect_context();
    view! { <div class="with-scripts" class:waits=move || !running.get()>{children()}</div> }
}
