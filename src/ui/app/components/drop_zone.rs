//! Dropping and pasting: the whole page takes files, and says so while they are dragged over it. Whoever uses keys has
//! the file and the folder field.

use leptos::ev;
use leptos::leptos_dom::helpers::window_event_listener;
use leptos::prelude::*;
use leptos::task::spawn_local;
use leptos_router::hooks::use_location;
use wasm_bindgen::JsCast as _;

use crate::model::entry::folder_of;
use crate::model::id::EntryId;
use crate::ui::app::uploads::{Uploads, pick};
use crate::ui::components::icon::{Icon, Shape};
use crate::ui::text::uploads as texts;

/// The sign that files may be dropped; nothing while none are dragged.
#[component]
pub(in crate::ui) fn DropZone() -> impl IntoView {
    let uploads: Uploads = expect_context();
    let over = RwSignal::new(false);
    let path = use_location().pathname;
    // On pages that are no folder's, files go to where the account's files begin.
    let into = move || path.with_untracked(|path| folder_of(path));
    // Effects run in the browser alone, and this one never again.
    Effect::new(move |_| listen(uploads, over, into));
    view! {
        <Show when=move || over.get()>
            <div class="drop" aria-hidden="true"><p><Icon shape=Shape::Up/>{texts::DROP_HERE}</p></div>
        </Show>
    }
}

fn listen(uploads: Uploads, over: RwSignal<bool>, into: impl Fn() -> Option<EntryId> + Copy + 'static) {
    let drag = move |event: web_sys::DragEvent| {
        if pick::has_files(event.data_transfer().as_ref()) {
            // Without this the browser would open the file instead.
            event.prevent_default();
            over.set(true);
        }
    };
    let left = move |event: web_sys::DragEvent| {
        // Between two elements of the page there is another; beyond the window there is none.
        if event.related_target().is_none() {
            over.set(false);
        }
    };
    let drop = move |event: web_sys::DragEvent| {
        over.set(false);
        let Some(dragged) = event.data_transfer().filter(|dragged| pick::has_files(Some(dragged))) else { return };
        event.prevent_default();
        let (into, picked) = (into(), pick::dropped(&dragged));
        spawn_local(async move { uploads.add(into, picked.await) });
    };
    let paste = move |event: web_sys::ClipboardEvent| {
        let Some(data) = event.clipboard_data() else { return };
        let files = data.files().filter(|files| files.length() > 0);
        if let Some(files) = files.filter(|_| !is_for_a_field(&event, &data)) {
            event.prevent_default();
            uploads.add(into(), pick::listed(&files));
        }
    };
    // The frame is there for as long as the page.
    let _ = window_event_listener(ev::dragenter, drag);
    let _ = window_event_listener(ev::dragover, drag);
    let _ = window_event_listener(ev::dragleave, left);
    let _ = window_event_listener(ev::drop, drop);
    let _ = window_event_listener(ev::paste, paste);
}

/// Whether what is pasted is text for the field in which one writes: word processors put a picture of it beside it.
fn is_for_a_field(event: &web_sys::ClipboardEvent, data: &web_sys::DataTransfer) -> bool {
    let element = event.target().and_then(|target| target.dyn_into::<web_sys::HtmlElement>().ok());
    let takes_text = element.is_some_and(|element| {
        element.is_content_editable() || matches!(element.tag_name().as_str(), "INPUT" | "TEXTAREA")
    });
    takes_text && data.types().includes(&"text/plain".into(), 0)
}
