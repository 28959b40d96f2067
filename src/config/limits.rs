//! How much the service takes from its callers.

use serde::Deserialize;

/// The smallest budget of bytes: that of one ordinary body.
const LEAST_BYTES: usize = 1024 * 1024;

/// The rate limits.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Limits {
    /// Requests a minute for each caller, or `off`.
    pub rate: String,
    /// Requests a minute for each address, or `off`.
    pub address_rate: String,
    /// People an hour that each caller may read about, or `off`.
    pub people_per_hour: String,
    /// Seconds that the head of a request may take to arrive.
    pub head_seconds: u64,
    /// Seconds that a body may take to arrive.
    pub body_seconds: u64,
    /// Seconds that a caller may leave an answer unread before its connection is closed.
    pub write_stall_seconds: u64,
    /// Bytes of bodies that the process receives and holds at a time.
    pub receiving_bytes: usize,
    /// Bytes of answers that the process holds for callers that have not read them.
    pub sending_bytes: usize,
    /// Proxies whose `Forwarded` is believed, comma-separated.
    pub trusted_proxies: String,
}

impl Limits {
    /// Refuses limits under which nothing could be served.
    ///
    /// # Errors
    /// A text for the operator that names the keys.
    pub(super) fn check(&self) -> Result<(), String> {
        if self.head_seconds == 0 || self.body_seconds == 0 || self.write_stall_seconds == 0 {
            return Err(
                "limits.head_seconds, limits.body_seconds and limits.write_stall_seconds must be at least 1".to_owned()
            );
        }
        if self.receiving_bytes < LEAST_BYTES || self.sending_bytes < LEAST_BYTES {
            return Err(format!("limits.receiving_bytes and limits.sending_bytes must be at least {LEAST_BYTES}"));
        }
        Ok(())
    }
}
