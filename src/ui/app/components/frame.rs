//! The frame around every page of the app: navigation, the signed-in account, and the upload tray.

use leptos::prelude::*;
use leptos_router::components::A;
use leptos_router::hooks::use_location;

use crate::model::account::Viewer;
use crate::model::form::FormState;
use crate::model::paths::{self, Page};
use crate::model::problem::Problem;
use crate::ui::app::components::drag_and_paste::DragAndPaste;
use crate::ui::app::components::drop_zone::DropZone;
use crate::ui::app::components::focus::focus;
use crate::ui::app::components::notice::NoticeLine;
use crate::ui::app::components::search_field::{self, SearchField};
use crate::ui::app::components::session::{SignOut, leave_to_sign_in};
use crate::ui::app::components::tray::Tray;
use crate::ui::app::state::WhoAmI;
use crate::ui::components::avatar::AvatarPicture;
use crate::ui::components::form::FormSignal;
use crate::ui::components::icon::{Icon, Shape};
use crate::ui::text::{NAME, text};

/// The frame around a page.
#[component]
pub(in crate::ui) fn Frame(children: Children) -> impl IntoView {
    let WhoAmI(viewer) = expect_context();
    let FormSignal(form) = expect_context();
    let (path, text) = (use_location().pathname, text());
    // The server rendered the title and the form's state of the first page; this updates them on navigation.
    Effect::new(move |before: Option<String>| {
        let path = path.get();
        document().set_title((text.title)(Page::parse(&path).as_ref()));
        if before.is_some_and(|before| before != path) {
            form.set(FormState::default());
            // Screen readers and keyboard focus move to the new page instead of staying where the link was; not out of the
            // field in which somebody types what is searched for.
            if !search_field::is_focused() {
                focus(document().get_element_by_id("main"));
            }
        }
        path
    });
    Effect::new(move |_| {
        if viewer.get() == Some(Err(Problem::NotSignedIn)) {
            leave_to_sign_in();
        }
    });
    let known = move || viewer.get()?.ok();
    view! {
        <a class="skip" href="#main" rel="external">{text.frame.skip}</a>
        <div class="frame">
            <header class="side">
                <A href=paths::FILES attr:class="brand"><Icon shape=Shape::Bag/>{NAME}</A>
                <nav aria-label=text.frame.navigation>
                    <ul>
                        <li><A href=paths::FILES><Icon shape=Shape::Folder/>{text.frame.files}</A></li>
                        <li><A href=paths::TRASH><Icon shape=Shape::Bin/>{text.trash.trash}</A></li>
                        <li><A href=paths::ACCOUNT><Icon shape=Shape::Person/>{text.frame.account}</A></li>
                    </ul>
                </nav>
                {move || known().map(|viewer| view! { <Usage viewer/> })}
            </header>
            <div class="page">
                <SearchField/>
                <section class="top" aria-label=text.frame.signed_in>
                    {move || known().map(|viewer| view! { <Who viewer/> })}
                    <SignOut/>
                </section>
                {move || known().map(|viewer| view! { <Alarms viewer/> })}
                <main id="main" tabindex="-1">{children()}</main>
            </div>
        </div>
        <DropZone/>
        <Tray/>
        <NoticeLine/>
        <DragAndPaste/>
    }
}

#[component]
fn Who(viewer: Viewer) -> impl IntoView {
    let name = viewer.name.clone();
    view! { <A href=paths::ACCOUNT attr:class="who"><AvatarPicture viewer size=34/><span class="name">{name}</span></A> }
}

/// What an administrator must see on every page.
#[component]
fn Alarms(viewer: Viewer) -> impl IntoView {
    let text = &text().frame;
    let exposed = viewer.warnings.exposed.then_some(text.exposed.to_owned());
    let damaged = (viewer.warnings.damaged > 0).then(|| (text.damaged)(viewer.warnings.damaged));
    let alarm = |sentence: String| view! { <p class="alarm" role="alert">{sentence}</p> };
    exposed.into_iter().chain(damaged).map(alarm).collect_view()
}

/// How much of the quota is used.
#[component]
fn Usage(viewer: Viewer) -> impl IntoView {
    let text = &text().frame;
    let bar = viewer.quota.map(|quota| {
        view! { <progress aria-label=text.storage_used max=quota value=viewer.used></progress> }
    });
    view! { <section class="usage"><h2>{text.storage}</h2>{bar}<p>{(text.used)(viewer.used, viewer.quota)}</p></section> }
}
