//! Reading what is left of a refused body. Browsers show the response only after they have sent everything.

use std::time::Duration;

use bytes::Bytes;
use futures::{Stream, StreamExt as _};
use tokio::time::timeout;

/// Who sends nothing for this long waits for nothing, or has gone.
const STILL: Duration = Duration::from_secs(5);

/// Reads and discards the rest of a body: at most about `most` bytes, for at most `longest`, and only while something
/// arrives. If more would follow, closing the connection ends it.
pub async fn drain<E>(mut body: impl Stream<Item = Result<Bytes, E>> + Unpin, most: usize, longest: Duration) {
    let mut left = most;
    let all = async {
        while let Ok(Some(Ok(chunk))) = timeout(STILL, body.next()).await {
            left = left.saturating_sub(chunk.len());
            if left == 0 {
                return;
            }
        }
    };
    drop(timeout(longest, all).await);
}
