//! Cross-origin requests that the CORS middleware refuses, answered with problems: its own answer is a line of text.

use actix_cors::CorsError;
use actix_web::dev::ServiceResponse;

use super::problem::problem_for;
use crate::domain::{Code, Error};

/// The methods that a page of an allowed origin may use.
pub const METHODS: [&str; 6] = ["GET", "HEAD", "POST", "PATCH", "PUT", "DELETE"];
/// The headers that such a page may send.
pub const HEADERS: [&str; 10] = [
    "authorization",
    "content-type",
    "if-match",
    "if-none-match",
    "idempotency-key",
    "x-request-id",
    // Those of tracing (W3C Trace Context), and those that libraries and a forced reload add.
    "traceparent",
    "tracestate",
    "x-requested-with",
    "cache-control",
];
/// The response headers that such a page may read.
pub const EXPOSED: [&str; 9] = [
    "etag",
    "location",
    "link",
    "x-request-id",
    "retry-after",
    "ratelimit",
    "ratelimit-policy",
    "idempotent-replayed",
    "www-authenticate",
];

/// The same response, or a problem in its place if the CORS middleware refused the request.
pub(in crate::platform) fn with_problem(response: ServiceResponse) -> ServiceResponse {
    let refusal = response.response().error().and_then(|error| error.as_error::<CorsError>()).map(problem);
    let Some(refusal) = refusal else { return response };
    let told = problem_for(&refusal, response.request()).into_response(response.request(), false, None);
    response.into_response(told)
}

fn problem(refusal: &CorsError) -> Error {
    let detail = match refusal {
        CorsError::OriginNotAllowed => {
            "Pages of this origin may not call this API. Ask the operator to add the origin to server.cors_origins, \
             exactly as the browser sends it: scheme, host and port, without a slash at the end."
                .to_owned()
        }
        CorsError::MethodNotAllowed => {
            format!("Access-Control-Request-Method must be one of {}.", METHODS.join(", "))
        }
        CorsError::HeadersNotAllowed => {
            format!("Access-Control-Request-Headers may only list {}.", HEADERS.join(", "))
        }
        _ => "Origin, Access-Control-Request-Method or Access-Control-Request-Headers is malformed.".to_owned(),
    };
    Error::new(Code::CorsRefused, detail)
}
