//! Whether the service can do its work: a reading lane, a writing lane, the task that writes looks and the jobs have each
//! done something lately.
//!
//! Ordinary requests do no work for it. A probe asks a reading lane, asks a writing lane unless one has committed lately, and
//! sends a mark through the queue of looks. Its result stands for a second, however many ask.

mod heartbeats;

use std::time::Duration;

use tokio::sync::Mutex;
use tokio::time::Instant;

pub use heartbeats::Heartbeats;

use super::audit::{Looks, Marks};
use super::db::Database;
use crate::domain::{Code, Entropy, Error, Instant as Moment};

/// How long a result stands.
const STANDS: Duration = Duration::from_secs(1);

/// The readiness of one service.
#[derive(Default)]
pub(in crate::platform) struct Readiness {
    pub(in crate::platform) heartbeats: Heartbeats,
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    /// The last result, and when it was found.
    result: Option<(Instant, Result<(), Error>)>,
    marks: Marks,
}

impl Readiness {
    /// Probes the service, or returns the result of the last probe for as long as it stands.
    ///
    /// # Errors
    /// 503, naming the failed parts.
    pub(in crate::platform) async fn check(
        &self,
        database: &Database,
        looks: &Looks,
        now: Moment,
        entropy: &dyn Entropy,
    ) -> Result<(), Error> {
        let mut state = self.state.lock().await;
        if let Some((at, result)) = &state.result
            && at.elapsed() < STANDS
        {
            return result.clone();
        }
        let (reads, writes, looks) =
            futures_util::join!(database.can_read(), database.can_write(now, entropy), state.marks.come(looks));
        let mut parts = Vec::new();
        for (part, answer) in [("read lanes", reads), ("write lanes", writes)] {
            if let Err(error) = answer {
                tracing::debug!(part, %error, "a lane does not work");
                parts.push(part.to_owned());
            }
        }
        if !looks {
            parts.push("audit of reads".to_owned());
        }
        parts.extend(self.heartbeats.late().into_iter().map(|job| format!("job {job}")));
        let result = if parts.is_empty() { Ok(()) } else { Err(not_working(&parts.join(", "))) };
        let was_ready = state.result.as_ref().is_none_or(|(_, result)| result.is_ok());
        match &result {
            Err(_) if was_ready => tracing::error!(parts = parts.join(", "), "not ready"),
            Ok(()) if !was_ready => tracing::info!("ready again"),
            _ => {}
        }
        state.result = Some((Instant::now(), result.clone()));
        result
    }
}

fn not_working(parts: &str) -> Error {
    Error::new(Code::Unavailable, format!("Not working: {parts}.")).with(|p| p.retry_after = Some(1))
}
