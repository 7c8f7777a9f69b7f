//! `PUT /uploads/{id}/parts/{number}`: one part of an upload, streamed. Its responses are plain, because only the
//! running page reads them.

use std::pin::Pin;
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll};
use std::time::Duration;

use axum::Json;
use axum::body::{Body, BodyDataStream};
use axum::extract::{Path, Request, State};
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse as _, Response};
use bytes::Bytes;
use futures::{Stream, StreamExt as _};
use tower_http::timeout::TimeoutBody;

use crate::model::id::UploadId;
use crate::model::paths;
use crate::model::problem::{FieldProblem, Problem};
use crate::model::upload::{PART_SHA256, Sha256Hex, UploadProblem};
use crate::server::app::AppState;
use crate::server::domain::Error;
use crate::server::domain::uploads::multipart::Received;
use crate::server::web::auth::CurrentScope;
use crate::server::web::body::drain::drain;
use crate::server::web::body::gathered::gathered;
use crate::server::web::error::{ErrorResponse, retry_after, status_of_refusal};
use crate::server::web::language::text_for;

/// The timeout for a part that makes no progress.
const STILL: Duration = Duration::from_secs(60);
/// How many bytes of a refused part are read and discarded, and for how long.
const DRAINED: usize = 16 << 20;
const DRAINED_FOR: Duration = Duration::from_secs(15);

/// Receives one part.
pub async fn receive(
    State(state): State<AppState>,
    CurrentScope(scope): CurrentScope,
    Path((id, number)): Path<(String, String)>,
    request: Request,
) -> Result<Response, ErrorResponse> {
    let (parts, body) = request.into_parts();
    let id = UploadId::parse(&id).ok_or(Problem::NotFound)?;
    let number = paths::number(&number).ok_or(Problem::NotFound)?;
    let named = parts.headers.get(PART_SHA256).and_then(|value| value.to_str().ok()).and_then(Sha256Hex::parse);
    let named = named.ok_or(Problem::BadRequest)?;
    let body = Arriving::new(body);
    let chunks = Box::pin(gathered(body.clone()).map(|chunk| chunk.map_err(|_| FieldProblem::Interrupted)));
    let received = state.multipart_uploads.receive(&scope, &id, number, &named, length(&parts.headers), chunks).await;
    let response = match received {
        Ok(Received::Arrived | Received::Known) => Ok(StatusCode::NO_CONTENT.into_response()),
        Ok(Received::OtherContent) => Ok(StatusCode::UNPROCESSABLE_ENTITY.into_response()),
        Ok(Received::OtherLength) => Ok(StatusCode::BAD_REQUEST.into_response()),
        Ok(Received::Completing) => Ok(StatusCode::CONFLICT.into_response()),
        Err(Error::Refused(refused)) => {
            let status = status_of_refusal(std::slice::from_ref(&refused));
            if let FieldProblem::StoreRefused { .. } = refused.problem {
                let wait = retry_after(std::slice::from_ref(&refused));
                let again = wait.map(|seconds| [(header::RETRY_AFTER, HeaderValue::from(seconds))]);
                Ok((status, again, Json(UploadProblem::Refused(refused.problem))).into_response())
            } else {
                Ok((status, (text_for(&parts.headers).problems.value)(&refused.problem)).into_response())
            }
        }
        Err(Error::Busy) => {
            let again = [(header::RETRY_AFTER, HeaderValue::from_static("1"))];
            Ok((StatusCode::TOO_MANY_REQUESTS, again).into_response())
        }
        Err(error) => Err(error.into()),
    };
    drain(body, DRAINED, DRAINED_FOR).await;
    response
}

fn length(headers: &HeaderMap) -> Option<u64> {
    headers.get(header::CONTENT_LENGTH)?.to_str().ok()?.parse().ok()
}

/// A request body of which its handler can still read the rest after passing it on. It ends with an error if it stalls.
#[derive(Clone)]
struct Arriving(Arc<Mutex<BodyDataStream>>);

impl Arriving {
    fn new(body: Body) -> Self {
        Self(Arc::new(Mutex::new(Body::new(TimeoutBody::new(STILL, body)).into_data_stream())))
    }
}

impl Stream for Arriving {
    type Item = Result<Bytes, axum::Error>;

    fn poll_next(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).poll_next_unpin(context)
    }
}
