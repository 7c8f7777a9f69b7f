//! Reading from a store that stalls, breaks off, or has another object meanwhile; and for clients that read slowly.

use std::sync::Arc;

use futures::{FutureExt as _, StreamExt as _, TryStreamExt as _};
use tokio::sync::Semaphore;

use crate::server::storage::contract::scripted::{Asked, Reply, Scripted, error, response};
use crate::server::storage::s3::resume::Timeouts;
use crate::server::storage::*;

const TAG: &str = "ETag: \"one\"\r\n";
const DIGITS: &str = "0123456789";

/// The range that was asked for.
fn range(asked: &Asked) -> Option<Range<usize>> {
    let (start, last) = asked.header("range").strip_prefix("bytes=")?.split_once('-')?;
    Some(start.parse().unwrap()..last.parse::<usize>().unwrap() + 1)
}

/// The requested bytes of this content, which has this entity tag.
fn served(asked: &Asked, content: &str, tag: &str) -> String {
    let Some(range) = range(asked) else { return response("200 OK", tag, content) };
    let headers = format!("{tag}Content-Range: bytes {}-{}/{}\r\n", range.start, range.end - 1, content.len());
    response("206 Partial Content", &headers, &content[range])
}

/// The beginning of a response: all but its last bytes.
fn begun(asked: &Asked, content: &str, missing: usize) -> String {
    let whole = served(asked, content, TAG);
    whole[..whole.len() - missing].to_owned()
}

async fn read(storage: &Storage, range: Option<Range<u64>>) -> Result<Vec<u8>, StorageError> {
    let object = storage.read(&Key::<Private>::random(), range).await?;
    let chunks: Vec<Bytes> = object.body.try_collect().await?;
    Ok(chunks.concat())
}

fn with_short_timeouts(scripted: &mut Scripted) {
    let soon = Duration::from_millis(50);
    scripted.s3().timeouts = Timeouts { stall: soon, idle: soon, turn: soon };
}

#[tokio::test]
async fn a_store_that_breaks_off_is_asked_again_from_there() {
    let scripted = Scripted::answering(|number, asked| match number {
        0 => Reply::Cut(begun(asked, DIGITS, 5)),
        1 => Reply::Cut(begun(asked, DIGITS, 2)),
        _ => Reply::Answer(served(asked, DIGITS, TAG)),
    })
    .await;
    assert_eq!(read(&scripted.storage, None).await.unwrap(), DIGITS.as_bytes());
    let asked = scripted.asked();
    let ranges: Vec<_> = asked.iter().map(|asked| asked.header("range")).collect();
    assert_eq!(ranges, ["", "bytes=5-9", "bytes=8-9"]);
    let conditions: Vec<_> = asked.iter().map(|asked| asked.header("if-match")).collect();
    assert_eq!(conditions, ["", "\"one\"", "\"one\""]);
}

#[tokio::test]
async fn a_range_goes_on_within_itself() {
    let scripted = Scripted::answering(|number, asked| match number {
        0 => Reply::Cut(begun(asked, DIGITS, 2)),
        _ => Reply::Answer(served(asked, DIGITS, TAG)),
    })
    .await;
    assert_eq!(read(&scripted.storage, Some(3..8)).await.unwrap(), b"34567");
    assert_eq!(scripted.asked()[1].header("range"), "bytes=6-7");
}

#[tokio::test]
async fn a_store_that_answers_a_range_with_all_of_the_object_is_read_from_there() {
    let scripted = Scripted::answering(|number, asked| match number {
        0 => Reply::Cut(begun(asked, DIGITS, 5)),
        _ => Reply::Answer(response("200 OK", TAG, DIGITS)),
    })
    .await;
    assert_eq!(read(&scripted.storage, None).await.unwrap(), DIGITS.as_bytes());
    assert_eq!(read(&scripted.storage, Some(3..8)).await.unwrap(), b"34567");
    assert_eq!(read(&scripted.storage, Some(0..4)).await.unwrap(), b"0123");
    let short = Scripted::answering(|_, _| Reply::Answer(response("200 OK", TAG, "01234"))).await;
    assert!(matches!(read(&short.storage, Some(3..8)).await, Err(StorageError::Broken { .. })));
}

