//! What the pages share that move entries.

use leptos::prelude::*;

use crate::model::form::Field;
use crate::model::id::EntryId;
use crate::model::moving::Move;
use crate::model::paths;
use crate::ui::app::components::notice::{Notices, Undo};
use crate::ui::text::text;

/// What a form of a move sends besides what is asked: the entries, where they go, and the folder where they were.
#[component]
pub(in crate::ui) fn HiddenMove(moved: Move, from: Option<EntryId>) -> impl IntoView {
    let hidden = |name: &'static str, value: String| view! { <input type="hidden" name=name value=value/> };
    let entries = moved.entries.iter().map(|id| hidden(Field::Entries.name(), id.to_string())).collect_view();
    view! {
        {entries}
        {hidden("to", paths::move_target(moved.to.as_ref()).to_owned())}
        {from.map(|from| hidden("at", from.to_string()))}
    }
}

/// Tells that entries were moved, and how that is undone.
#[derive(Clone)]
pub(in crate::ui) struct Moved {
    notices: Notices,
    sentence: String,
    back: Move,
}

impl Moved {
    /// For these, as many as `count`, which go to a folder of this name; `back` undoes it.
    pub(in crate::ui) fn of(names: &[String], count: usize, folder: &str, back: Move) -> Self {
        let text = &text().moving;
        let sentence = match names {
            [name] if count == 1 => (text.moved)(name, folder),
            _ => (text.moved_many)(count),
        };
        Self { notices: expect_context(), sentence, back }
    }

    /// Tells it, once the answer to the form leads to this path.
    pub(in crate::ui) fn tell(&self, path: &str) {
        // Not yet if something is still asked.
        if !path.starts_with(paths::MOVE) {
            self.notices.tell(self.sentence.clone(), Some(Undo::Move(self.back.clone())));
        }
    }
}
