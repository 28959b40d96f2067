//! JSON objects, one a line.

/// The media type of lines of JSON.
pub const NDJSON: &str = "application/x-ndjson";
