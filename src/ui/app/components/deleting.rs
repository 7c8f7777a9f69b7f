//! Deleting entries of a list at once, from a running page: they go to the trash, and the page says how to undo it. Where
//! scripts are off, the same links and buttons lead to pages and forms.

use leptos::prelude::*;
use leptos::task::spawn_local;
use wasm_bindgen::JsCast as _;
use web_sys::{Element, KeyboardEvent, MouseEvent};

use crate::model::id::EntryId;
use crate::model::paths;
use crate::model::problem::Problem;
use crate::ui::app::components::focus::focus;
use crate::ui::app::components::notice::{Notices, Undo};
use crate::ui::app::components::row_events::{entry_of, row_of};
use crate::ui::app::state::Changes;
use crate::ui::components::form::{FormSignal, post_entries};
use crate::ui::text::{Text, text};

/// Deletes entries of the open list.
#[derive(Clone, Copy)]
pub(in crate::ui) struct Deleting {
    notices: Notices,
    changes: Changes,
    form: FormSignal,
    text: &'static Text,
    busy: StoredValue<bool>,
}

impl Deleting {
    /// For the page that is open.
    pub(in crate::ui) fn of_page() -> Self {
        let (notices, changes, form) = (expect_context(), expect_context(), expect_context());
        Self { notices, changes, form, text: text(), busy: StoredValue::new(false) }
    }

    /// Handles a click: one on the link of a row that deletes.
    pub(in crate::ui) fn clicked(self, event: &MouseEvent) {
        let is_plain =
            event.button() == 0 && !(event.ctrl_key() || event.meta_key() || event.shift_key() || event.alt_key());
        let target = event.target().filter(|_| is_plain).and_then(|target| target.dyn_into::<Element>().ok());
        if target.is_some_and(|target| target.closest(".act-link").is_ok_and(|link| link.is_some())) {
            self.delete_row(event);
        }
    }

    /// Handles a key: Delete in a row.
    pub(in crate::ui) fn key_pressed(self, event: &KeyboardEvent) {
        if event.key().eq_ignore_ascii_case("delete") {
            self.delete_row(event);
        }
    }

    fn delete_row(self, event: &web_sys::Event) {
        let Some(row) = row_of(event) else { return };
        let Some(id) = entry_of(&row) else { return };
        event.prevent_default();
        let name = row.query_selector("td.name bdi").ok().flatten().and_then(|name| name.text_content());
        let sentence = (self.text.trash.deleted)(&name.unwrap_or_default());
        // Whoever goes on by keyboard goes on beside it.
        let beside = row.next_element_sibling().or_else(|| row.previous_element_sibling());
        self.send(vec![id], sentence, beside);
    }

    /// Deletes these entries.
    pub(in crate::ui) fn delete(self, ids: Vec<EntryId>) {
        let sentence = (self.text.trash.deleted_many)(ids.len());
        self.send(ids, sentence, None);
    }

    fn send(self, ids: Vec<EntryId>, sentence: String, beside: Option<Element>) {
        // A second click while the first request is pending.
        if self.busy.get_value() {
            return;
        }
        self.busy.set_value(true);
        spawn_local(async move {
            let answer = post_entries(paths::TRASH, &ids, &[]).await;
            let Self { notices, changes, form: FormSignal(form), .. } = self;
            // What is not there any more was deleted elsewhere.
            if !matches!(answer, Err(Problem::NotFound)) && notices.outcome(answer, None).is_some() {
                form.update(|form| form.errors.clear());
                notices.tell(sentence, Some(Undo::Restore(ids)));
            }
            changes.all();
            focus(beside.and_then(|row| row.query_selector("td.name a").ok().flatten()));
            // The page may have been left in the meantime.
            let _gone = self.busy.try_update_value(|busy| *busy = false);
        });
    }
}
