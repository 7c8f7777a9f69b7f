//! Checks after a kill that everything that was acknowledged is there.

use std::collections::{BTreeMap, BTreeSet};

use crate::Result;
use crate::kill_uploads::ledger::{FileState, Ledger, Place, UploadStage};
use crate::visitor::Trouble;
use crate::wire::{ListedFile, TrashedFile, UploadStatus};

impl Ledger {
    /// Compares everything that the server lists with what it has acknowledged. No request may be pending.
    pub async fn reconcile(&self) -> Result<()> {
        let unfinished: BTreeMap<_, _> =
            self.visitor.unfinished().await?.into_iter().map(|upload| (upload.id.clone(), upload)).collect();
        // Completion by a sweep moves an upload to the list of files, so that list is read second.
        let files: BTreeMap<_, _> =
            self.visitor.files().await?.into_iter().map(|file| (file.name.clone(), file)).collect();
        let trash: BTreeMap<_, _> =
            self.visitor.trash().await?.into_iter().map(|file| (file.name.clone(), file)).collect();
        self.reconcile_files(&files, &trash);
        let fresh = self.fresh_files();
        self.reconcile_uploads(&unfinished, &files).await?;
        for name in fresh {
            self.compare(&name).await?;
        }
        self.reconcile_avatar().await
    }

    fn reconcile_files(&self, listed: &BTreeMap<String, ListedFile>, trash: &BTreeMap<String, TrashedFile>) {
        let mut files = self.files.borrow_mut();
        for name in listed.keys().chain(trash.keys()) {
            self.check(files.contains_key(name), || format!("{name} is listed and nobody has sent it"));
        }
        for (name, known) in files.iter_mut() {
            let (place, found) = match (listed.get(name), trash.get(name)) {
                (Some(file), trashed) => {
                    self.check(trashed.is_none(), || format!("{name} is listed and in the trash"));
                    self.check(file.check != "Damaged", || format!("{name} ({}) is said to be damaged", file.id));
                    (Place::Files, Some((&file.id, file.size)))
                }
                (None, Some(file)) => (Place::Trash, Some((&file.id, file.size))),
                (None, None) => (Place::Nowhere, None),
            };
            let state = known.state;
            self.check(state.allows(place), || {
                format!("{name} ({:?}) is {state:?}, and listed in {place:?}", known.id)
            });
            if let Some((id, size)) = found {
                self.check(known.size == size && known.id.as_ref().is_none_or(|known| known == id), || {
                    format!("{name} is listed as {id} with {size} bytes, not {:?} with {}", known.id, known.size)
                });
                known.id = Some(id.clone());
            }
            // What was sent and is not listed may still become a file.
            known.state = match place {
                Place::Files => FileState::Kept,
                Place::Trash => FileState::Trashed,
                Place::Nowhere if state == FileState::Leaving => FileState::Gone,
                Place::Nowhere => state,
            };
            known.fresh |= state != known.state;
        }
    }

    /// The names of the files whose content is to be compared, which are so no more.
    fn fresh_files(&self) -> Vec<String> {
        let mut files = self.files.borrow_mut();
        let fresh = files.iter_mut().filter(|(_, file)| file.state == FileState::Kept && file.fresh);
        fresh.map(|(name, file)| (name, file.fresh = false).0.clone()).collect()
    }

    async fn reconcile_uploads(
        &self,
        listed: &BTreeMap<String, UploadStatus>,
        files: &BTreeMap<String, ListedFile>,
    ) -> Result<()> {
        for (id, upload) in listed {
            let size = self.files.borrow().get(&upload.name).map(|file| file.size);
            if !self.check(size == Some(upload.size), || {
                format!("upload {id} of {} is listed and nobody began it", upload.name)
            }) {
                continue;
            }
            // An upload whose creation was not acknowledged is recognised by its name.
            if !self.uploads.borrow().contains_key(id) {
                self.began(upload, None);
            }
            self.upload(id, |known| {
                self.check(known.stage != UploadStage::Gone, || format!("upload {id} is back after it was given up"));
                (known.stage, known.busy, known.completing) = (UploadStage::Open, false, upload.state == "Completing");
            });
        }
        for (id, known) in self.uploads.borrow_mut().iter_mut().filter(|(id, _)| !listed.contains_key(*id)) {
            if known.stage == UploadStage::Gone {
                continue;
            }
            // It has become a file, was aborted, or has expired.
            let had = files.contains_key(&known.name) || known.stage == UploadStage::Aborting || known.may_be_over();
            self.check(had, || {
                format!("upload {id} of {} is not listed {} after its last part", known.name, known.rested())
            });
            known.stage = UploadStage::Gone;
        }
        for id in listed.keys() {
            self.reconcile_parts(id).await?;
        }
        Ok(())
    }

    async fn reconcile_parts(&self, id: &str) -> Result<()> {
        let known = self.uploads.borrow().get(id).cloned();
        let Some(known) = known.filter(|known| !known.completing) else { return Ok(()) };
        let status = match self.visitor.status(id).await {
            Ok(status) => status,
            Err(refused @ Trouble::Refused { status: None, .. }) => {
                self.check(known.may_be_over(), || format!("the status of {id}: {refused}"));
                return Ok(());
            }
            Err(other) => return Err(other.into()),
        };
        let arrived: BTreeSet<_> = status.arrived.iter().map(|part| part.number).collect();
        for number in known.arrived.difference(&arrived) {
            self.check(false, || format!("part {number} of {id} was acknowledged and is not there"));
        }
        self.upload(id, |known| known.arrived = arrived);
        Ok(())
    }

    async fn reconcile_avatar(&self) -> Result<()> {
        let shown = self.visitor.pictures().await?;
        let colours = self.colours.borrow();
        let colour = colours.iter().find(|(_, sums)| **sums == shown).map(|(colour, _)| colour.clone());
        let mut avatar = self.avatar.borrow_mut();
        let is_known = colour.as_ref().is_some_and(|colour| *colour == avatar.kept || avatar.sent.contains(colour));
        self.check(is_known, || format!("the avatar is {colour:?} ({shown}), {} was acknowledged", avatar.kept));
        avatar.kept = colour.unwrap_or_default();
        avatar.sent.clear();
        Ok(())
    }
}
