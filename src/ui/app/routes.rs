//! The routes of the app's pages, and their titles.

use leptos::prelude::*;
use leptos_router::components::{Route, Router, Routes};
use leptos_router::location::RequestUrl;

use crate::api::accounts::me;
use crate::model::account::Viewer;
use crate::model::paths::{self, Page};
use crate::model::problem::Problem;
use crate::ui::app::address::Pattern;
use crate::ui::app::components::frame::Frame;
use crate::ui::app::pages;
use crate::ui::app::state::{Changes, WhoAmI};
use crate::ui::app::uploads::provide_uploads;
use crate::ui::components::form::provide_form;
use crate::ui::components::time::provide_running;
use crate::ui::documents::error_page;
use crate::ui::shell::shell;
use crate::ui::text::{provide_text, text};

/// A page of the app, chosen by the address of the request.
pub fn app() -> impl IntoView {
    let page = use_context::<RequestUrl>().and_then(|url| Page::parse(path_of(url.as_ref())));
    shell((text().title)(page.as_ref()), true, view! { <App/> })
}

/// The root component of the app, which the browser hydrates.
#[component]
pub fn App() -> impl IntoView {
    provide_text();
    provide_form();
    provide_running();
    let changes = Changes { account: RwSignal::new(0), files: RwSignal::new(0) };
    provide_context(changes);
    provide_uploads(changes);
    provide_context(who_am_i(changes));
    view! {
        <Router>
            <Frame>
                <Routes fallback=|| view! { <error_page::ErrorPage problem=Problem::NotFound/> }>
                    <Route path=Pattern(paths::FILES) view=pages::files::Files/>
                    <Route path=Pattern(paths::NEW_FOLDER) view=pages::new_folder::NewFolder/>
                    <Route path=Pattern(paths::FOLDER) view=pages::files::Files/>
                    <Route path=Pattern(paths::DELETE) view=pages::delete::Delete/>
                    <Route path=Pattern(paths::ABOUT) view=pages::about::About/>
                    <Route path=Pattern(paths::NEW_FOLDER_IN) view=pages::new_folder::NewFolder/>
                    <Route path=Pattern(paths::ACCOUNT) view=pages::account::Account/>
                </Routes>
            </Frame>
        </Router>
    }
}

/// The account, which stays as it was known while something on the way answers instead of the site.
fn who_am_i(changes: Changes) -> WhoAmI {
    let known = StoredValue::new(None::<Viewer>);
    let viewer = Resource::new(
        move || changes.account.get(),
        move |_| async move {
            let answer = me().await;
            let stays = answer.as_ref().is_err_and(Problem::says_nothing);
            known.get_value().filter(|_| stays).map_or(answer, Ok)
        },
    );
    Effect::new(move |_| {
        if let Some(Ok(viewer)) = viewer.get() {
            known.set_value(Some(viewer));
        }
    });
    WhoAmI(viewer)
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
    fn a_path_is_told_from_what_stands_around_it() {
        assert_eq!(path_of("http://leptos.dev/account?done=name"), "/account");
        assert_eq!(path_of("http://leptos.dev/files?before=x"), "/files");
        assert_eq!(path_of("/files/06dqs4v3g1s7n8b2k9m0a1c2e3/delete"), "/files/06dqs4v3g1s7n8b2k9m0a1c2e3/delete");
    }
}
