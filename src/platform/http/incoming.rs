//! An incoming request, and the parts that a handler can take from it.

use std::future::Future;
use std::sync::Arc;

use actix_web::HttpRequest;
use actix_web::dev::Payload;
use actix_web::http::header;
use actix_web::web::Bytes;
use futures_util::StreamExt;
use tokio::time::{Instant, timeout_at};

use super::describe::Op;
use super::matched::{PathValues, path_value};
use super::negotiation;
use super::receiving::Receiving;
use crate::domain::{Actor, Code, Entropy, Error};
use crate::platform::vault::CursorKey;

/// The default limit in bytes for the body of an operation that needs a token.
pub const BODY_LIMIT: usize = 1024 * 1024;
/// The same for a public operation: the service accepts little without a token.
pub const PUBLIC_BODY_LIMIT: usize = 16 * 1024;

/// A request whose caller was judged.
pub struct Incoming {
    pub(in crate::platform) request: HttpRequest,
    pub(in crate::platform) body: Body,
    /// The limit of the body in bytes.
    pub(in crate::platform) body_limit: usize,
    /// The budget that all bodies share.
    pub(in crate::platform) receiving: Receiving,
    /// The values of the path's parameters, when a replay reads a resource again: the path of the request
    /// is that of the write, and its query and `Accept` belong to the write.
    pub(in crate::platform) read_again: Option<PathValues>,
    /// The caller, for values that belong to one caller.
    pub(in crate::platform) caller: String,
    pub(in crate::platform) actor: Arc<Actor>,
    pub(in crate::platform) cursors: Arc<CursorKey>,
    pub(in crate::platform) entropy: Arc<dyn Entropy>,
}

/// The body: unread, or read already.
pub enum Body {
    Coming(Payload),
    Whole(Bytes),
}

impl Incoming {
    /// Reads the body. It counts against the budget of the process until its last copy is dropped. A body
    /// that may be larger than [`BODY_LIMIT`] is a file. It takes one of its caller's places while it arrives,
    /// and then waits for a permit, so that a slow file delays no other caller's.
    ///
    /// # Errors
    /// 413 when it is larger than the operation accepts, by its `Content-Length` or as it is read; 408 when
    /// it takes longer than the deadline; 400 when it ends early; 429 when its caller sends too many files;
    /// 503 when the process holds too many bytes of bodies, or other files have the permits.
    pub async fn body(&mut self) -> Result<Bytes, Error> {
        let limit = self.body_limit;
        let too_large = || {
            Error::new(
                Code::TooLarge,
                format!("The body is larger than the {limit} bytes that this operation accepts."),
            )
        };
        let declared = self.request.headers().get(header::CONTENT_LENGTH).and_then(|value| value.to_str().ok());
        let declared = declared.and_then(|length| length.parse::<usize>().ok());
        if declared.is_some_and(|length| length > limit) {
            return Err(too_large());
        }
        let payload = match &mut self.body {
            Body::Whole(bytes) if bytes.len() > limit => return Err(too_large()),
            Body::Whole(bytes) => return Ok(bytes.clone()),
            Body::Coming(payload) => payload,
        };
        let mut body = self.receiving.body(declared.unwrap_or_default());
        let file = if limit > BODY_LIMIT { Some(self.receiving.file(&self.caller)?) } else { None };
        let begun = Instant::now();
        loop {
            let due = self.receiving.due(begun, body.len());
            let Ok(piece) = timeout_at(due, payload.next()).await else { return Err(self.receiving.late()) };
            let Some(piece) = piece else { break };
            let piece = piece.map_err(|_| Error::new(Code::MalformedJson, "The body ended too early."))?;
            if body.len() + piece.len() > limit {
                return Err(too_large());
            }
            body.add(&piece)?;
        }
        if file.is_some() {
            body = body.in_turn(self.receiving.turn().await?);
        }
        drop(file);
        let bytes = body.whole();
        self.body = Body::Whole(bytes.clone());
        Ok(bytes)
    }

