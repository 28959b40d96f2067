//! The id of a request.

use actix_web::{HttpMessage, HttpRequest};

/// The id of a request: the caller's, or one of ours.
#[derive(Clone)]
pub struct RequestId(pub String);

/// Returns the id of a request that has passed the edge.
pub fn request_id(request: &HttpRequest) -> String {
    request.extensions().get::<RequestId>().map(|id| id.0.clone()).unwrap_or_default()
}
