//! An idempotency key in its scope.

use actix_web::HttpRequest;
use actix_web::http::header::{CONTENT_TYPE, HeaderValue};

use crate::domain::{Code, Error};
use crate::platform::vault::MacKey;

/// A key in its scope, and the request that it was used for.
#[derive(Debug)]
pub struct Keyed {
    /// A keyed hash of caller, method, path and key.
    pub(in crate::platform) key: [u8; 32],
    /// A keyed hash of query, content type and body.
    pub(super) fingerprint: [u8; 32],
    /// A keyed hash of the caller, by which the bodies kept for one caller are counted.
    pub(super) caller: [u8; 32],
    /// How many bytes of bodies are kept for one caller.
    pub(super) most_bytes: usize,
}

impl Keyed {
    /// The key `key` of `caller`, for a request with this body. `mac` hashes both, and `most_bytes` of bodies are kept for the
    /// caller.
    pub fn new(
        mac: &MacKey,
        (caller, most_bytes): (&str, usize),
        request: &HttpRequest,
        key: &str,
        body: &[u8],
    ) -> Self {
        let (method, path) = (request.method().as_str(), request.path());
        let content_type = request.headers().get(CONTENT_TYPE).map(HeaderValue::as_bytes).unwrap_or_default();
        Self {
            key: mac.mac("key", &[caller.as_bytes(), method.as_bytes(), path.as_bytes(), key.as_bytes()]),
            fingerprint: mac.mac("request", &[request.query_string().as_bytes(), content_type, body]),
            caller: mac.mac("caller", &[caller.as_bytes()]),
            most_bytes,
        }
    }
}

/// The error of a request whose key another request is using.
pub fn in_use() -> Error {
    Error::new(Code::KeyInUse, "The service is still processing a request with this Idempotency-Key.")
        .with(|p| p.retry_after = Some(1))
}
