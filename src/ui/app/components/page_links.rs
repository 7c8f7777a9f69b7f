//! The links to the other pages of a list.

use leptos::prelude::*;
use leptos_router::components::A;

use crate::ui::text::text;

/// The links to the previous and the next page, as far as there are such.
#[component]
pub(in crate::ui) fn PageLinks(
    /// The addresses of the previous and the next page.
    addresses: Memo<(Option<String>, Option<String>)>,
) -> impl IntoView {
    let text = &text().entries;
    move || {
        let (above, below) = addresses.get();
        (above.is_some() || below.is_some()).then(|| {
            view! {
                <nav class="pages" aria-label=text.pages>
                    {above.map(|href| view! { <A href=href attr:class="button" attr:rel="prev">{text.previous}</A> })}
                    {below.map(|href| view! { <A href=href attr:class="button" attr:rel="next">{text.next}</A> })}
                </nav>
            }
        })
    }
}
