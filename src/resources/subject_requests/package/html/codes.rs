//! What the codes in a package mean, in the words of the person who reads it. Each `match` names every code of its type, so
//! that a new code without words does not compile.

use serde::Deserialize;
use serde_json::Value;

use crate::domain::{Channel, LawfulBasis, MatchAnswer, Purpose};
use crate::platform::outbox::Status as MessageStatus;
use crate::policy::check_ins::Direction;
use crate::policy::clock::Right;
use crate::policy::complaints::ComplaintStatus;
use crate::policy::consent::{Method, State};
use crate::policy::registrations::RegistrationStatus;
use crate::policy::subject_requests::{Ground, OutcomeKind, RequestStatus};
use crate::policy::withholding::WithholdingGround;
use crate::resources::complaints::model::ComplaintOutcome;
use crate::resources::consents::model::DecisionKind;
use crate::resources::contacts::model::{AddressCheck, ContactStatus, SourceKind};
use crate::resources::networks::memberships::model::{DirectoryVisibility, MemberRole, MembershipStatus};
use crate::resources::organisations::model::OrganisationKind;
use crate::resources::registrations::model::Cause;
use crate::resources::registrations::requirements::model::{AccessRequirement, DietaryRequirement};
use crate::resources::subject_requests::model::{ActingFor, StepKind};
use crate::resources::suppressions::store::former;

mod obligations;

pub(super) use obligations::{closure_reason, obligation_action, obligation_status, recipient_act};

/// The words for a code; `None` for a value that is no code of the type.
pub(super) type Words = fn(&Value) -> Option<&'static str>;

/// Reads a value as a code, and returns its words.
pub(super) fn say<'a, C: Deserialize<'a>>(value: &'a Value, words: fn(C) -> &'static str) -> Option<&'static str> {
    C::deserialize(value).ok().map(words)
}

pub(super) fn purpose(value: &Value) -> Option<&'static str> {
    say(value, |code| match code {
        Purpose::Newsletter => "Newsletter",
        Purpose::BlogsAndArticles => "Blogs and articles",
        Purpose::TradeArticles => "Trade articles",
        Purpose::EventInformation => "News of events",
        Purpose::EventAdministration => "Running the events that you book",
        Purpose::ProfessionalNetworks => "Professional networks",
        Purpose::VenueSecurity => "Security at event venues",
    })
}

pub(super) fn lawful_basis(value: &Value) -> Option<&'static str> {
    say(value, |code| match code {
        LawfulBasis::Consent => "You agreed to it (UK GDPR, Article 6(1)(a))",
        LawfulBasis::Contract => "We need it for a service that you asked for (UK GDPR, Article 6(1)(b))",
    })
}

pub(super) fn contact_status(value: &Value) -> Option<&'static str> {
    say(value, |code| match code {
        ContactStatus::Active => "In use",
        ContactStatus::Restricted => "Restricted: we store it and do not use it",
        ContactStatus::Erased => "Erased",
    })
}

pub(super) fn address_check(value: &Value) -> Option<&'static str> {
    say(value, |code| match code {
        AddressCheck::SameMailbox => "Another record has the same mailbox, written in another way",
        AddressCheck::ImpossibleEmail => "The email address cannot exist",
        AddressCheck::TelephoneZero => "The telephone number may lack a zero",
    })
}

pub(super) fn source_kind(value: &Value) -> Option<&'static str> {
    say(value, |code| match code {
        SourceKind::Person => "You",
        SourceKind::Staff => "A member of our staff",
        SourceKind::Event => "An event",
        SourceKind::Partner => "A partner organisation",
        SourceKind::Import => "A list that we imported",
        SourceKind::PublicSource => "A public source",
    })
}

pub(super) fn consent_state(value: &Value) -> Option<&'static str> {
    say(value, |code| match code {
        State::Pending => "Waiting for you to confirm",
        State::Given => "You said yes",
        State::Withdrawn => "You said no, or stopped it",
        State::Expired => "You did not confirm in time",
        State::Stale => "You said yes to an older notice; we ask again before we use it",
    })
}

