//! Incomplete uploads, started on this computer or another: each can be resumed or discarded. All of the account's are
//! shown on every folder's page, each with the folder it goes to.

use leptos::prelude::*;
use leptos_router::components::A;

use crate::api::uploads::unfinished_uploads;
use crate::model::id::EntryId;
use crate::model::paths;
use crate::model::problem::Problem;
use crate::model::upload::Upload;
use crate::ui::app::state::Changes;
use crate::ui::app::uploads::Uploads;
use crate::ui::components::form::Form;
use crate::ui::components::name::Name;
use crate::ui::components::time::Running;
use crate::ui::text::text;

/// The list; hidden if there is nothing in it. Uploads that this page is sending are shown only in the tray.
#[component]
pub(in crate::ui) fn Unfinished(
    /// The open folder; `None` is the account's root.
    here: Signal<Option<EntryId>>,
) -> impl IntoView {
    let changes: Changes = expect_context();
    let list = Resource::new(move || changes.files.get(), |_| unfinished_uploads());
    view! {
        <Transition>
            // Only the first load is waited for; later ones update the rows in place.
            {Suspend::new(async move {
                drop(list.await);
                view! { <Rows list here/> }
            })}
        </Transition>
    }
}

/// Rows keep their DOM elements when the list is reloaded: somebody may be choosing a file for one.
#[component]
fn Rows(list: Resource<Result<Vec<Upload>, Problem>>, here: Signal<Option<EntryId>>) -> impl IntoView {
    let Uploads { view, .. } = expect_context();
    let in_tray = Memo::new(move |_| view.with(|view| view.uploads.clone()));
    // If loading fails, keep what was loaded before.
    let all = Memo::new(move |before: Option<&Vec<Upload>>| match list.get() {
        Some(Ok(list)) => list,
        _ => before.cloned().unwrap_or_default(),
    });
    let rows = Memo::new(move |_| {
        let in_tray = in_tray.get();
        all.with(|all| all.iter().filter(|upload| !in_tray.contains(&upload.id)).cloned().collect::<Vec<_>>())
    });
    let (any, text) = (Memo::new(move |_| rows.with(|rows| !rows.is_empty())), &text().unfinished);
    view! {
        <Show when=move || any.get()>
            <section class="unfinished" aria-labelledby="unfinished">
                <h2 id="unfinished">{text.heading}</h2>
                <p class="soft">{text.means}</p>
                <ul>
                    <For each=move || rows.get() key=|upload| upload.id.clone() let:upload>
                        <Row upload rows here/>
                    </For>
                </ul>
            </section>
        </Show>
    }
}

#[component]
fn Row(upload: Upload, rows: Memo<Vec<Upload>>, here: Signal<Option<EntryId>>) -> impl IntoView {
    let text = &text().unfinished;
    let (id, size, first) = (upload.id.clone(), upload.size, upload.arrived_bytes);
    let arrived = Memo::new(move |before: Option<&u64>| {
        let now = rows.with(|rows| rows.iter().find(|row| row.id == id).map(|row| row.arrived_bytes));
        now.or(before.copied()).unwrap_or(first)
    });
    let name = upload.path.iter().map(String::as_str).chain([upload.name.as_str()]).collect::<Vec<_>>().join("/");
    let folder = upload.folder.clone();
    let elsewhere = Memo::new(move |_| here.with(|here| *here != folder));
    let address = StoredValue::new(paths::folder(upload.folder.as_ref()));
    let open = StoredValue::new((text.open_folder_named)(&name));
    view! {
        <li>
            <div class="tray-row">
                <span class="name"><Name of=name.clone()/></span>
                <span class="words">{move || (text.arrived)(arrived.get(), size)}</span>
            </div>
            <progress aria-label=(text.arrived_of)(&name) max=size.max(1) value=arrived></progress>
            <div class="choices">
                <ChooseAgain name=name.clone() upload=upload.clone()/>
                <Form action=paths::upload_discard(&upload.id)>
                    {move || here.get().map(|folder| view! { <input type="hidden" name="at" value=folder.to_string()/> })}
                    <button class="quiet" aria-label=(text.discard_named)(&name)>{text.discard}</button>
                </Form>
                <Show when=move || elsewhere.get()>
                    <A href=address.get_value() attr:class="button quiet" attr:aria-label=open.get_value()>{text.open_folder}</A>
                </Show>
            </div>
        </li>
    }
}

/// The field for picking the same file again. It works only with scripts, and is shown only with them.
#[component]
fn ChooseAgain(name: String, upload: Upload) -> impl IntoView {
    let Running(running) = expect_context();
    let uploads: Uploads = expect_context();
    let (upload, text) = (StoredValue::new(upload), &text().unfinished);
    let label = StoredValue::new((text.choose_again_named)(&name));
    let chosen = move |event: leptos::ev::Event| {
        let input: web_sys::HtmlInputElement = event_target(&event);
        if let Some(file) = input.files().and_then(|files| files.get(0)) {
            upload.with_value(|upload| uploads.resume(upload, file));
        }
        input.set_value("");
    };
    view! {
        <Show when=move || running.get()>
            <label class="button">
                {text.choose_again}
                <input class="visually-hidden" type="file" aria-label=label.get_value() on:change=chosen/>
            </label>
        </Show>
    }
}
