//! The log of refused tokens: ten lines a minute, so that no caller can fill the log. The next line says how many were left
//! out. A line has the reason, the operator's name of the issuer and the request's id, and nothing of the token's text.

use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use crate::domain::Clock;
use crate::platform::auth::Flaw;
use crate::platform::rate::Ticks;

/// How many lines are written in a minute.
const LINES: u32 = 10;
/// A minute, on the monotonic clock.
const MINUTE: Duration = Duration::from_mins(1);

#[derive(Debug, Default)]
struct Minute {
    began: Duration,
    lines: u32,
    left_out: u64,
}

impl Minute {
    /// Returns how many lines were left out before one that may be written now, or counts it as left out.
    fn admit(&mut self, now: Duration) -> Option<u64> {
        if now >= self.began + MINUTE {
            (self.began, self.lines) = (now, 0);
        }
        if self.lines >= LINES {
            self.left_out += 1;
            return None;
        }
        self.lines += 1;
        Some(std::mem::take(&mut self.left_out))
    }
}

/// The log.
pub(super) struct RefusalLog {
    minute: Mutex<Minute>,
    ticks: Ticks,
}

impl RefusalLog {
    pub(super) fn new(clock: &Clock) -> Self {
        Self { minute: Mutex::default(), ticks: Ticks::new(clock) }
    }

    /// Writes a line, if the minute has one left. A token without a flaw of its own was revoked, or its organisation is not
    /// active: the transaction that found this out has counted which. `issuer` gives the operator's name of the issuer that
    /// the token names, if it is configured.
    pub(super) fn note<'a>(
        &self,
        flaw: Option<&Flaw>,
        issuer: impl FnOnce() -> Option<&'a str>,
        request_id: impl FnOnce() -> String,
    ) {
        let now = self.ticks.elapsed();
        let admitted = self.minute.lock().unwrap_or_else(PoisonError::into_inner).admit(now);
        if let Some(left_out) = admitted {
            let reason = flaw.map_or("revoked, or its organisation is not active", Flaw::reason);
            let (flaw, issuer, request_id) = (flaw.map(tracing::field::debug), issuer(), request_id());
            tracing::info!(reason, flaw, issuer, request_id, left_out, "a token was refused");
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ten_lines_a_minute_are_written_and_the_rest_is_counted() {
        let mut minute = Minute::default();
        let at = Duration::from_secs;
        let written = (0..25).filter(|&second| minute.admit(at(second)).is_some()).count();
        assert_eq!((written, minute.left_out), (10, 15));
        assert_eq!(minute.admit(at(59)), None);
        assert_eq!(minute.admit(at(60)), Some(16), "the first line of the next minute says how many");
        assert_eq!(minute.admit(at(61)), Some(0));
    }
}
