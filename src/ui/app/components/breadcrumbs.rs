//! Breadcrumbs: the path of folders to the open one.

use leptos::prelude::*;
use leptos_router::components::A;

use crate::model::entry::Breadcrumb;
use crate::model::paths;
use crate::ui::components::name::EntryName;
use crate::ui::text::text;

/// Links to every folder on the path, starting at the account's root. The last item is the current page: the folder
/// itself, unless `here` gives another title.
#[component]
pub(in crate::ui) fn Crumbs(
    path: Vec<Breadcrumb>,
    /// The title of the current page, if it is not the last folder's list.
    #[prop(optional)]
    here: &'static str,
) -> impl IntoView {
    let (mut path, text) = (path, &text().entries);
    let last = if here.is_empty() { path.pop().map(|crumb| crumb.name) } else { Some(here.to_owned()) };
    let link = |crumb: Breadcrumb| {
        let href = paths::folder(Some(&crumb.id));
        view! { <li><A href=href exact=true><EntryName of=crumb.name/></A></li> }
    };
    last.map(|last| {
        view! {
            <nav class="crumbs" aria-label=text.path>
                <ol>
                    <li><A href=paths::FILES exact=true>{text.files}</A></li>
                    {path.into_iter().map(link).collect_view()}
                    <li><span aria-current="page"><EntryName of=last/></span></li>
                </ol>
            </nav>
        }
    })
}
