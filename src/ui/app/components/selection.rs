//! Selecting things in a list, and downloading them as one archive. It is a plain form: each row's box belongs to it by
//! its `form` attribute. Where the page runs, the form is sent from within it, and what comes is saved beside it.

use std::collections::HashSet;

use leptos::prelude::*;
use leptos::task::spawn_local;
use wasm_bindgen::{JsCast as _, JsValue};

use crate::model::form::{Field as Which, FormAnswer};
use crate::model::id::EntryId;
use crate::model::problem::Problem;
use crate::ui::app::components::session::leave_to_sign_in;
use crate::ui::components::field::Problems;
use crate::ui::components::form::{FormSignal, send};
use crate::ui::components::icon::{Icon, Shape};
use crate::ui::components::time::Running;
use crate::ui::text;

/// The form's id, by which the boxes belong to it.
const FORM: &str = "selection";

/// What is selected on this page.
#[derive(Clone, Copy)]
struct Selection(RwSignal<HashSet<EntryId>>);

/// Gives the page its selection, which outlives the list being asked for again.
pub(in crate::ui) fn provide_selection() {
    provide_context(Selection(RwSignal::new(HashSet::new())));
}

/// The box of one row.
#[component]
pub(in crate::ui) fn Pick(id: EntryId, name: String) -> impl IntoView {
    let Selection(selected) = expect_context();
    let input = NodeRef::<leptos::html::Input>::new();
    let (value, of_box) = (id.to_string(), id.clone());
    Effect::new(move |ran: Option<()>| {
        let on = selected.with(|selected| selected.contains(&of_box));
        let Some(input) = input.get() else { return };
        // What was ticked before the page ran is selected.
        if ran.is_none() && input.checked() && !on {
            selected.update(|selected| selected.extend([of_box.clone()]));
        } else {
            input.set_checked(on);
        }
    });
    let change = move |event: leptos::ev::Event| {
        let on = event_target_checked(&event);
        selected.update(|selected| {
            selected.retain(|other| *other != id);
            selected.extend(on.then(|| id.clone()));
        });
    };
    view! {
        <label class="pick-box">
            <input type="checkbox" name=Which::Entries.name() value=value form=FORM aria-label=format!("Select {name}")
                node_ref=input on:change=change/>
        </label>
    }
}

/// What can be done with what is selected of these rows, or with all there is: in this folder, where it is one, and else
/// of the account.
#[component]
pub(in crate::ui) fn Selecting(ids: Memo<Vec<EntryId>>, folder: Option<EntryId>) -> impl IntoView {
    let (Selection(selected), FormSignal(form), Running(running)) =
        (expect_context(), expect_context(), expect_context());
    let (busy, trouble) = (RwSignal::new(false), RwSignal::new(None::<Problem>));
    // What has left the list is selected no more.
    Effect::new(move |_| {
        let ids = ids.get();
        let stays = |id: &EntryId| ids.contains(id);
        if !selected.with_untracked(|selected| selected.iter().all(stays)) {
            selected.update(|selected| selected.retain(stays));
        }
    });
    let all = move || selected.with(|selected| selected.len() == ids.with(Vec::len));
    let toggle = move |event: leptos::ev::Event| {
        let on = event_target_checked(&event);
        selected.set(if on { ids.with_untracked(|ids| ids.iter().cloned().collect()) } else { HashSet::new() });
    };
    let submit = move |event: leptos::ev::SubmitEvent| {
        event.prevent_default();
        let Some(element) = event.target().and_then(|target| target.dyn_into::<web_sys::HtmlFormElement>().ok()) else {
            return;
        };
        // A second click while the first is under way does nothing.
        if busy.get_untracked() {
            return;
        }
        let button =
            event.submitter().and_then(|button| Some((button.get_attribute("name")?, button.get_attribute("value")?)));
        busy.set(true);
        trouble.set(None);
        form.update(|form| form.errors.clear());
        spawn_local(async move {
            match send(&element, button).await {
                Ok(FormAnswer::Go(path)) => {
                    if save(&path).is_err() {
                        trouble.try_set(Some(Problem::Network));
                    }
                }
                Ok(FormAnswer::Refused(state)) => form.set(state),
                Err(Problem::NotSignedIn) => leave_to_sign_in(),
                Err(error) => drop(trouble.try_set(Some(error))),
            }
            // The form may be gone with its page by now.
            let _gone = busy.try_set(false);
        });
    };
    view! {
        <form id=FORM class="selection" method="post" action="/downloads" on:submit=submit
            aria-busy=move || busy.get().then_some("true")>
            {move || running.get().then(|| view! {
                <label class="all"><input type="checkbox" prop:checked=all on:change=toggle/>"Select all"</label>
            })}
            <button><Icon shape=Shape::Down/>"Download selected"</button>
            {match folder {
                None => view! { <button name="all" value="1">"Download everything"</button> }.into_any(),
                Some(folder) => view! {
                    <input type="hidden" name="at" value=folder.to_string()/>
                    <button name="folder" value=folder.to_string()>"Download this folder"</button>
                }.into_any(),
            }}
            <p role="status" class="soft">{move || Some(selected.with(HashSet::len)).filter(|count| *count > 0).map(text::selected)}</p>
            <Problems which=Which::Entries/>
            <div aria-live="polite">
                {move || trouble.get().map(|error| view! { <p class="error">{text::problem(&error).1}</p> })}
            </div>
        </form>
    }
}

/// Has the browser save what lies at a path of this site, without leaving the page.
fn save(path: &str) -> Result<(), JsValue> {
    let link = document().create_element("a")?;
    link.set_attribute("href", path)?;
    link.set_attribute("download", "")?;
    link.unchecked_into::<web_sys::HtmlElement>().click();
    Ok(())
}
