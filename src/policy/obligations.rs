//! What a recipient must do with data that it received, once the data was corrected, restricted or erased here (UK GDPR
//! Article 19): which recipients must act, what settles an obligation, and when the recipient is reminded.

use chrono::{Days, NaiveDate};
use macro_rules_attribute::apply;

use super::clock::Right;
use crate::domain::{Fault, Instant, Lifecycle, words};

/// How many days after the opening a recipient must have acted. The Article sets no period; the service sets this one.
const DAYS_TO_ACT: Days = Days::new(28);

/// How many days before the last day the recipient is reminded: 7 and 21 days after the opening.
const REMINDERS: [Days; 2] = [Days::new(21), Days::new(7)];

/// What the recipient must do.
#[apply(words!)]
#[derive(strum::VariantArray)]
pub enum ObligationAction {
    /// Correct the data.
    Correct,
    /// Restrict the data: store it, and do nothing else with it.
    Restrict,
    /// Erase the data.
    Erase,
}

impl ObligationAction {
    /// Returns what the recipients must do when a right is carried out here; `None` for a right after which the recipients need not
    /// act.
    pub fn after(right: Right) -> Option<Self> {
        match right {
            Right::Rectification => Some(Self::Correct),
            Right::Restriction => Some(Self::Restrict),
            Right::Erasure => Some(Self::Erase),
            Right::Access | Right::Objection | Right::Portability => None,
        }
    }

    /// Whether `act` does what is required: a recipient that has erased the data, or holds none, has nothing left to correct or
    /// restrict.
    pub fn is_done_by(self, act: RecipientAct) -> bool {
        match act {
            RecipientAct::Erased | RecipientAct::NotHeld => true,
            RecipientAct::Corrected => self == Self::Correct,
            RecipientAct::Restricted => self == Self::Restrict,
        }
    }
}

/// What the recipient did.
#[apply(words!)]
#[derive(strum::VariantArray)]
pub enum RecipientAct {
    /// It corrected the data.
    Corrected,
    /// It restricted the data.
    Restricted,
    /// It erased the data.
    Erased,
    /// It holds none of the data.
    NotHeld,
}

impl RecipientAct {
    /// Whether the recipient has none of the data any more.
    fn leaves_nothing(self) -> bool {
        matches!(self, Self::Erased | Self::NotHeld)
    }
}

/// Why an obligation is closed without the recipient's act (Article 19).
#[apply(words!)]
pub enum ClosureReason {
    /// The recipient cannot be told, because it no longer exists, for example.
    Impossible,
    /// It would take a disproportionate effort to tell the recipient.
    Disproportionate,
}

/// The stage of an obligation.
#[apply(words!)]
#[derive(strum::VariantArray)]
pub enum ObligationStatus {
    /// The recipient has yet to act.
    Open,
    /// The recipient has acted, or the council recorded that it has.
    Acknowledged,
    /// The council closed it without the recipient's act.
    Closed,
}

impl Lifecycle for ObligationStatus {
    fn next(self) -> &'static [Self] {
        match self {
            Self::Open => &[Self::Acknowledged, Self::Closed],
            Self::Acknowledged | Self::Closed => &[],
        }
    }
}

/// The last day for the recipient to act, of an obligation that is opened on a day in London.
pub fn due_on(opened_on: NaiveDate) -> NaiveDate {
    opened_on.checked_add_days(DAYS_TO_ACT).unwrap_or(NaiveDate::MAX)
}

/// The last days of the obligations that need their first reminder by `today`, and of those that need their second: up to this
/// day each.
pub fn due_by_for_reminders(today: NaiveDate) -> [NaiveDate; 2] {
    REMINDERS.map(|days| today.checked_add_days(days).unwrap_or(NaiveDate::MAX))
}

/// How many reminders must have left by `today` about an obligation with this last day.
pub fn reminders_by(due_on: NaiveDate, today: NaiveDate) -> i32 {
    due_by_for_reminders(today).into_iter().filter(|&due_by| due_on <= due_by).map(|_| 1).sum()
}

/// The last time that a recipient acknowledged an obligation about a person.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LastAcknowledgement {
    /// What the recipient did.
    pub act: RecipientAct,
    /// When the acknowledgement was recorded.
    pub at: Instant,
}

/// Whether a recipient may hold what it received at `received_at`: unless its last acknowledgement since then says that it erased
/// the data or holds none.
pub fn may_hold(received_at: Instant, last: Option<LastAcknowledgement>) -> bool {
    last.is_none_or(|last| received_at > last.at || !last.act.leaves_nothing())
}

