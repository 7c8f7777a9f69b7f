//! Dates and times: rendered in UTC by the server, then in the person's time zone after hydration.

use leptos::prelude::*;
use wasm_bindgen::{JsCast as _, JsValue};
use web_sys::Element;

use crate::ui::text::{moment, text};

/// Whether the page is hydrated. The first rendering must equal the server's.
#[derive(Clone, Copy)]
pub(in crate::ui) struct Running(pub RwSignal<bool>);

/// Provides `Running` to the app. Effects run only in the browser, so the server never sets it.
pub(in crate::ui) fn provide_running() {
    let running = RwSignal::new(false);
    provide_context(Running(running));
    Effect::new(move |_| running.set(true));
}

/// A date, given in milliseconds since 1970.
#[component]
pub(in crate::ui) fn Time(milliseconds: i64) -> impl IntoView {
    let (Running(running), units) = (expect_context(), &text().units);
    let shown = move || if running.get() { local(&(milliseconds as f64).into()) } else { units.day(milliseconds) };
    view! { <time datetime=moment(milliseconds)>{shown}</time> }
}

/// The dates of a list, which are pieces of HTML: those that the server rendered are in the person's time zone, too, once
/// the page is hydrated.
pub(in crate::ui) fn localize<E>(list: NodeRef<E>)
where
    E: leptos::html::ElementType + 'static,
    E::Output: AsRef<Element> + wasm_bindgen::JsCast + Clone + 'static,
{
    let Running(running) = expect_context();
    Effect::new(move |_| {
        let Some(list) = list.get().filter(|_| running.get()) else { return };
        let list: &Element = list.as_ref();
        let Ok(times) = list.query_selector_all("time") else { return };
        for time in (0..times.length()).filter_map(|at| times.get(at)?.dyn_into::<Element>().ok()) {
            time.set_text_content(time.get_attribute("datetime").map(|moment| local(&moment.into())).as_deref());
        }
    });
}

/// A moment in the person's time zone: milliseconds since 1970, or RFC 3339.
pub(in crate::ui) fn local(moment: &JsValue) -> String {
    let date = js_sys::Date::new(moment);
    let options = js_sys::Object::new();
    for (name, value) in [("dateStyle", "medium"), ("timeStyle", "short")] {
        // Setting a property fails only on frozen objects.
        drop(js_sys::Reflect::set(&options, &name.into(), &value.into()));
    }
    date.to_locale_string("default", &options).into()
}
