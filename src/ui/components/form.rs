//! Forms. Each is a plain form that posts to its own page. On a hydrated page it is submitted by script instead, so
//! that uploads are not interrupted by a navigation.

use std::sync::Arc;

use leptos::prelude::*;
use leptos::task::spawn_local;
use leptos_router::NavigateOptions;
use leptos_router::hooks::use_navigate;
use wasm_bindgen::{JsCast as _, JsValue};
use web_sys::{FormData, HtmlFormElement, RequestCache, RequestInit, UrlSearchParams};

use crate::api::fetch::{Fetched, fetch};
use crate::model::control;
use crate::model::form::{Field, FormAnswer, FormState};
use crate::model::id::EntryId;
use crate::model::moving::MoveRequest;
use crate::model::paths;
use crate::model::problem::{BROKEN_OFF, Problem};
use crate::ui::app::components::session::leave_to_sign_in;
use crate::ui::app::state::Changes;
use crate::ui::text::text;

/// How a form with files is sent.
const MULTIPART: &str = "multipart/form-data";

/// The state of the form that was last submitted on this page.
#[derive(Clone, Copy)]
pub(in crate::ui) struct FormSignal(pub RwSignal<FormState>);

/// Provides the form's state.
pub(in crate::ui) fn provide_form(state: FormState) {
    provide_context(FormSignal(RwSignal::new(state)));
}

/// What is told of a form once it is done, while what was typed is still there: the address to which it leads, and the value
/// of the button that was pressed, if it has one.
type OnDone = Arc<dyn Fn(&str, Option<&str>) + Send + Sync>;

/// A form of the app.
#[component]
pub(in crate::ui) fn Form(
    #[prop(into)] action: String,
    /// Whether it contains file fields.
    #[prop(optional)]
    multipart: bool,
    /// What is told of it once it is done.
    #[prop(optional)]
    on_done: Option<OnDone>,
    children: Children,
) -> impl IntoView {
    let FormSignal(form) = expect_context();
    let changes: Changes = expect_context();
    let (navigate, text) = (use_navigate(), text());
    let (busy, trouble) = (RwSignal::new(false), RwSignal::new(None::<Problem>));
    let send = move |event: leptos::ev::SubmitEvent| {
        event.prevent_default();
        // Ignore a second click while the first request is pending.
        if busy.get_untracked() {
            return;
        }
        let Some(element) = event.target().and_then(|target| target.dyn_into::<HtmlFormElement>().ok()) else {
            return;
        };
        let (navigate, on_done) = (navigate.clone(), on_done.clone());
        let button = pressed(&event);
        let value = button.as_ref().map(|(_, value)| value.clone());
        busy.set(true);
        trouble.set(None);
        spawn_local(async move {
            match send(&element, button).await {
                Ok(FormAnswer::Go(path)) => {
                    if let Some(on_done) = on_done {
                        on_done(&path, value.as_deref());
                    }
                    let (path, done) = paths::split_done(&path);
                    form.set(FormState { done, ..FormState::default() });
                    element.reset();
                    changes.all();
                    navigate(path, NavigateOptions { replace: true, scroll: false, ..NavigateOptions::default() });
                }
                Ok(FormAnswer::Refused(state)) => form.set(state),
                Err(Problem::NotSignedIn) => leave_to_sign_in(),
                Err(error) => trouble.set(Some(error)),
            }
            // The page may have been left in the meantime, and the form disposed with it.
            let _gone = busy.try_set(false);
        });
    };
    view! {
        <form method="post" action=action enctype=multipart.then_some(MULTIPART) aria-busy=move || busy.get().then_some("true") on:submit=send>
            {children()}
            <div aria-live="polite">
                {move || trouble.get().map(|error| {
                    let reload = error.wants_reload().then(|| view! { <Reload/> });
                    view! { <p class="error">{text.problems.sentence(&error)}</p> {reload} }
                })}
            </div>
        </form>
    }
}

/// A link that reloads a page which is from another version of the site.
#[component]
pub(in crate::ui) fn Reload(
    /// Its CSS class.
    #[prop(default = "button")]
    class: &'static str,
) -> impl IntoView {
    // An empty address is the current page; the router leaves such links to the browser.
    view! { <a class=class href="" rel="external">{text().frame.reload}</a> }
}

