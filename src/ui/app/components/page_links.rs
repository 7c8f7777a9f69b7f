//! The links to the other pages of a list.

use leptos::prelude::*;
use leptos_router::components::A;

use crate::ui::text::text;

/// The links to the previous and the next page, as far as there are such.
pub(in crate::ui) fn page_links((above, below): (Option<String>, Option<String>)) -> AnyView {
    let text = &text().entries;
    if above.is_none() && below.is_none() {
        return ().into_any();
    }
    view! {
        <nav class="pages" aria-label=text.pages>
            {above.map(|href| view! { <A href=href attr:class="button" attr:rel="prev">{text.previous}</A> })}
            {below.map(|href| view! { <A href=href attr:class="button" attr:rel="next">{text.next}</A> })}
        </nav>
    }
    .into_any()
}
