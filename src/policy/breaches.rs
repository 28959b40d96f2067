//! The life of a personal-data breach (UK GDPR Articles 33 and 34): which state follows which, when the Information
//! Commission must be told, and what a notification must say of its time.

use macro_rules_attribute::apply;

use super::breach_clock;
use crate::domain::{Code, Fault, Instant, Lifecycle, Refusal, words};

/// The stage of a breach.
#[apply(words!)]
#[derive(strum::VariantArray)]
pub enum BreachStatus {
    /// It is known.
    Reported,
    /// Its risk has been judged, and whom to tell.
    Assessed,
    /// The Information Commission was told, at first or again.
    Notified,
    /// Nothing more is to be done.
    Closed,
}

// Information may come in phases (Article 33(4)), so that a notification can follow a notification.
impl Lifecycle for BreachStatus {
    fn next(self) -> &'static [Self] {
        match self {
            Self::Reported => &[Self::Assessed],
            Self::Assessed | Self::Notified => &[Self::Notified, Self::Closed],
            Self::Closed => &[],
        }
    }
}

impl BreachStatus {
    /// Whether the Information Commission is still to be told: until it was judged that it need not be, or it was.
    pub fn owes_notification(self, notify_regulator: Option<bool>) -> bool {
        match self {
            Self::Reported => true,
            Self::Assessed => notify_regulator != Some(false),
            Self::Notified | Self::Closed => false,
        }
    }
}

/// How likely the breach is to result in a risk to people's rights and freedoms.
#[apply(words!)]
#[schema(as = BreachRisk)]
pub enum Risk {
    /// Unlikely to result in a risk: the Information Commission need not be told.
    Unlikely,
    /// Likely to result in a risk: it must be.
    Likely,
    /// Likely to result in a high risk: the people must be told as well.
    High,
}

/// What was judged of a breach.
///
/// That people are not told of a high risk can be lawful (Article 34(3): the data was unintelligible, the risk has been
/// averted, or a public notice does as well); the reasons, which every assessment has, say so.
///
/// # Errors
/// The law's no: a breach that may result in a risk is notified to the Information Commission (Article 33(1)).
pub fn assess(risk: Risk, notify_regulator: bool) -> Result<(), Refusal> {
    if risk == Risk::Unlikely || notify_regulator {
        return Ok(());
    }
    Err(Refusal {
        code: Code::NotificationRequired,
        reason: "You must notify the Information Commission unless the breach is unlikely to result in a risk.",
        article: "UK GDPR Article 33(1)",
        pointer: Some("/notify_regulator"),
    })
}

/// What is wrong with the instant since when a breach has been known.
pub fn awareness_fault(aware_at: Instant, now: Instant) -> Option<Fault> {
    (aware_at > now).then(|| Fault::new("/aware_at", "future", "must not be in the future"))
}

/// What is wrong with a notification given at an instant: one after the 72 hours says why (Article 33(1)).
pub fn notification_faults(aware_at: Instant, notified_at: Instant, says_why_late: bool, now: Instant) -> Vec<Fault> {
    let mut faults = Vec::new();
    if notified_at > now {
        faults.push(Fault::new("/notified_at", "future", "must not be in the future"));
    }
    if notified_at < aware_at {
        faults.push(Fault::new("/notified_at", "before_awareness", "must not be before the breach was known"));
    }
    if notified_at > breach_clock::notification(aware_at).due_at && !says_why_late {
        let detail = "is required, because the notification came after notify_by";
        faults.push(Fault::new("/lateness_reason", "missing", detail));
    }
    faults
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> Instant {
        Instant::parse(text).unwrap()
    }

    #[test]
    fn a_breach_is_assessed_first_and_notified_as_often_as_needed() {
        use BreachStatus::{Assessed, Closed, Notified, Reported};
        let all = <BreachStatus as strum::VariantArray>::VARIANTS;
        let allowed: Vec<_> = all
            .iter()
            .flat_map(|&from| all.iter().map(move |&to| (from, to)))
            .filter(|(from, to)| from.go_to(*to).is_ok())
            .collect();
        let expected =
            [(Reported, Assessed), (Assessed, Notified), (Assessed, Closed), (Notified, Notified), (Notified, Closed)];
        assert_eq!(allowed, expected);
        assert!(Reported.owes_notification(None) && Assessed.owes_notification(Some(true)));
        assert!(!Assessed.owes_notification(Some(false)) && !Notified.owes_notification(Some(true)));
    }

    #[test]
    fn only_an_unlikely_risk_spares_the_notification() {
        for risk in [Risk::Unlikely, Risk::Likely, Risk::High] {
            assert!(assess(risk, true).is_ok());
            assert_eq!(assess(risk, false).is_ok(), risk == Risk::Unlikely, "{risk:?}");
        }
    }

    #[test]
    fn seventy_two_hours_are_counted_to_the_microsecond() {
        let (aware_at, now) = (at("2026-11-20T10:00:00.000001Z"), at("2026-12-24T10:00:00Z"));
        let codes = |notified_at: &str, why: bool| -> Vec<_> {
            let faults = notification_faults(aware_at, at(notified_at), why, now);
            faults.into_iter().map(|fault| fault.code.into_owned()).collect()
        };
        assert!(codes("2026-11-23T10:00:00.000001Z", false).is_empty());
        assert_eq!(codes("2026-11-23T10:00:00.000002Z", false), ["missing"]);
        assert!(codes("2026-11-23T10:00:00.000002Z", true).is_empty());
        assert_eq!(codes("2026-11-20T10:00:00Z", true), ["before_awareness"]);
        assert_eq!(codes("2026-12-24T10:00:00.000001Z", true), ["future"]);
        assert!(
            awareness_fault(now, now).is_none() && awareness_fault(at("2026-12-24T10:00:00.000001Z"), now).is_some()
        );
    }
}
