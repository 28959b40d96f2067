//! The working days of England and Wales: every day but Saturdays, Sundays and bank holidays.
//!
//! Bank holidays rest on the Banking and Financial Dealings Act 1971 section 1 and Schedule 1, on
//! proclamations under it, and on common law (Good Friday, Christmas Day). Days of the other nations
//! do not count. The table is part of the program; a setting may add days, for one can be proclaimed
//! little more than a week ahead, but nothing takes a day away. Outside the table there is no answer:
//! to assume that a year has no holidays would give dates that are too early.

use std::collections::BTreeSet;
use std::fmt;

use chrono::{DateTime, Datelike, NaiveDate, NaiveTime, TimeDelta, TimeZone, Weekday};
use chrono_tz::Europe::London;
use serde::Deserialize;

use super::{Code, Error, Instant};

/// The table that is part of the program.
const EMBEDDED: &str = include_str!("data/bank-holidays-england-and-wales.json");

/// When fewer days than this are left in the table, it is time for a new one.
const RUNNING_OUT: i64 = 400;

/// The working day, nine to five.
const OPENS: NaiveTime = oclock(9);
const CLOSES: NaiveTime = oclock(17);

const fn oclock(hour: u32) -> NaiveTime {
    match NaiveTime::from_hms_opt(hour, 0, 0) {
        Some(time) => time,
        None => NaiveTime::MIN,
    }
}

/// A date lies outside the table of bank holidays, so that whether it is a working day is not known.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CalendarExhausted {
    /// The date that was asked about.
    pub date: NaiveDate,
    /// The first date that the table covers.
    pub covers_from: NaiveDate,
    /// The last date that the table covers.
    pub covers_until: NaiveDate,
}

impl fmt::Display for CalendarExhausted {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { date, covers_from, covers_until } = self;
        write!(f, "{date} is outside the table of bank holidays, which covers {covers_from} to {covers_until}")
    }
}

impl std::error::Error for CalendarExhausted {}

impl From<CalendarExhausted> for Error {
    fn from(exhausted: CalendarExhausted) -> Self {
        let CalendarExhausted { covers_from, covers_until, .. } = exhausted;
        let detail = format!(
            "The response depends on bank holidays outside the service's table, which covers {covers_from} to \
             {covers_until}. The service changed nothing. Ask its operator for a newer table."
        );
        Self::new(Code::CalendarExhausted, detail).with(|p| p.retry_after = Some(86_400))
    }
}

/// A table of bank holidays cannot be used.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum CalendarFault {
    /// It is not JSON of GOV.UK's shape with a part `england-and-wales`; the text says where.
    Unreadable(String),
    /// It does not say which years it covers, or covers none, or would leave a gap.
    Coverage,
}

impl fmt::Display for CalendarFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Unreadable(cause) => write!(f, "the table of bank holidays cannot be read: {cause}"),
            Self::Coverage => f.write_str("the table of bank holidays does not cover an unbroken run of days"),
        }
    }
}

impl std::error::Error for CalendarFault {}

/// GOV.UK's shape, with the coverage that it leaves out. Other divisions are passed over.
#[derive(Deserialize)]
struct Table {
    #[serde(rename = "england-and-wales")]
    division: Division,
    covers: Option<Covers>,
}

#[derive(Deserialize)]
struct Division {
    events: Vec<Event>,
}

#[derive(Deserialize)]
struct Event {
    date: NaiveDate,
}

#[derive(Deserialize)]
struct Covers {
    from: NaiveDate,
    to: NaiveDate,
}

impl Table {
    fn read(text: &str) -> Result<Self, CalendarFault> {
        serde_json::from_str(text).map_err(|cause| CalendarFault::Unreadable(cause.to_string()))
    }

    fn dates(&self) -> impl Iterator<Item = NaiveDate> {
        self.division.events.iter().map(|event| event.date)
    }
}

/// The bank holidays of England and Wales over a run of years.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Calendar {
    holidays: BTreeSet<NaiveDate>,
    from: NaiveDate,
    until: NaiveDate,
}

impl Calendar {
    /// The calendar that is part of the program.
    ///
    /// # Errors
    /// [`CalendarFault`], were the program built with a broken table; a start fails on it.
    pub fn embedded() -> Result<Self, CalendarFault> {
        Self::from_json(EMBEDDED)
    }

    fn from_json(text: &str) -> Result<Self, CalendarFault> {
        let table = Table::read(text)?;
        let holidays: BTreeSet<_> = table.dates().collect();
        match table.covers {
            Some(Covers { from, to }) if from <= to && !holidays.is_empty() => Ok(Self { holidays, from, until: to }),
            _ => Err(CalendarFault::Coverage),
        }
    }

    /// This calendar with more bank holidays. No day is taken away, and the coverage stays.
    #[must_use]
    pub fn with_extra(mut self, dates: impl IntoIterator<Item = NaiveDate>) -> Self {
        self.holidays.extend(dates);
        self
    }

