//! The life of a complaint about the use of a person's data (Data Protection Act 2018 section 164A):
//! the transitions, and the days that can be true.

use chrono::NaiveDate;
use macro_rules_attribute::apply;

use crate::domain::{Fault, Lifecycle, words};

/// The day from which the UK GDPR applied. There were no complaints under it before.
pub const FIRST_DAY: NaiveDate = match NaiveDate::from_ymd_opt(2018, 5, 25) {
    Some(day) => day,
    None => NaiveDate::MIN,
};

/// The stage of a complaint.
#[apply(words!)]
#[derive(strum::VariantArray)]
pub enum ComplaintStatus {
    /// It is here; the person has not been told so yet.
    Received,
    /// The person was told that it is here.
    Acknowledged,
    /// It is being looked into.
    Investigating,
    /// The person was told what came of it.
    OutcomeGiven,
    /// The person took it back.
    Withdrawn,
}

impl ComplaintStatus {
    /// The states in which something is still owed to the person.
    pub const OPEN: &'static [Self] = &[Self::Received, Self::Acknowledged, Self::Investigating];
}

// The duty to look into it begins with its receipt, so that neither the inquiry nor the outcome need wait for the
// acknowledgement; an outcome within the 30 days makes a separate one needless.
impl Lifecycle for ComplaintStatus {
    fn next(self) -> &'static [Self] {
        use ComplaintStatus::{Acknowledged, Investigating, OutcomeGiven, Withdrawn};
        match self {
            Self::Received => &[Acknowledged, Investigating, OutcomeGiven, Withdrawn],
            Self::Acknowledged => &[Investigating, OutcomeGiven, Withdrawn],
            Self::Investigating => &[OutcomeGiven, Withdrawn],
            Self::OutcomeGiven | Self::Withdrawn => &[],
        }
    }
}

/// What is wrong with a day of receipt.
pub fn receipt_fault(received_on: NaiveDate, today: NaiveDate) -> Option<Fault> {
    if received_on > today {
        return Some(Fault::new("/received_on", "future", "must not be in the future"));
    }
    let detail = "must not be before 2018-05-25, when the UK GDPR began to apply";
    (received_on < FIRST_DAY).then(|| Fault::new("/received_on", "too_early", detail))
}

/// What is wrong with the day, at `pointer`, of something that was done about a complaint.
pub fn day_fault(pointer: &str, on: NaiveDate, received_on: NaiveDate, today: NaiveDate) -> Option<Fault> {
    if on > today {
        return Some(Fault::new(pointer, "future", "must not be in the future"));
    }
    (on < received_on).then(|| Fault::new(pointer, "before_receipt", "must not be before the complaint was received"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_complaint_goes_forward_and_ends() {
        use ComplaintStatus::{Acknowledged, Investigating, OutcomeGiven, Received, Withdrawn};
        let all = <ComplaintStatus as strum::VariantArray>::VARIANTS;
        let allowed: Vec<_> = all
            .iter()
            .flat_map(|&from| all.iter().map(move |&to| (from, to)))
            .filter(|(from, to)| from.go_to(*to).is_ok())
            .collect();
        let expected = [
            (Received, Acknowledged),
            (Received, Investigating),
            (Received, OutcomeGiven),
            (Received, Withdrawn),
            (Acknowledged, Investigating),
            (Acknowledged, OutcomeGiven),
            (Acknowledged, Withdrawn),
            (Investigating, OutcomeGiven),
            (Investigating, Withdrawn),
        ];
        assert_eq!(allowed, expected);
        assert!(all.iter().all(|state| ComplaintStatus::OPEN.contains(state) != state.next().is_empty()));
    }

    #[test]
    fn what_was_done_was_done_between_receipt_and_today() {
        let day = |text: &str| text.parse::<NaiveDate>().unwrap();
        let today = day("2026-11-24");
        let code = |fault: Option<Fault>| fault.map(|fault| fault.code.into_owned()).unwrap_or_default();
        assert_eq!(code(receipt_fault(today, today)), "");
        assert_eq!(code(receipt_fault(day("2026-11-25"), today)), "future");
        assert_eq!(code(receipt_fault(FIRST_DAY, today)), "");
        assert_eq!(code(receipt_fault(day("2018-05-24"), today)), "too_early");
        let done = |on| code(day_fault("/given_on", day(on), day("2026-11-20"), today));
        assert_eq!(
            ["2026-11-19", "2026-11-20", "2026-11-24", "2026-11-25"].map(done),
            ["before_receipt", "", "", "future"]
        );
    }
}
