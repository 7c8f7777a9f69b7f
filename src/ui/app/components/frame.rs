//! What stands around every page of the app: the way around it, who is signed in, and what is being uploaded.

use leptos::prelude::*;
use leptos_router::components::A;
use leptos_router::hooks::use_location;
use wasm_bindgen::JsCast as _;
use web_sys::HtmlElement;

use crate::model::account::Viewer;
use crate::model::form::FormState;
use crate::model::problem::Problem;
use crate::ui::app::components::drop_zone::DropZone;
use crate::ui::app::components::session::{SignOut, leave_to_sign_in};
use crate::ui::app::components::tray::Tray;
use crate::ui::app::routes::title_of;
use crate::ui::app::state::WhoAmI;
use crate::ui::components::avatar::Avatar;
use crate::ui::components::form::FormSignal;
use crate::ui::components::icon::{Icon, Shape};
use crate::ui::text;

/// The frame around a page.
#[component]
pub(in crate::ui) fn Frame(children: Children) -> impl IntoView {
    let WhoAmI(viewer) = expect_context();
    let FormSignal(form) = expect_context();
    let path = use_location().pathname;
    // The server wrote title and form of the first page; these are for those that follow.
    Effect::new(move |before: Option<String>| {
        let path = path.get();
        document().set_title(title_of(&path));
        if before.is_some_and(|before| before != path) {
            form.set(FormState::default());
            // Whoever reads with their ears, or by keys, begins at the new page and not where a link was.
            if let Some(main) =
                document().get_element_by_id("main").and_then(|main| main.dyn_into::<HtmlElement>().ok())
            {
                drop(main.focus());
            }
        }
        path
    });
    Effect::new(move |_| {
        if viewer.get() == Some(Err(Problem::NotSignedIn)) {
            leave_to_sign_in();
        }
    });
    view! {
        <a class="skip" href="#main" rel="external">"Skip to the content"</a>
        <div class="frame">
            <header class="side">
                <A href="/files" attr:class="brand"><Icon shape=Shape::Bag/>{text::NAME}</A>
                <nav aria-label="Main">
                    <ul>
                        <li><A href="/files"><Icon shape=Shape::Folder/>"Files"</A></li>
                        <li><A href="/account"><Icon shape=Shape::Person/>"Account"</A></li>
                    </ul>
                </nav>
                <Transition>{move || Suspend::new(async move { viewer.await.ok().map(|viewer| view! { <Usage viewer/> }) })}</Transition>
            </header>
            <div class="page">
                <section class="top" aria-label="Signed in">
                    <Transition>{move || Suspend::new(async move { viewer.await.ok().map(|viewer| view! { <Who viewer/> }) })}</Transition>
                    <SignOut/>
                </section>
                <Transition>{move || Suspend::new(async move { viewer.await.ok().filter(|viewer| viewer.exposed).map(|_| view! { <p class="alarm" role="alert">{text::EXPOSED}</p> }) })}</Transition>
                <main id="main" tabindex="-1">{children()}</main>
            </div>
        </div>
        <DropZone/>
        <Tray/>
    }
}

#[component]
fn Who(viewer: Viewer) -> impl IntoView {
    let name = viewer.name.clone();
    view! { <A href="/account" attr:class="who"><Avatar viewer size=34/><span class="name">{name}</span></A> }
}

/// How much of the quota is used.
#[component]
fn Usage(viewer: Viewer) -> impl IntoView {
    let used = text::size(viewer.used);
    let (bar, words) = match viewer.quota {
        Some(quota) => {
            let bar = view! { <progress aria-label="Storage used" max=quota value=viewer.used></progress> };
            (Some(bar), format!("{used} of {}", text::size(quota)))
        }
        None => (None, format!("{used} used")),
    };
    view! { <section class="usage"><h2>"Storage"</h2>{bar}<p>{words}</p></section> }
}
