//! Who may be let in or out at an event, and when.

use chrono::TimeDelta;
use macro_rules_attribute::apply;

use super::registrations::RegistrationStatus;
use crate::domain::{Instant, words};

/// Check-in is open from this long before the start until this long after the end.
const MARGIN: TimeDelta = TimeDelta::hours(24);

/// The direction of a scan.
#[apply(words!)]
#[derive(Hash, strum::VariantArray)]
#[schema(as = ScanDirection)]
pub enum Direction {
    /// The person arrived.
    In,
    /// They left.
    Out,
}

/// The reason for rejecting a scan.
#[apply(words!)]
#[schema(as = ScanRejection)]
pub enum Rejection {
    /// There is no such registration.
    Unknown,
    /// The registration is for another event.
    WrongEvent,
    /// The person had no place: they wait, were offered one, declined it, or let the offer expire.
    NotConfirmed,
    /// The registration was cancelled.
    Cancelled,
    /// They were in already at that moment.
    AlreadyIn,
    /// They were not in at that moment.
    NotIn,
    /// More than 24 hours before the event began.
    TooEarly,
    /// More than 24 hours after it ended.
    TooLate,
}

/// What a scan is judged by.
#[derive(Clone, Copy, Debug)]
pub struct Facts {
    /// The registration as it stands.
    pub status: RegistrationStatus,
    /// When the event began.
    pub starts_at: Instant,
    /// When it ended.
    pub ends_at: Instant,
    /// The last scan that was taken of this registration up to that moment.
    pub before: Option<Direction>,
}

/// Judges a scan by when it was made, however late it arrives: a scanner may have been offline.
///
/// # Errors
/// Why it is not taken.
pub fn judge(direction: Direction, occurred_at: Instant, facts: &Facts) -> Result<(), Rejection> {
    use RegistrationStatus::{
        AttendanceUnknown, Attended, Cancelled, Confirmed, Declined, Expired, NoShow, Offered, Waitlisted,
    };
    match facts.status {
        // After its completion an event still takes what its scanners have kept.
        Confirmed | Attended | NoShow | AttendanceUnknown => {}
        Cancelled => return Err(Rejection::Cancelled),
        Waitlisted | Offered | Declined | Expired => return Err(Rejection::NotConfirmed),
    }
    if occurred_at < facts.starts_at.plus(-MARGIN) {
        return Err(Rejection::TooEarly);
    }
    if occurred_at > facts.ends_at.plus(MARGIN) {
        return Err(Rejection::TooLate);
    }
    match (direction, facts.before) {
        (Direction::In, Some(Direction::In)) => Err(Rejection::AlreadyIn),
        (Direction::Out, None | Some(Direction::Out)) => Err(Rejection::NotIn),
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use strum::VariantArray;

    use super::*;

    fn at(text: &str) -> Instant {
        Instant::parse(text).unwrap()
    }

    fn facts(status: RegistrationStatus, before: Option<Direction>) -> Facts {
        Facts { status, starts_at: at("2027-03-02T09:00:00Z"), ends_at: at("2027-03-02T17:00:00Z"), before }
    }

    #[test]
    fn a_person_with_a_place_goes_in_and_out_in_turn() {
        use Direction::{In, Out};
        let (known, noon) = (|before| facts(RegistrationStatus::Confirmed, before), at("2027-03-02T12:00:00Z"));
        for (direction, before, expected) in [
            (In, None, Ok(())),
            (In, Some(Out), Ok(())),
            (In, Some(In), Err(Rejection::AlreadyIn)),
            (Out, Some(In), Ok(())),
            (Out, Some(Out), Err(Rejection::NotIn)),
            (Out, None, Err(Rejection::NotIn)),
        ] {
            assert_eq!(judge(direction, noon, &known(before)), expected, "{direction:?} after {before:?}");
        }
    }

    #[test]
    fn check_in_opens_a_day_before_and_closes_a_day_after() {
        let known = facts(RegistrationStatus::Confirmed, None);
        for (moment, expected) in [
            ("2027-03-01T08:59:59.999999Z", Err(Rejection::TooEarly)),
            ("2027-03-01T09:00:00Z", Ok(())),
            ("2027-03-03T17:00:00Z", Ok(())),
            ("2027-03-03T17:00:00.000001Z", Err(Rejection::TooLate)),
        ] {
            assert_eq!(judge(Direction::In, at(moment), &known), expected, "{moment}");
        }
    }

    #[test]
    fn only_a_place_that_was_held_lets_in() {
        use RegistrationStatus::{AttendanceUnknown, Attended, Cancelled, Confirmed, NoShow};
        for &status in RegistrationStatus::VARIANTS {
            let told = judge(Direction::In, at("2027-03-02T10:00:00Z"), &facts(status, None));
            match status {
                Confirmed | Attended | NoShow | AttendanceUnknown => assert_eq!(told, Ok(())),
                Cancelled => assert_eq!(told, Err(Rejection::Cancelled)),
                _ => assert_eq!(told, Err(Rejection::NotConfirmed)),
            }
        }
    }
}
