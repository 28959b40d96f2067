//! The part of an organisation in an event: what each profile shows, which agreement it needs, and when.
//!
//! A profile shows what the task needs and no more (UK GDPR Article 5(1)(c)).

use macro_rules_attribute::apply;

use super::agreements::Terms;
use crate::domain::{Code, ContactField, Error, Instant, Purpose, Refusal, WordSet, words};

/// What an organisation does at an event, which decides what its attendee list shows.
#[apply(words!)]
#[derive(PartialOrd, Ord, Hash, strum::VariantArray)]
#[schema(as = AssignmentProfile)]
pub enum Profile {
    /// Receives the people and checks them in: sees names, employers and what people need in order to take part.
    Reception,
    /// Guards the venue: sees names.
    VenueSecurity,
    /// Holds the event together with IEWM: sees names and employers.
    Partner,
    /// Provides the meals: sees how many people have each dietary requirement, and no people.
    Catering,
}

impl Profile {
    /// The purpose that the agreement must name.
    pub fn purpose(self) -> Purpose {
        match self {
            Self::VenueSecurity => Purpose::VenueSecurity,
            Self::Reception | Self::Partner | Self::Catering => Purpose::EventAdministration,
        }
    }

    /// The members of a contact that the attendee list shows. The agreement must allow them.
    pub fn fields(self) -> WordSet<ContactField> {
        let fields: &[ContactField] = match self {
            Self::VenueSecurity => &[ContactField::Name],
            Self::Reception | Self::Partner => &[ContactField::Name, ContactField::Organisation],
            Self::Catering => &[],
        };
        fields.iter().copied().collect()
    }
}

/// Returns which of an organisation's live agreements an assignment is made under: of those that allow the profile, the one that
/// ends last.
///
/// # Errors
/// The refusal 409 `agreement_required`, when none allows it (UK GDPR Articles 26 and 28(3)).
pub fn agreement_for(profile: Profile, live: &[Terms]) -> Result<&Terms, Refusal> {
    let allows =
        |terms: &&Terms| terms.purposes.contains(profile.purpose()) && profile.fields().is_within(&terms.fields);
    live.iter().filter(allows).max_by_key(|terms| terms.ends_on).ok_or(Refusal {
        code: Code::AgreementRequired,
        reason: "The organisation has no live agreement that allows this profile. It must name the purpose venue_security \
                 for the profile venue_security, and event_administration for the others, and the members of a contact \
                 that the profile shows.",
        article: "UK GDPR Articles 26 and 28(3)",
        pointer: None,
    })
}

/// The time in which an organisation may read an attendee list, the end excluded.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Window {
    /// From when.
    pub starts_at: Instant,
    /// Until when.
    pub ends_at: Instant,
}

impl Window {
    /// Whether the window is open at an instant.
    pub fn is_open(self, now: Instant) -> bool {
        self.starts_at <= now && now < self.ends_at
    }
}

/// Returns why an organisation may not read an attendee list now, if none of its windows is open: 404 while one has still to
/// open, and 410 when all are over.
pub fn why_closed(windows: impl IntoIterator<Item = Window>, now: Instant) -> Error {
    let mut any = false;
    for window in windows {
        if now < window.starts_at {
            return Error::not_found();
        }
        any = true;
    }
    if any { Error::new(Code::Gone, "Your organisation's part in this event has ended.") } else { Error::not_found() }
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;
    use crate::domain::{AgreementId, OrganisationId};
    use crate::policy::agreements::AgreementStatus;

    fn terms(id: u128, purposes: &str, fields: &str, ends_on: &str) -> Terms {
        Terms {
            id: AgreementId::from_uuid(Uuid::from_u128(id)),
            organisation_id: OrganisationId::from_uuid(Uuid::nil()),
            organisation_is_active: true,
            purposes: purposes.parse().unwrap(),
            fields: fields.parse().unwrap(),
            starts_on: "2026-11-24".parse().unwrap(),
            ends_on: ends_on.parse().unwrap(),
            status: AgreementStatus::Active,
        }
    }

    #[test]
    fn an_assignment_needs_an_agreement_with_its_purpose_and_members() {
        let live = [
            terms(1, "venue_security", "name", "2027-01-31"),
            terms(2, "event_administration", "name", "2027-02-28"),
            terms(3, "event_administration", "name organisation", "2027-03-31"),
            terms(4, "event_administration", "name organisation", "2027-06-30"),
        ];
        let chosen = |profile| agreement_for(profile, &live).map(|terms| terms.id.uuid().as_u128());
        assert_eq!(chosen(Profile::VenueSecurity), Ok(1));
        assert_eq!(chosen(Profile::Reception), Ok(4));
        assert_eq!(chosen(Profile::Partner), Ok(4));
        assert_eq!(chosen(Profile::Catering), Ok(4));
        let refused = agreement_for(Profile::Reception, &live[..2]).unwrap_err();
        assert_eq!(refused.code, Code::AgreementRequired);
        assert_eq!(agreement_for(Profile::Catering, &live[..2]).map(|terms| terms.id), Ok(live[1].id));
    }

    #[test]
    fn a_list_is_closed_before_its_window_and_gone_after_it() {
        let at = |text| Instant::parse(text).unwrap();
        let window = |from, to| Window { starts_at: at(from), ends_at: at(to) };
        let (morning, evening) = (
            window("2027-03-02T08:00:00Z", "2027-03-02T12:00:00Z"),
            window("2027-03-02T18:00:00Z", "2027-03-02T22:00:00Z"),
        );
        let code = |windows: &[Window], now| why_closed(windows.iter().copied(), at(now)).code();
        assert!(morning.is_open(at("2027-03-02T08:00:00Z")) && !morning.is_open(at("2027-03-02T12:00:00Z")));
        assert_eq!(code(&[morning], "2027-03-02T07:59:59Z"), Code::NotFound);
        assert_eq!(code(&[morning], "2027-03-02T12:00:00Z"), Code::Gone);
        assert_eq!(code(&[morning, evening], "2027-03-02T15:00:00Z"), Code::NotFound);
        assert_eq!(code(&[morning, evening], "2027-03-02T22:00:00Z"), Code::Gone);
        assert_eq!(code(&[], "2027-03-02T15:00:00Z"), Code::NotFound);
    }
}
