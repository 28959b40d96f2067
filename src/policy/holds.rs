//! Legal holds: which state follows which, who may release one, when it is reviewed, and what it keeps.
//!
//! It is an offence to alter or destroy a document that is relevant to an inquiry (Inquiries Act 2005 section 35). So a hold
//! keeps data that the retention schedule, an erasure or a merge would delete. It keeps data, and does not permit its use:
//! a withdrawal of consent and an objection still take effect (UK GDPR Articles 7(3) and 21).

use chrono::NaiveDate;
use macro_rules_attribute::apply;

use super::months::add_months_clamped;
use super::{Lawful, two_people};
use crate::domain::{Actor, Code, ErasureGround, Error, Fault, LegalHoldId, Lifecycle, Party, RecordClass, words};

/// The law under which held data must not be destroyed.
const ARTICLE: &str = "Inquiries Act 2005 section 35; UK GDPR Article 17(3)";

/// The stage of a legal hold.
#[apply(words!)]
#[derive(strum::VariantArray)]
#[schema(as = LegalHoldStatus)]
pub enum HoldStatus {
    /// It binds.
    Active,
    /// It binds. Another person decides whether it is released.
    ReleaseProposed,
    /// It no longer binds.
    Released,
}

impl Lifecycle for HoldStatus {
    fn next(self) -> &'static [Self] {
        match self {
            Self::Active => &[Self::ReleaseProposed],
            Self::ReleaseProposed => &[Self::Active, Self::Released],
            Self::Released => &[],
        }
    }
}

/// The ground on which a hold keeps data that a person wants erased.
#[apply(words!)]
#[schema(as = LegalHoldGround)]
pub enum HoldGround {
    /// A legal obligation or a public task, such as an inquiry under the Inquiries Act 2005.
    #[serde(rename = "UKGDPR.17(3)(b)")]
    #[strum(serialize = "UKGDPR.17(3)(b)")]
    LegalObligation,
    /// Legal claims: to make, exercise or defend one.
    #[serde(rename = "UKGDPR.17(3)(e)")]
    #[strum(serialize = "UKGDPR.17(3)(e)")]
    LegalClaims,
}

impl From<HoldGround> for ErasureGround {
    fn from(ground: HoldGround) -> Self {
        match ground {
            HoldGround::LegalObligation => Self::LegalObligation,
            HoldGround::LegalClaims => Self::LegalClaims,
        }
    }
}

/// A hold that binds and catches a person, or some of their records.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Catch {
    /// The hold.
    pub hold: LegalHoldId,
    /// The ground on which it keeps data.
    pub ground: HoldGround,
    /// Whether people whose data it keeps may be told of it.
    pub tell_people: bool,
    /// The only class of records that it keeps; `None` if it keeps everything about the person.
    pub class: Option<RecordClass>,
}

/// How many holds a refusal names.
const NAMED: usize = 100;

/// The refusal of a deletion or a merge of data that `holds` keep. It names them, or the first 100, if the caller may read holds.
pub fn held(holds: impl Iterator<Item = LegalHoldId>, may_read: bool) -> Error {
    let holds = may_read.then(|| holds.take(NAMED).collect());
    let detail =
        "A legal hold keeps the person's data, so the service cannot delete or merge it until the hold is released.";
    Error::new(Code::Held, detail).with(|p| (p.article, p.hold_ids) = (Some(ARTICLE), holds))
}

/// Judges the release by `releaser` of a hold whose release `proposer` proposed; `None` without a proposal.
///
/// # Errors
/// 403 for a program, and for the proposer; 409 unless a release is proposed.
pub fn release(status: HoldStatus, proposer: Option<&Party>, releaser: &Actor) -> Result<Lawful<HoldStatus>, Error> {
    two_people::must_be_a_person(releaser, ARTICLE)?;
    if let Some(proposer) = proposer {
        two_people::may_authorise(releaser, proposer, ARTICLE)?;
    }
    status.go_to(HoldStatus::Released).map(Lawful::ruled)
}

/// The day of the next review of a hold, if the caller names none: a year after `today`.
pub fn next_review(today: NaiveDate) -> NaiveDate {
    add_months_clamped(today, 12)
}

/// Judges the day of a hold's next review: each hold is reviewed every year.
///
/// # Errors
/// 422 for a day in the past, and for one after more than a year.
pub fn review_on(day: NaiveDate, today: NaiveDate) -> Result<Lawful<NaiveDate>, Error> {
    let fault = |code, detail| Err(Error::invalid(Fault::new("/review_on", code, detail)));
    if day < today {
        return fault("past", "must not be in the past");
    }
    if day > next_review(today) {
        return fault("too_late", "must be within a year, because each hold is reviewed every year");
    }
    Ok(Lawful::ruled(day))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::{Caller, Role, SubjectClaim};

    fn person(subject: &str) -> Actor {
        Actor::Caller(Caller {
            issuer: "a".to_owned(),
            subject: subject.to_owned(),
            subject_claim: SubjectClaim::Sub,
            is_person: true,
            roles: vec![Role::Council],
            organisation: None,
        })
    }

    #[test]
    fn another_person_releases_what_one_proposed_to_release() {
        let ann = Party::from(&person("ann"));
        let code = |status, proposer, actor: &Actor| release(status, proposer, actor).map_err(|error| error.code());
        assert_eq!(code(HoldStatus::ReleaseProposed, Some(&ann), &person("ann")), Err(Code::SamePerson));
        assert_eq!(
            code(HoldStatus::ReleaseProposed, Some(&ann), &person("bob")).map(|to| *to),
            Ok(HoldStatus::Released)
        );
        assert_eq!(code(HoldStatus::Active, None, &person("bob")), Err(Code::IllegalTransition));
        assert_eq!(code(HoldStatus::Released, Some(&ann), &person("bob")), Err(Code::IllegalTransition));
    }

    #[test]
    fn a_review_is_at_most_a_year_away() {
        let day = |text: &str| text.parse::<NaiveDate>().unwrap();
        let on = |text: &str| review_on(day(text), day("2028-02-29")).map(Lawful::into_inner).ok();
        assert_eq!(on("2028-02-28"), None);
        assert_eq!(on("2028-02-29"), Some(day("2028-02-29")));
        assert_eq!(on("2029-02-28"), Some(day("2029-02-28")));
        assert_eq!(on("2029-03-01"), None);
    }
}
