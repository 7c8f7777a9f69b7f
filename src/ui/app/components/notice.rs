//! What was done last, said in a line above the lower edge of the page, with a button that undoes it. Ctrl-Z does so, too,
//! also when the line is not there any more.

use std::time::Duration;

use leptos::ev::{self, KeyboardEvent};
use leptos::leptos_dom::helpers::window_event_listener;
use leptos::prelude::*;
use leptos::task::spawn_local;
use leptos_router::NavigateOptions;
use leptos_router::hooks::use_navigate;

use crate::model::form::{Field, FormAnswer};
use crate::model::id::EntryId;
use crate::model::moving::{MoveOrCopy, MoveRequest};
use crate::model::paths::{self, Page};
use crate::model::problem::Problem;
use crate::ui::app::components::focus::is_typing;
use crate::ui::app::components::session::leave_to_sign_in;
use crate::ui::app::state::Changes;
use crate::ui::components::form::{post, post_entries, post_move_request};
use crate::ui::text::{Text, text};

/// How long the line stays.
const STAYS: Duration = Duration::from_secs(20);

/// How something is undone.
#[derive(Clone, PartialEq)]
pub(in crate::ui) enum Undo {
    /// These entries come back out of the trash.
    Restore(Vec<EntryId>),
    /// These entries come back to the folder where they were.
    Move(MoveRequest),
    /// The entry gets the name back that it had.
    Rename(EntryId, String),
}

impl Undo {
    /// Whether an answer leads to a page that asks how it is to be undone.
    fn is_asked_at(&self, path: &str) -> bool {
        match self {
            Self::Restore(_) => path != paths::TRASH,
            Self::Move(_) => is_asked(path),
            Self::Rename(..) => false,
        }
    }
}

/// What was done last.
#[derive(Clone, Copy)]
pub(in crate::ui) struct Notices {
    sentence: RwSignal<Option<String>>,
    /// Whether the line is about what `undo` undoes.
    offers_undo: RwSignal<bool>,
    undo: RwSignal<Option<Undo>>,
    /// How many there have been, so that a line goes only by its own time.
    count: StoredValue<u32>,
    text: &'static Text,
}

/// Provides the app's notices.
pub(in crate::ui) fn provide_notices() -> Notices {
    let (sentence, undo, offers_undo) = (RwSignal::new(None), RwSignal::new(None), RwSignal::new(false));
    let notices = Notices { sentence, offers_undo, undo, count: StoredValue::new(0), text: text() };
    provide_context(notices);
    notices
}

impl Notices {
    /// Says how many entries were moved or copied, where the answer to the form leads to this address: it may ask about some
    /// of them. `back` is those entries and the folder where they were. `one` is said instead if there is just one.
    pub(in crate::ui) fn placed(self, path: &str, mut back: MoveRequest, one: Option<&str>) {
        if let Some(Page::NameTaken(left)) = Page::parse(path) {
            back.entries.retain(|id| !left.entries.contains(id));
        }
        let (operation, count) = (back.operation, back.entries.len());
        if count == 0 {
            self.undo.set(None);
            return;
        }
        let sentence = one.map_or_else(|| (self.text.moving.placed_many)(operation, count), str::to_owned);
        self.tell(sentence, Some(Undo::Move(back)).filter(|_| operation == MoveOrCopy::Move));
    }

    /// Says why something was not done; `undo` is then offered again. If it was done, this returns the address to which the
    /// answer leads.
    pub(in crate::ui) fn outcome(self, answer: Result<FormAnswer, Problem>, undo: Option<Undo>) -> Option<String> {
        let problems = &self.text.problems;
        match answer {
            Ok(FormAnswer::Go(path)) => return Some(path),
            Ok(FormAnswer::Refused(state)) => {
                let first = state.errors.first();
                self.tell(first.map(|error| problems.at(error.field, &error.problem)).unwrap_or_default(), None);
            }
            Err(Problem::NotSignedIn) => leave_to_sign_in(),
            Err(error) => self.tell(problems.sentence(&error), undo),
        }
        None
    }

    /// Says what was done, and how it can be undone. What was done before cannot be undone any more.
    pub(in crate::ui) fn tell(self, sentence: String, undo: Option<Undo>) {
        self.undo.set(undo);
        self.say(sentence);
        self.offers_undo.set(self.undo.with_untracked(Option::is_some));
    }

    /// Says something where nothing was done: what was done before can still be undone.
    pub(in crate::ui) fn say(self, sentence: String) {
        let number = self.count.get_value().wrapping_add(1);
        self.count.set_value(number);
        self.offers_undo.set(false);
        self.sentence.set(Some(sentence));
        set_timeout(
            move || {
                if self.count.try_get_value() == Some(number) {
                    self.sentence.set(None);
                }
            },
            STAYS,
        );
    }
}

/// The line that says what was done last.
#[component]
pub(in crate::ui) fn NoticeLine() -> impl IntoView {
    let (notices, changes): (Notices, Changes) = (expect_context(), expect_context());
    let (navigate, text) = (use_navigate(), text());
    let undo = move || {
        // It is undone once.
        let Some(undo) = notices.undo.try_update(Option::take).flatten() else { return };
        let navigate = navigate.clone();
        spawn_local(async move {
            let answer = match &undo {
                Undo::Restore(ids) => post_entries(paths::TRASH_RESTORE, ids, &[]).await,
                Undo::Move(back) => post_move_request(back).await,
                Undo::Rename(id, name) => post(&paths::rename(id), &[(Field::EntryName.name(), name)]).await,
            };
            changes.all();
            match notices.outcome(answer, Some(undo.clone())) {
                // Something stands in the way of putting it back, which that page asks about.
                Some(path) if undo.is_asked_at(&path) => {
                    notices.sentence.set(None);
                    navigate(&path, NavigateOptions::default());
                }
                Some(_) => notices.tell(text.trash.undone.to_owned(), None),
                None => {}
            }
        });
    };
    let by_key = undo.clone();
    let key_pressed = move |event: KeyboardEvent| {
        let is_undo = event.key().eq_ignore_ascii_case("z")
            && (event.ctrl_key() || event.meta_key())
            && !event.shift_key()
            && !event.alt_key();
        if is_undo && !is_typing(&event) && notices.undo.with_untracked(Option::is_some) {
            event.prevent_default();
            by_key();
        }
    };
    // In the browser alone. The frame stays as long as the page is open.
    Effect::new(move |_| {
        let _ = window_event_listener(ev::keydown, key_pressed.clone());
    });
    view! {
        <div class="notice" role="status">
            {move || {
                let undo = undo.clone();
                notices.sentence.get().map(|sentence| view! {
                    <p>{sentence}</p>
                    {(notices.offers_undo.get() && notices.undo.with(Option::is_some)).then(|| view! {
                        <button class="quiet undo" type="button" on:click=move |_| undo()>{text.trash.undo}</button>
                    })}
                    <button class="quiet" type="button" on:click=move |_| notices.sentence.set(None)>{text.uploads.close}</button>
                })
            }}
        </div>
    }
}

/// Whether an answer to the form that moves or copies entries leads to a page that asks about it.
pub(in crate::ui) fn is_asked(path: &str) -> bool {
    matches!(Page::parse(path), Some(Page::NameTaken(_) | Page::ChooseFolder(_)))
}
