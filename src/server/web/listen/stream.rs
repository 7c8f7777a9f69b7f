//! A TCP connection that ends when its client reads nothing any more, and whose closing does not take the last answer
//! away from the client.

use std::io::{self, IoSlice};
use std::mem::MaybeUninit;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use socket2::{SockRef, TcpKeepalive};
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::TcpStream;
use tokio::time::{Instant, Sleep, sleep};
use tokio_util::sync::WaitForCancellationFutureOwned;

use crate::server::web::listen::progress::Progress;

/// The bytes that the system takes over before they are sent. It keeps memory low, and is how much a client must read
/// within the timeout.
const NOT_SENT: u32 = 128 * 1024;
/// When a silent client is asked whether it is still there, how often after that, and after how many times without an
/// answer the connection is closed.
const PROBE_AFTER: Duration = Duration::from_secs(60);
const PROBE_EVERY: Duration = Duration::from_secs(15);
const PROBES: u32 = 4;
/// What is still read from a client after the last answer: how many bytes, for how long, and how long without any.
const DISCARDED: usize = 64 << 20;
const DISCARDED_FOR: Duration = Duration::from_secs(20);
const DISCARDED_STILL: Duration = Duration::from_secs(3);

/// Sets the options of a connection. The system may not have one of them; the connection works without.
pub fn prepare(stream: &TcpStream) {
    // Responses are written in large pieces; Nagle's algorithm would only delay them.
    drop(stream.set_nodelay(true));
    let socket = SockRef::from(stream);
    let probes = TcpKeepalive::new().with_time(PROBE_AFTER).with_interval(PROBE_EVERY).with_retries(PROBES);
    drop(socket.set_tcp_keepalive(&probes));
    #[cfg(target_os = "linux")]
    drop(socket.set_tcp_notsent_lowat(NOT_SENT));
}

/// A TCP connection with deadlines.
pub struct WatchedStream {
    stream: TcpStream,
    progress: Arc<Progress>,
    unread: Option<Unread>,
    closing: Option<Closing>,
}

/// What ends a write that waits for its client to read.
struct Unread {
    deadline: Pin<Box<Sleep>>,
    cut_off: Pin<Box<WaitForCancellationFutureOwned>>,
}

/// What is still read after the last answer. A socket that is closed with unread bytes takes back what it has sent, and
/// a client that is still sending would see a broken connection instead of the answer.
struct Closing {
    left: usize,
    until: Instant,
    still: Pin<Box<Sleep>>,
}

impl WatchedStream {
    /// Watches this connection.
    pub fn new(stream: TcpStream, progress: Arc<Progress>) -> Self {
        Self { stream, progress, unread: None, closing: None }
    }

    /// The outcome of a write, or an error if nothing could be written for too long.
    fn in_time<T>(&mut self, written: Poll<io::Result<T>>, context: &mut Context<'_>) -> Poll<io::Result<T>> {
        self.progress.waits_for_reader(written.is_pending());
        if written.is_ready() {
            self.unread = None;
            return written;
        }
        let unread = self.unread.get_or_insert_with(|| Unread {
            deadline: Box::pin(sleep(self.progress.timeout())),
            cut_off: Box::pin(self.progress.cut_off().cancelled_owned()),
        });
        if unread.cut_off.as_mut().poll(context).is_ready() {
            return Poll::Ready(Err(io::ErrorKind::ConnectionAborted.into()));
        }
        ready!(unread.deadline.as_mut().poll(context));
        Poll::Ready(Err(io::ErrorKind::TimedOut.into()))
    }
}

impl AsyncRead for WatchedStream {
    fn poll_read(mut self: Pin<&mut Self>, context: &mut Context<'_>, into: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_read(context, into)
    }
}

impl AsyncWrite for WatchedStream {
    fn poll_write(mut self: Pin<&mut Self>, context: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        let written = Pin::new(&mut self.stream).poll_write(context, bytes);
        self.in_time(written, context)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        let written = Pin::new(&mut self.stream).poll_write_vectored(context, bytes);
        self.in_time(written, context)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(context)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        let this = &mut *self;
        let closing = match &mut this.closing {
            Some(closing) => closing,
            none => {
                ready!(Pin::new(&mut this.stream).poll_shutdown(context))?;
                this.progress.closes();
                let still = Box::pin(sleep(DISCARDED_STILL));
                none.insert(Closing { left: DISCARDED, until: Instant::now() + DISCARDED_FOR, still })
            }
        };
        let mut waste = [MaybeUninit::uninit(); 16 * 1024];
        loop {
            let mut waste = ReadBuf::uninit(&mut waste);
            match Pin::new(&mut this.stream).poll_read(context, &mut waste) {
                Poll::Ready(Ok(())) if !waste.filled().is_empty() => {
                    closing.left = closing.left.saturating_sub(waste.filled().len());
                    if closing.left == 0 || Instant::now() > closing.until {
                        return Poll::Ready(Ok(()));
                    }
                    closing.still.as_mut().reset(Instant::now() + DISCARDED_STILL);
                }
                Poll::Ready(_) => return Poll::Ready(Ok(())),
                Poll::Pending => break,
            }
        }
        closing.still.as_mut().poll(context).map(Ok)
    }
}

#[cfg(test)]
mod tests {
    use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
    use tokio::net::TcpListener;

    use super::*;

    async fn pair() -> (WatchedStream, TcpStream) {
        let listener = TcpListener::bind(("127.0.0.1", 0)).await.expect("a port");
        let client = TcpStream::connect(listener.local_addr().expect("an address")).await.expect("a connection");
        let (stream, _) = listener.accept().await.expect("a connection");
        prepare(&stream);
        (WatchedStream::new(stream, Arc::default()), client)
    }

    #[tokio::test]
    async fn a_client_that_reads_nothing_is_cut_off_when_somebody_says_so() {
        let (mut stream, _client) = pair().await;
        let cut_off = stream.progress.cut_off();
        let bytes = vec![0; 1 << 20];
        let writes = async {
            loop {
                if let Err(error) = stream.write_all(&bytes).await {
                    break error;
                }
            }
        };
        let (error, ()) = tokio::join!(writes, async { cut_off.cancel() });
        assert_eq!(error.kind(), io::ErrorKind::ConnectionAborted);
    }

    #[tokio::test]
    async fn a_client_that_reads_nothing_is_given_up() {
        let (mut stream, _client) = pair().await;
        stream.progress.set_timeout(Duration::from_millis(50));
        let bytes = vec![0; 1 << 20];
        let error = loop {
            if let Err(error) = stream.write_all(&bytes).await {
                break error;
            }
        };
        assert_eq!(error.kind(), io::ErrorKind::TimedOut);
    }

    #[tokio::test]
    async fn a_client_that_is_still_sending_gets_the_answer() {
        let (mut stream, mut client) = pair().await;
        let sending = async {
            for _ in 0..64 {
                client.write_all(&[0; 64 * 1024]).await.expect("it is still read");
            }
            let mut answer = Vec::new();
            client.read_to_end(&mut answer).await.expect("an answer");
            drop(client);
            answer
        };
        let answering = async {
            stream.write_all(b"401").await.expect("sent");
            stream.shutdown().await.expect("closed");
        };
        let (answer, ()) = tokio::join!(sending, answering);
        assert_eq!(answer, b"401");
    }
}
