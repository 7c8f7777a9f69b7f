//! A field of a form: label, control, hint, and what is wrong with what was given.

use leptos::prelude::*;

use crate::model::form::Field as Which;
use crate::model::problem::FieldProblem;
use crate::ui::components::form::FormSignal;
use crate::ui::text;

/// A labelled control for text. What was typed comes back after a refusal, but for passwords.
#[component]
pub(in crate::ui) fn Field(
    which: Which,
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

/// The ids of what describes a control.
pub(in crate::ui) fn description(name: &str, hint: bool, wrong: bool) -> Option<String> {
    let ids: Vec<_> =
        [wrong.then(|| format!("{name}-error")), hint.then(|| format!("{name}-hint"))].into_iter().flatten().collect();
    (!ids.is_empty()).then(|| ids.join(" "))
}

/// What is wrong at a field; nothing where nothing is.
#[component]
pub(in crate::ui) fn Problems(which: Which) -> impl IntoView {
    let FormSignal(form) = expect_context();
    let sentence = move || {
        let sentences: Vec<_> =
            form.with(|form| form.problems(which).map(|problem| sentence(which, problem)).collect());
        (!sentences.is_empty()).then(|| sentences.join(" "))
    };
    view! {
        <div aria-live="polite">
            {move || sentence().map(|sentence| view! { <p class="error" id=format!("{}-error", which.name())>{sentence}</p> })}
        </div>
    }
}

fn sentence(which: Which, problem: &FieldProblem) -> String {
    match (which, problem) {
        (Which::Avatar | Which::Files, FieldProblem::Empty) => text::NOTHING_CHOSEN.to_owned(),
        (Which::FolderName, FieldProblem::NulInName { .. }) => text::NUL_IN_FOLDER_NAME.to_owned(),
        (Which::FolderName, FieldProblem::NameTooLong { .. }) => text::FOLDER_NAME_TOO_LONG.to_owned(),
        (Which::Entries, FieldProblem::Empty) => text::NOTHING_SELECTED.to_owned(),
        (_, problem) => text::field_problem(problem),
    }
}
