//! A load of HTTP/1.1 requests over connections that are kept.
//!
//! Written here because the client must cost little: it shares the processors with the service. A
//! request is prepared as bytes, `httparse` reads the head of a response, and the client counts the
//! body.

use std::net::SocketAddr;
use std::time::{Duration, Instant};

use futures_util::future::join_all;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

/// What a load came to.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Sample {
    /// Answers, or rows, a second.
    pub(crate) rate: f64,
    /// What half of the answers took at most, where each was timed.
    pub(crate) p50: Option<Duration>,
    /// What all but one in a hundred took at most.
    pub(crate) p99: Option<Duration>,
    /// How many were told to come back later (503), which counts as no answer.
    pub(crate) refused: usize,
    /// The most memory of its own that the service had meanwhile, in bytes.
    pub(crate) memory: Option<u64>,
}

impl Sample {
    /// What so many answers, each timed, come to.
    pub(crate) fn of(mut took: Vec<Duration>, within: Duration) -> Self {
        took.sort_unstable();
        let at = |share: usize| took.get((took.len() * share / 100).min(took.len().saturating_sub(1))).copied();
        Self { rate: rate(took.len(), within), p50: at(50), p99: at(99), ..Self::default() }
    }

    /// What so many of anything come to.
    pub(crate) fn count(count: usize, within: Duration) -> Self {
        Self { rate: rate(count, within), ..Self::default() }
    }
}

#[expect(clippy::cast_precision_loss, reason = "no run counts to 2^52")]
fn rate(count: usize, within: Duration) -> f64 {
    count as f64 / within.as_secs_f64()
}

/// Asks over `connections` connections for as long as `lasts`, each connection its next request when the last is
/// answered. `ask` gives the bytes of a request.
pub(crate) async fn load(
    address: SocketAddr,
    connections: usize,
    lasts: Duration,
    ask: &dyn Fn() -> Vec<u8>,
) -> Sample {
    let started = Instant::now();
    let more = || (started.elapsed() < lasts).then(ask);
    let answers = join_all((0..connections).map(|_| connection(address, &more))).await.concat();
    let within = started.elapsed();
    let took: Vec<Duration> = answers.iter().copied().flatten().collect();
    Sample { refused: answers.len() - took.len(), ..Sample::of(took, within) }
}

/// Asks over one connection until there is no more to ask. Of each answer, how long it took; `None` of a 503.
pub(crate) async fn connection(address: SocketAddr, more: &dyn Fn() -> Option<Vec<u8>>) -> Vec<Option<Duration>> {
    let mut stream = TcpStream::connect(address).await.expect("a connection");
    stream.set_nodelay(true).expect("a socket without delay");
    let (mut took, mut answer) = (Vec::new(), Vec::with_capacity(64 * 1024));
    while let Some(request) = more() {
        let asked = Instant::now();
        stream.write_all(&request).await.expect("a request that can be sent");
        let answered = receive(&mut stream, &mut answer, &request).await;
        took.push(answered.then(|| asked.elapsed()));
    }
    took
}

/// Reads one whole answer of known length, which must be a success or a 503; whether it is a success.
async fn receive(stream: &mut TcpStream, answer: &mut Vec<u8>, request: &[u8]) -> bool {
    answer.clear();
    let mut whole = None;
    while whole.is_none_or(|whole| answer.len() < whole) {
        let read = stream.read_buf(answer).await.expect("an answer");
        assert!(read > 0, "the service closed a connection");
        if whole.is_none() {
            whole = length(answer, request);
        }
    }
    !answer.starts_with(b"HTTP/1.1 503")
}

/// How long the answer is, head and body, once its head is there.
fn length(answer: &[u8], request: &[u8]) -> Option<usize> {
    let mut headers = [httparse::EMPTY_HEADER; 32];
    let mut head = httparse::Response::new(&mut headers);
    let httparse::Status::Complete(body) = head.parse(answer).expect("an answer of HTTP/1.1") else { return None };
    let told = || format!("{}\n{}", String::from_utf8_lossy(request), String::from_utf8_lossy(answer));
    assert!(matches!(head.code, Some(200 | 201 | 503)), "{}", told());
    let length = head.headers.iter().find(|header| header.name.eq_ignore_ascii_case("content-length"));
    let length = length.and_then(|header| std::str::from_utf8(header.value).ok()?.parse::<usize>().ok());
    Some(body + length.unwrap_or_else(|| panic!("an answer without a length:\n{}", told())))
}