/// Confirms the change that the last form made, once.
#[component]
pub(in crate::ui) fn DoneNote() -> impl IntoView {
    let FormSignal(form) = expect_context();
    let text = text();
    view! {
        <div role="status">
            {move || form.with(|form| form.done).map(|done| view! { <p class="done">{(text.account.done)(done)}</p> })}
        </div>
    }
}

/// The name and the value of the button that submits a form, if it has a name.
pub(in crate::ui) fn pressed(event: &leptos::ev::SubmitEvent) -> Option<(String, String)> {
    let button = event.submitter()?;
    Some((button.get_attribute("name")?, button.get_attribute("value")?))
}

/// Submits a form as the browser would, including the name and value of the button that was pressed, and decodes the
/// JSON answer.
pub(in crate::ui) async fn send(
    element: &HtmlFormElement,
    button: Option<(String, String)>,
) -> Result<FormAnswer, Problem> {
    let is_multipart = element.enctype() == MULTIPART;
    let request = fields_of(element, button).and_then(|fields| match is_multipart {
        true => request(&fields),
        false => request(&UrlSearchParams::new_with_str_sequence_sequence(&fields)?.into()),
    });
    // A control named `action` would shadow the property `element.action`.
    let action = element.get_attribute("action").unwrap_or_default();
    let request = request.map_err(|_| Problem::Network)?;
    match answer_to(&action, &request).await {
        // A way that breaks off what is large lets small requests through.
        Err(Problem::Network) if is_multipart && is_reached().await => Err(Problem::OnTheWay { status: BROKEN_OFF }),
        answer => answer,
    }
}

/// Posts these fields to an address, as a form with them would, and decodes the JSON answer.
pub(in crate::ui) async fn post(action: &str, fields: &[(&str, &str)]) -> Result<FormAnswer, Problem> {
    let encoded = UrlSearchParams::new().and_then(|encoded| {
        for (name, value) in fields {
            encoded.append(name, value);
        }
        request(&encoded)
    });
    answer_to(action, &encoded.map_err(|_| Problem::Network)?).await
}

/// The same with a form of selected entries, and what it has besides.
pub(in crate::ui) async fn post_entries(
    action: &str,
    ids: &[EntryId],
    besides: &[(&str, &str)],
) -> Result<FormAnswer, Problem> {
    let entries = ids.iter().map(|id| (Field::Entries.name(), id.as_str()));
    let fields: Vec<_> = entries.chain(besides.iter().copied()).collect();
    post(action, &fields).await
}

/// The same with a form that moves or copies entries.
pub(in crate::ui) async fn post_move_request(
    MoveRequest { operation, entries, to }: &MoveRequest,
) -> Result<FormAnswer, Problem> {
    post_entries(paths::place(*operation), entries, &[(control::TO, paths::target(to.as_ref()))]).await
}

async fn answer_to(action: &str, request: &RequestInit) -> Result<FormAnswer, Problem> {
    let Fetched { status, body } = fetch(action, request).await?;
    if status == 401 {
        return Err(Problem::NotSignedIn);
    }
    serde_json::from_slice(&body).map_err(|_| Problem::of_answer(&body))
}

/// Whether the site answers.
async fn is_reached() -> bool {
    let request = RequestInit::new();
    request.set_cache(RequestCache::NoStore);
    fetch(paths::LIVE, &request).await.is_ok()
}

fn fields_of(element: &HtmlFormElement, button: Option<(String, String)>) -> Result<FormData, JsValue> {
    let fields = FormData::new_with_form(element)?;
    if let Some((name, value)) = button {
        fields.append_with_str(&name, &value)?;
    }
    Ok(fields)
}

fn request(body: &JsValue) -> Result<RequestInit, JsValue> {
    let request = RequestInit::new();
    request.set_method("POST");
    request.set_body(body);
    let headers = web_sys::Headers::new()?;
    headers.set("accept", "application/json")?;
    request.set_headers(&headers);
    Ok(request)
}
