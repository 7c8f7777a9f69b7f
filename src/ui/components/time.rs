//! Moments: written in UTC by the server, in the person's own time once the page runs.

use leptos::prelude::*;

use crate::ui::text;

/// Whether the browser has taken over: the first text must be the server's.
#[derive(Clone, Copy)]
pub(in crate::ui) struct Running(pub RwSignal<bool>);

/// Gives the app its one word on whether it runs; effects run in the browser alone.
pub(in crate::ui) fn provide_running() {
    let running = RwSignal::new(false);
    provide_context(Running(running));
    Effect::new(move |_| running.set(true));
}

/// A moment, given in milliseconds since 1970.
#[component]
pub(in crate::ui) fn Time(milliseconds: i64) -> impl IntoView {
    let Running(running) = expect_context();
    let text = move || if running.get() { local(milliseconds) } else { text::day(milliseconds) };
    view! { <time datetime=text::moment(milliseconds)>{text}</time> }
}

fn local(milliseconds: i64) -> String {
    let date = js_sys::Date::new(&(milliseconds as f64).into());
    let options = js_sys::Object::new();
    for (name, value) in [("dateStyle", "medium"), ("timeStyle", "short")] {
        // Fails for frozen objects alone.
        drop(js_sys::Reflect::set(&options, &name.into(), &value.into()));
    }
    date.to_locale_string("default", &options).into()
}
