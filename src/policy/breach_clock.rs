//! The clock of a personal-data breach: 72 hours to tell the Information Commission (UK GDPR Article
//! 33(1)).
//!
//! Hours elapse: weekends, holidays and the change of the clocks neither stop nor move them, since
//! Regulation (EEC, Euratom) 1182/71 Article 3(4) excepts periods expressed in hours. They are
//! counted from the very instant of becoming aware, not from the next full hour, which is stricter.

use chrono::{Duration, SecondsFormat};
use chrono_tz::Europe::London;
use serde::{Serialize, Serializer};

use crate::domain::Instant;

/// The hours allowed (Article 33(1)).
const HOURS: i64 = 72;

/// The deadline for notifying the Information Commission of a breach.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct BreachReading {
    /// The last lawful instant, in UTC. A later notification must give reasons for the delay.
    #[serde(serialize_with = "in_utc")]
    #[schema(example = "2026-10-26T15:30:00Z")]
    pub due_at: Instant,
    /// The same instant in London local time, with its offset from UTC.
    #[schema(format = DateTime, example = "2026-10-26T15:30:00+00:00")]
    pub due_at_local: String,
}

/// By when a breach known since `aware_at` must be notified: 72 hours later.
pub fn notification(aware_at: Instant) -> BreachReading {
    let due_at = aware_at.plus(Duration::hours(HOURS));
    let local = due_at.to_chrono().with_timezone(&London);
    BreachReading { due_at, due_at_local: local.to_rfc3339_opts(SecondsFormat::AutoSi, false) }
}

/// Since when a breach has been known that must be notified by `due_at`: [`notification`] the other way round.
pub fn awareness(due_at: Instant) -> Instant {
    due_at.plus(-Duration::hours(HOURS))
}

fn in_utc<S: Serializer>(instant: &Instant, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(&instant.to_chrono().to_rfc3339_opts(SecondsFormat::AutoSi, true))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_hours_elapse_when_the_clocks_go_forward_and_over_a_weekend() {
        let reading = notification(Instant::parse("2027-03-26T17:00:00Z").unwrap());
        assert_eq!(reading.due_at, Instant::parse("2027-03-29T17:00:00Z").unwrap());
        assert_eq!(reading.due_at_local, "2027-03-29T18:00:00+01:00");
    }
}
