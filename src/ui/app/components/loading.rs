//! What stands where something is still to come.

use leptos::prelude::*;

use crate::ui::text::text;

/// Says that it is coming. Seen only if it takes a while (`style/base.css`), as a word that flashes is worse than none.
#[component]
pub(in crate::ui) fn Loading() -> impl IntoView {
    view! { <p class="soft loading">{text().frame.loading}</p> }
}
