//! What people do with files in the queue: pause, resume, retry and remove them.

use crate::ui::app::uploads::queue::item::{Item, Stage};
use crate::ui::app::uploads::queue::{Action, Queue, stop};

impl Queue {
    /// Pauses or resumes a file.
    pub(in crate::ui::app::uploads) fn pause(&mut self, id: u32, paused: bool) {
        if let Some(item) = self.items.iter_mut().find(|item| item.id == id && !item.is_over()) {
            item.paused = paused;
            if paused {
                stop(item, &mut self.pending);
            }
        }
    }

    /// Pauses or resumes all files.
    pub(in crate::ui::app::uploads) fn pause_all(&mut self, paused: bool) {
        for id in self.ids() {
            self.pause(id, paused);
        }
    }

    /// Retries a failed file.
    pub(in crate::ui::app::uploads) fn retry(&mut self, id: u32) {
        let Some(item) = self.items.iter_mut().find(|item| item.id == id) else { return };
        let Stage::Failed(trouble) = &item.stage else { return };
        if !trouble.may_be_tried_again() {
            return;
        }
        (item.tries, item.due, item.paused) = (0, 0.0, false);
        for part in &mut item.parts {
            part.rewind();
        }
        item.stage = match (&item.upload, item.part_size) {
            (None, _) => Stage::New,
            (Some(_), 0) => Stage::StatusUnknown,
            (Some(_), _) if !item.is_compared() => Stage::Comparing,
            (Some(_), _) => Stage::Sending,
        };
        self.is_taken();
    }

    /// Retries all failed files for which that may help.
    pub(in crate::ui::app::uploads) fn retry_all(&mut self) {
        for id in self.ids() {
            self.retry(id);
        }
    }

    /// Removes a file because a person does not want it; its upload is aborted. The upload is kept if it failed for a
    /// reason that another file may not have, as when this was the wrong file for it.
    pub(in crate::ui::app::uploads) fn remove(&mut self, id: u32) {
        let keeps = |item: &Item| match &item.stage {
            Stage::Done => true,
            Stage::Failed(trouble) => !trouble.may_be_tried_again(),
            _ => false,
        };
        if let Some(item) = self.take_out(id)
            && !keeps(&item)
        {
            self.to_abort.extend(item.upload);
        }
    }

    /// Removes everything that is not over, except files that the server is already assembling.
    pub(in crate::ui::app::uploads) fn cancel_all(&mut self) {
        let open = self.items.iter().filter(|item| !item.is_over() && !self.is_finishing(item));
        for id in open.map(|item| item.id).collect::<Vec<_>>() {
            self.remove(id);
        }
    }

    /// Removes everything that is over. Nothing is aborted: the parts of failed files remain on the server, listed as
    /// incomplete uploads.
    pub(in crate::ui::app::uploads) fn clear(&mut self) {
        for id in self.items.iter().filter(|item| item.is_over()).map(|item| item.id).collect::<Vec<_>>() {
            self.take_out(id);
        }
    }

    /// Takes a file out of the queue. One whose upload is being created remains until the server has answered.
    fn take_out(&mut self, id: u32) -> Option<Item> {
        let at = self.items.iter().position(|item| item.id == id)?;
        let item = &mut self.items[at];
        stop(item, &mut self.pending);
        self.pending.push(Action::Forget(id));
        if item.stage == Stage::Creating {
            item.cancelled = true;
            return None;
        }
        Some(self.items.remove(at))
    }
}
