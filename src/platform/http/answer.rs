//! An answer, before it becomes a response of the web framework: so that it can be kept, compared
//! with `If-None-Match`, and turned into a response in one place.

use actix_web::body::{BodyStream, BoxBody};
use actix_web::http::StatusCode;
use actix_web::http::header::{self, HeaderMap, HeaderName, HeaderValue};
use actix_web::web::Bytes;
use actix_web::{HttpRequest, HttpResponse};
use futures_util::stream::{BoxStream, Stream, StreamExt, TryStreamExt};
use serde::{Deserialize, Serialize};

use super::budget::Held;
use super::edge::request_id;
use super::entity_tag::EntityTags;
use super::problem;
use crate::domain::Error;

/// The media type of everything that is not said to be otherwise.
pub const JSON: &str = "application/json";

/// What is sent: bytes that are all there, or pages as they come.
pub enum Payload {
    /// The whole body.
    Whole(Vec<u8>),
    /// A body sent piece by piece; an error in the middle breaks the connection off, so that what
    /// came before cannot be taken for the whole.
    Stream(BoxStream<'static, Result<Bytes, Error>>),
}

/// A status, headers and a body.
pub struct Answer {
    /// The HTTP status.
    pub status: u16,
    /// The headers, `Content-Type` included.
    pub headers: Vec<(HeaderName, String)>,
    /// The body.
    pub payload: Payload,
}

/// An answer as it is kept for an idempotency key.
#[derive(Serialize, Deserialize)]
pub(in crate::platform) struct KeptAnswer {
    status: u16,
    headers: Vec<(String, String)>,
    body: String,
}

impl Answer {
    /// An answer without a body.
    pub fn empty(status: u16) -> Self {
        Self { status, headers: Vec::new(), payload: Payload::Whole(Vec::new()) }
    }

    /// `value` as JSON.
    pub fn json(status: u16, value: &impl Serialize) -> Self {
        match serde_json::to_vec(value) {
            Ok(body) => Self::bytes(status, JSON, body),
            Err(error) => {
                problem::answer(&Error::internal(format_args!("an answer could not be written: {error}")), "")
            }
        }
    }

    /// Bytes of a media type.
    pub fn bytes(status: u16, media_type: &str, body: impl Into<Vec<u8>>) -> Self {
        Self {
            status,
            headers: vec![(header::CONTENT_TYPE, media_type.to_owned())],
            payload: Payload::Whole(body.into()),
        }
    }

    /// Pieces of a media type, sent as they come.
    pub fn stream(media_type: &str, pieces: impl Stream<Item = Result<Vec<u8>, Error>> + Send + 'static) -> Self {
        Self {
            status: 200,
            headers: vec![(header::CONTENT_TYPE, media_type.to_owned())],
            payload: Payload::Stream(pieces.map_ok(Bytes::from).boxed()),
        }
    }

    /// The same answer with one more header.
    #[must_use]
    pub fn header(mut self, name: HeaderName, value: impl Into<String>) -> Self {
        self.headers.push((name, value.into()));
        self
    }

    /// The value of a header.
    pub fn get(&self, name: &HeaderName) -> Option<&str> {
        self.headers.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
    }

    /// The answer in the form it is kept in; `None` for a stream, and for a problem of more than 16 KiB.
    pub(in crate::platform) fn to_kept(&self) -> Option<KeptAnswer> {
        let Payload::Whole(body) = &self.payload else { return None };
        if problem::outgrows_keeping(self.status, body) {
            return None;
        }
        Some(KeptAnswer {
            status: self.status,
            headers: self.headers.iter().map(|(name, value)| (name.to_string(), value.clone())).collect(),
            body: String::from_utf8(body.clone()).ok()?,
        })
    }

    /// A kept answer, to be given again.
    pub(in crate::platform) fn from_kept(kept: KeptAnswer) -> Self {
        let mut headers: Vec<(HeaderName, String)> = kept
            .headers
            .into_iter()
            .filter_map(|(name, value)| HeaderName::try_from(name).ok().map(|name| (name, value)))
            .collect();
        headers.push((HeaderName::from_static("idempotent-replayed"), "true".to_owned()));
        Self { status: kept.status, headers, payload: Payload::Whole(kept.body.into_bytes()) }
    }

    /// The framework's response. A `GET` whose `If-None-Match` names the answer's `ETag` is 304. Its body counts as `held`
    /// until it is sent.
    pub(super) fn into_response(self, request: &HttpRequest, private: bool, held: Option<Held>) -> HttpResponse {
        let not_modified = request.method() == actix_web::http::Method::GET
            && self.status == 200
            && self.get(&header::ETAG).is_some_and(|etag| names_etag(request.headers(), etag));
        let status = if not_modified { 304 } else { self.status };
        let mut response = HttpResponse::new(StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR));
        let headers = response.headers_mut();
        for (name, value) in self.headers {
            if not_modified && name == header::CONTENT_TYPE {
                continue;
            }
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
            Payload::Whole(_) if not_modified => BoxBody::new(()),
            Payload::Whole(body) => BoxBody::new(match held {
                Some(held) => held.around(body),
                None => body.into(),
            }),
            Payload::Stream(stream) => BoxBody::new(BodyStream::new(stream)),
        };
        response.set_body(body)
    }
}

/// Whether `If-None-Match` names this entity tag (RFC 9110 section 13.1.2, weak comparison).
fn names_etag(headers: &HeaderMap, etag: &str) -> bool {
    let own = etag.trim_matches('"');
    let mut values = headers.get_all(header::IF_NONE_MATCH).filter_map(|value| value.to_str().ok());
    values.any(|value| match EntityTags::parse(value) {
        Some(EntityTags::Any) => true,
        Some(EntityTags::Listed(tags)) => tags.iter().any(|tag| tag.opaque == own),
        None => false,
    })
}

/// The problem that `error` is, for this request.
pub(super) fn problem_for(error: &Error, request: &HttpRequest) -> Answer {
    problem::answer(error, &request_id(request))
}