pub(super) fn decision(value: &Value) -> Option<&'static str> {
    say(value, |code| match code {
        DecisionKind::Given => "Yes",
        DecisionKind::Confirmed => "Yes, confirmed from your mailbox",
        DecisionKind::Withdrawn => "No, or no longer",
        DecisionKind::Objected => "You objected",
    })
}

pub(super) fn method(value: &Value) -> Option<&'static str> {
    say(value, |code| match code {
        Method::WebForm => "On a web page",
        Method::Email => "By email",
        Method::Telephone => "By telephone",
        Method::InPerson => "In person",
        Method::Paper => "On paper",
        Method::Import => "On a list that we imported",
    })
}

pub(super) fn channel(value: &Value) -> Option<&'static str> {
    say(value, |code| match code {
        Channel::Email => "By email",
        Channel::WebForm => "On a web page",
        Channel::Telephone => "By telephone",
        Channel::Post => "By post",
        Channel::InPerson => "In person",
    })
}

pub(super) fn member_role(value: &Value) -> Option<&'static str> {
    say(value, |code| match code {
        MemberRole::Member => "Member",
        MemberRole::Chair => "Chair",
        MemberRole::Deputy => "Deputy chair",
        MemberRole::Secretariat => "Secretariat",
        MemberRole::Observer => "Observer",
    })
}

pub(super) fn membership_status(value: &Value) -> Option<&'static str> {
    say(value, |code| match code {
        MembershipStatus::Active => "You are a member",
        MembershipStatus::Ended => "It has ended",
    })
}

pub(super) fn visibility(value: &Value) -> Option<&'static str> {
    say(value, |code| match code {
        DirectoryVisibility::Nobody => "You are not shown there",
        DirectoryVisibility::Network => "Members of the network and our staff find you there",
        DirectoryVisibility::Staff => "Only our staff find you there",
    })
}

pub(super) fn recipient(value: &Value) -> Option<&'static str> {
    say(value, |code| match code {
        OrganisationKind::Council => "Worcestershire County Council",
        OrganisationKind::EventPartner => "Event partners",
        OrganisationKind::Venue => "Event venues",
        OrganisationKind::ApprovedContractor => "Approved contractors",
        OrganisationKind::PublicAuthority => "Other public authorities",
    })
}

pub(super) fn registration_status(value: &Value) -> Option<&'static str> {
    say(value, |code| match code {
        RegistrationStatus::Confirmed => "You have a place",
        RegistrationStatus::Waitlisted => "On the waiting list",
        RegistrationStatus::Offered => "You were offered a place",
        RegistrationStatus::Declined => "You declined the place",
        RegistrationStatus::Expired => "The offer of a place ran out",
        RegistrationStatus::Cancelled => "Cancelled",
        RegistrationStatus::Attended => "You came",
        RegistrationStatus::NoShow => "You did not come",
        RegistrationStatus::AttendanceUnknown => "We do not know whether you came",
    })
}

pub(super) fn cause(value: &Value) -> Option<&'static str> {
    say(value, |code| match code {
        Cause::Registered => "You registered",
        Cause::Promoted => "A place became free",
        Cause::Offered => "We offered you a free place",
        Cause::Accepted => "You accepted the offer",
        Cause::Declined => "You declined the offer",
        Cause::OfferExpired => "The offer ran out",
        Cause::Cancelled => "The registration was cancelled",
        Cause::Prioritised => "You were moved up the waiting list",
        Cause::SharingChanged => "It changed who your attendance is shared with",
        Cause::RequirementsChanged => "What you need was changed",
        Cause::CheckedInLate => "You came in after the event was closed",
        Cause::OfferShortened => "The time to accept the offer was shortened",
        Cause::EventCancelled => "The event was cancelled",
        Cause::EventCompleted => "The event ended",
        Cause::Merged => "We merged two records of you",
        Cause::Erased => "Your data was erased",
    })
}

pub(super) fn direction(value: &Value) -> Option<&'static str> {
    say(value, |code| match code {
        Direction::In => "You went in",
        Direction::Out => "You went out",
    })
}

