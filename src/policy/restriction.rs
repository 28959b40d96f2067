//! Restriction of processing (UK GDPR Article 18): what is restricted is stored and not used, until the person has been
//! told that it ends.
//!
//! A withdrawal of consent and an objection are the person's own doing and always work; so does a correction that the
//! person has asked for (Articles 7(3), 16, 18(2) and 21).

use chrono::NaiveDate;
use macro_rules_attribute::apply;

use super::Lawful;
use crate::domain::{Code, Error, Fault, Instant, Refusal, london_date, words};

/// The ground on which a person's data is restricted (Article 18(1)(a) to (d)).
#[apply(words!)]
#[derive(strum::VariantArray)]
pub enum RestrictionGround {
    /// The person says that the data is wrong, and it is being verified.
    AccuracyContested,
    /// The processing is unlawful, and the person does not want the data erased.
    UnlawfulProcessing,
    /// IEWM needs the data no longer, and the person does, for legal claims.
    NeededForClaims,
    /// The person has objected, and it is being decided whose grounds weigh more.
    ObjectionPending,
}

/// A restriction that holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Restriction {
    /// The ground of the restriction.
    pub ground: RestrictionGround,
    /// When the restriction began.
    pub since: Instant,
}

/// The end of a restriction.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Lift {
    /// What ends.
    pub restriction: Restriction,
    /// The day on which the service notified the person that it would.
    pub notified_on: NaiveDate,
}

fn refusal(reason: &'static str) -> Refusal {
    Refusal { code: Code::Restricted, reason, article: "UK GDPR Article 18(2)", pointer: None }
}

/// Whether a person's data may be used for anything but to store it.
///
/// # Errors
/// The refusal: it is restricted.
pub fn may_be_used(current: Option<&Restriction>) -> Result<(), Refusal> {
    match current {
        None => Ok(()),
        Some(_) => Err(refusal(
            "The person's data is restricted: the service stores it, and does not use it until the restriction is \
             lifted.",
        )),
    }
}

/// Judges a restriction: there is one at a time, so that the end of one never ends another.
///
/// # Errors
/// The refusal: the data is restricted already.
pub fn restrict(
    current: Option<&Restriction>,
    ground: RestrictionGround,
    now: Instant,
) -> Result<Lawful<Restriction>, Refusal> {
    match current {
        None => Ok(Lawful::ruled(Restriction { ground, since: now })),
        Some(_) => Err(refusal("The person's data is restricted already; lift that restriction first.")),
    }
}

/// Judges the end of a restriction, which was notified to the person on `notified_on` (Article 18(3)).
///
/// # Errors
/// 409 when nothing is restricted; 422 when the person is only to be told, or was before it began.
pub fn lift(current: Option<&Restriction>, notified_on: NaiveDate, now: Instant) -> Result<Lawful<Lift>, Error> {
    let fault = |code, detail| Error::invalid(vec![Fault::new("/notified_on", code, detail)]);
    if notified_on > london_date(now) {
        return Err(fault("future", "must not be in the future: tell the person before you lift the restriction"));
    }
    let Some(&restriction) = current else {
        return Err(Error::new(Code::Conflict, "The person's data is not restricted, so there is nothing to lift."));
    };
    if notified_on < london_date(restriction.since) {
        return Err(fault("before_restriction", "must not be before the restriction began"));
    }
    Ok(Lawful::ruled(Lift { restriction, notified_on }))
}

#[cfg(test)]
mod tests {
    use strum::VariantArray;

    use super::*;

    fn at(text: &str) -> Instant {
        Instant::parse(text).unwrap()
    }

    fn held() -> Restriction {
        Restriction { ground: RestrictionGround::AccuracyContested, since: at("2026-11-20T23:30:00Z") }
    }

    #[test]
    fn what_is_restricted_is_not_used() {
        assert!(may_be_used(None).is_ok());
        let refusal = may_be_used(Some(&held())).unwrap_err();
        assert_eq!((refusal.code, refusal.article), (Code::Restricted, "UK GDPR Article 18(2)"));
    }

    #[test]
    fn every_ground_restricts_once() {
        for &ground in RestrictionGround::VARIANTS {
            let made = restrict(None, ground, at("2026-11-24T10:00:00Z")).unwrap();
            assert_eq!(made.into_inner(), Restriction { ground, since: at("2026-11-24T10:00:00Z") });
            assert_eq!(restrict(Some(&held()), ground, at("2026-11-24T10:00:00Z")).unwrap_err().code, Code::Restricted);
        }
    }

    #[test]
    fn the_person_is_told_before_it_is_lifted() {
        let day = |text: &str| text.parse::<NaiveDate>().unwrap();
        let now = at("2026-11-24T10:00:00Z");
        let lifted = lift(Some(&held()), day("2026-11-20"), now).unwrap();
        assert_eq!(lifted.into_inner(), Lift { restriction: held(), notified_on: day("2026-11-20") });
        assert!(lift(Some(&held()), day("2026-11-24"), now).is_ok());
        for (current, on, code) in [
            (Some(held()), "2026-11-25", Code::Invalid),
            (Some(held()), "2026-11-19", Code::Invalid),
            (None, "2026-11-24", Code::Conflict),
            (None, "2026-11-25", Code::Invalid),
        ] {
            assert_eq!(lift(current.as_ref(), day(on), now).unwrap_err().code(), code, "{on}");
        }
    }

    #[test]
    fn the_days_are_londons() {
        // Half past eleven at night in summer is the next day in London.
        let since = at("2026-06-10T23:30:00Z");
        let summer = Restriction { since, ..held() };
        let day = |text: &str| text.parse::<NaiveDate>().unwrap();
        assert!(lift(Some(&summer), day("2026-06-10"), since).is_err());
        assert!(lift(Some(&summer), day("2026-06-11"), since).is_ok());
    }
}
