//! The field for choosing a whole folder. It works only with scripts, and is shown only with them.

use leptos::attr::custom::custom_attribute;
use leptos::prelude::*;

use crate::model::id::EntryId;
use crate::ui::app::uploads::{Command, Uploads, pick};
use crate::ui::components::icon::{Icon, Shape};
use crate::ui::components::time::Running;
use crate::ui::components::with_scripts::WithScripts;
use crate::ui::text::text;

/// A button for choosing a folder; all files in it are uploaded, into folders of the same names.
#[component]
pub(in crate::ui) fn ChooseFolder(
    /// The folder to upload into; `None` is the account's root.
    into: Option<EntryId>,
) -> impl IntoView {
    let (into, text) = (StoredValue::new(into), text());
    let Running(running) = expect_context();
    let uploads: Uploads = expect_context();
    let chosen = move |event: leptos::ev::Event| {
        let input: web_sys::HtmlInputElement = event_target(&event);
        if let Some(files) = input.files() {
            uploads.tell(Command::Add(into.get_value(), pick::listed(&files)));
        }
        input.set_value("");
    };
    view! {
        <WithScripts>
            <label class="button">
                <Icon shape=Shape::Folder/>{text.entries.choose_folder}
                <Show when=move || running.get()>
                    <input class="visually-hidden" type="file" multiple=true {..custom_attribute("webkitdirectory", "")} on:change=chosen/>
                </Show>
            </label>
        </WithScripts>
    }
}