    /// This calendar with the days of a file of GOV.UK's shape (`england-and-wales.events[].date`).
    /// Only a member `covers` (`from`, `to`) lengthens the coverage, and only without a gap.
    ///
    /// # Errors
    /// [`CalendarFault`] where the file is not of that shape or its coverage leaves a gap.
    pub fn with_extra_json(mut self, text: &str) -> Result<Self, CalendarFault> {
        let table = Table::read(text)?;
        if let Some(covers) = &table.covers {
            let no_gap = covers.from <= covers.to && covers.from.pred_opt().is_none_or(|eve| eve <= self.until);
            if !no_gap {
                return Err(CalendarFault::Coverage);
            }
            self.until = self.until.max(covers.to);
        }
        Ok(self.with_extra(table.dates()))
    }

    /// Whether `date` is neither a Saturday, a Sunday nor a bank holiday.
    ///
    /// # Errors
    /// [`CalendarExhausted`] outside the table, weekends included.
    pub fn is_working_day(&self, date: NaiveDate) -> Result<bool, CalendarExhausted> {
        if date < self.from || date > self.until {
            return Err(CalendarExhausted { date, covers_from: self.from, covers_until: self.until });
        }
        Ok(!matches!(date.weekday(), Weekday::Sat | Weekday::Sun) && !self.holidays.contains(&date))
    }

    /// `date` itself where it is a working day, else the next one: a period that would end on a day
    /// of rest ends with the next working day (rule R6; Regulation 1182/71 Article 3(4)).
    ///
    /// # Errors
    /// [`CalendarExhausted`] where the search leaves the table.
    pub fn roll_forward(&self, date: NaiveDate) -> Result<NaiveDate, CalendarExhausted> {
        let mut day = date;
        while !self.is_working_day(day)? {
            day = next(day);
        }
        Ok(day)
    }

    /// The working day that comes so many working days after `date`; `date` itself for none.
    ///
    /// # Errors
    /// [`CalendarExhausted`] where the search leaves the table.
    pub fn working_days_after(&self, date: NaiveDate, days: u32) -> Result<NaiveDate, CalendarExhausted> {
        (0..days).try_fold(date, |day, _| self.roll_forward(next(day)))
    }

    /// The instant at which `hours` working hours have passed since `start`: Monday to Friday, nine
    /// to five by the clocks of London, without bank holidays. Hours that end with a working day end
    /// at its five o'clock, not at nine on the next; no hours at all end at `start`.
    ///
    /// # Errors
    /// [`CalendarExhausted`] where the hours run past the table.
    pub fn add_working_hours(&self, start: Instant, hours: u32) -> Result<Instant, CalendarExhausted> {
        let local = start.to_chrono().with_timezone(&London);
        let (mut day, mut time) = (local.date_naive(), local.time().max(OPENS));
        let mut left = TimeDelta::hours(i64::from(hours));
        if left.is_zero() {
            return Ok(start);
        }
        loop {
            if time < CLOSES && self.is_working_day(day)? {
                let today = CLOSES - time;
                if left <= today {
                    let end = London.from_local_datetime(&(day.and_time(time) + left)).earliest();
                    // Clocks change on a Sunday at one, so that nine to five exists once on every working day.
                    return Ok(end.map_or(start, |end: DateTime<_>| Instant::from(end.to_utc())));
                }
                left -= today;
            }
            (day, time) = (next(day), OPENS);
        }
    }

    /// The last date that the table covers.
    pub fn covers_until(&self) -> NaiveDate {
        self.until
    }

    /// How many days the table reaches beyond `today`; negative once it has ended.
    pub fn days_left_from(&self, today: NaiveDate) -> i64 {
        (self.until - today).num_days()
    }

    /// Whether the table ends within 400 days of `today`, so that operators should be warned: an
    /// extended period reaches three months and more ahead.
    pub fn is_running_out(&self, today: NaiveDate) -> bool {
        self.days_left_from(today) < RUNNING_OUT
    }

    /// Names this very table: its last date, the number of its days, and a checksum over them (FNV-1a,
    /// 32 bits), such as `2028-12-31/91/0a1b2c3d`. Recorded with what is computed from it.
    pub fn version(&self) -> String {
        let bytes = self.holidays.iter().flat_map(|day| day.num_days_from_ce().to_be_bytes());
        let sum = bytes.fold(0x811c_9dc5_u32, |sum, byte| (sum ^ u32::from(byte)).wrapping_mul(0x0100_0193));
        format!("{}/{}/{sum:08x}", self.until, self.holidays.len())
    }
}

/// The day after; at the end of the calendar, that end, which no table covers.
fn next(day: NaiveDate) -> NaiveDate {
    day.succ_opt().unwrap_or(NaiveDate::MAX)
}

#[cfg(test)]
mod tests;
