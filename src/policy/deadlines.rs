//! What the law sets a time for, whatever it is: till when, and whether that is over.

use chrono::{Duration, NaiveDate, NaiveTime, TimeZone};
use chrono_tz::Europe::London;
use macro_rules_attribute::apply;

use crate::domain::{Instant, SubjectId, london_date, words};

/// The kind of deadline.
#[apply(words!)]
#[derive(strum::VariantArray)]
pub enum DeadlineKind {
    /// A complaint is to be acknowledged (Data Protection Act 2018 section 164A).
    ComplaintAcknowledgement,
    /// A complaint that was acknowledged is to be answered without undue delay (section 164A): the law names no last day.
    ComplaintOutcome,
    /// A person's request about their rights is to be answered (UK GDPR Article 12(3)).
    RightsRequest,
    /// The copy that answers a request is to reach the person, because the mail with the link could not be delivered (UK GDPR Article 12(3)).
    PackageDelivery,
    /// A breach is to be notified to the Information Commission (UK GDPR Article 33(1)).
    BreachNotification,
    /// An agreement to share data ends within 30 days. Renew it, or tell the organisation that it ends.
    AgreementEnd,
    /// A recipient of personal data is to be told that the data was corrected, restricted or erased (UK GDPR Article 19). No mail
    /// reaches it: it has no mailbox, it is suspended or has ended, or no mail could be delivered.
    RecipientUntold,
    /// A recipient of personal data has not said in time that it has corrected, restricted or erased the data (UK GDPR Article 19).
    RecipientOverdue,
    /// A legal hold is to be reviewed: keep it and set the day of the next review, or propose to release it.
    HoldReview,
    /// A legal hold kept a person's data from being erased, and no hold keeps it any longer: the rest is to be erased at once
    /// (UK GDPR Article 17(1)).
    HeldErasure,
}

/// Till when something must be done.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Due {
    /// On this day in London at the latest, to its end.
    On(NaiveDate),
    /// At this instant at the latest.
    At(Instant),
    /// Without undue delay after the receipt on this day: the law names no last day.
    WithoutUndueDelay(NaiveDate),
}

impl Due {
    /// The last lawful moment, where the law names one. That of a day is its last microsecond in London (rule R16).
    pub fn last_moment(self) -> Option<Instant> {
        match self {
            Self::At(instant) => Some(instant),
            Self::On(day) => Some(last_moment_of(day)),
            Self::WithoutUndueDelay(_) => None,
        }
    }

    /// The day in London on which it ends, where the law names one.
    pub fn day(self) -> Option<NaiveDate> {
        match self {
            Self::On(day) => Some(day),
            Self::At(instant) => Some(london_date(instant)),
            Self::WithoutUndueDelay(_) => None,
        }
    }

    /// Returns whether the deadline has passed.
    pub fn is_over(self, now: Instant) -> bool {
        self.last_moment().is_some_and(|last| now > last)
    }
}

/// Returns the last microsecond of a day in London.
pub fn last_moment_of(day: NaiveDate) -> Instant {
    let midnight = day.succ_opt().unwrap_or(NaiveDate::MAX).and_time(NaiveTime::MIN);
    // The clocks change at one in the morning, so that there is one midnight every day.
    let end = London.from_local_datetime(&midnight).earliest().map_or_else(|| midnight.and_utc(), |at| at.to_utc());
    Instant::from(end).plus(-Duration::microseconds(1))
}

/// Where deadlines without a last day stand in the order of all.
const NO_LAST_DAY: NaiveDate = match NaiveDate::from_ymd_opt(9999, 12, 30) {
    Some(day) => day,
    None => NaiveDate::MAX,
};

/// Something that must be done in time, and has not been.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Deadline {
    /// The kind of deadline.
    pub kind: DeadlineKind,
    /// The record that it is due for.
    pub id: SubjectId,
    /// The reference number of the complaint, breach or request; an obligation has that of its request, an agreement the name
    /// of its organisation, and a legal hold its title.
    pub reference: String,
    /// Till when.
    pub due: Due,
    /// The state of the record.
    pub status: &'static str,
}

impl Deadline {
    /// Its place in the order of all: the first to end stands first, and those without a last day stand after all others.
    pub fn place(&self) -> (Instant, SubjectId) {
        (self.due.last_moment().unwrap_or_else(|| last_moment_of(NO_LAST_DAY)), self.id)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> Instant {
        Instant::parse(text).unwrap()
    }

    #[test]
    fn a_day_is_over_at_midnight_in_london() {
        let day = |text: &str| Due::On(text.parse().unwrap());
        for (due, last) in [
            (day("2026-12-21"), "2026-12-21T23:59:59.999999Z"),
            (day("2027-06-30"), "2027-06-30T22:59:59.999999Z"),
            (day("2027-03-28"), "2027-03-28T22:59:59.999999Z"), // the clocks went forward that morning
            (day("2026-10-25"), "2026-10-25T23:59:59.999999Z"), // and back
            (Due::At(at("2026-11-27T10:00:00.000001Z")), "2026-11-27T10:00:00.000001Z"),
        ] {
            assert_eq!(due.last_moment(), Some(at(last)), "{due:?}");
            assert!(!due.is_over(at(last)) && due.is_over(at(last).plus(Duration::microseconds(1))), "{due:?}");
        }
        assert_eq!(Due::At(at("2027-06-30T23:30:00Z")).day(), "2027-07-01".parse().ok());
    }

    #[test]
    fn without_a_last_day_nothing_is_over_and_the_place_is_the_last() {
        let deadline = |due| Deadline {
            kind: DeadlineKind::ComplaintOutcome,
            id: SubjectId::from_uuid(uuid::Uuid::nil()),
            reference: String::new(),
            due,
            status: "acknowledged",
        };
        let waits = deadline(Due::WithoutUndueDelay("2018-05-25".parse().unwrap()));
        assert!(!waits.due.is_over(at("9999-12-31T23:59:59Z")));
        assert_eq!((waits.due.day(), waits.due.last_moment()), (None, None));
        let last = deadline(Due::On("9999-12-29".parse().unwrap()));
        assert!(last.place() < waits.place());
        assert!(Instant::parse(&waits.place().0.to_string()).is_ok(), "a cursor can carry its place");
    }
}
