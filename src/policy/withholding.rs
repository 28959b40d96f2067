//! What may be left out of the copy that a person is given, and why (UK GDPR Article 15(4); Data Protection Act 2018,
//! Schedule 2).

use macro_rules_attribute::apply;

use crate::domain::words;

use super::subject_requests::Ground;

/// The ground for leaving something out of a package.
#[apply(words!)]
#[derive(strum::VariantArray)]
pub enum WithholdingGround {
    /// It tells of another person, who has not consented and whom it would not be reasonable to show (paragraph 16).
    ThirdParty,
    /// It is covered by legal professional privilege (paragraph 19).
    LegalPrivilege,
    /// It would harm the prevention or detection of crime, or the assessment of a tax (paragraph 2).
    CrimePrevention,
    /// Another exemption, which the explanation names.
    OtherExemption,
}

impl WithholdingGround {
    /// The reason in plain English, as a sentence.
    pub fn reason(self) -> &'static str {
        match self {
            Self::ThirdParty => {
                "It is about another person, who also has rights (Data Protection Act 2018, Schedule 2, paragraph \
                 16)."
            }
            Self::LegalPrivilege => {
                "It is covered by legal professional privilege (Data Protection Act 2018, Schedule 2, paragraph 19)."
            }
            Self::CrimePrevention => {
                "It would harm the prevention or detection of crime, or the assessment of a tax (Data Protection Act \
                 2018, Schedule 2, paragraph 2)."
            }
            Self::OtherExemption => "The law lets us leave it out, as we explain here.",
        }
    }

    /// The ground in a few words, for a list of grounds.
    pub fn in_short(self) -> &'static str {
        match self {
            Self::ThirdParty => "it is about another person",
            Self::LegalPrivilege => "it is legally privileged",
            Self::CrimePrevention => "it could harm the prevention of crime or the assessment of a tax",
            Self::OtherExemption => "another exemption applies",
        }
    }

    /// What stands in the place of what is left out, if the council chose no other words.
    pub fn replacement(self) -> &'static str {
        match self {
            Self::ThirdParty => "[Left out: it is about another person]",
            Self::LegalPrivilege => "[Left out: it is legally privileged]",
            Self::CrimePrevention | Self::OtherExemption => "[Left out]",
        }
    }

    /// The ground on which the request is refused in that part; `None` where only the explanation names it.
    pub fn refusal(self) -> Option<Ground> {
        match self {
            Self::ThirdParty => Some(Ground::RightsOfOthers),
            Self::LegalPrivilege => Some(Ground::LegalPrivilege),
            Self::CrimePrevention => Some(Ground::CrimeAndTaxation),
            Self::OtherExemption => None,
        }
    }
}

/// Stands for any index in a path.
const ANY: &str = "*";

/// The parts of a package from which something may be left out: a record or a part of one, the name and role of an entry of
/// who looked, what was searched elsewhere, and who the data came from. Everything else is what the law demands with every
/// copy (Article 15(1), (1A) and (2)), or holds the copy together.
const OPEN: &[&[&str]] = &[
    &["held", ANY, "records", ANY],
    &["accesses", ANY, "action"],
    &["accesses", ANY, "roles"],
    &["search", "elsewhere"],
    &["particulars", "source", "detail"],
    &["particulars", "earlier_sources", ANY, "detail"],
];

/// Returns whether the member at a path, given as the tokens of a JSON Pointer, may be left out of a package.
pub fn may_be_withheld(path: &[String]) -> bool {
    OPEN.iter().any(|open| {
        path.len() >= open.len() && open.iter().zip(path).all(|(step, token)| *step == ANY || step == token)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn open(pointer: &str) -> bool {
        let tokens: Vec<String> = pointer.split('/').skip(1).map(str::to_owned).collect();
        may_be_withheld(&tokens)
    }

    #[test]
    fn what_the_law_demands_with_every_copy_cannot_be_left_out() {
        for pointer in [
            "/reference",
            "/kind",
            "/contact_id",
            "/built_at",
            "/particulars",
            "/particulars/controller",
            "/particulars/purposes/0/recipients",
            "/particulars/complaint_route",
            "/particulars/source",
            "/particulars/source/kind",
            "/particulars/earlier_sources/0",
            "/particulars/earlier_sources/0/kind",
            "/search",
            "/search/searched/0/table",
            "/search/reasons",
            "/held",
            "/held/0",
            "/held/0/table",
            "/held/0/meaning",
            "/held/0/records",
            "/accesses",
            "/accesses/0",
            "/accesses/0/at",
            "/withheld",
            "/withheld/0/explanation",
        ] {
            assert!(!open(pointer), "{pointer}");
        }
    }

    #[test]
    fn what_is_held_can_be_left_out_as_a_whole_and_in_part() {
        for pointer in [
            "/held/3/records/0",
            "/held/3/records/0/details",
            "/held/3/records/0/complainant/name",
            "/accesses/0/action",
            "/accesses/12/roles",
            "/search/elsewhere",
            "/particulars/source/detail",
            "/particulars/earlier_sources/1/detail",
        ] {
            assert!(open(pointer), "{pointer}");
        }
    }
}
