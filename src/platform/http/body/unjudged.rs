//! A body that arrives before it is judged: what is sent to a capability link.

use std::marker::PhantomData;

use actix_web::web::Bytes;

use crate::domain::Error;
use crate::platform::http::checking;
use crate::platform::http::describe::Op;
use crate::platform::http::incoming::{Incoming, PUBLIC_BODY_LIMIT, Take};

/// A body that can be judged after it has arrived, from its bytes and its `Content-Type` alone.
pub trait Judge: Sized {
    /// How many bytes it may have; `None` for as many as any body of a public operation.
    const BODY_LIMIT: Option<usize> = None;

    /// Judges a body.
    ///
    /// # Errors
    /// The problem of the body: 400, 415 or 422.
    fn judge(content_type: &str, body: &[u8]) -> Result<Self, Error>;

    /// Adds to the description of an operation what it asks of the body, and its problems.
    fn describe(op: &mut Op<'_>);
}

/// A `B` that has arrived, within its limit and in time, and has yet to be judged.
///
/// The holder of a capability link has no other right than the link. So an operation first looks the link up, and answers 404
/// or 410; then it calls [`Unjudged::judge`], which finds the faults of the body.
pub struct Unjudged<B> {
    content_type: String,
    body: Bytes,
    kind: PhantomData<fn() -> B>,
}

impl<B: Judge> Unjudged<B> {
    /// Judges the body.
    ///
    /// # Errors
    /// The problem of the body: 400, 415 or 422.
    pub fn judge(self) -> Result<B, Error> {
        B::judge(&self.content_type, &self.body)
    }
}

impl<B: Judge> Take for Unjudged<B> {
    const BODY_LIMIT: Option<usize> = {
        let limit = match B::BODY_LIMIT {
            Some(own) => own,
            None => PUBLIC_BODY_LIMIT,
        };
        assert!(limit <= checking::SMALL, "`Unjudged::judge` runs on a worker thread");
        Some(limit)
    };

    async fn take(incoming: &mut Incoming) -> Result<Self, Error> {
        let body = incoming.body().await?;
        Ok(Self { content_type: incoming.content_type().to_owned(), body, kind: PhantomData })
    }

    fn describe(op: &mut Op<'_>) {
        B::describe(op);
    }
}