pub(super) fn dietary(value: &Value) -> Option<&'static str> {
    say(value, |code| match code {
        DietaryRequirement::Vegetarian => "Vegetarian food",
        DietaryRequirement::Vegan => "Vegan food",
        DietaryRequirement::Halal => "Halal food",
        DietaryRequirement::Kosher => "Kosher food",
        DietaryRequirement::GlutenFree => "Food without gluten",
        DietaryRequirement::DairyFree => "Food without milk",
        DietaryRequirement::NutFree => "Food without nuts",
        DietaryRequirement::Other => "Another diet",
    })
}

pub(super) fn access_requirement(value: &Value) -> Option<&'static str> {
    say(value, |code| match code {
        AccessRequirement::StepFreeAccess => "A way without steps",
        AccessRequirement::WheelchairSpace => "Space for a wheelchair",
        AccessRequirement::HearingLoop => "A hearing loop",
        AccessRequirement::SignLanguageInterpreter => "A sign-language interpreter",
        AccessRequirement::LiveCaptions => "Live captions",
        AccessRequirement::LargePrint => "Papers in large print",
        AccessRequirement::AssistanceDog => "Space for an assistance dog",
        AccessRequirement::QuietRoom => "A quiet room",
        AccessRequirement::Other => "Something else",
    })
}

pub(super) fn complaint_status(value: &Value) -> Option<&'static str> {
    say(value, |code| match code {
        ComplaintStatus::Received => "We received it",
        ComplaintStatus::Acknowledged => "We told you that we have it",
        ComplaintStatus::Investigating => "We are looking into it",
        ComplaintStatus::OutcomeGiven => "We gave you the outcome",
        ComplaintStatus::Withdrawn => "You withdrew it",
    })
}

pub(super) fn complaint_outcome(value: &Value) -> Option<&'static str> {
    say(value, |code| match code {
        ComplaintOutcome::Upheld => "You were right",
        ComplaintOutcome::PartlyUpheld => "You were right in part",
        ComplaintOutcome::NotUpheld => "We did not agree",
    })
}

pub(super) fn right(value: &Value) -> Option<&'static str> {
    say(value, |code| match code {
        Right::Access => "A copy of your data",
        Right::Rectification => "A correction of your data",
        Right::Erasure => "The erasure of your data",
        Right::Restriction => "That we store your data and do not use it",
        Right::Objection => "That we stop a use of your data",
        Right::Portability => "Your data in a form that programs read",
    })
}

pub(super) fn request_status(value: &Value) -> Option<&'static str> {
    say(value, |code| match code {
        RequestStatus::Received => "We received it",
        RequestStatus::IdentityPending => "We are waiting for proof of who asked",
        RequestStatus::InProgress => "We are working on it",
        RequestStatus::ClarificationPending => "We are waiting for your answer to a question",
        RequestStatus::AwaitingRecipients => {
            "We did it, and are waiting for those who received your data to do the same"
        }
        RequestStatus::Completed => "We did what you asked for",
        RequestStatus::PartiallyCompleted => "We did part of what you asked for",
        RequestStatus::Refused => "We refused it",
        RequestStatus::Withdrawn => "You withdrew it",
        RequestStatus::Lapsed => "We closed it, because we did not hear from you",
        RequestStatus::Duplicate => "We closed it, because it was the same as another request",
    })
}

pub(super) fn request_outcome(value: &Value) -> Option<&'static str> {
    say(value, |code| match code {
        OutcomeKind::Fulfilled => "Done",
        OutcomeKind::PartlyFulfilled => "Done in part",
        OutcomeKind::Refused => "Refused",
        OutcomeKind::Withdrawn => "You withdrew it",
        OutcomeKind::Lapsed => "Closed, because we did not hear from you",
        OutcomeKind::Duplicate => "Closed, because it was the same as another request",
    })
}

pub(super) fn ground(value: &Value) -> Option<&'static str> {
    say(value, Ground::plain)
}