    /// Returns the body after `check`, which runs beside the worker threads if the body is large.
    ///
    /// # Errors
    /// Those of [`Incoming::body`] and of `check`; 503 when too many large bodies wait for their check.
    pub async fn checked_body<T: Send + 'static>(
        &mut self,
        check: impl FnOnce(Bytes) -> Result<T, Error> + Send + 'static,
    ) -> Result<T, Error> {
        let body = self.body().await?;
        self.receiving.checking.run(body, check).await
    }

    /// The query of the operation.
    pub(in crate::platform) fn query_string(&self) -> &str {
        if self.read_again.is_some() { "" } else { self.request.query_string() }
    }

    /// The path parameter, parsed by `read`.
    pub(super) fn path_value<T>(&self, name: &str, read: impl FnOnce(&str) -> Option<T>) -> Option<T> {
        match &self.read_again {
            Some(values) => values.get(name).and_then(read),
            None => path_value(&self.request, name, read),
        }
    }

    /// The value of a header, if it is present and text.
    pub fn header(&self, name: &header::HeaderName) -> Option<&str> {
        self.request.headers().get(name).and_then(|value| value.to_str().ok())
    }

    /// Whether the caller sent an `Idempotency-Key`, so that the response is stored.
    pub fn has_idempotency_key(&self) -> bool {
        self.request.headers().contains_key("idempotency-key")
    }

    /// Whether `Accept` asks for a media type rather than for `other`, the operation's default.
    pub fn prefers(&self, media_type: &str, other: &str) -> bool {
        self.preferred(other, &[media_type]) == media_type
    }

    /// The media type of an operation that `Accept` prefers; the default is the first.
    pub fn preferred<'a>(&self, first: &'a str, others: &[&'a str]) -> &'a str {
        if self.read_again.is_some() { first } else { negotiation::preferred(&self.request, (first, others)) }
    }

    /// The `Content-Type` as sent, empty if absent.
    pub fn content_type(&self) -> &str {
        self.header(&header::CONTENT_TYPE).unwrap_or_default()
    }

    /// Refuses a body of another media type than `expected`.
    ///
    /// # Errors
    /// 415, naming the right one.
    pub fn expect_media_type(&self, expected: &'static str) -> Result<(), Error> {
        self.expect_one_of(&[expected]).map(|_| ())
    }

    /// Which of several media types the body has.
    ///
    /// # Errors
    /// 415, naming the right ones.
    pub fn expect_one_of<'a>(&self, expected: &[&'a str]) -> Result<&'a str, Error> {
        one_of(self.content_type(), expected)
    }
}

/// The media type that a `Content-Type` names, without parameters, in lower case.
pub fn media_type(content_type: &str) -> String {
    content_type.split(';').next().unwrap_or_default().trim().to_ascii_lowercase()
}

/// Which of several media types a `Content-Type` names.
///
/// # Errors
/// 415, naming the right ones.
pub(super) fn one_of<'a>(content_type: &str, expected: &[&'a str]) -> Result<&'a str, Error> {
    let given = media_type(content_type);
    expected.iter().copied().find(|known| *known == given).ok_or_else(|| {
        let detail = format!("Send the body with Content-Type: {}.", expected.join(" or "));
        Error::new(Code::UnsupportedMediaType, detail).with(|p| p.allow = Some(expected.join(", ")))
    })
}

/// A part of a request that a handler takes. The service takes and checks arguments in the handler's
/// order: query, body, precondition, path.
pub trait Take: Sized {
    /// The limit of the body that it reads, in bytes; `None` for the limit of the operation's kind.
    const BODY_LIMIT: Option<usize> = None;
    /// The permission that a format of the operation needs besides the operation's own.
    const FORM_NEEDS: Option<&'static str> = None;
    /// Whether the operation has pages for a browser besides its JSON, problems included.
    const SHOWS_PAGES: bool = false;

    /// Takes the part.
    ///
    /// # Errors
    /// The problem of the response.
    fn take(incoming: &mut Incoming) -> impl Future<Output = Result<Self, Error>>;

    /// Adds the part and its problems to the description of an operation.
    fn describe(op: &mut Op<'_>);
}

#[cfg(test)]
mod tests;
