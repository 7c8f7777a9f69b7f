//! What the running page asks about uploads in parts. Each call takes up to [`BATCH`](crate::model::upload::BATCH)
//! items and answers each by itself, in their order. Doing any of it twice does no harm.

use leptos::prelude::*;

use crate::model::id::UploadId;
use crate::model::json::Json;
use crate::model::problem::Problem;
use crate::model::upload::{Completed, NewFolder, NewUpload, PartToSign, SignedPart, Upload, UploadProblem};

/// Begins uploads: room in the quota is set aside, and given back when an upload is given up or expires.
#[server(endpoint = "uploads/create", prefix = "/api", input = Json, output = Json)]
pub async fn create_uploads(
    /// The files.
    files: Vec<NewUpload>,
) -> Result<Vec<Result<Upload, UploadProblem>>, Problem> {
    use crate::server::web::server_functions::{scope, state, to_problem};

    state().multipart_uploads.create(&scope()?, files).await.map_err(to_problem)
}

/// Makes folders that no file is in, with those above them, where they are missing.
#[server(endpoint = "uploads/folders", prefix = "/api", input = Json, output = Json)]
pub async fn make_folders(
    /// The folders.
    folders: Vec<NewFolder>,
) -> Result<Vec<Result<(), UploadProblem>>, Problem> {
    use crate::server::web::server_functions::{scope, state, to_problem};

    state().multipart_uploads.make_folders(&scope()?, folders).await.map_err(to_problem)
}

/// Says where to send parts. An address of the store is good for an hour and for exactly that part's size. The
/// SHA-256 is kept; naming another one for a part that has arrived is refused.
#[server(endpoint = "uploads/sign", prefix = "/api", input = Json, output = Json)]
pub async fn sign_parts(
    /// The parts.
    parts: Vec<PartToSign>,
) -> Result<Vec<Result<SignedPart, UploadProblem>>, Problem> {
    use crate::server::web::server_functions::{scope, state, to_problem};

    state().multipart_uploads.sign(&scope()?, parts).await.map_err(to_problem)
}

/// Says which parts of uploads have arrived. With very many parts in all, the last uploads are answered
/// [`UploadProblem::Later`]: ask for them by themselves.
#[server(endpoint = "uploads/status", prefix = "/api", input = Json, output = Json)]
pub async fn upload_status(
    /// The uploads.
    uploads: Vec<UploadId>,
) -> Result<Vec<Result<Upload, UploadProblem>>, Problem> {
    use crate::server::web::server_functions::{scope, state, to_problem};

    state().multipart_uploads.status(&scope()?, uploads).await.map_err(to_problem)
}

/// All uploads of the account that are not complete, oldest first, whichever browser began them, without their parts.
#[server(endpoint = "uploads/unfinished", prefix = "/api", input = Json, output = Json)]
pub async fn unfinished_uploads() -> Result<Vec<Upload>, Problem> {
    use crate::server::web::server_functions::{scope, state, to_problem};

    state().multipart_uploads.unfinished(&scope()?).await.map_err(to_problem)
}

/// Makes files of uploads all of whose parts have arrived; the server looks for itself whether they have.
#[server(endpoint = "uploads/complete", prefix = "/api", input = Json, output = Json)]
pub async fn complete_uploads(
    /// The uploads.
    uploads: Vec<UploadId>,
) -> Result<Vec<Result<Completed, UploadProblem>>, Problem> {
    use crate::server::web::server_functions::{scope, state, to_problem};

    state().multipart_uploads.complete(&scope()?, uploads).await.map_err(to_problem)
}

/// Gives uploads up: what has arrived is removed, and the room in the quota given back.
#[server(endpoint = "uploads/abort", prefix = "/api", input = Json, output = Json)]
pub async fn abort_uploads(
    /// The uploads.
    uploads: Vec<UploadId>,
) -> Result<Vec<Result<(), UploadProblem>>, Problem> {
    use crate::server::web::server_functions::{scope, state, to_problem};

    state().multipart_uploads.abort(&scope()?, uploads).await.map_err(to_problem)
}
