//! The field that takes a whole folder. It needs scripts, and is there with them alone.

use leptos::attr::custom::custom_attribute;
use leptos::prelude::*;

use crate::model::id::EntryId;
use crate::ui::app::uploads::{Uploads, pick};
use crate::ui::components::icon::{Icon, Shape};
use crate::ui::components::time::Running;
use crate::ui::text::entries as texts;

/// A button that lets one choose a folder; all files in it are uploaded, in folders of the same names.
#[component]
pub(in crate::ui) fn ChooseFolder(
    /// Where they go; none is where the account's files begin.
    into: Option<EntryId>,
) -> impl IntoView {
    let into = StoredValue::new(into);
    let Running(running) = expect_context();
    let uploads: Uploads = expect_context();
    let chosen = move |event: leptos::ev::Event| {
        let input: web_sys::HtmlInputElement = event_target(&event);
        if let Some(files) = input.files() {
            uploads.add(into.get_value(), pick::listed(&files));
        }
        input.set_value("");
    };
    view! {
        <Show when=move || running.get()>
            <label class="button">
                <Icon shape=Shape::Folder/>{texts::CHOOSE_FOLDER}
                <input class="visually-hidden" type="file" multiple=true {..custom_attribute("webkitdirectory", "")} on:change=chosen/>
            </label>
        </Show>
    }
}
