//! Making a folder.

use leptos::prelude::*;
use leptos_router::components::A;

use crate::model::entry::{Breadcrumb, folder_address};
use crate::model::form::Field as Which;
use crate::ui::app::components::breadcrumbs::Crumbs;
use crate::ui::app::pages::files::{folder_of_address, way_to};
use crate::ui::components::field::Field;
use crate::ui::components::form::Form;
use crate::ui::documents::fault::Missing;
use crate::ui::text::entries as texts;

/// The pages `/files/new-folder` and `/files/{folder}/new-folder`.
#[component]
pub(in crate::ui) fn NewFolder() -> impl IntoView {
    let path = Resource::new(folder_of_address(), way_to);
    view! {
        <Transition fallback=|| view! { <p class="soft">{texts::LOADING}</p> }>
            {move || Suspend::new(async move {
                match path.await {
                    Ok(path) => view! { <Ask path/> }.into_any(),
                    Err(error) => view! { <Missing problem=error/> }.into_any(),
                }
            })}
        </Transition>
    }
}

#[component]
fn Ask(path: Vec<Breadcrumb>) -> impl IntoView {
    let folder = folder_address(path.last().map(|crumb| &crumb.id));
    view! {
        <Crumbs path here=texts::NEW_FOLDER/>
        <section class="ask">
            <h1>{texts::NEW_FOLDER}</h1>
            <Form action=format!("{folder}/new-folder")>
                <Field which=Which::FolderName label=texts::FOLDER_NAME autocomplete="off"/>
                <div class="choices">
                    <button class="primary">{texts::CREATE_FOLDER}</button>
                    <A href=folder attr:class="button">"Cancel"</A>
                </div>
            </Form>
        </section>
    }
}
