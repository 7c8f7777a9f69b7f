//! The two shells and the two tables of pages, on one screen. *Documents* (landing, sign up, sign in, errors) carry no
//! wasm; their addresses stand in the server's router. *The app* is what a person sees who is signed in: it is
//! rendered by the server too, and then taken over by leptos.

use leptos::config::LeptosOptions;
use leptos::nonce::use_nonce;
use leptos::prelude::*;
use leptos_router::components::{Route, Router, Routes};
use leptos_router::location::RequestUrl;
use leptos_router::path;

use super::components::form::provide_form;
use super::components::frame::Frame;
use super::components::time::provide_running;
use super::pages;
use super::texts;
use super::uploads::provide_uploads;
use crate::api::accounts::me;
use crate::model::account::Viewer;
use crate::model::error::Error;
use crate::model::page::{Fault, Next, SignUp, SiteFiles};

/// The landing page.
pub fn landing(sign_up: SignUp) -> impl IntoView {
    document(texts::LANDING_TITLE, move || view! { <pages::landing::Landing sign_up/> })
}

/// The page that makes an account.
pub fn sign_up(next: Next) -> impl IntoView {
    document(texts::SIGN_UP_TITLE, move || view! { <pages::sign_up::SignUp next/> })
}

/// The page that signs in.
pub fn sign_in(next: Next, sign_up: SignUp) -> impl IntoView {
    document(texts::SIGN_IN_TITLE, move || view! { <pages::sign_in::SignIn next sign_up/> })
}

/// What is shown where something went wrong.
pub fn fault(fault: Fault) -> impl IntoView {
    document(texts::fault(&fault).0, move || view! { <main><pages::fault::Fault fault/></main> })
}

/// Every page of the app, by the address that is rendered.
pub fn app() -> impl IntoView {
    let title = use_context::<RequestUrl>().map_or(texts::FILES_TITLE, |url| title_of(path_of(url.as_ref())));
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
                <Routes fallback=|| view! { <pages::fault::Fault fault=Fault::NotFound/> }>
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

/// Counters that say what must be asked again.
#[derive(Clone, Copy)]
pub(super) struct Changes {
    /// The account has changed.
    pub account: RwSignal<u32>,
    /// The list of files has changed.
    pub files: RwSignal<u32>,
}

/// The account that is signed in.
#[derive(Clone, Copy)]
pub(super) struct WhoAmI(pub Resource<Result<Viewer, Error>>);

/// The title of a page of the app. Nothing that a person typed ever stands in a title.
pub(super) fn title_of(path: &str) -> &'static str {
    match path {
        "/account" => texts::ACCOUNT_TITLE,
        path if path.ends_with("/about") => texts::ABOUT_TITLE,
        path if path.ends_with("/delete") => texts::DELETE_TITLE,
        path if path.ends_with("/new-folder") => texts::NEW_FOLDER_TITLE,
        _ => texts::FILES_TITLE,
    }
}

/// The path of an address such as `http://host/path?query`.
fn path_of(address: &str) -> &str {
    let path = address.split_once("://").and_then(|(_, rest)| rest.find('/').map(|at| &rest[at..])).unwrap_or(address);
    path.split(['?', '#']).next().unwrap_or(path)
}

fn document<V: IntoView>(title: &'static str, page: impl FnOnce() -> V) -> impl IntoView {
    provide_form();
    shell(title, false, view! { <div class="document">{page()}</div> })
}

fn shell(title: &'static str, takes_over: bool, page: impl IntoView) -> impl IntoView {
    let SiteFiles { style, icon, start, script, wasm, watched, .. } = expect_context();
    let nonce = use_nonce();
    let scripts = takes_over.then(|| {
        view! {
            <link rel="modulepreload" id="script" href=script.address integrity=script.integrity crossorigin="anonymous" nonce=nonce.clone()/>
            <link rel="preload" id="wasm" href=wasm.address data-integrity=wasm.integrity r#as="fetch" r#type="application/wasm" crossorigin="anonymous"/>
            <script type="module" src=start.address integrity=start.integrity crossorigin="anonymous" nonce=nonce.clone()></script>
        }
    });
    let reload = watched.map(|port| {
        let options = LeptosOptions::builder().output_name("holdall").reload_port(u32::from(port)).build();
        view! { <AutoReload options/> }
    });
    view! {
        <!DOCTYPE html>
        <html lang="en">
            <head>
                <meta charset="utf-8"/>
                <meta name="viewport" content="width=device-width, initial-scale=1"/>
                <meta name="color-scheme" content="light dark"/>
                <title>{title}</title>
                <link rel="icon" href=icon.address r#type="image/svg+xml"/>
                <link rel="stylesheet" href=style.address integrity=style.integrity crossorigin="anonymous"/>
                {scripts}
                {reload}
            </head>
            <body>{page}</body>
        </html>
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn titles_follow_the_path_alone() {
        assert_eq!(title_of(path_of("http://leptos.dev/account?done=name")), texts::ACCOUNT_TITLE);
        assert_eq!(title_of(path_of("http://leptos.dev/files?before=x")), texts::FILES_TITLE);
        assert_eq!(title_of(path_of("/files/06dqs4v3g1s7n8b2k9m0a1c2e3/delete")), texts::DELETE_TITLE);
        assert_eq!(title_of(path_of("/files/06dqs4v3g1s7n8b2k9m0a1c2e3")), texts::FILES_TITLE);
        assert_eq!(title_of(path_of("/files/new-folder")), texts::NEW_FOLDER_TITLE);
    }
}
