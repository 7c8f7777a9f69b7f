//! Multipart uploads, sent as a hydrated page sends them.

use axum::body::Body;
use axum::http::{Request, StatusCode};
use holdall::model::entry::{FileDetails, Verification};
use holdall::model::id::UploadId;
use holdall::model::upload::{
    Completed, NewFolder, NewUpload, PART_SHA256, PART_SIZE, PartOf, PartProgress, PartToSign, Sha256Hex, SignedPart,
    Upload, UploadProblem,
};
use serde_json::json;
use sha2::{Digest as _, Sha256};

use crate::answer::Answer;
use crate::visitor::Visitor;

/// Bytes that do not repeat.
pub fn pattern(length: usize) -> Vec<u8> {
    let words = (0..length.div_ceil(8) as u64).flat_map(|word| word.wrapping_mul(0x9e37_79b9_7f4a_7c15).to_le_bytes());
    words.take(length).collect()
}

/// Three parts, the last of which is short.
pub fn three_parts() -> Vec<u8> {
    pattern(2 * PART_SIZE as usize + 5)
}

pub fn sum(content: &[u8]) -> Sha256Hex {
    let digits = data_encoding::HEXLOWER.encode(&Sha256::digest(content));
    Sha256Hex::parse(&digits).expect("a sum")
}

pub fn file(name: &str, size: u64) -> NewUpload {
    NewUpload {
        name: name.to_owned(),
        size,
        modified_ms: 1_700_000_000_000,
        folder: None,
        path: Vec::new(),
        speed: None,
    }
}

/// The content of a part.
pub fn part<'a>(content: &'a [u8], upload: &Upload, number: u32) -> &'a [u8] {
    content.chunks(upload.part_size as usize).nth(number as usize - 1).expect("a part")
}

impl Visitor {
    pub async fn create(&self, files: &[NewUpload]) -> Vec<Result<Upload, UploadProblem>> {
        self.call("uploads/create", &json!({ "files": files }).to_string()).await.data()
    }

    pub async fn make_folders(&self, folders: &[NewFolder]) -> Vec<Result<(), UploadProblem>> {
        self.call("uploads/folders", &json!({ "folders": folders }).to_string()).await.data()
    }

    /// Starts one upload, which must succeed.
    pub async fn begin(&self, name: &str, content: &[u8]) -> Upload {
        self.create(&[file(name, content.len() as u64)]).await.remove(0).expect("an upload")
    }

    pub async fn sign(&self, parts: &[PartToSign]) -> Vec<Result<SignedPart, UploadProblem>> {
        self.call("uploads/sign", &json!({ "parts": parts }).to_string()).await.data()
    }

    /// Signs one part, which must succeed.
    pub async fn sign_one(&self, upload: &Upload, number: u32, content: &[u8]) -> SignedPart {
        self.try_sign(upload, number, content).await.expect("an address")
    }

    pub async fn try_sign(&self, upload: &Upload, number: u32, content: &[u8]) -> Result<SignedPart, UploadProblem> {
        let sha256 = sum(content);
        self.sign(&[PartToSign { upload: upload.id.clone(), number, sha256 }]).await.remove(0)
    }

    /// Sends a part through Holdall.
    pub async fn put(&self, signed: &SignedPart, content: &[u8]) -> Answer {
        let mut request = Request::put(&signed.url).header("sec-fetch-site", "same-origin");
        request = request.header("content-length", content.len());
        for (name, value) in &signed.headers {
            request = request.header(name, value);
        }
        self.send(request.body(Body::from(content.to_vec())).expect("a request")).await
    }

    /// Signs and sends parts of a file, all of which must arrive.
    pub async fn send_parts(&self, upload: &Upload, content: &[u8], numbers: &[u32]) {
        for number in numbers {
            let part = part(content, upload, *number);
            let signed = self.sign_one(upload, *number, part).await;
            assert_eq!(signed.headers, [(PART_SHA256.to_owned(), sum(part).to_string())]);
            let answer = self.put(&signed, part).await;
            assert_eq!(answer.status, StatusCode::NO_CONTENT, "part {number}: {}", answer.text());
        }
    }

    /// What the server has of a part.
    pub async fn progress_of(&self, upload: &Upload, number: u32) -> Result<PartProgress, UploadProblem> {
        let parts = [PartOf { upload: upload.id.clone(), number }];
        self.call("uploads/progress", &json!({ "parts": parts }).to_string()).await.data::<Vec<_>>().remove(0)
    }

    pub async fn status_of(&self, ids: &[UploadId]) -> Vec<Result<Upload, UploadProblem>> {
        self.call("uploads/status", &json!({ "uploads": ids }).to_string()).await.data()
    }

    /// The numbers of the parts that have arrived.
    pub async fn arrived(&self, upload: &Upload) -> Vec<u32> {
        let status = self.status_of(std::slice::from_ref(&upload.id)).await.remove(0).expect("an upload");
        assert_eq!(status.arrived_bytes, status.arrived.iter().map(|part| part.size).sum::<u64>());
        status.arrived.iter().map(|part| part.number).collect()
    }

    pub async fn unfinished(&self) -> Vec<Upload> {
        let mut uploads: Vec<Upload> = Vec::new();
        loop {
            let next = self.unfinished_after(uploads.last().map(|last| &last.id)).await;
            if next.is_empty() {
                return uploads;
            }
            uploads.extend(next);
        }
    }

    /// As many of the unfinished uploads as are listed at a time.
    pub async fn unfinished_after(&self, after: Option<&UploadId>) -> Vec<Upload> {
        self.call("uploads/unfinished", &json!({ "after": after }).to_string()).await.data()
    }

    pub async fn try_complete(&self, upload: &Upload) -> Result<Completed, UploadProblem> {
        let answers = self.call("uploads/complete", &json!({ "uploads": [upload.id] }).to_string()).await;
        answers.data::<Vec<_>>().remove(0)
    }

    /// Completes an upload, which must succeed, and returns the file's id.
    pub async fn complete(&self, upload: &Upload) -> String {
        match self.try_complete(upload).await {
            Ok(Completed::File { id, .. }) => id.to_string(),
            other => panic!("no file: {other:?}"),
        }
    }

    pub async fn abort(&self, upload: &Upload) -> Result<(), UploadProblem> {
        let answers = self.call("uploads/abort", &json!({ "uploads": [upload.id] }).to_string()).await;
        answers.data::<Vec<_>>().remove(0)
    }

    /// The verification state of a file.
    pub async fn check_of(&self, file: &str) -> Verification {
        self.details_of(file).await.row.check
    }

    /// The SHA-256 of a file in hexadecimal digits; `None` unless it is verified.
    pub async fn verified_sum_of(&self, file: &str) -> Option<String> {
        self.details_of(file).await.sha256
    }

    async fn details_of(&self, file: &str) -> FileDetails {
        self.call("file", &json!({ "id": file }).to_string()).await.data()
    }
}
