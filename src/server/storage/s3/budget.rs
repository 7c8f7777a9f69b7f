//! The bounded memory for uploads to a bucket, shared by the whole process. How full buffers are sent is in
//! `writer.rs`.

use std::sync::{Arc, LazyLock, Mutex, PoisonError};

use bytes::Bytes;

use crate::server::fair_limiter::{FairLimiter, FairPermit};

/// The size in bytes of a buffer, and so of a part: S3 accepts 10,000 parts, which makes objects of up to 78 GiB.
pub const BUFFER_BYTES: usize = 8 * 1024 * 1024;
/// The number of buffers in the process: 128 MiB in all.
const BUFFERS: usize = 16;
/// The most that one account gets of them, and it gets no more than it leaves for others.
const BUFFERS_OF_ACCOUNT: usize = BUFFERS / 2;
/// Empty buffers that are kept for the next upload; an idle process returns the others to the system.
const SPARE_BUFFERS: usize = 2;

/// The address space reserved for a buffer in bytes. Most of it is never touched, and so uses no memory: glibc keeps
/// freed blocks of up to 32 MiB for itself and returns larger ones to the system at once. Measured with eight uploads
/// at a time: at most 208 MiB without this and 184 MiB kept afterwards; 146 MiB and 38 MiB with it.
const RESERVED_BYTES: usize = 33 * 1024 * 1024;

static UPLOADS: LazyLock<Budget> = LazyLock::new(|| Budget::new(BUFFERS, BUFFERS_OF_ACCOUNT, BUFFER_BYTES));

/// A fixed number of buffers, shared by all uploads; a free one goes to an account that holds none, if one waits.
#[derive(Debug, Clone)]
pub struct Budget {
    permits: FairLimiter<String>,
    spare: Arc<Mutex<Vec<Vec<u8>>>>,
    size: usize,
}

impl Budget {
    /// The budget of this process.
    pub fn of_process() -> Self {
        UPLOADS.clone()
    }

    fn new(buffers: usize, each: usize, size: usize) -> Self {
        Self { permits: FairLimiter::new(buffers, each), spare: Arc::default(), size }
    }

    /// An empty buffer for an upload of `account`; waits until the account can have one.
    ///
    /// A caller that waits here must not hold a buffer that only more bytes can fill: such callers would wait for each
    /// other for ever. Holding buffers that are being sent is safe, because those are released without the caller.
    pub async fn take(&self, account: &str) -> Buffer {
        let permit = self.permits.wait(&account.to_owned()).await;
        let spare = self.spare.lock().unwrap_or_else(PoisonError::into_inner).pop();
        let bytes = spare.unwrap_or_else(|| Vec::with_capacity(RESERVED_BYTES.max(self.size)));
        Buffer { bytes, budget: self.clone(), _permit: permit }
    }

    /// Whether every buffer is in use.
    pub fn is_exhausted(&self) -> bool {
        self.permits.is_exhausted()
    }
}

/// A buffer from the budget, returned to it when dropped.
#[derive(Debug)]
pub struct Buffer {
    bytes: Vec<u8>,
    budget: Budget,
    _permit: FairPermit<String>,
}

impl Buffer {
    /// Moves as much of `chunk` into the buffer as fits, without growing it.
    pub fn fill(&mut self, chunk: &mut Bytes) {
        let fits = chunk.len().min(self.budget.size - self.bytes.len());
        self.bytes.extend_from_slice(&chunk.split_to(fits));
    }

    /// Whether the buffer is full.
    pub fn is_full(&self) -> bool {
        self.bytes.len() == self.budget.size
    }

    /// Turns the buffer into bytes to send; it returns to the budget when the last clone of them is dropped.
    pub fn freeze(self) -> Bytes {
        Bytes::from_owner(self)
    }
}

impl AsRef<[u8]> for Buffer {
    fn as_ref(&self) -> &[u8] {
        &self.bytes
    }
}

impl Drop for Buffer {
    fn drop(&mut self) {
        let mut bytes = std::mem::take(&mut self.bytes);
        let mut spare = self.budget.spare.lock().unwrap_or_else(PoisonError::into_inner);
        if spare.len() < SPARE_BUFFERS {
            bytes.clear();
            spare.push(bytes);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use futures::FutureExt;

    #[tokio::test]
    async fn a_buffer_waits_for_its_turn_and_comes_back_when_sent() {
        let budget = Budget::new(2, 1, 4);
        let (mut first, second) = (budget.take("ada").await, budget.take("grace").await);
        assert!(budget.is_exhausted());
        assert!(budget.take("edsger").now_or_never().is_none());

        let mut chunk = Bytes::from_static(b"abcdef");
        let memory = first.bytes.as_ptr();
        first.fill(&mut chunk);
        assert!(first.is_full() && !second.is_full());
        assert_eq!(chunk, "ef");

        let (sent, again) = {
            let sent = first.freeze();
            (sent.clone(), sent)
        };
        drop(sent);
        assert!(budget.is_exhausted(), "a clone still holds the bytes");
        drop(again);
        let reused = budget.take("edsger").await;
        assert_eq!(reused.as_ref(), b"");
        assert_eq!(reused.bytes.as_ptr(), memory, "the memory itself is used again");
    }
}
