//! Drag and drop, and pasting: the whole page accepts files, and indicates it during a drag. Keyboard users have the
//! file field and the folder field.

use leptos::ev;
use leptos::leptos_dom::helpers::window_event_listener;
use leptos::prelude::*;
use leptos::task::spawn_local;
use leptos_router::hooks::use_location;
use wasm_bindgen::JsCast as _;

use crate::model::id::EntryId;
use crate::model::paths::Page;
use crate::ui::app::uploads::{Command, Uploads, pick};
use crate::ui::components::icon::{Icon, Shape};
use crate::ui::text::text;

/// The overlay shown while files are dragged over the page.
#[component]
pub(in crate::ui) fn DropZone() -> impl IntoView {
    let uploads: Uploads = expect_context();
    let (over, text) = (RwSignal::new(false), text());
    let path = use_location().pathname;
    // On pages that belong to no folder, files go to the account's root.
    let into = move || path.with_untracked(|path| Page::parse(path).and_then(Page::folder));
    // Effects run only in the browser, and this one has no dependencies, so that it runs once.
    Effect::new(move |_| listen(uploads, over, into));
    view! {
        <Show when=move || over.get()>
            <div class="drop" aria-hidden="true"><p><Icon shape=Shape::Up/>{text.uploads.drop_here}</p></div>
        </Show>
    }
}

fn listen(uploads: Uploads, over: RwSignal<bool>, into: impl Fn() -> Option<EntryId> + Copy + 'static) {
    let drag = move |event: web_sys::DragEvent| {
        if pick::has_files(event.data_transfer().as_ref()) {
            // Otherwise the browser would open the file.
            event.prevent_default();
            over.set(true);
        }
    };
    let left = move |event: web_sys::DragEvent| {
        // Moving between two elements has a related target; leaving the window has none.
        if event.related_target().is_none() {
            over.set(false);
        }
    };
    let drop = move |event: web_sys::DragEvent| {
        over.set(false);
        let Some(dragged) = event.data_transfer().filter(|dragged| pick::has_files(Some(dragged))) else { return };
        event.prevent_default();
        let (into, picked) = (into(), pick::dropped(&dragged));
        spawn_local(async move { uploads.tell(Command::Add(into, picked.await)) });
    };
    let paste = move |event: web_sys::ClipboardEvent| {
        let Some(data) = event.clipboard_data() else { return };
        let files = data.files().filter(|files| files.length() > 0);
        if let Some(files) = files.filter(|_| !is_for_a_field(&event, &data)) {
            event.prevent_default();
            uploads.tell(Command::Add(into(), pick::listed(&files)));
        }
    };
    // The frame lives as long as the page, so the listeners are never removed.
    let _ = window_event_listener(ev::dragenter, drag);
    let _ = window_event_listener(ev::dragover, drag);
    let _ = window_event_listener(ev::dragleave, left);
    let _ = window_event_listener(ev::drop, drop);
    let _ = window_event_listener(ev::paste, paste);
}

/// Whether the paste is meant for the focused text field. Word processors put a picture of the text on the clipboard
/// too.
fn is_for_a_field(event: &web_sys::ClipboardEvent, data: &web_sys::DataTransfer) -> bool {
    let element = event.target().and_then(|target| target.dyn_into::<web_sys::HtmlElement>().ok());
    let takes_text = element.is_some_and(|element| {
        element.is_content_editable() || matches!(element.tag_name().as_str(), "INPUT" | "TEXTAREA")
    });
    takes_text && data.types().includes(&"text/plain".into(), 0)
}
