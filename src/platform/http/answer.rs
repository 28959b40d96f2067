//! A response, before it becomes one of the web framework: it can be stored, compressed, and converted
//! in one place.

use actix_web::body::{BodyStream, BoxBody};
use actix_web::http::StatusCode;
use actix_web::http::header::{self, HeaderName, HeaderValue};
use actix_web::web::Bytes;
use actix_web::{HttpRequest, HttpResponse};
use futures_util::stream::{BoxStream, Stream, StreamExt, TryStreamExt};

use super::budget::Held;
use super::panics::log_cause;
use super::request_id::request_id;
use crate::domain::Error;

/// The status of a response that the caller has already.
pub(super) const NOT_MODIFIED: u16 = 304;

/// The default media type.
pub const JSON: &str = "application/json";

/// The body: complete bytes, or a stream of pages.
pub enum Payload {
    /// The whole body.
    Whole(Vec<u8>),
    /// A body sent piece by piece. An error in the middle breaks the connection, so that a caller cannot
    /// mistake the part for the whole.
    Stream(BoxStream<'static, Result<Bytes, Error>>),
}

/// A status, headers and a body.
pub struct Answer {
    /// The HTTP status code.
    pub status: u16,
    /// The headers, `Content-Type` included.
    pub headers: Vec<(HeaderName, String)>,
    /// The body.
    pub payload: Payload,
}

impl Answer {
    /// A response without a body.
    pub fn empty(status: u16) -> Self {
        Self { status, headers: Vec::new(), payload: Payload::Whole(Vec::new()) }
    }

    /// Bytes of a media type.
    pub fn bytes(status: u16, media_type: &str, body: impl Into<Vec<u8>>) -> Self {
        Self {
            status,
            headers: vec![(header::CONTENT_TYPE, media_type.to_owned())],
            payload: Payload::Whole(body.into()),
        }
    }

    /// Pieces of a media type, sent as a stream.
    pub fn stream(media_type: &str, pieces: impl Stream<Item = Result<Vec<u8>, Error>> + Send + 'static) -> Self {
        Self {
            status: 200,
            headers: vec![(header::CONTENT_TYPE, media_type.to_owned())],
            payload: Payload::Stream(pieces.map_ok(Bytes::from).boxed()),
        }
    }

    /// The same answer, marked as one whose form the request's `Accept` chooses.
    #[must_use]
    pub fn by_accept(self) -> Self {
        self.header(header::VARY, "Accept")
    }

    /// The same response with one more header.
    #[must_use]
    pub fn header(mut self, name: HeaderName, value: impl Into<String>) -> Self {
        self.headers.push((name, value.into()));
        self
    }

    /// The value of a header.
    pub fn get(&self, name: &HeaderName) -> Option<&str> {
        self.headers.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
    }

    /// The body; `None` of a stream.
    pub(in crate::platform) fn whole(&self) -> Option<&[u8]> {
        match &self.payload {
            Payload::Whole(body) => Some(body),
            Payload::Stream(_) => None,
        }
    }

    /// The same response. A stream owns `guard` until its end; without a stream `guard` is dropped now.
    pub(in crate::platform) fn holding(mut self, guard: impl Send + 'static) -> Self {
        if let Payload::Stream(pieces) = self.payload {
            let held = pieces.inspect(move |_| {
                let _ = &guard;
            });
            self.payload = Payload::Stream(held.boxed());
        }
        self
    }

    /// The framework's response. The body counts as `held` until it is sent.
    pub(in crate::platform) fn into_response(
        self,
        request: &HttpRequest,
        private: bool,
        held: Option<Held>,
    ) -> HttpResponse {
        let status = StatusCode::from_u16(self.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        let mut response = HttpResponse::new(status);
        let headers = response.headers_mut();
        for (name, value) in self.headers {
            if let Ok(value) = HeaderValue::try_from(value) {
                headers.append(name, value);
            }
        }
        let caching = if private { "no-store" } else { "no-cache" };
        if !headers.contains_key(header::CACHE_CONTROL) {
            headers.insert(header::CACHE_CONTROL, HeaderValue::from_static(caching));
        }
        if !headers.contains_key(header::X_CONTENT_TYPE_OPTIONS) {
            headers.insert(header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
        }
        let body = match self.payload {
            Payload::Whole(_) if self.status == NOT_MODIFIED => BoxBody::new(()),
            Payload::Whole(body) => BoxBody::new(match held {
                Some(held) => held.around(body),
                None => body.into(),
            }),
            Payload::Stream(stream) => {
                // The status has been sent by then, so the caller sees a broken connection.
                let id = request_id(request);
                let logged = stream.inspect_err(move |error| {
                    let _ = &held;
                    log_cause(error, &id);
                });
                BoxBody::new(BodyStream::new(logged))
            }
        };
        response.set_body(body)
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use futures_util::stream;

    use super::*;

    #[tokio::test]
    async fn a_stream_holds_its_guard_until_its_end_and_a_whole_body_does_not() {
        let guard = Arc::new(());
        let held = |guard: &Arc<()>| Arc::strong_count(guard) > 1;
        let whole = Answer::empty(204).holding(guard.clone());
        assert!(!held(&guard) && whole.status == 204);
        let pieces = stream::iter([Ok(b"a".to_vec()), Ok(b"b".to_vec())]);
        let Payload::Stream(mut pieces) = Answer::stream(JSON, pieces).holding(guard.clone()).payload else {
            panic!("a stream");
        };
        assert!(pieces.next().await.is_some() && held(&guard));
        drop(pieces);
        assert!(!held(&guard));
    }
}
