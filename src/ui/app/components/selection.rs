//! Selecting entries in a list, downloading them as one archive, and deleting them. It is a plain form: each row's checkbox belongs to
//! it by its `form` attribute. On a hydrated page the form is submitted by script, and the archive is saved without
//! leaving the page.

use std::collections::HashSet;

use leptos::prelude::*;
use leptos::task::spawn_local;
use leptos_router::NavigateOptions;
use leptos_router::components::A;
use leptos_router::hooks::use_navigate;
use wasm_bindgen::{JsCast as _, JsValue};

use crate::model::control;
use crate::model::entry::PagePosition;
use crate::model::form::{Field, FieldError, FormAnswer, FormState};
use crate::model::id::EntryId;
use crate::model::moving::{MoveOrCopy, MoveRequest};
use crate::model::paths;
use crate::model::problem::{FieldProblem, Problem};
use crate::ui::app::components::deleting::Deleting;
use crate::ui::app::components::row_events::{boxes, entry_of, id_of, row_of};
use crate::ui::app::components::session::leave_to_sign_in;
use crate::ui::components::field::Problems;
use crate::ui::components::form::{FormSignal, pressed, send};
use crate::ui::components::icon::{Icon, Shape};
use crate::ui::components::with_scripts::WithScripts;
use crate::ui::text::text;

/// The form's id, which the checkboxes of the rows refer to.
pub(super) const FORM: &str = "selection";

/// The entries selected on this page.
#[derive(Clone, Copy)]
struct Selection(RwSignal<HashSet<EntryId>>);

/// Provides the page's selection, which survives reloads of the list.
pub(in crate::ui) fn provide_selection() {
    provide_context(Selection(RwSignal::new(HashSet::new())));
}

/// Follows the checkboxes of the rows: they are many, so their table listens for all of them.
pub(in crate::ui) fn follow_boxes() -> impl Fn(leptos::ev::Event) {
    let Selection(selected) = expect_context();
    Effect::new(move |_| {
        // Boxes that were ticked before hydration count as selected. Those of a table that is shown again are ticked again.
        let boxes = boxes();
        selected.update(|selected| selected.extend(boxes.iter().filter(|input| input.checked()).filter_map(id_of)));
        selected.with_untracked(|selected| tick(&boxes, |id| selected.contains(id)));
    });
    move |event| {
        let input: web_sys::HtmlInputElement = event_target(&event);
        if let Some(id) = id_of(&input) {
            selected.update(|selected| {
                selected.retain(|other| *other != id);
                selected.extend(input.checked().then_some(id));
            });
        }
    }
}

/// Opens the form for another name of the entry in whose row F2 is pressed, as in file managers.
pub(in crate::ui) fn rename_by_key() -> impl Fn(&leptos::ev::KeyboardEvent) {
    let navigate = use_navigate();
    move |event| {
        let row = Some(event).filter(|event| event.key() == "F2").and_then(|event| row_of(event));
        if let Some(id) = row.as_ref().and_then(entry_of) {
            event.prevent_default();
            navigate(&paths::rename(&id), NavigateOptions::default());
        }
    }
}

fn tick(boxes: &[web_sys::HtmlInputElement], on: impl Fn(&EntryId) -> bool) {
    for input in boxes {
        input.set_checked(id_of(input).is_some_and(|id| on(&id)));
    }
}

