//! Uploads of the running page. They are provided above the router, so that they continue while people move between
//! pages. `queue` decides what to do, without a browser; `driver.rs` does it; the tray (`ui/app/components/tray.rs`)
//! shows it.

mod answer;
mod driver;
mod hash;
mod hash_worker;
pub(in crate::ui) mod pick;
mod probe;
pub(in crate::ui) mod queue;
mod speed_meter;
mod transfer;
mod wake_lock;

use leptos::prelude::*;
use web_sys::File;

use crate::model::id::EntryId;
use crate::model::upload::Upload;
use crate::ui::app::state::Changes;
use crate::ui::app::uploads::pick::{Picked, PickedKind};
use crate::ui::app::uploads::queue::{Chosen, Resumed, View};

/// The uploads of this page.
#[derive(Clone, Copy)]
pub(in crate::ui) struct Uploads {
    /// What the tray shows.
    pub view: RwSignal<View>,
    changes: Changes,
}

/// Provides the app's only queue.
pub(in crate::ui) fn provide_uploads(changes: Changes) {
    let uploads = Uploads { view: RwSignal::new(View::default()), changes };
    provide_context(uploads);
    // Effects run only in the browser.
    Effect::new(move |_| uploads.listen_for_network());
}

impl Uploads {
    /// Adds files to the queue, to be uploaded into this folder; `None` is the account's root.
    pub(in crate::ui) fn add(self, folder: Option<EntryId>, picked: Vec<Picked>) {
        self.change(|engine| {
            for Picked { what, name, path } in picked {
                let chosen = Chosen { name, path, folder: folder.clone(), ..Chosen::default() };
                match what {
                    PickedKind::File(file) => {
                        let Chosen { size, modified_ms, .. } = of_file(&file);
                        let id = engine.queue.add(Chosen { size, modified_ms, ..chosen });
                        engine.files.insert(id, file);
                    }
                    PickedKind::EmptyFolder => drop(engine.queue.add(Chosen { is_folder: true, ..chosen })),
                    PickedKind::Unreadable => engine.queue.add_unreadable(chosen),
                }
            }
        });
    }

    /// Resumes an incomplete upload with this file, if it turns out to be the one the upload was started with.
    pub(in crate::ui) fn resume(self, upload: &Upload, file: File) {
        let picked = file.name();
        let picked = if pick::is_same_name(&picked, &upload.name) { upload.name.clone() } else { picked };
        let chosen = Chosen {
            name: upload.name.clone(),
            path: upload.path.clone(),
            folder: upload.folder.clone(),
            resumes: Some(Resumed { upload: upload.id.clone(), picked }),
            ..of_file(&file)
        };
        self.change(|engine| {
            let id = engine.queue.add(chosen);
            engine.files.insert(id, file);
        });
    }

    /// Pauses or resumes a file.
    pub(in crate::ui) fn pause(self, id: u32, paused: bool) {
        self.change(|engine| engine.queue.pause(id, paused));
    }

    /// Pauses or resumes all files.
    pub(in crate::ui) fn pause_all(self, paused: bool) {
        self.change(|engine| engine.queue.pause_all(paused));
    }

    /// Retries a failed file.
    pub(in crate::ui) fn retry(self, id: u32) {
        self.change(|engine| engine.queue.retry(id));
    }

    /// Retries all failed files.
    pub(in crate::ui) fn retry_all(self) {
        self.change(|engine| engine.queue.retry_all());
    }

    /// Removes a file. Its upload is aborted, unless it failed for a reason that another file may not have.
    pub(in crate::ui) fn remove(self, id: u32) {
        self.change(|engine| engine.queue.remove(id));
        self.changes.lists();
    }

    /// Cancels all files, except those that the server is already assembling.
    pub(in crate::ui) fn cancel_all(self) {
        self.change(|engine| engine.queue.cancel_all());
    }

    /// Removes everything that is over; parts on the server remain there.
    pub(in crate::ui) fn clear(self) {
        self.change(|engine| engine.queue.clear());
        self.changes.lists();
    }
}

fn of_file(file: &File) -> Chosen {
    Chosen {
        name: file.name(),
        size: file.size() as u64,
        modified_ms: file.last_modified() as i64,
        ..Chosen::default()
    }
}
