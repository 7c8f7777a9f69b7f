//! Dates and times: rendered in UTC by the server, then in the person's time zone after hydration.

use leptos::prelude::*;

use crate::ui::text::{Units, moment, text};

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
    time(milliseconds, expect_context(), &text().units)
}

/// The same, for lists of many.
pub(in crate::ui) fn time(milliseconds: i64, Running(running): Running, units: &'static Units) -> impl IntoView {
    let shown = move || if running.get() { local(milliseconds) } else { units.day(milliseconds) };
    view! { <time datetime=moment(milliseconds)>{shown}</time> }
}

fn local(milliseconds: i64) -> String {
    let date = js_sys::Date::new(&(milliseconds as f64).into());
    let options = js_sys::Object::new();
    for (name, value) in [("dateStyle", "medium"), ("timeStyle", "short")] {
        // Setting a property fails only on frozen objects.
        drop(js_sys::Reflect::set(&options, &name.into(), &value.into()));
    }
    date.to_locale_string("default", &options).into()
}
