//! The way to a folder, and back out of it.

use leptos::prelude::*;
use leptos_router::components::A;

use crate::model::entry::{Breadcrumb, folder_address};
use crate::ui::text;

/// Links to every folder on the way, from where one's files begin. The last one is where one is, unless `here` says
/// something else.
#[component]
pub(in crate::ui) fn Crumbs(
    path: Vec<Breadcrumb>,
    /// What the page is called, where it is not the last folder's own.
    #[prop(optional)]
    here: &'static str,
) -> impl IntoView {
    let mut path = path;
    let last = if here.is_empty() { path.pop().map(|crumb| crumb.name) } else { Some(here.to_owned()) };
    let link = |crumb: Breadcrumb| {
        let href = folder_address(Some(&crumb.id));
        view! { <li><A href=href exact=true><bdi>{crumb.name}</bdi></A></li> }
    };
    last.map(|last| {
        view! {
            <nav class="crumbs" aria-label="Breadcrumb">
                <ol>
                    <li><A href="/files" exact=true>{text::FILES}</A></li>
                    {path.into_iter().map(link).collect_view()}
                    <li><span aria-current="page"><bdi>{last}</bdi></span></li>
                </ol>
            </nav>
        }
    })
}
