//! The table of the app's pages, and the title of each.

use leptos::prelude::*;
use leptos_router::components::{Route, Router, Routes};
use leptos_router::location::RequestUrl;
use leptos_router::path;

use crate::api::accounts::me;
use crate::model::problem::Problem;
use crate::ui::app::components::frame::Frame;
use crate::ui::app::pages;
use crate::ui::app::state::{Changes, WhoAmI};
use crate::ui::app::uploads::provide_uploads;
use crate::ui::components::form::provide_form;
use crate::ui::components::time::provide_running;
use crate::ui::documents::fault;
use crate::ui::shell::shell;
use crate::ui::text;

/// Every page of the app, by the address that is rendered.
pub fn app() -> impl IntoView {
    let title = use_context::<RequestUrl>().map_or(text::FILES_TITLE, |url| title_of(path_of(url.as_ref())));
    shell(title, true, view! { <App/> })
}

/// The app itself: what the browser takes over.
#[component]
pub fn App() -> impl IntoView {
    provide_form();
    provide_running();
    let changes = Changes { account: RwSignal::new(0), files: RwSignal::new(0) };
    provide_context(changes);
    provide_uploads(changes);
    provide_context(WhoAmI(Resource::new(move || changes.account.get(), |_| me())));
    view! {
        <Router>
            <Frame>
                <Routes fallback=|| view! { <fault::Fault problem=Problem::NotFound/> }>
                    <Route path=path!("/files") view=pages::files::Files/>
                    <Route path=path!("/files/new-folder") view=pages::new_folder::NewFolder/>
                    <Route path=path!("/files/:id") view=pages::files::Files/>
                    <Route path=path!("/files/:id/delete") view=pages::delete::Delete/>
                    <Route path=path!("/files/:id/about") view=pages::about::About/>
                    <Route path=path!("/files/:id/new-folder") view=pages::new_folder::NewFolder/>
                    <Route path=path!("/account") view=pages::account::Account/>
                </Routes>
            </Frame>
        </Router>
    }
}

/// The title of a page of the app. Nothing that a person typed ever stands in a title.
pub(in crate::ui) fn title_of(path: &str) -> &'static str {
    match path {
        "/account" => text::ACCOUNT_TITLE,
        path if path.ends_with("/about") => text::ABOUT_TITLE,
        path if path.ends_with("/delete") => text::DELETE_TITLE,
        path if path.ends_with("/new-folder") => text::NEW_FOLDER_TITLE,
        _ => text::FILES_TITLE,
    }
}

/// The path of an address such as `http://host/path?query`.
fn path_of(address: &str) -> &str {
    let path = address.split_once("://").and_then(|(_, rest)| rest.find('/').map(|at| &rest[at..])).unwrap_or(address);
    path.split(['?', '#']).next().unwrap_or(path)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn titles_follow_the_path_alone() {
        assert_eq!(title_of(path_of("http://leptos.dev/account?done=name")), text::ACCOUNT_TITLE);
        assert_eq!(title_of(path_of("http://leptos.dev/files?before=x")), text::FILES_TITLE);
        assert_eq!(title_of(path_of("/files/06dqs4v3g1s7n8b2k9m0a1c2e3/delete")), text::DELETE_TITLE);
        assert_eq!(title_of(path_of("/files/06dqs4v3g1s7n8b2k9m0a1c2e3")), text::FILES_TITLE);
        assert_eq!(title_of(path_of("/files/new-folder")), text::NEW_FOLDER_TITLE);
    }
}
