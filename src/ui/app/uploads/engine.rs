//! The queue with the browser's objects that belong to it, and what commands do to them.

use std::collections::BTreeMap;

use js_sys::{Date, Math};
use web_sys::File;

use crate::model::id::EntryId;
use crate::model::upload::Upload;
use crate::ui::app::uploads::Command;
use crate::ui::app::uploads::hash::PartBytes;
use crate::ui::app::uploads::pick::{Picked, PickedKind, is_same_name};
use crate::ui::app::uploads::queue::{Chosen, Queue, Resumed};
use crate::ui::app::uploads::transfer::Transfer;

/// The queue, with the browser objects that belong to its files.
pub(super) struct Engine {
    pub queue: Queue,
    pub files: BTreeMap<u32, File>,
    pub transfers: BTreeMap<(u32, u32), Transfer>,
    /// The bytes of parts that were read to be hashed, until they have arrived.
    pub read: BTreeMap<(u32, u32), PartBytes>,
    /// Whether the next tick is set.
    pub ticks: bool,
}

impl Engine {
    /// One with nothing to do.
    pub fn new() -> Self {
        Self {
            queue: Queue::new((Math::random() * f64::from(u32::MAX)) as u32),
            files: BTreeMap::new(),
            transfers: BTreeMap::new(),
            read: BTreeMap::new(),
            ticks: false,
        }
    }

    /// Has the queue do what the command says.
    pub fn command(&mut self, command: Command) {
        let queue = &mut self.queue;
        match command {
            Command::Add(folder, picked) => picked.into_iter().for_each(|picked| self.add(folder.clone(), picked)),
            Command::Resume(upload, file) => {
                let picked = file.name();
                let picked = if is_same_name(&picked, &upload.name) { upload.name.clone() } else { picked };
                let Upload { name, path, folder, id, .. } = upload;
                let resumes = Some(Resumed { upload: id, picked });
                let id = queue.add(Chosen { name, path, folder, resumes, ..of_file(&file) });
                self.files.insert(id, file);
            }
            Command::Pause(id, paused) => queue.pause(id, paused),
            Command::PauseAll(paused) => queue.pause_all(paused),
            Command::Retry(id) => queue.retry(id),
            Command::RetryAll => queue.retry_all(),
            Command::Remove(id) => queue.remove(id),
            Command::CancelAll => queue.cancel_all(),
            Command::Clear => queue.clear(),
            Command::NetworkChanged => queue.network_changed(Date::now()),
        }
    }

    fn add(&mut self, folder: Option<EntryId>, Picked { what, name, path }: Picked) {
        let chosen = Chosen { name, path, folder, ..Chosen::default() };
        match what {
            PickedKind::File(file) => {
                let Chosen { size, modified_ms, .. } = of_file(&file);
                let id = self.queue.add(Chosen { size, modified_ms, ..chosen });
                self.files.insert(id, file);
            }
            PickedKind::EmptyFolder => drop(self.queue.add(Chosen { is_folder: true, ..chosen })),
            PickedKind::Unreadable => self.queue.add_unreadable(chosen),
        }
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
