//! A whole answer on its way out, given to the HTTP server piece by piece.

use std::convert::Infallible;
use std::pin::Pin;
use std::task::{Context, Poll};

use actix_web::HttpRequest;
use actix_web::body::{BodySize, BoxBody, MessageBody};
use actix_web::web::Bytes;

use super::answer::{Answer, Payload};
use super::budget::{Held, SMALL};
use super::installed::sending_of;
use super::problem::problem_for;
use crate::domain::{Code, Error};

/// As many bytes as the HTTP server buffers for a connection. It copies what it is given, so that a whole answer given at
/// once would be held twice.
const PIECE: usize = 32 * 1024;

/// Counts a whole answer against the budget of answers that wait to be sent. The large answer to a read that does not fit
/// is replaced by a 503. The answer to a write is always sent, because the write is done.
pub fn reserve(answer: Answer, request: &HttpRequest, is_read: bool) -> (Answer, Option<Held>) {
    let (Some(sending), Payload::Whole(body)) = (sending_of(request), &answer.payload) else { return (answer, None) };
    match sending.reserve(body.len()) {
        None if is_read && body.len() > SMALL => {
            let detail = "Too many callers are still reading their responses. Ask again, or for less at a time.";
            let error = Error::new(Code::Unavailable, detail).with(|p| p.retry_after = Some(1));
            (problem_for(&error, request), None)
        }
        held => {
            let held = held.unwrap_or_else(|| sending.count(body.len()));
            (answer, Some(held))
        }
    }
}

/// The rest of an answer whose bytes are all there.
struct Pieces(Bytes);

impl MessageBody for Pieces {
    type Error = Infallible;

    fn size(&self) -> BodySize {
        BodySize::Sized(self.0.len() as u64)
    }

    fn poll_next(mut self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<Option<Result<Bytes, Infallible>>> {
        let piece = PIECE.min(self.0.len());
        Poll::Ready((piece > 0).then(|| Ok(self.0.split_to(piece))))
    }
}

/// The same body; one that is whole and large is given out piece by piece.
pub fn in_pieces(body: BoxBody) -> BoxBody {
    match body.try_into_bytes() {
        Ok(bytes) if bytes.len() > PIECE => BoxBody::new(Pieces(bytes)),
        Ok(bytes) => BoxBody::new(bytes),
        Err(stream) => stream,
    }
}

#[cfg(test)]
mod tests {
    use futures_util::future::poll_fn;

    use super::*;

    #[actix_web::test]
    async fn a_large_answer_leaves_in_pieces_and_whole() {
        let whole: Vec<u8> = (0..100_000_u32).map(|byte| byte.to_le_bytes()[0]).collect();
        let mut body = in_pieces(BoxBody::new(whole.clone()));
        assert_eq!(body.size(), BodySize::Sized(100_000));
        let mut pieces = Vec::new();
        while let Some(piece) = poll_fn(|context| Pin::new(&mut body).poll_next(context)).await {
            pieces.push(piece.unwrap());
        }
        assert!(pieces.iter().all(|piece| piece.len() <= PIECE));
        assert_eq!(pieces.concat(), whole);
    }
}
