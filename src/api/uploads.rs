//! Server functions for multipart uploads. Each call takes up to [`BATCH`](crate::model::upload::BATCH) items and
//! returns one result for each, in the same order. Every call is idempotent: repeating it does no harm.

use leptos::prelude::*;

use crate::api::call::Call;
use crate::model::id::UploadId;
use crate::model::problem::Problem;
use crate::model::upload::{
    Completed, NewFolder, NewUpload, PartOf, PartProgress, PartToSign, SignedPart, Upload, UploadProblem,
};

/// Starts uploads. Each reserves its size in the account's quota; aborting the upload, or its expiry, releases it.
#[server(endpoint = "uploads/create", prefix = "/api", protocol = Call)]
pub async fn create_uploads(
    /// The files to upload.
    files: Vec<NewUpload>,
) -> Result<Vec<Result<Upload, UploadProblem>>, Problem> {
    use crate::server::web::server_functions::{scope, state, to_problem};

    state().multipart_uploads.create(&scope()?, files).await.map_err(to_problem)
}

/// Creates empty folders, and the folders above them, where they do not exist yet.
#[server(endpoint = "uploads/folders", prefix = "/api", protocol = Call)]
pub async fn make_folders(
    /// The folders to create.
    folders: Vec<NewFolder>,
) -> Result<Vec<Result<(), UploadProblem>>, Problem> {
    use crate::server::web::server_functions::{scope, state, to_problem};

    state().multipart_uploads.make_folders(&scope()?, folders).await.map_err(to_problem)
}

/// Returns where to send parts. An address of the store is valid for one hour and for exactly that part's size. The
/// SHA-256 is recorded; signing a part that has arrived with a different SHA-256 is refused.
#[server(endpoint = "uploads/sign", prefix = "/api", protocol = Call)]
pub async fn sign_parts(
    /// The parts to sign.
    parts: Vec<PartToSign>,
) -> Result<Vec<Result<SignedPart, UploadProblem>>, Problem> {
    use crate::server::web::server_functions::{scope, state, to_problem};

    state().multipart_uploads.sign(&scope()?, parts).await.map_err(to_problem)
}

/// Lists which parts of uploads have arrived. If the uploads have very many parts together, the last ones are answered
/// [`UploadProblem::Later`]; query those in a call of their own.
#[server(endpoint = "uploads/status", prefix = "/api", protocol = Call)]
pub async fn upload_status(
    /// The uploads to query.
    uploads: Vec<UploadId>,
) -> Result<Vec<Result<Upload, UploadProblem>>, Problem> {
    use crate::server::web::server_functions::{scope, state, to_problem};

    state().multipart_uploads.status(&scope()?, uploads).await.map_err(to_problem)
}

/// Says what has become of parts that were sent and not answered yet, so that none is sent again while the server still
/// passes it on to its store.
#[server(endpoint = "uploads/progress", prefix = "/api", protocol = Call)]
pub async fn ask_parts(
    /// The parts.
    parts: Vec<PartOf>,
) -> Result<Vec<Result<PartProgress, UploadProblem>>, Problem> {
    use crate::server::web::server_functions::{scope, state, to_problem};

    state().multipart_uploads.progress(&scope()?, parts).await.map_err(to_problem)
}

/// The next incomplete uploads of the account, oldest first, from whichever browser they were started, without their parts:
/// at most [`UNFINISHED_PAGE`](crate::model::upload::UNFINISHED_PAGE), and fewer if their names are long. After the last one
/// there are none.
#[server(endpoint = "uploads/unfinished", prefix = "/api", protocol = Call)]
pub async fn unfinished_uploads(
    /// The upload after which they begin; `None` for the first ones.
    after: Option<UploadId>,
) -> Result<Vec<Upload>, Problem> {
    use crate::server::web::server_functions::{scope, state, to_problem};

    state().multipart_uploads.unfinished(&scope()?, after.as_ref()).await.map_err(to_problem)
}

/// Turns uploads into files. The server checks for itself that all parts have arrived.
#[server(endpoint = "uploads/complete", prefix = "/api", protocol = Call)]
pub async fn complete_uploads(
    /// The uploads to complete.
    uploads: Vec<UploadId>,
) -> Result<Vec<Result<Completed, UploadProblem>>, Problem> {
    use crate::server::web::server_functions::{scope, state, to_problem};

    state().multipart_uploads.complete(&scope()?, uploads).await.map_err(to_problem)
}

/// Aborts uploads: the parts that have arrived are deleted, and the reserved quota is released.
#[server(endpoint = "uploads/abort", prefix = "/api", protocol = Call)]
pub async fn abort_uploads(
    /// The uploads to abort.
    uploads: Vec<UploadId>,
) -> Result<Vec<Result<(), UploadProblem>>, Problem> {
    use crate::server::web::server_functions::{scope, state, to_problem};

    state().multipart_uploads.abort(&scope()?, uploads).await.map_err(to_problem)
}
