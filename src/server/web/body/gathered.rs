//! A body in larger chunks than those in which it comes. Each chunk costs the same work however small it is, and the parser
//! of forms looks at a part's headers from their beginning whenever more has arrived: a body that comes byte by byte would
//! cost the square of its length.

use std::time::Duration;

use bytes::{Bytes, BytesMut};
use futures::{Stream, StreamExt as _, stream};
use tokio::time::timeout;

/// The fewest bytes of a chunk, unless the body ends or pauses.
const GATHERED: usize = 4 * 1024;
/// How long a body may pause before what has come of it is passed on.
const PAUSE: Duration = Duration::from_millis(50);

/// The same bytes in larger chunks. An error comes after the bytes before it.
pub fn gathered<E>(chunks: impl Stream<Item = Result<Bytes, E>> + Unpin) -> impl Stream<Item = Result<Bytes, E>> {
    stream::unfold((chunks.fuse(), None), |(mut chunks, mut failed)| async move {
        if let Some(error) = failed.take() {
            return Some((Err(error), (chunks, None)));
        }
        let mut gathered = BytesMut::new();
        while gathered.len() < GATHERED {
            // A file that is complete is kept even if nothing follows it.
            let next = if gathered.is_empty() {
                chunks.next().await
            } else if let Ok(next) = timeout(PAUSE, chunks.next()).await {
                next
            } else {
                break;
            };
            match next {
                Some(Ok(chunk)) if gathered.is_empty() && chunk.len() >= GATHERED => {
                    return Some((Ok(chunk), (chunks, None)));
                }
                Some(Ok(chunk)) => gathered.extend_from_slice(&chunk),
                Some(Err(error)) => {
                    failed = Some(error);
                    break;
                }
                None => break,
            }
        }
        if gathered.is_empty() {
            return failed.map(|error| (Err(error), (chunks, None)));
        }
        Some((Ok(gathered.freeze()), (chunks, failed)))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_body_that_comes_byte_by_byte_is_parsed_in_pieces() {
        let bytes: Vec<_> = (0..10_000_u32).map(|number| number as u8).collect();
        let chunks: Vec<_> = bytes.iter().map(|byte| Ok(Bytes::copy_from_slice(&[*byte]))).collect();
        let chunks = chunks.into_iter().chain([Err("broken")]);
        let gathered: Vec<_> = gathered(stream::iter(chunks)).collect().await;
        let lengths: Vec<_> = gathered.iter().map(|chunk| chunk.as_ref().map_or(0, Bytes::len)).collect();
        assert_eq!(lengths, [GATHERED, GATHERED, 10_000 - 2 * GATHERED, 0]);
        assert_eq!(gathered.iter().flatten().flatten().copied().collect::<Vec<_>>(), bytes);
        assert_eq!(gathered.last(), Some(&Err("broken")), "after what came before it");
    }

    #[tokio::test]
    async fn large_chunks_are_passed_on_as_they_are() {
        let large = Bytes::from(vec![7; 100_000]);
        let chunks = [large.clone(), Bytes::from_static(b"x"), large.clone()].map(Ok::<_, ()>);
        let gathered: Vec<_> = gathered(stream::iter(chunks)).collect().await;
        assert_eq!(gathered[0].as_ref().map(|chunk| chunk.as_ptr()), Ok(large.as_ptr()));
        assert_eq!(gathered.len(), 2);
    }
}
