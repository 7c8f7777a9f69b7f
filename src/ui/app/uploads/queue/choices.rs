//! What people do to files in the queue: stop them, try them again, take them out.

use crate::ui::app::uploads::queue::item::{Item, Stage};
use crate::ui::app::uploads::queue::{Action, Queue, stop};

impl Queue {
    /// Stops a file, or lets it go on.
    pub(in crate::ui::app::uploads) fn pause(&mut self, id: u32, paused: bool) {
        if let Some(item) = self.items.iter_mut().find(|item| item.id == id && !item.is_over()) {
            item.paused = paused;
            if paused {
                stop(item, &mut self.pending);
            }
        }
    }

    /// Stops every file, or lets every file go on.
    pub(in crate::ui::app::uploads) fn pause_all(&mut self, paused: bool) {
        for id in self.ids() {
            self.pause(id, paused);
        }
    }

    /// Tries a file again that was not kept.
    pub(in crate::ui::app::uploads) fn retry(&mut self, id: u32) {
        let Some(item) = self.items.iter_mut().find(|item| item.id == id) else { return };
        let Stage::Failed(trouble) = &item.stage else { return };
        if !trouble.may_be_tried_again() {
            return;
        }
        (item.tries, item.due, item.paused) = (0, 0.0, false);
        for part in &mut item.parts {
            part.again();
        }
        item.stage = match (&item.upload, item.part_size) {
            (None, _) => Stage::New,
            (Some(_), 0) => Stage::Unasked,
            (Some(_), _) if !item.is_compared() => Stage::Comparing,
            (Some(_), _) => Stage::Sending,
        };
    }

    /// Tries every file again that was not kept and may be.
    pub(in crate::ui::app::uploads) fn retry_all(&mut self) {
        for id in self.ids() {
            self.retry(id);
        }
    }

    /// Takes a file out because a person does not want it: the server gives up what it has of it. Where nothing more can
    /// be done with this file here, as with one that is not the upload's own, the server keeps what it has for another.
    pub(in crate::ui::app::uploads) fn remove(&mut self, id: u32) {
        let keeps = |item: &Item| match &item.stage {
            Stage::Done => true,
            Stage::Failed(trouble) => !trouble.may_be_tried_again(),
            _ => false,
        };
        if let Some(item) = self.take_out(id)
            && !keeps(&item)
        {
            self.doomed.extend(item.upload);
        }
    }

    /// Takes everything out that is not over, but for what the server is putting together: that becomes files.
    pub(in crate::ui::app::uploads) fn cancel_all(&mut self) {
        let open = self.items.iter().filter(|item| !item.is_over() && !self.is_finishing(item));
        for id in open.map(|item| item.id).collect::<Vec<_>>() {
            self.remove(id);
        }
    }

    /// Takes everything out that is over. Nothing is given up: what has arrived of a file that failed stays at the server,
    /// among the unfinished uploads.
    pub(in crate::ui::app::uploads) fn clear(&mut self) {
        for id in self.items.iter().filter(|item| item.is_over()).map(|item| item.id).collect::<Vec<_>>() {
            self.take_out(id);
        }
    }

    /// The file, out of the queue. One of which the server is just being told goes once it has answered.
    fn take_out(&mut self, id: u32) -> Option<Item> {
        let at = self.items.iter().position(|item| item.id == id)?;
        let item = &mut self.items[at];
        stop(item, &mut self.pending);
        self.pending.push(Action::Forget(id));
        if item.stage == Stage::Creating {
            item.gone = true;
            return None;
        }
        Some(self.items.remove(at))
    }
}
