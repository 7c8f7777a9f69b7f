//! Answers that wait in memory until their clients have read them: pages and lists for accounts. They have a budget for
//! all of them together, of which one account gets a share, so that clients that read nothing cannot fill the memory.

use std::pin::Pin;
use std::task::{Context, Poll, ready};

use axum::Extension;
use axum::body::Body;
use axum::extract::Request;
use axum::middleware::Next;
use axum::response::{IntoResponse as _, Response};
use bytes::Bytes;
use http_body::{Body as HttpBody, Frame, SizeHint};

use crate::model::problem::Problem;
use crate::server::domain::access::principal::Principal;
use crate::server::web::body::budget::{BodyBudget, BodyShare};
use crate::server::web::error::ErrorResponse;

/// The bytes of all such answers at once in this process.
const ALL: usize = 192 << 20;
/// The share that one account has of these alone: one in so many.
const OF_ACCOUNT: usize = 6;
/// Answers of at most so many bytes are not counted: the system takes them over, whether their client reads or not.
const SMALL: u64 = 64 << 10;
/// An answer is handed over in pieces of so many bytes, since whatever was handed over is not counted any more.
const PIECE: usize = 16 << 10;

static BUDGET: BodyBudget = BodyBudget::new(ALL, OF_ACCOUNT);

/// Answers with [`Problem::TooMany`] instead if the account has not read its other answers.
pub async fn limit(Extension(principal): Extension<Principal>, request: Request, next: Next) -> Response {
    let answer = next.run(request).await;
    // A body without a known size is not in memory: it is read while it is sent.
    let size = answer.body().size_hint().exact().filter(|size| *size > SMALL);
    let (Some(size), Some(scope)) = (size, principal.scope()) else { return answer };
    let mut share = BUDGET.share(scope.owner().to_string());
    if !usize::try_from(size).is_ok_and(|size| share.grow(size)) {
        return ErrorResponse::from(Problem::TooMany).into_response();
    }
    answer.map(|body| Body::new(UnreadBody { body, piece: Bytes::new(), _share: share }))
}

/// A body that holds a share of the budget until its last piece was handed over.
struct UnreadBody {
    body: Body,
    piece: Bytes,
    _share: BodyShare,
}

impl HttpBody for UnreadBody {
    type Data = Bytes;
    type Error = axum::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, axum::Error>>> {
        if self.piece.is_empty() {
            match ready!(Pin::new(&mut self.body).poll_frame(context)) {
                Some(Ok(frame)) => match frame.into_data() {
                    Ok(data) => self.piece = data,
                    Err(frame) => return Poll::Ready(Some(Ok(frame))),
                },
                ended => return Poll::Ready(ended),
            }
        }
        let length = PIECE.min(self.piece.len());
        Poll::Ready(Some(Ok(Frame::data(self.piece.split_to(length)))))
    }

    fn is_end_stream(&self) -> bool {
        self.piece.is_empty() && self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        let rest = self.body.size_hint().exact().unwrap_or_default();
        SizeHint::with_exact(rest + self.piece.len() as u64)
    }
}