pub(super) fn withholding_ground(value: &Value) -> Option<&'static str> {
    say(value, WithholdingGround::reason)
}

pub(super) fn acting_for(value: &Value) -> Option<&'static str> {
    say(value, |code| match code {
        ActingFor::Oneself => "Yourself",
        ActingFor::Agent => "Another person for you",
    })
}

pub(super) fn request_step(value: &Value) -> Option<&'static str> {
    say(value, |code| match code {
        StepKind::Received => "We received it",
        StepKind::IdentityRequested => "We asked for proof of who asked",
        StepKind::IdentityReceived => "Proof of who asked reached us",
        StepKind::AuthorityRequested => "We asked whether the person who wrote may act for you",
        StepKind::AuthorityReceived => "Proof that they may act for you reached us",
        StepKind::ClarificationRequested => "We asked you a question",
        StepKind::ClarificationReceived => "Your answer reached us",
        StepKind::ExtensionNotified => "We told you that we need two more months",
        StepKind::CarriedOut => "We did it, and told those who received your data",
        StepKind::ReceiptCorrected => "We corrected the day on which it reached us",
        StepKind::ErasurePlanned => "We planned the erasure, and what we must keep",
        StepKind::DraftDeleted => "We deleted a draft of our answer, to make another",
        StepKind::Completed => "We completed it",
        StepKind::PartiallyCompleted => "We completed part of it",
        StepKind::Refused => "We refused it",
        StepKind::Withdrawn => "You withdrew it",
        StepKind::Lapsed => "We closed it, because we did not hear from you",
        StepKind::Duplicate => "We closed it, because it was the same as another request",
    })
}

pub(super) fn former_kind(value: &Value) -> Option<&'static str> {
    Some(match value.as_str()?.parse().ok()? {
        former::Kind::Email => "An email address",
        former::Kind::Telephone => "A telephone number",
        former::Kind::NamedNumber => "A telephone number together with your name",
    })
}

pub(super) fn match_answer(value: &Value) -> Option<&'static str> {
    say(value, |code| match code {
        MatchAnswer::SamePerson => "It is about you",
        MatchAnswer::AnotherPerson => "It is about another person",
        MatchAnswer::Unsure => "We could not find out",
    })
}

pub(super) fn message_status(value: &Value) -> Option<&'static str> {
    say(value, |code| match code {
        MessageStatus::Queued => "Waiting to be sent",
        MessageStatus::Sent => "Sent",
        MessageStatus::Dropped => "Not sent, because it was no longer needed",
        MessageStatus::Dead => "Not delivered",
    })
}

/// The kinds of mail. Rooms that stand above this one add some: a story holds these complete, and not the compiler.
pub(super) fn message_kind(value: &Value) -> Option<&'static str> {
    Some(match value.as_str()? {
        "confirmation" => "A question whether you confirm what you agreed to",
        "preferences" => "A link to your choices about emails",
        "sharing_with_council"
        | "sharing_with_event_partner"
        | "sharing_with_venue"
        | "sharing_with_approved_contractor"
        | "sharing_with_public_authority" => "A question whether you confirm that we may share your data again",
        "registration_confirmed" => "Your place at an event",
        "registration_waitlisted" => "Your place on a waiting list",
        "registration_offered" => "The offer of a place at an event",
        "registration_promoted" => "A place at an event that became free",
        "event_cancelled" => "The cancellation of an event",
        "complaint_acknowledgement" => "That we have your complaint",
        "complaint_outcome" => "The outcome of your complaint",
        "request_acknowledgement" => "That we have your request",
        "request_identity" => "A question about who you are",
        "request_authority" => "A question whether the person who wrote may act for you",
        "request_clarification" => "A question about your request",
        "request_extension" => "That we need more time for your request",
        "request_refusal" => "Our refusal of your request",
        "request_package" => "The copy of your data",
        "request_outcome" => "Our answer to your request",
        "obligation_opened" => "A notice to an organisation that received your data",
        "obligation_reminder" => "A reminder to an organisation that received your data",
        _ => return None,
    })
}
