//! Whether a person may be sent something: the consent, and the obstacles (PECR regulation 22).

use macro_rules_attribute::apply;

use crate::domain::words;

use super::consent::State;

/// The obstacles to writing to a person, whatever the consents. A later variant is stricter.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Bar {
    /// The address bears a suppression mark (UK GDPR Articles 17 and 21(3)).
    Suppressed,
    /// They have objected to direct marketing (Article 21(3)).
    Objected,
    /// Their data is restricted (Article 18(2)).
    Restricted,
    /// Their data was erased (Article 17).
    Erased,
}

/// The reason why a person may or may not be sent something for a purpose.
#[apply(words!)]
pub enum Contactability {
    /// They have given their consent: they may.
    Given,
    /// They never gave it.
    NotGiven,
    /// The mailbox has not confirmed it.
    Pending,
    /// They withdrew it.
    Withdrawn,
    /// It lapsed unconfirmed.
    Expired,
    /// The notice has changed materially since.
    Stale,
    /// Their data is restricted: stored and not used.
    Restricted,
    /// They have objected to direct marketing, which they alone take back, by their mailbox.
    Objected,
    /// The address bears a suppression mark.
    Suppressed,
    /// The person's data was erased.
    Erased,
    /// There is no such contact.
    Unknown,
}

/// Whether a contact may be sent something: the strictest reason against it, or `Given`.
pub fn contactability(bars: impl IntoIterator<Item = Bar>, state: Option<State>) -> Contactability {
    match (bars.into_iter().max(), state) {
        (Some(Bar::Erased), _) => Contactability::Erased,
        (Some(Bar::Restricted), _) => Contactability::Restricted,
        (Some(Bar::Objected), _) => Contactability::Objected,
        (Some(Bar::Suppressed), _) => Contactability::Suppressed,
        (None, None) => Contactability::NotGiven,
        (None, Some(State::Given)) => Contactability::Given,
        (None, Some(State::Pending)) => Contactability::Pending,
        (None, Some(State::Withdrawn)) => Contactability::Withdrawn,
        (None, Some(State::Expired)) => Contactability::Expired,
        (None, Some(State::Stale)) => Contactability::Stale,
    }
}

#[cfg(test)]
mod tests {
    use strum::VariantArray;

    use super::*;

    #[test]
    fn the_strictest_reason_is_told_whatever_was_consented_to() {
        let bars = [Bar::Suppressed, Bar::Objected, Bar::Restricted, Bar::Erased];
        let told =
            [Contactability::Suppressed, Contactability::Objected, Contactability::Restricted, Contactability::Erased];
        for most in 0..bars.len() {
            for state in State::VARIANTS.iter().copied().map(Some).chain([None]) {
                assert_eq!(contactability(bars[..=most].iter().copied().rev(), state), told[most]);
                assert_eq!(contactability([bars[most]], state), told[most]);
            }
        }
    }

    #[test]
    fn without_a_bar_a_given_consent_alone_allows() {
        let allowed: Vec<_> = State::VARIANTS
            .iter()
            .copied()
            .map(Some)
            .chain([None])
            .filter(|&state| contactability([], state) == Contactability::Given)
            .collect();
        assert_eq!(allowed, [Some(State::Given)]);
    }
}
