//! Uploads of the running page. They are provided above the router, so that they continue while people move between
//! pages. `queue` decides what to do, without a browser; `driver.rs` does it; the tray (`ui/app/components/tray.rs`)
//! shows it.

mod answer;
mod driver;
mod engine;
mod hash;
mod hash_worker;
pub(in crate::ui) mod pick;
mod probe;
pub(in crate::ui) mod queue;
mod speed_meter;
mod transfer;
mod wake_lock;

use leptos::leptos_dom::helpers::window_event_listener_untyped;
use leptos::prelude::*;
use leptos::task::spawn_local;
use web_sys::File;

use crate::api::timeout::pause;
use crate::model::id::EntryId;
use crate::model::upload::Upload;
use crate::ui::app::components::notice::Notices;
use crate::ui::app::later::Later;
use crate::ui::app::state::Changes;
use crate::ui::app::uploads::pick::Picked;
use crate::ui::app::uploads::queue::View;
use crate::ui::text::text;

/// How many milliseconds pass until what uploads files is loaded again, if that failed.
pub(super) const AGAIN: i32 = 3000;

/// The uploads of this page.
#[derive(Clone, Copy)]
pub(in crate::ui) struct Uploads {
    /// What the tray shows.
    pub view: RwSignal<View>,
    changes: Changes,
    later: Later,
    notices: Notices,
    /// How many commands wait until what carries them out is loaded.
    waiting: StoredValue<u32>,
}

/// What the queue is told to do.
pub(in crate::ui) enum Command {
    /// Uploads these into this folder; `None` is the account's root.
    Add(Option<EntryId>, Vec<Picked>),
    /// Resumes an incomplete upload with this file, if it turns out to be the one the upload was started with.
    Resume(Upload, File),
    /// Pauses or resumes a file.
    Pause(u32, bool),
    /// Pauses or resumes all files.
    PauseAll(bool),
    /// Retries a failed file.
    Retry(u32),
    /// Retries all failed files.
    RetryAll,
    /// Removes a file. Its upload is aborted, unless it failed for a reason that another file may not have.
    Remove(u32),
    /// Cancels all files, except those that the server is already assembling.
    CancelAll,
    /// Removes everything that is over; parts on the server remain there.
    Clear,
    /// The browser has found or lost the network.
    NetworkChanged,
}

/// Provides the app's only queue.
pub(in crate::ui) fn provide_uploads(changes: Changes, later: Later, notices: Notices) {
    let uploads =
        Uploads { view: RwSignal::new(View::default()), changes, later, notices, waiting: StoredValue::new(0) };
    provide_context(uploads);
    // Effects run only in the browser.
    Effect::new(move |_| uploads.listen_for_network());
}

impl Uploads {
    /// Has the queue do something, as soon as it is loaded.
    pub(in crate::ui) fn tell(self, command: Command) {
        if self.later.is_loaded_untracked() {
            return self.carry_out(command);
        }
        self.waiting.update_value(|count| *count += 1);
        spawn_local(async move {
            while !self.later.load().await {
                self.say_what_waits();
                pause(AGAIN).await;
            }
            self.waiting.update_value(|count| *count -= 1);
            self.carry_out(command);
        });
    }

    /// Whether files wait to be uploaded because what does it is not loaded. If so, says so.
    pub(super) fn say_what_waits(self) -> bool {
        let waits = self.waiting.get_value() > 0;
        if waits {
            self.notices.say(text().uploads.waits_for_loading.to_owned());
        }
        waits
    }

    /// Listens for the browser's reports of a found or lost network.
    fn listen_for_network(self) {
        for name in ["online", "offline"] {
            // The app lives as long as the page, so the listener is never removed.
            let _handle = window_event_listener_untyped(name, move |_| {
                if self.later.is_loaded_untracked() {
                    self.carry_out(Command::NetworkChanged);
                }
            });
        }
    }
}
