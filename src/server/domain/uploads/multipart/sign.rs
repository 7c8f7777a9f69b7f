//! Signs parts: records the SHA-256 that each part will have, and returns the address to send it to. Addresses are
//! signed shortly before use, each for the exact size of its part.

use std::collections::HashMap;

use crate::model::id::UploadId;
use crate::model::paths;
use crate::model::upload::{PART_SHA256, PartToSign, SignedPart, UploadProblem};
use crate::server::db::types::BlobState;
use crate::server::db::uploads::{self, UploadRecord};
use crate::server::db::{self, parts as rows, upload_states as states};
use crate::server::domain::Error;
use crate::server::domain::access::scope::Scope;
use crate::server::domain::integrity::reserve::RETRY_AFTER;
use crate::server::domain::uploads::multipart::{ADDRESS_AGE, MultipartUploads, bounded, part_spec, refusal};
use crate::server::storage::{SignedAddress, StoredPart};

impl MultipartUploads {
    /// Returns an address for each part, in the order given: a presigned one of the bucket, or one of Holdall. A part
    /// that has arrived before gets no address and is marked as such.
    ///
    /// # Errors
    /// [`Error::Database`]. What is wrong with a single part, such as an upload that is not in the scope, is its
    /// answer.
    pub async fn sign(
        &self,
        scope: &Scope,
        parts: Vec<PartToSign>,
    ) -> Result<Vec<Result<SignedPart, UploadProblem>>, Error> {
        let (parts, beyond) = bounded(parts);
        let mut uploads = HashMap::new();
        for part in &parts {
            if !uploads.contains_key(&part.upload) {
                uploads.insert(part.upload.clone(), self.open_upload(scope, &part.upload).await?);
            }
        }
        let mut answers: Vec<Result<Option<SignedPart>, UploadProblem>> = Vec::with_capacity(parts.len());
        let mut listed = HashMap::new();
        for part in &parts {
            answers.push(match &uploads[&part.upload] {
                // What is known of a part takes room, too.
                Ok(_) if self.rules.is_disk_full() => Err(UploadProblem::Later { seconds: RETRY_AFTER }),
                Ok(_) if !self.rate_limiter.try_sign(scope.owner(), self.clock.now()) => {
                    Err(UploadProblem::Later { seconds: crate::server::domain::uploads::multipart::AGAIN })
                }
                Ok(row) => self.may_be_sent(row, part, &mut listed).await?,
                Err(refused) => Err(refused.clone()),
            });
        }
        self.record(scope, &uploads, &parts, &mut answers).await?;
        let mut signed = Vec::with_capacity(parts.len());
        for (part, answer) in parts.iter().zip(answers) {
            signed.push(match (answer, &uploads[&part.upload]) {
                (Ok(Some(there)), _) => Ok(there),
                (Ok(None), Ok(row)) => match self.address(row, part).await {
                    Ok(signed) => Ok(signed),
                    Err(error) => Err(refusal(error)?),
                },
                (Err(refused), _) => Err(refused),
                (Ok(None), Err(refused)) => Err(refused.clone()),
            });
        }
        signed.extend(beyond);
        Ok(signed)
    }

    /// Finds an upload that accepts parts, and starts it in the store if that has not been done.
    async fn open_upload(&self, scope: &Scope, id: &UploadId) -> Result<Result<UploadRecord, UploadProblem>, Error> {
        match uploads::find(&self.pool, scope.within(), id).await? {
            None => Ok(Err(UploadProblem::NotFound)),
            Some(row) if row.state == BlobState::Completing => Ok(Err(UploadProblem::Completing)),
            Some(row) => match self.start(row).await {
                Ok(row) => Ok(Ok(row)),
                Err(error) => refusal(error).map(Err),
            },
        }
    }

