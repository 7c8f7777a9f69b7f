//! Uploads of the running page. They stand above the router, so that they go on while one moves between pages. What
//! is to be done is decided by `queue.rs`, a machine without a browser; `driver.rs` does it. What people see of it is
//! the tray (`ui/components/tray.rs`).

mod driver;
mod hash;
mod hash_worker;
pub(in crate::ui) mod pick;
pub(in crate::ui) mod queue;
mod speed_meter;
mod timeout;
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

/// Gives the app its one queue.
pub(in crate::ui) fn provide_uploads(changes: Changes) {
    let uploads = Uploads { view: RwSignal::new(View::default()), changes };
    provide_context(uploads);
    // Effects run in the browser alone.
    Effect::new(move |_| uploads.listen_for_network());
}

impl Uploads {
    /// Adds files to the queue; they go to this folder, or to where the account's files begin.
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

    /// Goes on with an upload of which a part has arrived before, if this is its file.
    pub(in crate::ui) fn resume(self, upload: &Upload, file: File) {
        let chosen = Chosen {
            name: upload.name.clone(),
            path: upload.path.clone(),
            folder: upload.folder.clone(),
            resumes: Some(Resumed { upload: upload.id.clone(), picked: file.name() }),
            ..of_file(&file)
        };
        self.change(|engine| {
            let id = engine.queue.add(chosen);
            engine.files.insert(id, file);
        });
    }

    /// Stops a file, or lets it go on.
    pub(in crate::ui) fn pause(self, id: u32, paused: bool) {
        self.change(|engine| engine.queue.pause(id, paused));
    }

    /// Stops every file, or lets every file go on.
    pub(in crate::ui) fn pause_all(self, paused: bool) {
        self.change(|engine| engine.queue.pause_all(paused));
    }

    /// Tries a file again that was not kept.
    pub(in crate::ui) fn retry(self, id: u32) {
        self.change(|engine| engine.queue.retry(id));
    }

    /// Tries every file again that was not kept.
    pub(in crate::ui) fn retry_all(self) {
        self.change(|engine| engine.queue.retry_all());
    }

    /// Takes a file out. The server gives up what it has of it, unless nothing more can be done with this file here.
    pub(in crate::ui) fn remove(self, id: u32) {
        self.change(|engine| engine.queue.remove(id));
        self.changes.files.update(|count| *count += 1);
    }

    /// Takes every file out that is not over, but for what is being put together.
    pub(in crate::ui) fn cancel_all(self) {
        self.change(|engine| engine.queue.cancel_all());
    }

    /// Takes everything out that is over; the server keeps what it has.
    pub(in crate::ui) fn clear(self) {
        self.change(|engine| engine.queue.clear());
        self.changes.files.update(|count| *count += 1);
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
