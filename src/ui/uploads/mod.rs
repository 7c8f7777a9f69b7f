//! Uploads of the running page. They stand above the router, so that they go on while one moves between pages. What
//! is to be done is decided by `queue.rs`, a machine without a browser; `driver.rs` does it. What people see of it is
//! the tray (`ui/components/tray.rs`).

mod awake;
mod driver;
mod hash;
mod pace;
pub(in crate::ui) mod pick;
pub(in crate::ui) mod queue;
mod transfer;

use leptos::prelude::*;
use web_sys::File;

use crate::model::id::EntryId;
use crate::model::upload::Upload;
use crate::ui::app::Changes;
use pick::Picked;
use queue::{Chosen, View};

/// The uploads of this page.
#[derive(Clone, Copy)]
pub(in crate::ui) struct Uploads {
    /// What the tray shows.
    pub view: RwSignal<View>,
    /// The folder that chosen files go to; `None` is the account's root.
    pub into: RwSignal<Option<EntryId>>,
    changes: Changes,
}

/// Gives the app its one queue.
pub(in crate::ui) fn provide_uploads(changes: Changes) {
    let uploads = Uploads { view: RwSignal::new(View::default()), into: RwSignal::new(None), changes };
    provide_context(uploads);
    // Effects run in the browser alone.
    Effect::new(move |_| uploads.listen_for_network());
}

impl Uploads {
    /// Adds files to the queue; they go to the folder that is open.
    pub(in crate::ui) fn add(self, picked: Vec<Picked>) {
        let folder = self.into.get_untracked();
        self.change(|engine| {
            for Picked { file, name, path } in picked {
                match file {
                    Some(file) => {
                        let chosen = Chosen { name, path, folder: folder.clone(), ..of_file(&file) };
                        let id = engine.queue.add(chosen);
                        engine.files.insert(id, file);
                    }
                    None => engine.queue.add_unreadable(name, path),
                }
            }
        });
    }

    /// Goes on with an upload of which a part has arrived before, if this is its file.
    pub(in crate::ui) fn resume(self, upload: &Upload, file: File) {
        let chosen = Chosen {
            name: upload.name.clone(),
            folder: upload.folder.clone(),
            resumes: Some(upload.id.clone()),
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

    /// Takes a file out. The server gives up what it has of it, but where another file was chosen for an upload.
    pub(in crate::ui) fn remove(self, id: u32) {
        self.change(|engine| engine.queue.remove(id));
        self.changes.files.update(|count| *count += 1);
    }

    /// Takes every file out that is not over.
    pub(in crate::ui) fn cancel_all(self) {
        self.change(|engine| engine.queue.cancel_all());
    }

    /// Takes everything out that is over.
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