/// Actions on the selected rows, or on everything: all of the open folder, or all of the account in its root.
#[component]
pub(in crate::ui) fn Selecting(ids: Memo<Vec<EntryId>>, folder: Option<EntryId>) -> impl IntoView {
    let (Selection(selected), FormSignal(form)) = (expect_context(), expect_context());
    let archive = ArchiveRequest { form, busy: RwSignal::new(false), trouble: RwSignal::new(None) };
    let text = text();
    // Entries that have left the list are deselected.
    Effect::new(move |_| {
        let ids = ids.get();
        let stays = |id: &EntryId| ids.contains(id);
        if !selected.with_untracked(|selected| selected.iter().all(stays)) {
            selected.update(|selected| selected.retain(stays));
        }
    });
    // One has a name; several have none in common.
    let only =
        Memo::new(move |_| selected.with(|selected| selected.iter().next().filter(|_| selected.len() == 1).cloned()));
    // Whoever has selected something does not want everything, and its button would take the room of the others.
    let any_selected = move || selected.with(|selected| !selected.is_empty());
    let all = move || selected.with(|selected| selected.len() == ids.with(Vec::len));
    let toggle = move |event: leptos::ev::Event| {
        let on = event_target_checked(&event);
        tick(&boxes(), |_| on);
        selected.set(if on { ids.with_untracked(|ids| ids.iter().cloned().collect()) } else { HashSet::new() });
    };
    let (deleting, navigate) = (Deleting::of_page(), use_navigate());
    let folder = StoredValue::new(folder);
    let act = move |action: &str| {
        let chosen = |id: &&EntryId| selected.with_untracked(|selected| selected.contains(*id));
        let entries: Vec<_> = ids.with_untracked(|ids| ids.iter().filter(chosen).cloned().collect());
        match action {
            _ if entries.is_empty() => {
                let nothing = FieldError { field: Field::Entries, problem: FieldProblem::Empty };
                form.set(FormState::refused(Vec::new(), vec![nothing]));
            }
            paths::TRASH => deleting.delete(entries),
            action => {
                let operation = if action == paths::MOVE { MoveOrCopy::Move } else { MoveOrCopy::Copy };
                let request = MoveRequest { operation, entries, to: folder.get_value() };
                navigate(&paths::choose_folder(&request, &PagePosition::Top), NavigateOptions::default());
            }
        }
    };
    let submit = move |event: leptos::ev::SubmitEvent| {
        event.prevent_default();
        match event.submitter().and_then(|button| button.get_attribute("formaction")) {
            Some(action) => act(&action),
            None => archive.send(&event),
        }
    };
    view! {
        <form id=FORM class="selection" method="post" action=paths::DOWNLOADS on:submit=submit
            aria-busy=move || archive.busy.get().then_some("true")>
            <WithScripts>
                <label class="all"><input type="checkbox" prop:checked=all on:change=toggle/>{text.entries.select_all}</label>
            </WithScripts>
            <button><Icon shape=Shape::Down/>{text.entries.download_selected}</button>
            {move || only.get().map(|id| view! { <A href=paths::rename(&id) attr:class="button">{text.entries.rename}</A> })}
            <button formaction=paths::MOVE><Icon shape=Shape::Folder/>{text.moving.move_selected}</button>
            <button formaction=paths::COPY><Icon shape=Shape::Copy/>{text.moving.copy_selected}</button>
            <button formaction=paths::TRASH><Icon shape=Shape::Bin/>{text.entries.delete_selected}</button>
            {match folder.get_value() {
                None => view! { <button name=control::ALL value="1" hidden=any_selected>{text.entries.download_everything}</button> }.into_any(),
                Some(folder) => view! {
                    <input type="hidden" name=control::AT value=folder.to_string()/>
                    <button name=control::FOLDER value=folder.to_string() hidden=any_selected>{text.entries.download_folder}</button>
                }.into_any(),
            }}
            <p role="status" class="soft">{move || Some(selected.with(HashSet::len)).filter(|count| *count > 0).map(text.entries.selected)}</p>
            <Problems which=Field::Entries/>
            <div aria-live="polite">
                {move || archive.trouble.get().map(|error| view! { <p class="error">{text.problems.sentence(&error)}</p> })}
            </div>
        </form>
    }
}

/// The request for an archive of what is selected.
#[derive(Clone, Copy)]
struct ArchiveRequest {
    form: RwSignal<FormState>,
    /// Whether it is pending.
    busy: RwSignal<bool>,
    /// Why the last one failed, if that stands at none of the form's fields.
    trouble: RwSignal<Option<Problem>>,
}

impl ArchiveRequest {
    /// Sends the form that is submitted, and saves the archive that the answer leads to.
    fn send(self, event: &leptos::ev::SubmitEvent) {
        let element = event.target().and_then(|target| target.dyn_into::<web_sys::HtmlFormElement>().ok());
        // Nothing on a second click while the first request is pending.
        let Some(element) = element.filter(|_| !self.busy.get_untracked()) else { return };
        let button = pressed(event);
        self.busy.set(true);
        self.trouble.set(None);
        self.form.update(|form| form.errors.clear());
        spawn_local(async move {
            match send(&element, button).await {
                Ok(FormAnswer::Go(path)) => {
                    if save(&path).is_err() {
                        self.trouble.try_set(Some(Problem::Network));
                    }
                }
                Ok(FormAnswer::Refused(state)) => self.form.set(state),
                Err(Problem::NotSignedIn) => leave_to_sign_in(),
                Err(error) => drop(self.trouble.try_set(Some(error))),
            }
            // The page may have been left in the meantime, and the form disposed with it.
            let _gone = self.busy.try_set(false);
        });
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
