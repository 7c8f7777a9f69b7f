//! Uploads in parts: begun, signed, looked at, completed and given up. Every call asks whose the upload is.

use crate::model::id::UploadId;
use crate::model::upload::{Completed, NewUpload, PartToSign, Refusal, SignedPart, Upload};

use super::Error;
use super::accounts::Account;

/// Takes in files part by part.
#[derive(Clone)]
pub struct Parts;

impl Parts {
    /// Begins uploads.
    pub async fn create(&self, _: &Account, files: Vec<NewUpload>) -> Result<Vec<Result<Upload, Refusal>>, Error> {
        Ok(later(files))
    }

    /// Says where to send parts.
    pub async fn sign(&self, _: &Account, parts: Vec<PartToSign>) -> Result<Vec<Result<SignedPart, Refusal>>, Error> {
        Ok(later(parts))
    }

    /// Says which parts have arrived.
    pub async fn status(&self, _: &Account, uploads: Vec<UploadId>) -> Result<Vec<Result<Upload, Refusal>>, Error> {
        Ok(later(uploads))
    }

    /// The account's uploads that are not complete.
    pub async fn unfinished(&self, _: &Account) -> Result<Vec<Upload>, Error> {
        Ok(Vec::new())
    }

    /// Makes files of uploads that are whole.
    pub async fn complete(
        &self,
        _: &Account,
        uploads: Vec<UploadId>,
    ) -> Result<Vec<Result<Completed, Refusal>>, Error> {
        Ok(later(uploads))
    }

    /// Gives uploads up.
    pub async fn abort(&self, _: &Account, uploads: Vec<UploadId>) -> Result<Vec<Result<(), Refusal>>, Error> {
        Ok(later(uploads))
    }
}

fn later<A, B>(items: Vec<A>) -> Vec<Result<B, Refusal>> {
    items.into_iter().map(|_| Err(Refusal::Later { seconds: 1 })).collect()
}
