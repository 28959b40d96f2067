//! The rights that apply on each basis (UK GDPR Articles 7(3) and 15 to 21), and the right that applies
//! instead of another. A request in the wrong words still gets an answer.

use macro_rules_attribute::apply;

use crate::domain::{LawfulBasis, words};

/// A right of the data subject under the UK GDPR.
#[apply(words!)]
#[derive(strum::VariantArray)]
pub enum DataSubjectRight {
    /// A copy of the data, and an account of how it is used (Article 15).
    Access,
    /// Having wrong data corrected and incomplete data completed (Article 16).
    Rectification,
    /// Having the data deleted (Article 17).
    Erasure,
    /// Having the data stored and not used (Article 18).
    Restriction,
    /// Receiving the data in a form that other systems read (Article 20).
    Portability,
    /// Objecting on grounds of one's own situation (Article 21(1)).
    Objection,
    /// Objecting to direct marketing (Article 21(2)).
    DirectMarketingObjection,
    /// Withdrawing a consent (Article 7(3)).
    WithdrawalOfConsent,
}

/// Whether a right applies.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Ruling {
    /// Whether it does.
    pub applies: bool,
    /// Why, in a sentence for the person.
    pub why: &'static str,
    /// Where it does not, the right that does.
    pub instead: Option<DataSubjectRight>,
    /// The article that decides the ruling.
    pub article: &'static str,
}

/// A right that does apply in place of the one that was asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Conversion {
    /// The right that applies.
    pub instead: DataSubjectRight,
    /// Why the one asked for does not, and what this one does.
    pub why: &'static str,
    /// The article that decides the ruling.
    pub article: &'static str,
}

/// Whether `right` applies to data that is used on `basis`.
pub fn ruling(right: DataSubjectRight, basis: LawfulBasis) -> Ruling {
    use LawfulBasis::{Consent, Contract};
    let applies = |article, why| Ruling { applies: true, why, instead: None, article };
    let instead = |right, article, why| Ruling { applies: false, why, instead: Some(right), article };
    match (right, basis) {
        (DataSubjectRight::Access, _) => applies("UK GDPR Article 15", "It applies on every basis."),
        (DataSubjectRight::Rectification, _) => applies("UK GDPR Article 16", "It applies on every basis."),
        (DataSubjectRight::Erasure, Consent) => applies(
            "UK GDPR Article 17(1)(b)",
            "It applies after the consent is withdrawn, unless the law or a legal hold requires us to keep the data.",
        ),
        (DataSubjectRight::Erasure, Contract) => applies(
            "UK GDPR Article 17(1)(a)",
            "It applies when the contract no longer needs the data, unless the law or a legal hold requires us to \
             keep it.",
        ),
        (DataSubjectRight::Restriction, _) => {
            applies("UK GDPR Article 18", "It applies on every basis, on one of four grounds.")
        }
        (DataSubjectRight::Portability, _) => applies(
            "UK GDPR Article 20",
            "It applies to the data that the person provided, because we use it by automated means on consent or a \
             contract.",
        ),
        (DataSubjectRight::Objection, Consent) => instead(
            DataSubjectRight::WithdrawalOfConsent,
            "UK GDPR Article 21(1)",
            "It applies to public tasks and legitimate interests alone. We use the data on consent, which the person \
             can withdraw at any time.",
        ),
        (DataSubjectRight::Objection, Contract) => instead(
            DataSubjectRight::Erasure,
            "UK GDPR Article 21(1)",
            "It applies to public tasks and legitimate interests alone. We use the data for a contract, and can \
             erase it when the contract no longer needs it.",
        ),
        (DataSubjectRight::DirectMarketingObjection, _) => {
            applies("UK GDPR Article 21(2)", "It is absolute: direct marketing stops on every basis.")
        }
        (DataSubjectRight::WithdrawalOfConsent, Consent) => {
            applies("UK GDPR Article 7(3)", "We use the data on consent, which the person can withdraw at any time.")
        }
        (DataSubjectRight::WithdrawalOfConsent, Contract) => instead(
            DataSubjectRight::Erasure,
            "UK GDPR Article 7(3)",
            "There is no consent to withdraw. We use the data for a contract, and can erase it when the contract no \
             longer needs it.",
        ),
    }
}

/// The right that applies in place of `right`; `None` where it applies itself.
pub fn conversion(right: DataSubjectRight, basis: LawfulBasis) -> Option<Conversion> {
    let Ruling { why, instead, article, .. } = ruling(right, basis);
    instead.map(|instead| Conversion { instead, why, article })
}

#[cfg(test)]
mod tests {
    use strum::VariantArray;

    use super::*;

    const BASES: [LawfulBasis; 2] = [LawfulBasis::Consent, LawfulBasis::Contract];

    #[test]
    fn the_table_of_rights_and_bases() {
        use LawfulBasis::{Consent, Contract};
        for &right in DataSubjectRight::VARIANTS {
            for basis in BASES {
                let expected = match (right, basis) {
                    (DataSubjectRight::Objection, Consent) => Some(DataSubjectRight::WithdrawalOfConsent),
                    (DataSubjectRight::Objection | DataSubjectRight::WithdrawalOfConsent, Contract) => {
                        Some(DataSubjectRight::Erasure)
                    }
                    _ => None,
                };
                let ruling = ruling(right, basis);
                assert_eq!((ruling.applies, ruling.instead), (expected.is_none(), expected), "{right:?} {basis:?}");
            }
        }
    }

    #[test]
    fn what_is_offered_instead_applies_and_is_named_with_reason_and_article() {
        for &right in DataSubjectRight::VARIANTS {
            for basis in BASES {
                let ruled = ruling(right, basis);
                assert!(ruled.article.starts_with("UK GDPR Article ") && ruled.why.ends_with('.'), "{right:?}");
                match conversion(right, basis) {
                    None => assert!(ruled.applies),
                    Some(conversion) => {
                        assert!(ruling(conversion.instead, basis).applies, "{right:?} {basis:?}");
                        assert_eq!((conversion.why, conversion.article), (ruled.why, ruled.article));
                    }
                }
            }
        }
    }
}
