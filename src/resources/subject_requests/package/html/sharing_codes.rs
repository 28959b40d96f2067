//! What the codes of sharing mean, in the words of the person who reads the package.

use serde_json::Value;

use super::codes::say;
use crate::domain::DisclosedField;
use crate::policy::sharing::{Gateway, RecallCause, Status};
use crate::resources::disclosures::batches::model::ReadOperation;
use crate::resources::organisations::model::OrganisationKind;

pub(super) fn organisation_kind(value: &Value) -> Option<&'static str> {
    say(value, |code| match code {
        OrganisationKind::Council => "The council",
        OrganisationKind::EventPartner => "A partner that we hold an event with",
        OrganisationKind::Venue => "The place of an event",
        OrganisationKind::ApprovedContractor => "An approved contractor, who works for us",
        OrganisationKind::PublicAuthority => "Another public authority",
    })
}

pub(super) fn gateway(value: &Value) -> Option<&'static str> {
    say(value, |code| match code {
        Gateway::CrimeAndTaxation => "Crime and taxation (Data Protection Act 2018, Schedule 2, paragraph 2)",
        Gateway::RequiredByLaw => "A law or a court required it (Data Protection Act 2018, Schedule 2, paragraph 5(2))",
        Gateway::LegalProceedings => "Legal proceedings (Data Protection Act 2018, Schedule 2, paragraph 5(3))",
    })
}

pub(super) fn field(value: &Value) -> Option<&'static str> {
    say(value, |code| match code {
        DisclosedField::Name => "Your name",
        DisclosedField::Email => "Your email address",
        DisclosedField::Telephone => "Your telephone number",
        DisclosedField::Organisation => "The organisation that you work for",
        DisclosedField::JobTitle => "Your job title",
        DisclosedField::AccessRequirements => "What you need in order to take part",
    })
}

pub(super) fn status(value: &Value) -> Option<&'static str> {
    say(value, |code| match code {
        Status::Proposed => "Not shared: another person has to agree first",
        Status::Live => "Shared",
        Status::Recalled => "No longer shared: we have stopped it",
        Status::Expired => "No longer shared: the time for it has passed",
    })
}

pub(super) fn recall_cause(value: &Value) -> Option<&'static str> {
    say(value, |code| match code {
        RecallCause::Decision => "We decided it",
        RecallCause::RefusedByPerson => "You do not want your data shared with this kind of organisation",
        RecallCause::SharingWithdrawn => "You no longer share your data at this event",
        RecallCause::RegistrationCancelled => "You do not come to the event, because it or your place was cancelled",
        RecallCause::AssignmentEnded => "The organisation no longer takes part in the event",
        RecallCause::AgreementEnded => "Our agreement with the organisation ended",
        RecallCause::Erased => "Your data was erased",
        RecallCause::Merged => "We merged two records of you, and the other one continues",
    })
}

pub(super) fn operation(value: &Value) -> Option<&'static str> {
    say(value, |code| match code {
        ReadOperation::Attendees => "In a list of the people at an event",
        ReadOperation::Audience => "In a list of people to send something to",
        ReadOperation::Handover => "We handed it over",
        ReadOperation::SharedContact => "By itself",
        ReadOperation::SharedContacts => "In a list of shared people",
    })
}