    /// `None` if the part must be sent, an answer if it has arrived before. A part that has arrived keeps its content.
    async fn may_be_sent(
        &self,
        row: &UploadRecord,
        part: &PartToSign,
        listed: &mut HashMap<UploadId, Option<Vec<StoredPart>>>,
    ) -> Result<Result<Option<SignedPart>, UploadProblem>, Error> {
        if part_spec(row, part.number).is_none() {
            return Ok(Err(UploadProblem::NoSuchPart));
        }
        let Some(known) = rows::find(&self.pool, &row.id.blob(), i64::from(part.number)).await? else {
            return Ok(Ok(None));
        };
        let same = known.sha256 == part.sha256;
        let mut arrived = known.arrived.is_some();
        if !arrived && !same && self.goes_directly(row) {
            if !listed.contains_key(&part.upload) {
                listed.insert(part.upload.clone(), self.lying_in_the_store(row).await);
            }
            // If the store cannot say, the part counts as arrived, since a second content for it must not be accepted.
            arrived =
                listed[&part.upload].as_ref().is_none_or(|there| there.iter().any(|there| there.number == part.number));
        }
        Ok(match (arrived, same) {
            (true, true) => {
                Ok(Some(SignedPart { url: String::new(), headers: Vec::new(), instead: None, arrived: true }))
            }
            (true, false) => Err(UploadProblem::OtherContent),
            (false, _) => Ok(None),
        })
    }

    /// The parts that the bucket has received from browsers; `None` if it cannot say.
    async fn lying_in_the_store(&self, row: &UploadRecord) -> Option<Vec<StoredPart>> {
        self.storage.parts_of(&row.key, row.store_upload.as_deref()?).await.ok()
    }

    /// Records the SHA-256 of all parts that will be sent, and extends the expiry of their uploads.
    async fn record(
        &self,
        scope: &Scope,
        uploads: &HashMap<UploadId, Result<UploadRecord, UploadProblem>>,
        parts: &[PartToSign],
        answers: &mut [Result<Option<SignedPart>, UploadProblem>],
    ) -> Result<(), Error> {
        let (expires, until) = (self.expiry(), self.writable_until());
        let mut transaction = db::begin_for(&self.pool, scope.owner()).await?;
        let mut alive = HashMap::new();
        for (part, answer) in parts.iter().zip(answers.iter_mut()) {
            let (Ok(None), Ok(row)) = (&answer, &uploads[&part.upload]) else { continue };
            let is_alive = match alive.get(&part.upload) {
                Some(known) => *known,
                None => states::extend_expiry(&mut transaction, &row.id.blob(), expires, until).await?,
            };
            alive.insert(part.upload.clone(), is_alive);
            let Some(spec) = part_spec(row, part.number).filter(|_| is_alive) else {
                *answer = Err(UploadProblem::NotFound);
                continue;
            };
            let size = i64::try_from(spec.size).map_err(|_| Error::Internal("a part beyond counting".to_owned()))?;
            let (numbered, directly) = ((i64::from(part.number), size), self.goes_directly(row));
            rows::upsert(&mut *transaction, &row.id.blob(), numbered, &part.sha256, directly).await?;
        }
        Ok(transaction.commit().await?)
    }

    /// Whether addresses of the bucket are handed out for an upload. Without a multipart upload in the bucket, as when the
    /// upload was created while parts went through Holdall, the bucket accepts no part of it.
    fn goes_directly(&self, row: &UploadRecord) -> bool {
        self.storage.takes_parts_directly() && row.store_upload.is_some()
    }

    async fn address(&self, row: &UploadRecord, part: &PartToSign) -> Result<SignedPart, Error> {
        let spec = part_spec(row, part.number).ok_or(Error::NotFound)?;
        let own = paths::upload_part(&row.id, part.number);
        if self.goes_directly(row) {
            let SignedAddress { url, headers } = self.storage.sign_part(&spec, ADDRESS_AGE).await?;
            return Ok(SignedPart { url, headers, instead: Some(own), arrived: false });
        }
        let headers = vec![(PART_SHA256.to_owned(), part.sha256.to_string())];
        Ok(SignedPart { url: own, headers, instead: None, arrived: false })
    }
}
