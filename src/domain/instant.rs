//! Instants with microseconds, and legal dates in Europe/London.

use std::fmt;

use chrono::{DateTime, Duration, NaiveDate, SecondsFormat, Utc};
use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

/// An instant in UTC with microseconds, which both database engines keep exactly.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, utoipa::ToSchema)]
#[schema(value_type = String, format = DateTime, example = "2026-11-24T09:30:00.000000Z")]
pub struct Instant(DateTime<Utc>);

impl Instant {
    /// The instant `micros` microseconds after 1970-01-01T00:00:00Z, or `None` beyond chrono's range.
    pub fn from_micros(micros: i64) -> Option<Self> {
        DateTime::from_timestamp_micros(micros).map(Self)
    }

    /// Microseconds since 1970-01-01T00:00:00Z.
    pub fn micros(self) -> i64 {
        self.0.timestamp_micros()
    }

    /// Whole seconds since 1970-01-01T00:00:00Z, as tokens count time (RFC 7519 `NumericDate`).
    pub fn seconds(self) -> i64 {
        self.0.timestamp()
    }

    /// Parses RFC 3339 with any offset; what is finer than a microsecond is cut off. Years outside
    /// 1900-9999 are refused, so that both engines can keep what is accepted.
    ///
    /// # Errors
    /// A text that says what form is expected.
    pub fn parse(text: &str) -> Result<Self, &'static str> {
        const FORM: &str = "must be an RFC 3339 instant such as 2026-11-24T09:30:00Z, in the years 1900 to 9999";
        let parsed = DateTime::parse_from_rfc3339(text).map_err(|_| FORM)?.with_timezone(&Utc);
        let in_range = (1900..=9999).contains(&chrono::Datelike::year(&parsed));
        in_range.then(|| Self::from(parsed)).ok_or(FORM)
    }

    /// This instant moved by `span`; at the ends of the calendar it stays where it is.
    #[must_use]
    pub fn plus(self, span: Duration) -> Self {
        self.0.checked_add_signed(span).map_or(self, Self)
    }

    /// The same instant for code that speaks chrono.
    pub fn to_chrono(self) -> DateTime<Utc> {
        self.0
    }
}

impl From<DateTime<Utc>> for Instant {
    fn from(time: DateTime<Utc>) -> Self {
        Self(DateTime::from_timestamp_micros(time.timestamp_micros()).unwrap_or(time))
    }
}

impl fmt::Display for Instant {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0.to_rfc3339_opts(SecondsFormat::Micros, true))
    }
}

impl fmt::Debug for Instant {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl Serialize for Instant {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Instant {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = std::borrow::Cow::<str>::deserialize(deserializer)?;
        Self::parse(&text).map_err(de::Error::custom)
    }
}

/// The calendar date that `instant` falls on in Europe/London, where the law's days are counted.
pub fn london_date(instant: Instant) -> NaiveDate {
    instant.0.with_timezone(&chrono_tz::Europe::London).date_naive()
}

/// A day as people write it, such as `1 March 2027`.
pub fn day_words(day: NaiveDate) -> String {
    day.format("%-d %B %Y").to_string()
}

/// An instant as people in London read it, such as `Monday 1 March 2027, 09:30`.
pub fn london_words(instant: Instant) -> String {
    instant.0.with_timezone(&chrono_tz::Europe::London).format("%A %-d %B %Y, %H:%M").to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_instant_is_written_in_utc_with_microseconds() {
        let instant = Instant::parse("2026-06-01T10:00:00.1234567+01:00").unwrap();
        assert_eq!(instant.to_string(), "2026-06-01T09:00:00.123456Z");
        assert_eq!(Instant::from_micros(instant.micros()), Some(instant));
    }

    #[test]
    fn the_legal_date_is_londons() {
        let just_after_midnight_in_summer = Instant::parse("2026-06-30T23:30:00Z").unwrap();
        assert_eq!(london_date(just_after_midnight_in_summer).to_string(), "2026-07-01");
        assert_eq!(london_words(just_after_midnight_in_summer), "Wednesday 1 July 2026, 00:30");
    }

    #[test]
    fn an_instant_outside_the_engines_range_is_refused() {
        assert!(Instant::parse("0001-01-01T00:00:00Z").is_err());
        assert!(Instant::parse("2026-11-24").is_err());
    }
}
