//! The question before something is done.

use leptos::prelude::*;
use leptos_router::components::A;

use crate::ui::components::form::Form;
use crate::ui::components::name::EntryName;

/// A question, with a button that does it and a link that does not.
#[component]
pub(in crate::ui) fn Question(
    /// What is asked.
    heading: &'static str,
    /// The name of what it is about.
    #[prop(optional_no_strip)]
    name: Option<String>,
    /// What stands beside the name.
    #[prop(optional)]
    beside: String,
    /// What happens then.
    sentence: &'static str,
    /// The form's address.
    action: String,
    /// The label of the button.
    label: String,
    /// The CSS class of the button.
    class: &'static str,
    /// The address and the label of the link.
    back: (String, &'static str),
) -> impl IntoView {
    view! {
        <section class="ask">
            <h1>{heading}</h1>
            <p class="what">{name.map(|name| view! { <EntryName of=name/> " " })}<span class="soft">{beside}</span></p>
            <p>{sentence}</p>
            <Form action>
                <div class="choices">
                    <button class=class>{label}</button>
                    <A href=back.0 attr:class="button">{back.1}</A>
                </div>
            </Form>
        </section>
    }
}
