//! What is remembered of an address or a number that a person no longer has (UK GDPR Article 5(1)(d)).

use crate::domain::{ContactId, Instant};

/// An address or a number that a person had.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Former {
    /// When the person stopped having it.
    pub since: Instant,
    /// When its mailbox confirmed for another person; `None` while it may still be this person's.
    pub passed_on_at: Option<Instant>,
}

impl Former {
    /// Joins what two records of one person remember of the same address. The person stopped having it when the later record
    /// did. It may still be theirs if it may be either record's.
    #[must_use]
    pub fn merged_with(self, other: Self) -> Self {
        Self {
            since: self.since.max(other.since),
            passed_on_at: self.passed_on_at.zip(other.passed_on_at).map(|(one, other)| one.max(other)),
        }
    }
}

/// Whether something that happened with an address at an instant is a person's. An address is one contact's at a time. So it is
/// the person's if, of all contacts that had the address and stopped having it since, the person was the first, or if none did
/// and the person has it now. `former` has each contact that had the address, and when it stopped.
pub fn is_theirs(person: &[ContactId], former: &[(ContactId, Instant)], at: Instant) -> bool {
    let later = former.iter().filter(|(_, since)| *since >= at);
    let has_it_now = former.iter().all(|(contact, _)| !person.contains(contact));
    later.min_by_key(|(_, since)| *since).map_or(has_it_now, |(contact, _)| person.contains(contact))
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;

    #[test]
    fn what_happened_with_an_address_is_the_contacts_that_had_it_then() {
        let day = |day: &str| Instant::parse(&format!("2026-06-{day}T09:00:00Z")).unwrap();
        let contact = |number| ContactId::from_uuid(Uuid::from_u128(number));
        let (first, second, present) = (contact(1), contact(2), contact(3));
        let former = [(second, day("20")), (first, day("10"))];
        for (at, holder) in [("05", first), ("10", first), ("15", second), ("25", present)] {
            for person in [first, second, present] {
                assert_eq!(is_theirs(&[person], &former, day(at)), person == holder, "{at}");
            }
        }
        // A merged person is all of their contacts.
        assert!(is_theirs(&[present, second], &former, day("15")));
        // Whose it was since the last one stopped, and was erased, is not known any more: it is no former holder's.
        assert!(!is_theirs(&[second], &former, day("25")));
    }

    fn had(since: &str, passed_on_at: Option<&str>) -> Former {
        let day = |day: &str| Instant::parse(&format!("{day}T09:00:00Z")).unwrap();
        Former { since: day(since), passed_on_at: passed_on_at.map(day) }
    }

    #[test]
    fn a_merged_person_had_an_address_until_the_later_record_lost_it() {
        let (early, late) = (had("2026-06-01", None), had("2026-06-05", None));
        assert_eq!(early.merged_with(late), late);
        assert_eq!(late.merged_with(early), late);
    }

    #[test]
    fn an_address_is_passed_on_only_if_no_record_of_the_person_may_have_it() {
        let passed_on = had("2026-06-01", Some("2026-06-02"));
        let kept = had("2026-06-03", None);
        assert_eq!(passed_on.merged_with(kept), kept);
        assert_eq!(kept.merged_with(passed_on), kept);
        let again = had("2026-06-03", Some("2026-06-04"));
        assert_eq!(passed_on.merged_with(again), again);
    }
}
