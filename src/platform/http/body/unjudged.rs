//! A body that arrives before it is checked: the body of a capability link.

use std::marker::PhantomData;

use actix_web::web::Bytes;

use crate::domain::Error;
use crate::platform::http::checking;
use crate::platform::http::describe::Op;
use crate::platform::http::incoming::{Incoming, PUBLIC_BODY_LIMIT, Take};

/// A body that can be checked after its arrival, from its bytes and its `Content-Type` alone.
pub trait Judge: Sized {
    /// The most bytes of the body; `None` for the limit of public operations.
    const BODY_LIMIT: Option<usize> = None;

    /// Checks a body.
    ///
    /// # Errors
    /// The problem of the body: 400, 415 or 422.
    fn judge(content_type: &str, body: &[u8]) -> Result<Self, Error>;

    /// Adds the body and its problems to the description of an operation.
    fn describe(op: &mut Op<'_>);
}

/// A `B` that has arrived, within its limit and in time, and is not checked yet.
///
/// The link is the only permission of its holder. So an operation first looks the link up, and answers
/// 404 or 410; then it calls [`Unjudged::judge`], which finds the faults of the body.
pub struct Unjudged<B> {
    content_type: String,
    body: Bytes,
    kind: PhantomData<fn() -> B>,
}

impl<B: Judge> Unjudged<B> {
    /// Checks the body.
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
