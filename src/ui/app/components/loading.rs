//! What stands where something is still to come.

use leptos::prelude::*;

use crate::model::problem::Problem;
use crate::ui::documents::error_page::Missing;
use crate::ui::text::text;

/// Says that it is coming. Seen only if it takes a while (`style/base.css`), as a word that flashes is worse than none.
#[component]
pub(in crate::ui) fn Loading() -> impl IntoView {
    view! { <p class="soft loading">{text().frame.loading}</p> }
}

/// What was asked for, as `view` shows it, or why it cannot be had; until either is known, that it is coming.
pub(in crate::ui) fn once_loaded<T: Clone + Send + Sync + 'static>(
    answer: ReadSignal<Option<Result<T, Problem>>>,
    view: impl Fn(T) -> AnyView + Send + 'static,
) -> impl IntoView {
    move || match answer.get() {
        None => view! { <Loading/> }.into_any(),
        Some(Ok(answer)) => view(answer),
        Some(Err(error)) => view! { <Missing problem=error/> }.into_any(),
    }
}
