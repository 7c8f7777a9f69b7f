//! Uploads that have begun, on this computer or another, and are not whole: each can go on or be given up. All of the
//! account's stand on every folder's page, and each says where its file goes.

use leptos::prelude::*;
use leptos_router::components::A;

use crate::api::uploads::unfinished_uploads;
use crate::model::entry::folder_address;
use crate::model::id::EntryId;
use crate::model::problem::Problem;
use crate::model::upload::Upload;
use crate::ui::app::state::Changes;
use crate::ui::app::uploads::Uploads;
use crate::ui::components::form::Form;
use crate::ui::components::time::Running;
use crate::ui::text::unfinished as texts;

/// The list; nothing where everything is whole. What this page is sending stands in the tray alone.
#[component]
pub(in crate::ui) fn Unfinished(
    /// The folder that is open; none is where one's files begin.
    here: Signal<Option<EntryId>>,
) -> impl IntoView {
    let changes: Changes = expect_context();
    let list = Resource::new(move || changes.files.get(), |_| unfinished_uploads());
    view! {
        <Transition>
            // Asked for the first time it is waited for; after that, the rows follow it.
            {Suspend::new(async move {
                drop(list.await);
                view! { <Rows list here/> }
            })}
        </Transition>
    }
}

/// The rows stay in place when the list is asked for again: somebody may be choosing a file for one.
#[component]
fn Rows(list: Resource<Result<Vec<Upload>, Problem>>, here: Signal<Option<EntryId>>) -> impl IntoView {
    let Uploads { view, .. } = expect_context();
    let mine = Memo::new(move |_| view.with(|view| view.uploads.clone()));
    // A question that fails says nothing new.
    let all = Memo::new(move |before: Option<&Vec<Upload>>| match list.get() {
        Some(Ok(list)) => list,
        _ => before.cloned().unwrap_or_default(),
    });
    let rows = Memo::new(move |_| {
        let mine = mine.get();
        all.with(|all| all.iter().filter(|upload| !mine.contains(&upload.id)).cloned().collect::<Vec<_>>())
    });
    let any = Memo::new(move |_| rows.with(|rows| !rows.is_empty()));
    view! {
        <Show when=move || any.get()>
            <section class="unfinished" aria-labelledby="unfinished">
                <h2 id="unfinished">{texts::HEADING}</h2>
                <p class="soft">{texts::MEANS}</p>
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
    let (id, size, first) = (upload.id.clone(), upload.size, upload.arrived_bytes);
    let arrived = Memo::new(move |before: Option<&u64>| {
        let now = rows.with(|rows| rows.iter().find(|row| row.id == id).map(|row| row.arrived_bytes));
        now.or(before.copied()).unwrap_or(first)
    });
    let name = upload.path.iter().map(String::as_str).chain([upload.name.as_str()]).collect::<Vec<_>>().join("/");
    let folder = upload.folder.clone();
    let elsewhere = Memo::new(move |_| here.with(|here| *here != folder));
    let address = StoredValue::new(folder_address(upload.folder.as_ref()));
    let open = StoredValue::new(texts::open_folder(&name));
    view! {
        <li>
            <div class="tray-row">
                <span class="name"><bdi>{name.clone()}</bdi></span>
                <span class="words">{move || texts::arrived(arrived.get(), size)}</span>
            </div>
            <progress aria-label=texts::arrived_of(&name) max=size.max(1) value=arrived></progress>
            <div class="choices">
                <ChooseAgain name=name.clone() upload=upload.clone()/>
                <Form action=format!("/uploads/{}/discard", upload.id)>
                    {move || here.get().map(|folder| view! { <input type="hidden" name="at" value=folder.to_string()/> })}
                    <button class="quiet" aria-label=texts::discard(&name)>"Discard"</button>
                </Form>
                <Show when=move || elsewhere.get()>
                    <A href=address.get_value() attr:class="button quiet" attr:aria-label=open.get_value()>{texts::OPEN_FOLDER}</A>
                </Show>
            </div>
        </li>
    }
}

/// The field that takes the same file again; it needs scripts, and is there with them alone.
#[component]
fn ChooseAgain(name: String, upload: Upload) -> impl IntoView {
    let Running(running) = expect_context();
    let uploads: Uploads = expect_context();
    let upload = StoredValue::new(upload);
    let label = StoredValue::new(texts::choose_again(&name));
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
                {texts::CHOOSE_AGAIN}
                <input class="visually-hidden" type="file" aria-label=label.get_value() on:change=chosen/>
            </label>
        </Show>
    }
}
