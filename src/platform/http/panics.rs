//! A panic ends one request: its answer is a problem, and the worker thread goes on.

use std::panic::AssertUnwindSafe;

use futures_util::FutureExt;

use crate::domain::Error;

/// Runs a handler to its end.
///
/// # Errors
/// 500 when it panics. The panic hook has logged where.
pub async fn caught<T>(handler: impl Future<Output = T>) -> Result<T, Error> {
    AssertUnwindSafe(handler).catch_unwind().await.map_err(|_| Error::internal("a panic in a handler"))
}

/// Logs the cause of an error and its place in the source. The answer holds neither.
pub fn log_cause(error: &Error, request_id: &str) {
    if let (Some(cause), Some(place)) = (error.cause(), error.place()) {
        tracing::error!(request_id, code = error.code().entry().name, cause, %place, "failed");
    }
}
