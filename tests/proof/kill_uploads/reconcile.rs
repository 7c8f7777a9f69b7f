//! Checks after a kill that everything that was acknowledged is there.

use std::collections::{BTreeMap, BTreeSet};

use crate::Result;
use crate::kill_uploads::ledger::{FileState, Ledger, UploadStage};
use crate::visitor::Trouble;
use crate::wire::{ListedFile, UploadStatus};

impl Ledger {
    /// Compares everything that the server lists with what it has acknowledged. No request may be pending.
    pub async fn reconcile(&self) -> Result<()> {
        let unfinished: BTreeMap<_, _> =
            self.visitor.unfinished().await?.into_iter().map(|upload| (upload.id.clone(), upload)).collect();
        // Completion by a sweep moves an upload to the list of files, so that list is read second.
        let files: BTreeMap<_, _> =
            self.visitor.files().await?.into_iter().map(|file| (file.name.clone(), file)).collect();
        let fresh = self.reconcile_files(&files);
        self.reconcile_uploads(&unfinished, &files).await?;
        for name in fresh {
            self.compare(&name).await?;
        }
        self.reconcile_avatar().await
    }

    fn reconcile_files(&self, listed: &BTreeMap<String, ListedFile>) -> Vec<String> {
        let mut fresh = Vec::new();
        for (name, ListedFile { id, size, check, .. }) in listed {
            let known = self.files.borrow().get(name).cloned();
            let Some(known) = known else {
                self.check(false, || format!("{name} ({id}) is listed and nobody has sent it"));
                continue;
            };
            self.check(known.state != FileState::Gone, || {
                format!("{name} ({id}) is back after its deletion was acknowledged")
            });
            self.check(known.size == *size && known.id.as_ref().is_none_or(|known| known == id), || {
                format!("{name} is listed as {id} with {size} bytes, not {:?} with {}", known.id, known.size)
            });
            self.check(check != "Damaged", || format!("{name} ({id}) is said to be damaged"));
            if !known.fresh && known.state == FileState::Kept {
                continue;
            }
            self.file(name, |file| {
                (file.id, file.state, file.fresh) = (Some(id.clone()), FileState::Kept, false);
            });
            fresh.push(name.clone());
        }
        for (name, file) in self.files.borrow_mut().iter_mut().filter(|(name, _)| !listed.contains_key(*name)) {
            self.check(file.state != FileState::Kept, || {
                format!("{name} ({:?}) was acknowledged and is not listed", file.id)
            });
            if file.state == FileState::Leaving {
                file.state = FileState::Gone;
            }
        }
        fresh
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
