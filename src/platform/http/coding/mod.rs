//! Content codings (RFC 9110 section 8.4.1): which one a response has, and how its body is compressed.
//! [Decision 42](../../../../docs/decisions/0042-compressed-responses.md) says what is compressed and what never is.

mod accepted;
mod encoder;
mod fixed;

use actix_web::HttpRequest;
use actix_web::http::header;
use actix_web::web::Bytes;
use futures_util::future::ready;
use futures_util::stream::{self, BoxStream, StreamExt, TryStreamExt};

use self::encoder::Encoder;
use super::answer::{Answer, JSON, Payload};
use super::csv::CSV;
use super::incoming::media_type;
use super::ndjson::NDJSON;
use super::negotiation::HTML;
use super::own_tag;
use super::problem::PROBLEM_JSON;
use crate::domain::Error;

pub use fixed::FixedBody;

/// The media types that compress well. Others are short, or compressed already.
const COMPRESSIBLE: [&str; 5] = [JSON, PROBLEM_JSON, NDJSON, CSV, HTML];

/// The smallest body in bytes that is worth the work.
const SMALLEST: usize = 1024;

/// The largest body in bytes that is compressed before its first byte is sent, so that it has a `Content-Length`. A larger one
/// would keep a worker thread too long.
const AT_ONCE: usize = 64 * 1024;

/// As many bytes of a large body as are compressed at a time.
const PIECE: usize = 32 * 1024;

/// The header that chooses a coding, as `Vary` names it.
const ACCEPT_ENCODING: &str = "Accept-Encoding";

/// A body in pieces.
type Pieces = BoxStream<'static, Result<Bytes, Error>>;

/// A content coding that the service can write.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Coding {
    /// RFC 1952.
    Gzip,
    /// RFC 8878.
    Zstd,
}

impl Coding {
    /// Its name in HTTP.
    pub fn name(self) -> &'static str {
        match self {
            Self::Gzip => "gzip",
            Self::Zstd => "zstd",
        }
    }
}

/// Chooses the coding of a response and says in `Vary` that the caller could have had another one; `None` for a body as it is.
pub fn choose(answer: &mut Answer, request: &HttpRequest) -> Option<Coding> {
    let compressible = answer.get(&header::CONTENT_TYPE).map(media_type)?;
    if !COMPRESSIBLE.contains(&compressible.as_str()) || answer.get(&header::CONTENT_ENCODING).is_some() {
        return None;
    }
    vary(answer);
    let accepted = accepted::of(request);
    let is_small = answer.whole().is_some_and(|body| body.is_empty() || (body.len() < SMALLEST && accepted.identity));
    accepted.coding.filter(|_| !is_small)
}

/// Adds `Accept-Encoding` to the one line of `Vary`.
fn vary(answer: &mut Answer) {
    match answer.headers.iter_mut().find(|(name, _)| *name == header::VARY) {
        Some((_, value)) => *value = format!("{value}, {ACCEPT_ENCODING}"),
        None => answer.headers.push((header::VARY, ACCEPT_ENCODING.to_owned())),
    }
}

/// The same response with its body in a coding. A stream is compressed as it flows.
///
/// # Errors
/// An internal error when the library has no memory for an encoder.
pub fn encode(mut answer: Answer, coding: Coding) -> Result<Answer, Error> {
    answer.payload = match answer.payload {
        Payload::Whole(body) if body.len() <= AT_ONCE => Payload::Whole(encoder::whole(&body, coding)?),
        Payload::Whole(body) => Payload::Stream(stream::iter(pieces(body, Encoder::new(coding)?)).boxed()),
        Payload::Stream(stream) => Payload::Stream(flowing(stream, Encoder::new(coding)?)),
    };
    for (name, value) in &mut answer.headers {
        if *name == header::ETAG {
            *value = own_tag::with_coding(value, coding.name());
        }
    }
    Ok(answer.header(header::CONTENT_ENCODING, coding.name()))
}

/// A large body, compressed piece by piece as the connection takes them.
fn pieces(body: Vec<u8>, encoder: Encoder) -> impl Iterator<Item = Result<Bytes, Error>> + Send {
    let (mut rest, mut encoder) = (Bytes::from(body), Some(encoder));
    std::iter::from_fn(move || {
        loop {
            if rest.is_empty() {
                return Some(encoder.take()?.end());
            }
            let piece = rest.split_to(PIECE.min(rest.len()));
            match encoder.as_mut()?.write(&piece) {
                Ok(written) if written.is_empty() => {}
                written => return Some(written),
            }
        }
    })
}

/// A stream, compressed and flushed piece by piece, so that its reader can decode each piece when it arrives. A stream that fails
/// is not ended, so that its reader cannot take the part for the whole.
fn flowing(stream: Pieces, encoder: Encoder) -> Pieces {
    let next = |(mut stream, mut encoder): (Pieces, Option<Encoder>)| async move {
        let written = match stream.next().await {
            Some(Ok(piece)) => encoder.as_mut()?.flush(&piece),
            Some(Err(error)) => Err(error),
            None => encoder.take()?.end(),
        };
        encoder = encoder.filter(|_| written.is_ok());
        Some((written, (stream, encoder)))
    };
    // The HTTP server takes an empty piece for the end of the response.
    let written = stream::unfold((stream, Some(encoder)), next);
    written.try_filter(|piece| ready(!piece.is_empty())).boxed()
}

#[cfg(test)]
mod tests;
