//! Bodies that are read into memory before they are understood: plain forms, and the arguments of server functions. They
//! have a size, a deadline, and a budget for all of them together, of which one client gets a share.

use std::time::Duration;

use axum::body::{Body, HttpBody as _};
use axum::http::request::Parts;
use bytes::{Bytes, BytesMut};
use futures::StreamExt as _;
use tokio::time::{Instant, timeout_at};

use crate::model::problem::Problem;
use crate::server::domain::access::principal::Principal;
use crate::server::web::body::budget::{BodyBudget, BodyShare};
use crate::server::web::client_ip::ClientIp;

/// The maximum bytes of a body, unless the route has a [`BodyLimit`].
pub const FORM_LIMIT: usize = 64 * 1024;
/// The bytes of all bodies at once in this process whose senders are signed in, and of those whose senders are not.
const KNOWN: usize = 48 << 20;
const STRANGERS: usize = 16 << 20;
/// One account may have one in this many of the bytes of those who are signed in.
const OF_ACCOUNT: usize = 6;
/// One address may have one in this many of the bytes of those who are not.
const OF_ADDRESS: usize = 16;
/// The deadline of a body, whatever its size.
const LONGEST: Duration = Duration::from_secs(30);
/// How long a body may take, to which a second is added for each [`BYTES_A_SECOND`] that have arrived.
const AT_FIRST: Duration = Duration::from_secs(10);
/// The least speed of a body.
const BYTES_A_SECOND: usize = 1024;

static BUDGET_OF_KNOWN: BodyBudget = BodyBudget::new(KNOWN, OF_ACCOUNT);
static BUDGET_OF_STRANGERS: BodyBudget = BodyBudget::new(STRANGERS, OF_ADDRESS);

/// The maximum bytes of a collected body on a route; in the request's extensions.
#[derive(Clone, Copy, Debug)]
pub struct BodyLimit(pub usize);

/// A body in memory, and what it takes of the budget.
#[derive(Debug)]
pub struct Collected {
    /// The body.
    pub bytes: Bytes,
    /// To be kept as long as the bytes, or what was made of them.
    pub held: Option<BodyShare>,
}

/// Reads the body of the request with this head.
///
/// # Errors
/// [`Problem::TooLarge`] beyond the limit of the route, [`Problem::TooSlow`] after the deadline, [`Problem::Busy`] if
/// the client's other bodies use up its share of the budget, and [`Problem::BadRequest`] if the body breaks off.
pub async fn collect(parts: &Parts, body: Body) -> Result<Collected, Problem> {
    let limit = parts.extensions.get::<BodyLimit>().map_or(FORM_LIMIT, |limit| limit.0);
    if body.size_hint().lower() > limit as u64 {
        return Err(Problem::TooLarge);
    }
    let (mut body, mut bytes, mut held) = (body.into_data_stream(), BytesMut::new(), share(parts));
    let start = Instant::now();
    loop {
        let earned = Duration::from_secs((bytes.len() / BYTES_A_SECOND) as u64);
        let deadline = start + LONGEST.min(AT_FIRST + earned);
        let next = timeout_at(deadline, body.next()).await.map_err(|_| Problem::TooSlow)?;
        let Some(chunk) = next else { return Ok(Collected { bytes: bytes.freeze(), held: Some(held) }) };
        let chunk = chunk.map_err(|_| Problem::BadRequest)?;
        if bytes.len() + chunk.len() > limit {
            return Err(Problem::TooLarge);
        }
        if !held.grow(chunk.len()) {
            return Err(Problem::Busy);
        }
        bytes.extend_from_slice(&chunk);
    }
}

/// The share of whoever sends this request: of the account, or of the address.
fn share(parts: &Parts) -> BodyShare {
    match parts.extensions.get::<Principal>().and_then(Principal::scope) {
        Some(scope) => BUDGET_OF_KNOWN.share(scope.owner().to_string()),
        None => BUDGET_OF_STRANGERS.share(ClientIp::subject_of(parts)),
    }
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

    /// Sends bodies of a form's greatest size from this address until one is refused, and returns them with the refusal.
    async fn exhaust(client: &str) -> (Vec<Collected>, Problem) {
        let (mut parts, mut held) = (parts(FORM_LIMIT), Vec::new());
        parts.extensions.insert(ClientIp(client.parse().expect("an address")));
        loop {
            match collect(&parts, Body::from(vec![7; FORM_LIMIT])).await {
                Ok(collected) => held.push(collected),
                Err(problem) => return (held, problem),
            }
        }
    }

    #[tokio::test]
    async fn no_address_takes_from_others_what_bodies_of_strangers_may_hold() {
        let (first, refused) = exhaust("192.0.2.1").await;
        assert_eq!(refused, Problem::Busy);
        assert!(first.len() * FORM_LIMIT <= STRANGERS / OF_ADDRESS);
        let (others, _) = exhaust("2001:db8:1:2::1").await;
        assert!(!others.is_empty(), "another address gets through");
        let (same, refused) = exhaust("2001:db8:1:2::2").await;
        assert!(same.is_empty() && refused == Problem::Busy, "one client has a whole network of IPv6");
        drop(first);
        assert!(!exhaust("192.0.2.1").await.0.is_empty(), "there is room again");
    }
}
