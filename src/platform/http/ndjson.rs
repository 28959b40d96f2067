//! JSON objects, one a line.

use actix_web::http::header;

use super::answer::JSON;
use super::incoming::Incoming;

/// The media type of lines of JSON.
pub const NDJSON: &str = "application/x-ndjson";

/// Whether `Accept` asks for lines rather than for one JSON document, which is what an operation gives unless asked.
pub fn is_wanted(incoming: &Incoming) -> bool {
    let accept = incoming.header(&header::ACCEPT).unwrap_or_default();
    accept.contains(NDJSON) && !accept.contains(JSON)
}
