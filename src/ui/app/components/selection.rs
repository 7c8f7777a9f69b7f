//! Selecting entries in a list, and downloading them as one archive. It is a plain form: each row's checkbox belongs to
//! it by its `form` attribute. On a hydrated page the form is submitted by script, and the archive is saved without
//! leaving the page.

use std::collections::HashSet;

use leptos::prelude::*;
use leptos::task::spawn_local;
use wasm_bindgen::{JsCast as _, JsValue};

use crate::model::form::{Field as Which, FormAnswer};
use crate::model::id::EntryId;
use crate::model::paths;
use crate::model::problem::Problem;
use crate::ui::app::components::session::leave_to_sign_in;
use crate::ui::components::field::Problems;
use crate::ui::components::form::{FormSignal, send};
use crate::ui::components::icon::{Icon, Shape};
use crate::ui::components::time::Running;
use crate::ui::text::text;

/// The form's id, which the checkboxes refer to.
const FORM: &str = "selection";

/// The entries selected on this page.
#[derive(Clone, Copy)]
struct Selection(RwSignal<HashSet<EntryId>>);

/// Provides the page's selection, which survives reloads of the list.
pub(in crate::ui) fn provide_selection() {
    provide_context(Selection(RwSignal::new(HashSet::new())));
}

/// The checkbox of a row.
#[component]
pub(in crate::ui) fn Pick(id: EntryId, name: String) -> impl IntoView {
    let Selection(selected) = expect_context();
    let input = NodeRef::<leptos::html::Input>::new();
    let (value, of_box) = (id.to_string(), id.clone());
    Effect::new(move |ran: Option<()>| {
        let on = selected.with(|selected| selected.contains(&of_box));
        let Some(input) = input.get() else { return };
        // Boxes that were ticked before hydration count as selected.
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
            <input type="checkbox" name=Which::Entries.name() value=value form=FORM aria-label=(text().entries.select_named)(&name)
                node_ref=input on:change=change/>
        </label>
    }
}

/// Actions on the selected rows, or on everything: all of the open folder, or all of the account in its root.
#[component]
pub(in crate::ui) fn Selecting(ids: Memo<Vec<EntryId>>, folder: Option<EntryId>) -> impl IntoView {
    let (Selection(selected), FormSignal(form), Running(running)) =
        (expect_context(), expect_context(), expect_context());
    let (busy, trouble) = (RwSignal::new(false), RwSignal::new(None::<Problem>));
    let text = text();
    // Entries that have left the list are deselected.
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
        // Ignore a second click while the first request is pending.
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
            // The page may have been left in the meantime, and the form disposed with it.
            let _gone = busy.try_set(false);
        });
    };
    view! {
        <form id=FORM class="selection" method="post" action=paths::DOWNLOADS on:submit=submit
            aria-busy=move || busy.get().then_some("true")>
            {move || running.get().then(|| view! {
                <label class="all"><input type="checkbox" prop:checked=all on:change=toggle/>{text.entries.select_all}</label>
            })}
            <button><Icon shape=Shape::Down/>{text.entries.download_selected}</button>
            {match folder {
                None => view! { <button name="all" value="1">{text.entries.download_everything}</button> }.into_any(),
                Some(folder) => view! {
                    <input type="hidden" name="at" value=folder.to_string()/>
                    <button name="folder" value=folder.to_string()>{text.entries.download_folder}</button>
                }.into_any(),
            }}
            <p role="status" class="soft">{move || Some(selected.with(HashSet::len)).filter(|count| *count > 0).map(text.entries.selected)}</p>
            <Problems which=Which::Entries/>
            <div aria-live="polite">
                {move || trouble.get().map(|error| view! { <p class="error">{text.problems.sentence(&error)}</p> })}
            </div>
        </form>
    }
}

/// Has the browser download a path of this site, without leaving the page.
fn save(path: &str) -> Result<(), JsValue> {
    let link = document().create_element("a")?;
    link.set_attribute("href", path)?;
    link.set_attribute("download", "")?;
    link.unchecked_into::<web_sys::HtmlElement>().click();
    Ok(())
}
