//! The kinds of recipients in the words of the person.

use crate::resources::organisations::model::OrganisationKind;

/// A kind of recipients, within a sentence.
pub(super) fn recipients(kind: OrganisationKind) -> &'static str {
    match kind {
        OrganisationKind::Council => "Worcestershire County Council",
        OrganisationKind::EventPartner => "partners of our events",
        OrganisationKind::Venue => "the venues of our events",
        OrganisationKind::ApprovedContractor => "our contractors",
        OrganisationKind::PublicAuthority => "other public authorities",
    }
}

/// A kind of recipients as a heading.
pub(super) fn heading(kind: OrganisationKind) -> &'static str {
    match kind {
        OrganisationKind::Council => "Worcestershire County Council",
        OrganisationKind::EventPartner => "Event partners",
        OrganisationKind::Venue => "Venues",
        OrganisationKind::ApprovedContractor => "Contractors",
        OrganisationKind::PublicAuthority => "Other public authorities",
    }
}

/// What recipients of a kind do with the data.
pub(super) fn meaning(kind: OrganisationKind) -> &'static str {
    match kind {
        OrganisationKind::Council => {
            "Other services of the council. The council's staff who look after your data for us still see it."
        }
        OrganisationKind::EventPartner => "Organisations that run an event together with us.",
        OrganisationKind::Venue => "The places of our events, so that they know who is coming.",
        OrganisationKind::ApprovedContractor => {
            "Companies that work for us, such as those that run the reception of an event."
        }
        OrganisationKind::PublicAuthority => "Public bodies other than the council.",
    }
}
