//! Forms. Each is a plain form that posts to its own page; where the page runs, the same form is sent from within it,
//! so that nothing that goes on beside it (an upload) is interrupted.

use leptos::prelude::*;
use leptos::task::spawn_local;
use leptos_router::NavigateOptions;
use leptos_router::hooks::use_navigate;
use wasm_bindgen::{JsCast as _, JsValue};
use wasm_bindgen_futures::JsFuture;

use crate::model::form::{Done, FormAnswer, FormState};
use crate::model::problem::Problem;
use crate::ui::app::components::session::leave_to_sign_in;
use crate::ui::app::state::Changes;
use crate::ui::text;

/// The state of the form that was sent last on this page.
#[derive(Clone, Copy)]
pub(in crate::ui) struct FormSignal(pub RwSignal<FormState>);

/// Gives the page what the server says of its form; a page that runs begins with the same.
pub(in crate::ui) fn provide_form() {
    let state = SharedValue::new(|| use_context::<FormState>().unwrap_or_default()).into_inner();
    provide_context(FormSignal(RwSignal::new(state)));
}

/// A form of the app.
#[component]
pub(in crate::ui) fn Form(
    #[prop(into)] action: String,
    /// Files can be chosen in it.
    #[prop(optional)]
    multipart: bool,
    children: Children,
) -> impl IntoView {
    let FormSignal(form) = expect_context();
    let changes: Changes = expect_context();
    let navigate = use_navigate();
    let (busy, trouble) = (RwSignal::new(false), RwSignal::new(None::<Problem>));
    let send = move |event: leptos::ev::SubmitEvent| {
        event.prevent_default();
        // A second click while the first is under way does nothing.
        if busy.get_untracked() {
            return;
        }
        let Some(element) = event.target().and_then(|target| target.dyn_into::<web_sys::HtmlFormElement>().ok()) else {
            return;
        };
        let navigate = navigate.clone();
        busy.set(true);
        trouble.set(None);
        spawn_local(async move {
            match send(&element, None).await {
                Ok(FormAnswer::Go(path)) => {
                    let done = path.split_once("?done=").and_then(|(_, word)| Done::from_word(word));
                    form.set(FormState { done, ..FormState::default() });
                    element.reset();
                    changes.account.update(|count| *count += 1);
                    changes.files.update(|count| *count += 1);
                    let path = path.split('?').next().unwrap_or(&path).to_owned();
                    navigate(&path, NavigateOptions { replace: true, scroll: false, ..NavigateOptions::default() });
                }
                Ok(FormAnswer::Refused(state)) => form.set(state),
                Err(Problem::NotSignedIn) => leave_to_sign_in(),
                Err(error) => trouble.set(Some(error)),
            }
            // The form may be gone with its page by now.
            let _gone = busy.try_set(false);
        });
    };
    view! {
        <form method="post" action=action enctype=multipart.then_some("multipart/form-data") aria-busy=move || busy.get().then_some("true") on:submit=send>
            {children()}
            <div aria-live="polite">
                {move || trouble.get().map(|error| {
                    let reload = (error == Problem::Outdated).then(|| view! { <Reload/> });
                    view! { <p class="error">{text::problem(&error).1}</p> {reload} }
                })}
            </div>
        </form>
    }
}

/// Loads the page again, where it is from an older version of the site.
#[component]
pub(in crate::ui) fn Reload(
    /// How it looks.
    #[prop(default = "button")]
    class: &'static str,
) -> impl IntoView {
    // An empty address is the page's own; the router leaves it to the browser.
    view! { <a class=class href="" rel="external">{text::RELOAD}</a> }
}

/// What the last form did, said once.
#[component]
pub(in crate::ui) fn DoneNote() -> impl IntoView {
    let FormSignal(form) = expect_context();
    view! {
        <div role="status">
            {move || form.with(|form| form.done).map(|done| view! { <p class="done">{text::done(done)}</p> })}
        </div>
    }
}

/// Sends a form as the browser would, with the name and value of the button that was used, where it has them; reads the
/// answer as data.
pub(in crate::ui) async fn send(
    element: &web_sys::HtmlFormElement,
    button: Option<(String, String)>,
) -> Result<FormAnswer, Problem> {
    let (status, text) = post(element, button).await.map_err(|_| Problem::Network)?;
    if status == 401 {
        return Err(Problem::NotSignedIn);
    }
    let answer: Result<FormAnswer, _> = serde_json::from_str(&text);
    answer.map_err(|_| Problem::of_answer(status, text.as_bytes()))
}

async fn post(element: &web_sys::HtmlFormElement, button: Option<(String, String)>) -> Result<(u16, String), JsValue> {
    let fields = web_sys::FormData::new_with_form(element)?;
    if let Some((name, value)) = button {
        fields.append_with_str(&name, &value)?;
    }
    let init = web_sys::RequestInit::new();
    init.set_method("POST");
    if element.enctype() == "multipart/form-data" {
        init.set_body(&fields);
    } else {
        init.set_body(&web_sys::UrlSearchParams::new_with_str_sequence_sequence(&fields)?.into());
    }
    let headers = web_sys::Headers::new()?;
    headers.set("accept", "application/json")?;
    init.set_headers(&headers);
    // `element.action` may be hidden by a control of that name.
    let action = element.get_attribute("action").unwrap_or_default();
    let response = JsFuture::from(window().fetch_with_str_and_init(&action, &init)).await?;
    let response: web_sys::Response = response.dyn_into()?;
    let text = JsFuture::from(response.text()?).await?;
    Ok((response.status(), text.as_string().unwrap_or_default()))
}
