//! A connection whose peer must read: a write deadline, which the HTTP server lacks.
//!
//! [Decision 18](../../../docs/decisions/0018-unread-answers.md) says why the deadline is on the stream.

use std::io;
use std::pin::Pin;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use prometheus_client::metrics::counter::Counter;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::TcpStream;
use tokio::time::{Instant, Sleep, sleep};

use super::budget::Budget;

/// Unsent bytes that the operating system buffers for a connection. Without a limit Linux buffers 4 MB,
/// and reports space only after a third of that was read: a slow reader then looks like one that has
/// stopped.
#[cfg(target_os = "linux")]
const UNSENT: u32 = 128 * 1024;

/// How long a peer may stop reading while responses fill the budget, and how often that is checked.
const CROWDED: Duration = Duration::from_secs(1);

/// How long a peer may leave written bytes unread.
#[derive(Clone)]
pub(crate) struct WriteDeadline {
    stall: Duration,
    sending: Budget,
    closed: Counter,
}

impl WriteDeadline {
    /// A deadline of `stall`, or of a second while unsent answers fill more than half of `sending`. `closed` counts the
    /// connections that miss it.
    pub(crate) fn new(stall: Duration, sending: Budget, closed: Counter) -> Self {
        Self { stall, sending, closed }
    }

    /// Puts `stream` under this deadline. A peer that misses it is reset: the operating system sends
    /// nothing more.
    pub(crate) fn over(&self, stream: TcpStream) -> Connection<TcpStream> {
        #[cfg(target_os = "linux")]
        if let Err(error) = socket2::SockRef::from(&stream).set_tcp_notsent_lowat(UNSENT) {
            tracing::debug!(%error, "the system buffers as much of an answer as it likes");
        }
        // A streamed response is written in pieces: with Nagle's algorithm each waits for the peer's delayed acknowledgement of the
        // one before, 40 ms on Linux.
        if let Err(error) = stream.set_nodelay(true) {
            tracing::debug!(%error, "the system delays the pieces of a response");
        }
        let reset = |stream: &TcpStream| {
            if let Err(error) = stream.set_zero_linger() {
                tracing::debug!(%error, "a connection is closed without a reset");
            }
        };
        Connection { stream, deadline: self.clone(), reset, blocked: None }
    }

    fn is_missed(&self, since: Instant) -> bool {
        let stall = if self.sending.is_crowded() { self.stall.min(CROWDED) } else { self.stall };
        since.elapsed() >= stall
    }
}

/// A stream that fails when it takes no byte within the deadline. Meanwhile nothing is read from it
/// either: a peer that sends requests and reads no responses causes no more of them.
pub(crate) struct Connection<S> {
    stream: S,
    deadline: WriteDeadline,
    reset: fn(&S),
    blocked: Option<Blocked>,
}

/// A write that waits for the peer to read.
struct Blocked {
    since: Instant,
    timer: Pin<Box<Sleep>>,
    /// Whether a read waits for this write.
    delays_read: bool,
}

impl<S> Connection<S> {
    /// Waits for the peer to read, and fails with [`io::ErrorKind::TimedOut`] at the deadline.
    fn wait(&mut self, context: &mut Context<'_>) -> Poll<io::Result<usize>> {
        let tick = self.deadline.stall.min(CROWDED);
        let blocked = self.blocked.get_or_insert_with(|| Blocked {
            since: Instant::now(),
            timer: Box::pin(sleep(tick)),
            delays_read: false,
        });
        loop {
            ready!(blocked.timer.as_mut().poll(context));
            if self.deadline.is_missed(blocked.since) {
                (self.reset)(&self.stream);
                self.deadline.closed.inc();
                return Poll::Ready(Err(io::ErrorKind::TimedOut.into()));
            }
            blocked.timer.as_mut().reset(Instant::now() + tick);
        }
    }
}

impl<S: AsyncWrite + Unpin> AsyncWrite for Connection<S> {
    fn poll_write(mut self: Pin<&mut Self>, context: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        let Poll::Ready(written) = Pin::new(&mut self.stream).poll_write(context, bytes) else {
            return self.wait(context);
        };
        if self.blocked.take().is_some_and(|blocked| blocked.delays_read) {
            context.waker().wake_by_ref();
        }
        Poll::Ready(written)
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(context)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(context)
    }
}

impl<S: AsyncRead + Unpin> AsyncRead for Connection<S> {
    fn poll_read(mut self: Pin<&mut Self>, context: &mut Context<'_>, into: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        if let Some(blocked) = &mut self.blocked {
            blocked.delays_read = true;
            return Poll::Pending;
        }
        Pin::new(&mut self.stream).poll_read(context, into)
    }
}

#[cfg(test)]
mod tests;
