//! Uploads that have begun, on this computer or another, and are not whole: each can go on or be given up.

use leptos::prelude::*;

use super::form::Form;
use super::time::Running;
use crate::api::uploads::unfinished_uploads;
use crate::model::upload::Upload;
use crate::ui::app::Changes;
use crate::ui::texts;
use crate::ui::uploads::Uploads;

/// The list; nothing where everything is whole. What this page is sending stands in the tray alone.
#[component]
pub(in crate::ui) fn Unfinished() -> impl IntoView {
    let changes: Changes = expect_context();
    let Uploads { view, .. } = expect_context();
    let list = Resource::new(move || changes.files.get(), |_| unfinished_uploads());
    let mine = Memo::new(move |_| view.with(|view| view.uploads.clone()));
    view! {
        <Transition>
            {move || Suspend::new(async move {
                let list = StoredValue::new(list.await.unwrap_or_default());
                let rows = move || {
                    let mine = mine.get();
                    list.with_value(|list| list.iter().filter(|upload| !mine.contains(&upload.id)).cloned().collect::<Vec<_>>())
                };
                let any = Memo::new(move |_| !rows().is_empty());
                view! {
                    <Show when=move || any.get()>
                        <section class="unfinished" aria-labelledby="unfinished">
                            <h2 id="unfinished">"Unfinished uploads"</h2>
                            <p class="soft">{texts::uploads::UNFINISHED}</p>
                            <ul>
                                <For each=rows key=|upload| (upload.id.clone(), upload.arrived_bytes) let:upload>
                                    <Row upload/>
                                </For>
                            </ul>
                        </section>
                    </Show>
                }
            })}
        </Transition>
    }
}

#[component]
fn Row(upload: Upload) -> impl IntoView {
    let name = upload.path.iter().map(String::as_str).chain([upload.name.as_str()]).collect::<Vec<_>>().join("/");
    let percent = texts::uploads::percent(upload.arrived_bytes, upload.size);
    view! {
        <li>
            <div class="tray-row">
                <span class="name"><bdi>{name.clone()}</bdi></span>
                <span class="words">{format!("{percent} % of {}", texts::size(upload.size))}</span>
            </div>
            <progress aria-label=format!("Arrived of {name}") max=upload.size.max(1) value=upload.arrived_bytes></progress>
            <div class="choices">
                <ChooseAgain name=name.clone() upload=upload.clone()/>
                <Form action=format!("/uploads/{}/discard", upload.id)>
                    <button class="quiet" aria-label=format!("Discard {name}")>"Discard"</button>
                </Form>
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
    let label = StoredValue::new(format!("Choose the file again: {name}"));
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
                "Choose the file again"
                <input class="visually-hidden" type="file" aria-label=label.get_value() on:change=chosen/>
            </label>
        </Show>
    }
}