#[tokio::test]
async fn a_store_that_stalls_is_asked_again() {
    let mut scripted = Scripted::answering(|number, asked| match number {
        0 => Reply::Stall(begun(asked, DIGITS, 5)),
        _ => Reply::Answer(served(asked, DIGITS, TAG)),
    })
    .await;
    with_short_timeouts(&mut scripted);
    assert_eq!(read(&scripted.storage, None).await.unwrap(), DIGITS.as_bytes());
}

#[tokio::test]
async fn a_store_that_is_away_for_a_moment_is_waited_for() {
    let scripted = Scripted::answering(|number, asked| match number {
        0 => Reply::Cut(begun(asked, DIGITS, 5)),
        1..=3 => Reply::Cut(String::new()),
        _ => Reply::Answer(served(asked, DIGITS, TAG)),
    })
    .await;
    assert_eq!(read(&scripted.storage, None).await.unwrap(), DIGITS.as_bytes());
}

#[tokio::test]
async fn an_object_that_changed_meanwhile_ends_the_stream() {
    let refusing = Scripted::answering(|number, asked| match number {
        0 => Reply::Cut(begun(asked, DIGITS, 5)),
        _ => Reply::Answer(error("412 Precondition Failed", "PreconditionFailed")),
    })
    .await;
    assert!(matches!(read(&refusing.storage, None).await, Err(StorageError::Broken { .. })));
    assert_eq!(refusing.asked().len(), 2, "it is not asked again");
    let careless = Scripted::answering(|number, asked| match number {
        0 => Reply::Cut(begun(asked, DIGITS, 5)),
        _ => Reply::Answer(served(asked, "abcdefghij", "ETag: \"two\"\r\n")),
    })
    .await;
    assert!(matches!(read(&careless.storage, None).await, Err(StorageError::Broken { .. })));
}

#[tokio::test]
async fn without_a_tag_nothing_is_put_together() {
    let scripted = Scripted::answering(|_, asked| {
        let whole = served(asked, DIGITS, "");
        Reply::Cut(whole[..whole.len() - 5].to_owned())
    })
    .await;
    assert!(read(&scripted.storage, None).await.is_err());
    assert_eq!(scripted.asked().len(), 1);
}

/// The content is larger than what the connection itself holds, so that a client that does not read is noticed.
#[tokio::test(flavor = "multi_thread")]
async fn a_slow_client_holds_no_connection() {
    let content: String = (0..1_600_000).map(|number| char::from(b'a' + (number % 23) as u8)).collect();
    let (whole, store) = (content.clone(), content.clone());
    let mut scripted = Scripted::answering(move |_, asked| Reply::Answer(served(asked, &store, TAG))).await;
    with_short_timeouts(&mut scripted);
    let object = scripted.storage.read(&Key::<Private>::random(), None).await.unwrap();
    let mut body = object.body;
    let mut got = body.next().await.unwrap().unwrap().to_vec();
    scripted.after_closing(1).await;
    while let Some(chunk) = body.next().await {
        got.extend_from_slice(&chunk.unwrap());
    }
    assert!(got == whole.as_bytes());
    let asked = scripted.asked();
    let second = range(&asked[1]).unwrap();
    assert_eq!(second.len(), 256 * 1024, "a piece at a time while the client is slow");
    assert_eq!(asked[1].header("if-match"), "\"one\"");
    let third = range(&asked[2]).unwrap();
    assert_eq!(third, second.end..content.len(), "and the rest at once when it is not");
}

#[tokio::test(flavor = "multi_thread")]
async fn no_more_objects_are_read_at_once_than_there_are_turns() {
    let content = "x".repeat(1_600_000);
    let mut scripted = Scripted::answering(move |_, asked| Reply::Answer(served(asked, &content, TAG))).await;
    scripted.s3().reads = Arc::new(Semaphore::new(1));
    let key = Key::<Private>::random();
    let first = scripted.storage.read(&key, None).await.unwrap();
    let mut second = Box::pin(scripted.storage.read(&key, None));
    assert!((&mut second).now_or_never().is_none());
    drop(first);
    assert_eq!(second.await.unwrap().size, 1_600_000);
    // Who has held a connection for its turn gives it back while others wait, and goes on later.
    with_short_timeouts(&mut scripted);
    let bodies = [0, 1].map(|_| async { read(&scripted.storage, None).await.unwrap().len() });
    assert_eq!(futures::future::join_all(bodies).await, [1_600_000; 2]);
}
