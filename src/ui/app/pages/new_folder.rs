//! The form for a new folder.

use leptos::prelude::*;
use leptos_router::components::A;

use crate::model::entry::Breadcrumb;
use crate::model::form::Field;
use crate::model::paths::{self, Page};
use crate::ui::app::address::of_address;
use crate::ui::app::components::breadcrumbs::Crumbs;
use crate::ui::app::components::loading::once_loaded;
use crate::ui::app::content::{PageContent, take_first, way_to};
use crate::ui::app::loaded::loaded;
use crate::ui::components::field::TextField;
use crate::ui::components::form::Form;
use crate::ui::text::text;

/// The pages `/files/new-folder` and `/files/{folder}/new-folder`.
#[component]
pub(in crate::ui) fn NewFolder() -> impl IntoView {
    let parent = of_address(|page| if let Page::NewFolder(parent) = page { Some(parent) } else { None });
    let first = if let PageContent::NewFolder(path) = take_first() { Some(path) } else { None };
    let path = loaded(first, move || parent.get().flatten(), way_to);
    once_loaded(path, |path| view! { <NewFolderForm path/> }.into_any())
}

#[component]
fn NewFolderForm(path: Vec<Breadcrumb>) -> impl IntoView {
    let text = text();
    let parent = path.last().map(|crumb| &crumb.id);
    let (folder, action) = (paths::folder(parent), paths::new_folder(parent));
    view! {
        <Crumbs path here=text.entries.new_folder/>
        <section class="ask">
            <h1>{text.entries.new_folder}</h1>
            <Form action>
                <TextField which=Field::FolderName label=text.entries.folder_name autocomplete="off"/>
                <div class="choices">
                    <button class="primary">{text.entries.create_folder}</button>
                    <A href=folder attr:class="button">{text.frame.cancel}</A>
                </div>
            </Form>
        </section>
    }
}
