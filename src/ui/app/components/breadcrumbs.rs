//! Breadcrumbs: the path of folders to the open one.

use leptos::prelude::*;
use maud::{Markup, html};

use crate::model::entry::Breadcrumb;
use crate::model::id::EntryId;
use crate::model::paths;
use crate::ui::components::name;
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
    last.map(|last| nav(links(&path, text.files, paths::folder), &name::html(&last), text.path))
}

/// Links to every folder on the path but the last, in which one is; each leads to where `to` says.
pub(in crate::ui) fn breadcrumbs_to(path: &[Breadcrumb], to: impl Fn(Option<&EntryId>) -> String) -> AnyView {
    let text = &text().entries;
    let (links, last) = match path.split_last() {
        Some((last, above)) => (links(above, text.files, to), name::html(&last.name)),
        None => (html! {}, html! { (text.files) }),
    };
    nav(links, &last, text.path)
}

fn links(path: &[Breadcrumb], root: &str, to: impl Fn(Option<&EntryId>) -> String) -> Markup {
    html! {
        li { a href=(to(None)) { (root) } }
        @for crumb in path { li { a href=(to(Some(&crumb.id))) { (name::html(&crumb.name)) } } }
    }
}

fn nav(links: Markup, last: &Markup, label: &'static str) -> AnyView {
    let items = html! { ol { (links) li { span aria-current="page" { (last) } } } };
    view! { <nav class="crumbs" aria-label=label inner_html=items.into_string()></nav> }.into_any()
}
