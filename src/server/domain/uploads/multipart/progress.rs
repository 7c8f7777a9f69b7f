//! What has become of parts that were sent and not answered yet. It is asked before a part is sent again, since one that
//! the server still passes on to a slow store would begin anew.

use std::collections::HashMap;

use crate::model::id::UploadId;
use crate::model::upload::{PartOf, PartProgress, UploadProblem};
use crate::server::db::types::BlobState;
use crate::server::db::uploads::UploadRecord;
use crate::server::db::{parts, uploads as rows};
use crate::server::domain::Error;
use crate::server::domain::access::scope::Scope;
use crate::server::domain::uploads::multipart::{MultipartUploads, TIMEOUT, bounded, refusal};

impl MultipartUploads {
    /// How far the server is with each of these parts, in the order given. Of a part that a browser has sent to the
    /// bucket itself, it is only known whether it has arrived. Requests that another process of the same site receives
    /// are not known here.
    ///
    /// # Errors
    /// [`Error::Busy`] if many such calls of the account are running;
    /// [`Error::NotAllowed`] if the scope may not add files (or [`Error::NotFound`] if it has ended);
    /// [`Error::Database`]. What is wrong with a single part is its answer.
    pub async fn progress(
        &self,
        scope: &Scope,
        asked: Vec<PartOf>,
    ) -> Result<Vec<Result<PartProgress, UploadProblem>>, Error> {
        scope.may_add(self.clock.now())?;
        let _permit = self.looks.take_within(scope.owner(), TIMEOUT).await?;
        let (asked, beyond) = bounded(asked);
        let mut uploads: HashMap<UploadId, Result<UploadRecord, UploadProblem>> = HashMap::new();
        let mut answers = Vec::with_capacity(asked.len() + beyond.len());
        for PartOf { upload, number } in asked {
            if !uploads.contains_key(&upload) {
                uploads.insert(upload.clone(), self.asked_upload(scope, &upload).await?);
            }
            answers.push(match &uploads[&upload] {
                Ok(row) => Ok(self.progress_of(row, number).await?),
                Err(refused) => Err(refused.clone()),
            });
        }
        answers.extend(beyond);
        Ok(answers)
    }

    /// The upload's row, after the bucket was asked what browsers have sent to it.
    async fn asked_upload(&self, scope: &Scope, id: &UploadId) -> Result<Result<UploadRecord, UploadProblem>, Error> {
        let Some(row) = rows::find(&self.pool, scope.within(), id).await? else {
            return Ok(Err(UploadProblem::NotFound));
        };
        if row.state == BlobState::Completing {
            return Ok(Err(UploadProblem::Completing));
        }
        match row.store_upload.as_deref().filter(|_| self.storage.takes_parts_directly()) {
            None => Ok(Ok(row)),
            Some(upload) => match self.find_arrived(&row, upload).await {
                Ok(true) => Ok(Ok(row)),
                Ok(false) => Ok(Err(UploadProblem::Completing)),
                Err(error) => refusal(error).map(Err),
            },
        }
    }

    async fn progress_of(&self, row: &UploadRecord, number: u32) -> Result<PartProgress, Error> {
        // Before the row: between the two, a part may arrive, but it cannot get lost.
        let running = self.part_locks.progress(&row.id, number);
        let known = parts::find(&self.pool, &row.id.blob(), i64::from(number)).await?;
        let arrived = known.is_some_and(|part| part.arrived.is_some());
        Ok(if arrived { PartProgress::Arrived } else { running })
    }
}
