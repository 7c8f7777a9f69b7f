//! Bodies that are read into memory before they are understood: plain forms, and the arguments of server functions. They
//! have a size, a deadline, and a budget for all of them together.

use std::time::Duration;

use axum::body::{Body, HttpBody as _};
use axum::http::request::Parts;
use bytes::{Bytes, BytesMut};
use futures::StreamExt as _;
use tokio::sync::{Semaphore, SemaphorePermit};
use tokio::time::{Instant, timeout_at};

use crate::model::problem::Problem;
use crate::server::domain::access::principal::Principal;

/// The maximum bytes of a body, unless the route has a [`BodyLimit`].
pub const FORM_LIMIT: usize = 64 * 1024;
/// The bytes of all bodies at once in this process, and of those whose senders are not signed in.
const ALL: usize = 64 << 20;
const STRANGERS: usize = 16 << 20;
/// The deadline of a body, whatever its size.
const LONGEST: Duration = Duration::from_secs(30);
/// The least speed: a body has this long at first, and then a second more for each so many bytes that have arrived.
const AT_FIRST: Duration = Duration::from_secs(10);
const BYTES_A_SECOND: usize = 1024;

static BUDGET: Semaphore = Semaphore::const_new(ALL);
static BUDGET_OF_STRANGERS: Semaphore = Semaphore::const_new(STRANGERS);

/// The maximum bytes of a collected body on a route; in the request's extensions.
#[derive(Clone, Copy, Debug)]
pub struct BodyLimit(pub usize);

/// A share of the budget, which is given back when this is dropped.
#[derive(Debug, Default)]
pub struct Held {
    of_all: Option<SemaphorePermit<'static>>,
    of_strangers: Option<SemaphorePermit<'static>>,
}

/// A body in memory, and what it takes of the budget.
#[derive(Debug)]
pub struct Collected {
    /// The body.
    pub bytes: Bytes,
    /// To be kept as long as the bytes, or what was made of them.
    pub held: Held,
}

/// Reads the body of the request with this head.
///
/// # Errors
/// [`Problem::TooLarge`] beyond the limit of the route, [`Problem::TooSlow`] after the deadline, [`Problem::Busy`] if
/// other bodies use up the budget, and [`Problem::BadRequest`] if the body breaks off.
pub async fn collect(parts: &Parts, body: Body) -> Result<Collected, Problem> {
    let limit = parts.extensions.get::<BodyLimit>().map_or(FORM_LIMIT, |limit| limit.0);
    let is_known = parts.extensions.get::<Principal>().is_some_and(|principal| principal.scope().is_some());
    if body.size_hint().lower() > limit as u64 {
        return Err(Problem::TooLarge);
    }
    let (mut body, mut bytes, mut held) = (body.into_data_stream(), BytesMut::new(), Held::default());
    let start = Instant::now();
    loop {
        let earned = Duration::from_secs((bytes.len() / BYTES_A_SECOND) as u64);
        let deadline = start + LONGEST.min(AT_FIRST + earned);
        let next = timeout_at(deadline, body.next()).await.map_err(|_| Problem::TooSlow)?;
        let Some(chunk) = next else { return Ok(Collected { bytes: bytes.freeze(), held }) };
        let chunk = chunk.map_err(|_| Problem::BadRequest)?;
        if bytes.len() + chunk.len() > limit {
            return Err(Problem::TooLarge);
        }
        if !is_known {
            take(&mut held.of_strangers, &BUDGET_OF_STRANGERS, chunk.len())?;
        }
        take(&mut held.of_all, &BUDGET, chunk.len())?;
        bytes.extend_from_slice(&chunk);
    }
}

/// Adds bytes to what is held of a budget.
fn take(held: &mut Option<SemaphorePermit<'static>>, budget: &'static Semaphore, bytes: usize) -> Result<(), Problem> {
    let bytes = u32::try_from(bytes).map_err(|_| Problem::TooLarge)?;
    let more = budget.try_acquire_many(bytes).map_err(|_| Problem::Busy)?;
    match held {
        Some(held) => held.merge(more),
        none => *none = Some(more),
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use axum::http::Request;
    use futures::stream;

    use super::*;

    fn parts(limit: usize) -> Parts {
        let (mut parts, ()) = Request::post("/").body(()).expect("a request").into_parts();
        parts.extensions.insert(BodyLimit(limit));
        parts
    }

    #[tokio::test]
    async fn a_body_beyond_the_limit_is_refused_before_it_is_read() {
        let parts = parts(10);
        assert_eq!(collect(&parts, Body::from("0123456789")).await.expect("a body").bytes, "0123456789");
        assert_eq!(collect(&parts, Body::from("0123456789a")).await.err(), Some(Problem::TooLarge));
        let chunks = stream::iter(["01234", "56789", "a"]).map(Ok::<_, std::io::Error>).chain(stream::pending());
        assert_eq!(collect(&parts, Body::from_stream(chunks)).await.err(), Some(Problem::TooLarge));
    }

    #[tokio::test]
    async fn all_bodies_have_one_budget_and_strangers_a_part_of_it() {
        let parts = parts(ALL);
        let body = || Body::from(vec![7; STRANGERS]);
        let held = collect(&parts, body()).await.expect("a body").held;
        assert_eq!(collect(&parts, Body::from("x")).await.err(), Some(Problem::Busy));
        drop(held);
        let held = collect(&parts, body()).await.expect("there is room again").held;
        assert_eq!(BUDGET.available_permits(), ALL - STRANGERS, "the rest is for people who are signed in");
        drop(held);
        assert_eq!((BUDGET.available_permits(), BUDGET_OF_STRANGERS.available_permits()), (ALL, STRANGERS));
    }
}
