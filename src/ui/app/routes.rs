//! Which page of the app is shown at which address.

use std::mem::discriminant;

use leptos::prelude::*;
use leptos::task::spawn_local;
use leptos_router::components::Router;
use leptos_router::hooks::use_location;
use leptos_router::location::{BrowserUrl, LocationProvider as _};

use crate::api::accounts::me;
use crate::api::timeout::pause;
use crate::model::account::Viewer;
use crate::model::paths::Page;
use crate::model::problem::Problem;
use crate::ui::app::address::page_of_address;
use crate::ui::app::components::frame::Frame;
use crate::ui::app::components::loading::Loading;
use crate::ui::app::components::notice::provide_notices;
use crate::ui::app::content::{Content, provide_first};
use crate::ui::app::later::{self, Later, later_page, provide_later};
use crate::ui::app::loaded::loaded;
use crate::ui::app::pages;
use crate::ui::app::state::{Changes, WhoAmI};
use crate::ui::app::uploads::{self, Uploads, provide_uploads};
use crate::ui::components::form::provide_form;
use crate::ui::components::time::provide_running;
use crate::ui::documents::error_page;
use crate::ui::shell::{Scripts, shell};
use crate::ui::text::{provide_text, text};

/// A page of the app.
pub fn app(page: &Page, content: Content) -> impl IntoView + use<> {
    let needs_later = content.needs_later();
    let scripts = content.to_json().map(|content| Scripts { content, needs_later });
    shell((text().title)(Some(page)), scripts.map(Scripts::head), root(content))
}

/// The body of a page of the app that starts from this content, which the browser hydrates.
pub fn root(content: Content) -> impl IntoView {
    let starts_with_later = content.needs_later();
    let Content { viewer, form, page, .. } = content;
    provide_text();
    provide_form(form);
    provide_running();
    provide_first(page);
    let changes = Changes { account: RwSignal::new(0), files: RwSignal::new(0) };
    provide_context(changes);
    let later = provide_later(starts_with_later);
    provide_uploads(changes, later, provide_notices());
    provide_context(who_am_i(viewer, changes));
    view! {
        <Router>
            <Frame>
                <OpenPage/>
            </Frame>
        </Router>
    }
}

/// The page at the current address. One of the same kind about something else, as another folder's list, is the same page
/// and keeps its elements.
#[component]
fn OpenPage() -> impl IntoView {
    let (page, later): (_, Later) = (page_of_address(), expect_context());
    let waits = move || page.with(|page| page.as_ref().is_some_and(later::is_needed_for)) && !later.is_loaded();
    // Until it can be shown, the last one stays.
    let kind = Memo::new(move |last: Option<&Option<_>>| match waits() {
        true => last.copied().flatten(),
        false => page.with(|page| page.as_ref().map(discriminant)),
    });
    let (router, location) = (use_context::<BrowserUrl>(), use_location());
    let uploads: Uploads = expect_context();
    Effect::new(move |_| {
        page.get();
        if waits() {
            spawn_local(async move {
                // Files that were chosen would be lost with this page.
                while !later.load().await && untrack(waits) && uploads.say_what_waits() {
                    pause(uploads::AGAIN).await;
                }
                if untrack(waits) {
                    // The server shows the page, or the browser says why it cannot be had.
                    let address = location.pathname.get_untracked() + &location.search.get_untracked();
                    drop(window().location().assign(&address));
                }
            });
            return;
        }
        // The address bar follows once the page is shown.
        if let Some(router) = &router {
            router.ready_to_complete();
        }
    });
    view! {
        {move || waits().then(|| view! { <Loading/> })}
        {move || {
            // Not `track`, which would not compute it: it would never be known to have changed.
            kind.get();
            match page.get_untracked() {
                Some(Page::Files(_)) => view! { <pages::files::Files/> }.into_any(),
                Some(Page::NewFolder(_)) => view! { <pages::new_folder::NewFolder/> }.into_any(),
                Some(page) => later_page(&page),
                None => view! { <error_page::ErrorPage problem=Problem::NotFound/> }.into_any(),
            }
        }}
    }
}

/// The account, which stays as it was known while something on the way answers instead of the site.
fn who_am_i(first: Result<Viewer, Problem>, changes: Changes) -> WhoAmI {
    let known = StoredValue::new(None::<Viewer>);
    let viewer = loaded(
        Some(first),
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
