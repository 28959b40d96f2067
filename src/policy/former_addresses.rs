//! What is remembered of an address or a number that a person no longer has (UK GDPR Article 5(1)(d)).

use crate::domain::Instant;

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

#[cfg(test)]
mod tests {
    use super::*;

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
