//! Incomplete uploads, started on this computer or another: each can be resumed or discarded. All of the account's are
//! shown on every folder's page, each with the folder it goes to.

use leptos::prelude::*;
use leptos_router::components::A;
use leptos_router::hooks::use_query_map;
use serde::{Deserialize, Serialize};

use crate::api::uploads::unfinished_uploads;
use crate::model::control;
use crate::model::id::{EntryId, UploadId};
use crate::model::paths;
use crate::model::problem::Problem;
use crate::model::upload::Upload;
use crate::ui::app::loaded::loaded;
use crate::ui::app::state::Changes;
use crate::ui::app::uploads::{Command, Uploads};
use crate::ui::components::form::Form;
use crate::ui::components::name::EntryName;
use crate::ui::components::time::Running;
use crate::ui::components::with_scripts::WithScripts;
use crate::ui::text::text;

/// The most bytes of folder names that a row shows; it repeats them in the names of its buttons.
const LONGEST_PATH: usize = 300;

/// The list; hidden if there is nothing in it. Uploads that this page is sending are shown only in the tray.
#[component]
pub(in crate::ui) fn Unfinished(
    /// The page that came with the document.
    first: Option<Result<UnfinishedPage, Problem>>,
    /// The open folder; `None` is the account's root.
    here: Signal<Option<EntryId>>,
) -> impl IntoView {
    let changes: Changes = expect_context();
    let query = use_query_map();
    let after = Memo::new(move |_| query.with(|query| UploadId::parse(query.get_str(paths::UNFINISHED)?)));
    let list = loaded(first, move || (after.get(), changes.files.get()), |(after, _)| UnfinishedPage::load(after));
    view! { <Rows list here after/> }
}

/// A page of the list.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub(in crate::ui) struct UnfinishedPage {
    uploads: Vec<Upload>,
    /// The upload after which the next page begins; `None` on the last page.
    next: Option<UploadId>,
}

impl UnfinishedPage {
    /// Loads the page that begins after this upload, or the first one.
    pub(in crate::ui) async fn load(after: Option<UploadId>) -> Result<Self, Problem> {
        let uploads = unfinished_uploads(after).await?;
        let mut next = uploads.last().map(|last| last.id.clone());
        if next.is_some() && unfinished_uploads(next.clone()).await?.is_empty() {
            next = None;
        }
        Ok(Self { uploads, next })
    }
}

/// Rows keep their DOM elements when the list is reloaded: somebody may be choosing a file for one.
#[component]
fn Rows(
    list: ReadSignal<Option<Result<UnfinishedPage, Problem>>>,
    here: Signal<Option<EntryId>>,
    after: Memo<Option<UploadId>>,
) -> impl IntoView {
    let Uploads { view, .. } = expect_context();
    let in_tray = Memo::new(move |_| view.with(|view| view.uploads.clone()));
    // If loading fails, keep what was loaded before.
    let page = Memo::new(move |before: Option<&UnfinishedPage>| match list.get() {
        Some(Ok(page)) => page,
        _ => before.cloned().unwrap_or_default(),
    });
    let rows = Memo::new(move |_| {
        let in_tray = in_tray.get();
        page.with(|page| {
            page.uploads.iter().filter(|upload| !in_tray.contains(&upload.id)).cloned().collect::<Vec<_>>()
        })
    });
    let (any, text) =
        (Memo::new(move |_| rows.with(|rows| !rows.is_empty()) || after.get().is_some()), &text().unfinished);
    let next = move || {
        let next = page.with(|page| page.next.clone())?;
        Some(
            view! { <A href=paths::unfinished(here.get().as_ref(), &next) attr:class="button quiet">{text.next_page}</A> },
        )
    };
    let first = move || {
        after.get().map(|_| {
            view! { <A href=paths::folder(here.get().as_ref()) attr:class="button quiet">{text.first_page}</A> }
        })
    };
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
                <div class="choices">{first} {next}</div>
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
    let name = shown_name(&upload);
    let folder = upload.folder.clone();
    let elsewhere = Memo::new(move |_| here.with(|here| *here != folder));
    let address = StoredValue::new(paths::folder(upload.folder.as_ref()));
    let open = StoredValue::new((text.open_folder_named)(&name));
    view! {
        <li>
            <div class="tray-row">
                <span class="name"><EntryName of=name.clone()/></span>
                <span class="words">{move || (text.arrived)(arrived.get(), size)}</span>
            </div>
            <progress aria-label=(text.arrived_of)(&name) max=size.max(1) value=arrived></progress>
            <div class="choices">
                <ChooseAgain name=name.clone() upload=upload.clone()/>
                <Form action=paths::upload_discard(&upload.id)>
                    {move || here.get().map(|folder| view! { <input type="hidden" name=control::AT value=folder.to_string()/> })}
                    <button class="quiet" aria-label=(text.discard_named)(&name)>{text.discard}</button>
                </Form>
                <Show when=move || elsewhere.get()>
                    <A href=address.get_value() attr:class="button quiet" attr:aria-label=open.get_value()>{text.open_folder}</A>
                </Show>
            </div>
        </li>
    }
}

/// The file's name after those of its folders. Of a long path, only the last folder is named.
fn shown_name(upload: &Upload) -> String {
    let joined = |folders: &[String]| folders.iter().map(|name| format!("{name}/")).collect::<String>();
    match joined(&upload.path) {
        path if path.len() <= LONGEST_PATH => format!("{path}{}", upload.name),
        _ => format!("…/{}{}", joined(&upload.path[upload.path.len() - 1..]), upload.name),
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
            uploads.tell(Command::Resume(upload.get_value(), file));
        }
        input.set_value("");
    };
    view! {
        <WithScripts>
            <label class="button">
                {text.choose_again}
                <Show when=move || running.get()>
                    <input class="visually-hidden" type="file" aria-label=label.get_value() on:change=chosen/>
                </Show>
            </label>
        </WithScripts>
    }
}
