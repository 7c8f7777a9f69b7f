//! A field of a form: label, control, hint and error.

use leptos::prelude::*;

use crate::model::form::Field;
use crate::ui::components::form::FormSignal;
use crate::ui::text::text;

/// A labelled text control. After a refusal it keeps what was typed, except for passwords.
#[component]
pub(in crate::ui) fn TextField(
    which: Field,
    label: &'static str,
    #[prop(default = "text")] kind: &'static str,
    autocomplete: &'static str,
    #[prop(optional)] hint: &'static str,
    #[prop(optional, into)] value: String,
) -> impl IntoView {
    let FormSignal(form) = expect_context();
    let name = which.name();
    let typed = form
        .with_untracked(|form| form.values.iter().any(|(of, _)| *of == which).then(|| form.value(which).to_owned()));
    let wrong = move || form.with(|form| form.problems(which).next().is_some());
    let described = move || description(name, !hint.is_empty(), wrong());
    view! {
        <div class="field">
            <label for=name>{label}</label>
            <input id=name name=name type=kind value=typed.unwrap_or(value) autocomplete=autocomplete required=true
                aria-invalid=move || wrong().then_some("true") aria-describedby=described/>
            {(!hint.is_empty()).then(|| view! { <p class="hint" id=format!("{name}-hint")>{hint}</p> })}
            <Problems which/>
        </div>
    }
}

/// The ids of the elements that describe a control, for `aria-describedby`.
pub(in crate::ui) fn description(name: &str, hint: bool, wrong: bool) -> Option<String> {
    let ids: Vec<_> =
        [wrong.then(|| format!("{name}-error")), hint.then(|| format!("{name}-hint"))].into_iter().flatten().collect();
    (!ids.is_empty()).then(|| ids.join(" "))
}

/// The error of a field, if any.
#[component]
pub(in crate::ui) fn Problems(which: Field) -> impl IntoView {
    let FormSignal(form) = expect_context();
    let text = text();
    let sentence = move || {
        let sentences: Vec<_> =
            form.with(|form| form.problems(which).map(|problem| text.problems.at(which, problem)).collect());
        (!sentences.is_empty()).then(|| sentences.join(" "))
    };
    view! {
        <div aria-live="polite">
            {move || sentence().map(|sentence| view! { <p class="error" id=format!("{}-error", which.name())>{sentence}</p> })}
        </div>
    }
}