/// What is wrong with an acknowledgement that says that the recipient did `act` on a day, of an obligation that was opened on
/// another.
pub fn acknowledgement_faults(
    action: ObligationAction,
    act: RecipientAct,
    acted_on: NaiveDate,
    (opened_on, today): (NaiveDate, NaiveDate),
) -> Vec<Fault> {
    let mut faults = Vec::new();
    if !action.is_done_by(act) {
        let detail = match action {
            ObligationAction::Correct => "does not correct the data; use corrected, erased or not_held",
            ObligationAction::Restrict => "does not restrict the data; use restricted, erased or not_held",
            ObligationAction::Erase => "does not erase the data; use erased or not_held",
        };
        faults.push(Fault::new("/action", "wrong_action", detail));
    }
    if acted_on > today {
        faults.push(Fault::new("/acted_on", "future", "must not be in the future"));
    } else if acted_on < opened_on {
        let detail = "must not be before the day on which the obligation was opened";
        faults.push(Fault::new("/acted_on", "order", detail));
    }
    faults
}

#[cfg(test)]
mod tests {
    use super::*;
    use ObligationAction::{Correct, Erase, Restrict};
    use RecipientAct::{Corrected, Erased, NotHeld, Restricted};

    fn day(text: &str) -> NaiveDate {
        text.parse().unwrap()
    }

    fn at(text: &str) -> Instant {
        Instant::parse(text).unwrap()
    }

    #[test]
    fn a_recipient_is_told_of_a_correction_a_restriction_and_an_erasure() {
        let told = [Right::Rectification, Right::Restriction, Right::Erasure].map(ObligationAction::after);
        assert_eq!(told, [Some(Correct), Some(Restrict), Some(Erase)]);
        let not_told = [Right::Access, Right::Objection, Right::Portability].map(ObligationAction::after);
        assert_eq!(not_told, [None; 3]);
    }

    #[test]
    fn an_act_that_does_less_than_what_is_required_settles_nothing() {
        for (action, done_by) in [
            (Correct, [true, false, true, true]),
            (Restrict, [false, true, true, true]),
            (Erase, [false, false, true, true]),
        ] {
            assert_eq!([Corrected, Restricted, Erased, NotHeld].map(|act| action.is_done_by(act)), done_by);
        }
    }

    #[test]
    fn a_recipient_has_28_days_and_is_reminded_after_7_and_21() {
        let opened = day("2026-11-24");
        assert_eq!(due_on(opened), day("2026-12-22"));
        for (today, reminders) in
            [("2026-11-30", 0), ("2026-12-01", 1), ("2026-12-14", 1), ("2026-12-15", 2), ("2027-12-15", 2)]
        {
            assert_eq!(reminders_by(due_on(opened), day(today)), reminders, "{today}");
        }
    }

    #[test]
    fn a_recipient_that_erased_the_data_holds_only_what_it_received_since() {
        let last = |act| Some(LastAcknowledgement { act, at: at("2026-11-24T10:00:00Z") });
        let (before, after) = (at("2026-11-24T10:00:00Z"), at("2026-11-24T10:00:00.000001Z"));
        for act in [Erased, NotHeld] {
            assert!(!may_hold(before, last(act)) && may_hold(after, last(act)), "{act:?}");
        }
        for act in [Corrected, Restricted] {
            assert!(may_hold(before, last(act)), "{act:?}");
        }
        assert!(may_hold(before, None));
    }

    #[test]
    fn an_acknowledgement_is_of_a_day_between_the_opening_and_today() {
        let days = (day("2026-11-24"), day("2026-12-01"));
        let faults = |action, act, on| {
            let faults = acknowledgement_faults(action, act, day(on), days);
            faults.iter().map(|fault| format!("{} {}", fault.pointer(), fault.code)).collect::<Vec<_>>()
        };
        assert!(faults(Erase, Erased, "2026-11-24").is_empty());
        assert!(faults(Correct, NotHeld, "2026-12-01").is_empty());
        assert_eq!(faults(Erase, Restricted, "2026-12-02"), ["/action wrong_action", "/acted_on future"]);
        assert_eq!(faults(Restrict, Restricted, "2026-11-23"), ["/acted_on order"]);
    }

    #[test]
    fn a_settled_obligation_stays_settled() {
        use ObligationStatus::{Acknowledged, Closed, Open};
        assert_eq!(Open.go_to(Acknowledged), Ok(Acknowledged));
        assert_eq!(Open.go_to(Closed), Ok(Closed));
        for settled in [Acknowledged, Closed] {
            assert!([Open, Acknowledged, Closed].into_iter().all(|next| settled.go_to(next).is_err()));
        }
    }
}
