//! The page that asks what is done with an entry whose name is taken where it is to be moved or copied.

use std::sync::Arc;

use leptos::prelude::*;
use leptos_router::components::A;
use maud::html;

use crate::model::control;
use crate::model::form::Field;
use crate::model::moving::{MoveRequest, NameChoice, Occupant, TakenName};
use crate::model::paths;
use crate::ui::app::components::moving::HiddenMoveRequest;
use crate::ui::app::components::notice::Notices;
use crate::ui::components::field::Problems;
use crate::ui::components::form::Form;
use crate::ui::components::name::EntryName;
use crate::ui::components::time::Time;
use crate::ui::text::text;

/// The pages `/files/move/{entries}/taken/{folder}` and `/files/copy/{entries}/taken/{folder}`.
#[component]
pub(super) fn NameTakenForm(request: MoveRequest, what: TakenName) -> impl IntoView {
    let text = text();
    let TakenName { name, folder, there, coming, free_name, others, from } = what;
    let folder = folder.unwrap_or_else(|| text.entries.files.to_owned());
    let list = paths::folder(from.as_ref());
    let operation = request.operation;
    let (asked, kind) = ([coming.id.clone(), there.id.clone()], there.kind);
    let both = [
        (text.moving.there, there.created > coming.created, &there),
        ((text.moving.coming)(operation), coming.created > there.created, &coming),
    ];
    let one = |(label, is_newer, &Occupant { size, created, .. }): (&'static str, bool, &Occupant)| {
        let size = size.map_or_else(|| text.entries.folder.to_owned(), |size| text.units.size(size));
        view! {
            <p class="what">
                <span>{label}</span>" "
                <span class="soft">{size}</span>" "
                <span class="soft"><Time milliseconds=created/></span>" "
                <span class="soft">{is_newer.then_some(text.moving.newer)}</span>
            </p>
        }
    };
    let choices = [
        (NameChoice::KeepBoth, text.moving.keep_both, (text.moving.keep_both_means)(operation, &free_name)),
        (NameChoice::Replace, text.moving.replace, (text.moving.replace_means)(kind).to_owned()),
        (NameChoice::Skip, text.moving.skip, (text.moving.skip_means)(operation).to_owned()),
    ];
    let notices: Notices = expect_context();
    let on_done = Arc::new(move |_: &str, choice: Option<&str>| {
        if let Some(choice) = choice.and_then(NameChoice::from_word) {
            notices.tell((text.moving.answered)(operation, choice).to_owned(), None);
        }
    });
    let answers = html! {
        @if others > 0 {
            label { input type="checkbox" name=(control::FOR_ALL) value="1"; ((text.moving.for_all)(others)) }
        }
        @for (choice, label, means) in choices {
            button name=(control::CHOICE) value=(choice.word()) { (label) " " span.soft { (means) } }
        }
    };
    view! {
        <section class="ask">
            <h1><EntryName of=name/>" "{(text.moving.is_taken)(&folder)}</h1>
            {both.map(one).collect_view()}
            <Form action=paths::place(operation) on_done>
                <HiddenMoveRequest request from asked/>
                <div class="answers" inner_html=answers.into_string()></div>
                <Problems which=Field::Entries/>
                <p><A href=list>{text.moving.stop}</A></p>
            </Form>
        </section>
    }
}
