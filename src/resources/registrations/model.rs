//! Registrations as the world sees them, and what can be asked of them.

use std::str::FromStr;

use macro_rules_attribute::apply;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use validator::Validate;

pub use super::requirements::model::AccessRequirements;
use crate::domain::{ContactId, EventId, Instant, RegistrationId, prose_type, words};
use crate::platform::http::{Change, Command, Resource};
pub use crate::policy::registrations::{RegistrationStatus, WhyNoOffer};

prose_type! {
    /// The reason why a registration moves up the waiting list: at most 500 characters. Sealed at rest.
    PriorityReason, 500, "Speaks on the first panel."
}

/// The origin of a registration, as a word of the caller's choice. It has at most 40 lower-case
/// letters, digits, hyphens and underscores, and begins with a letter.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(try_from = "String", into = "String")]
#[schema(value_type = String, min_length = 1, max_length = 40, pattern = "^[a-z][a-z0-9_-]*$", example = "web_form")]
pub struct RegistrationSource(String);

impl RegistrationSource {
    /// The word.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl Default for RegistrationSource {
    /// A caller of the API that named no source.
    fn default() -> Self {
        Self("api".to_owned())
    }
}

impl FromStr for RegistrationSource {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let allowed = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || b"_-".contains(&byte);
        let fits = (1..=40).contains(&text.len())
            && text.starts_with(|first: char| first.is_ascii_lowercase())
            && text.bytes().all(allowed);
        let said = || Self(text.to_owned());
        fits.then(said).ok_or("must be a word of at most 40 lower-case letters, digits, hyphens and underscores")
    }
}

impl TryFrom<String> for RegistrationSource {
    type Error = &'static str;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        text.parse()
    }
}

impl From<RegistrationSource> for String {
    fn from(source: RegistrationSource) -> Self {
        source.0
    }
}

/// The recipients with whom the person shares their attendance. The contact's own sharing refusals
/// override these settings.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = AttendanceSharing)]
pub struct Sharing {
    /// The event's partners.
    #[serde(default)]
    #[schema(default = false)]
    pub event_partners: bool,
    /// The venue.
    #[serde(default)]
    #[schema(default = false)]
    pub venue: bool,
}

/// A person's registration for an event.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct Registration {
    /// The registration's id.
    pub id: RegistrationId,
    /// The event.
    pub event_id: EventId,
    /// The contact who registered.
    pub contact_id: ContactId,
    /// The stage of the registration now. An offer that has run out is `expired` at once.
    pub status: RegistrationStatus,
    /// The place in the waiting list, where 1 is its head; null unless the person waits.
    #[schema(required = true, minimum = 1, example = 3)]
    pub position: Option<i64>,
    /// When the offer of a place ends, or ended.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub offer_expires_at: Option<Instant>,
    /// The recipients with whom the person shares their attendance.
    pub sharing: Sharing,
    /// What the person needs in order to take part. Only IEWM's staff can see it, until thirty days after
    /// the event.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub access_requirements: Option<AccessRequirements>,
    /// The origin of the registration.
    pub source: RegistrationSource,
    /// When the person registered.
    pub created_at: Instant,
    /// Increases with every change to the registration.
    #[schema(example = 1, minimum = 1)]
    pub version: i32,
}

impl Resource for Registration {
    fn location(&self) -> String {
        format!("/v1/registrations/{}", self.id)
    }

    fn version(&self) -> i32 {
        self.version
    }

    fn derived(&self) -> Option<String> {
        let needs = self.access_requirements.is_some();
        Some(format!("{} {} {needs}", <&str>::from(self.status), self.position.unwrap_or_default()))
    }
}

/// A registration to add.
#[derive(Clone, Debug, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = RegisterForEvent)]
pub struct Register {
    /// The contact who registers.
    pub contact_id: ContactId,
    /// The recipients with whom the person shares their attendance; the default is none.
    #[serde(default)]
    #[schema(required = false)]
    pub sharing: Sharing,
    /// What the person needs in order to take part.
    #[schema(nullable = false)]
    #[validate(nested)]
    pub access_requirements: Option<AccessRequirements>,
    /// The origin of the registration; the default is `api`.
    #[serde(default)]
    #[schema(required = false)]
    pub source: RegistrationSource,
}

impl Command for Register {
    type Resource = Registration;
}

/// Changes to the recipients with whom a person shares their attendance.
#[derive(Clone, Copy, Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PatchSharing {
    /// Whether to share with the event's partners.
    #[schema(nullable = false)]
    pub event_partners: Option<bool>,
    /// Whether to share with the venue.
    #[schema(nullable = false)]
    pub venue: Option<bool>,
}

/// Changes to a live registration, as a merge patch.
#[derive(Clone, Debug, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PatchRegistration {
    /// The recipients with whom the person shares their attendance. An omitted member does not change.
    #[schema(nullable = false)]
    pub sharing: Option<PatchSharing>,
    /// What the person needs in order to take part. It replaces the whole member; null removes it.
    #[serde(default)]
    #[schema(value_type = Option<AccessRequirements>)]
    #[validate(nested)]
    pub access_requirements: Change<AccessRequirements>,
}

impl PatchRegistration {
    /// Whether the patch does no more than end sharing.
    pub(super) fn only_shares_less(&self) -> bool {
        let PatchSharing { event_partners, venue } = self.sharing.unwrap_or_default();
        let shares_more = [event_partners, venue].contains(&Some(true));
        self.sharing.is_some() && !shares_more && self.access_requirements == Change::Keep
    }
}

impl Command for PatchRegistration {
    type Resource = Registration;
}

/// The new place of a registration in the waiting list, and the reason.
#[derive(Clone, Debug, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = PrioritiseRegistration)]
pub struct Prioritise {
    /// The waiting registration of the same event to move before; the default is the head of the waiting
    /// list.
    #[schema(nullable = false)]
    pub ahead_of: Option<RegistrationId>,
    /// The reason for the priority.
    pub reason: PriorityReason,
}

impl Command for Prioritise {
    type Resource = Registration;
}

/// Which registrations to list.
#[derive(Clone, Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct RegistrationFilter {
    /// Only registrations in this stage now.
    #[schema(nullable = false)]
    pub status: Option<RegistrationStatus>,
    /// Only registrations of this contact.
    #[schema(nullable = false)]
    pub contact_id: Option<ContactId>,
}

/// The cause of a step.
#[apply(words!)]
#[schema(as = RegistrationStepCause)]
pub enum Cause {
    /// The person registered.
    Registered,
    /// A place was free, and they were next.
    Promoted,
    /// A place was free, and they were asked.
    Offered,
    /// They took the place that they were offered.
    Accepted,
    /// They did not want it.
    Declined,
    /// They did not answer in time.
    OfferExpired,
    /// The registration was cancelled.
    Cancelled,
    /// They were put before others who wait.
    Prioritised,
    /// It was said anew with whom their attendance may be shared.
    SharingChanged,
    /// It was said anew what they need in order to take part.
    RequirementsChanged,
    /// A scanner that was offline told that they came, or that others did, after the event was completed.
    CheckedInLate,
    /// The start of the event was moved before the end of the offer.
    OfferShortened,
    /// The event was cancelled.
    EventCancelled,
    /// The event was completed.
    EventCompleted,
    /// The contact was merged with another: the registration went over to it, or gave way to a better one of the person's.
    Merged,
    /// The person was erased.
    Erased,
}

/// A step in the life of a registration.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct RegistrationStep {
    /// The version of the registration after the step.
    #[schema(example = 1, minimum = 1)]
    pub version: i32,
    /// The stage of the registration after the step.
    pub status: RegistrationStatus,
    /// The cause of the step.
    pub cause: Cause,
    /// The reason, in words, for steps that need one.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub reason: Option<PriorityReason>,
    /// When the step was recorded.
    pub recorded_at: Instant,
    /// The author of the step: the subject of a token, or the name of a job of the service.
    #[schema(example = "staff-17")]
    pub recorded_by: String,
}

/// The places of an event.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct EventCapacity {
    /// The number of places; null for no limit.
    #[schema(required = true, minimum = 0, example = 80)]
    pub capacity: Option<i32>,
    /// The number of people with a place.
    #[schema(minimum = 0, example = 78)]
    pub confirmed: i32,
    /// The number of places held for people with an offer.
    #[schema(minimum = 0, example = 2)]
    pub offered: i32,
    /// The number of people who wait.
    #[schema(minimum = 0, example = 5)]
    pub waitlisted: i32,
    /// The number of free places; null for no limit.
    #[schema(required = true, minimum = 0, example = 0)]
    pub available: Option<i32>,
    /// The number of people with a place or an offer beyond the capacity, because the capacity was lowered.
    #[schema(minimum = 0, example = 0)]
    pub overbooked_by: i32,
    /// The number of ended registrations.
    pub ended: EndedRegistrations,
    /// The reason why the service offers no free place to the people who wait.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub why_no_offer: Option<WhyNoOffer>,
}

/// The number of ended registrations of an event, by stage.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, ToSchema)]
pub struct EndedRegistrations {
    /// People who declined the offered place.
    #[schema(minimum = 0, example = 1)]
    pub declined: i64,
    /// The offer ran out, or the event ended while the person waited.
    #[schema(minimum = 0, example = 0)]
    pub expired: i64,
    /// Cancelled, by the person or with the event.
    #[schema(minimum = 0, example = 3)]
    pub cancelled: i64,
    /// People who attended.
    #[schema(minimum = 0, example = 0)]
    pub attended: i64,
    /// People who did not attend.
    #[schema(minimum = 0, example = 0)]
    pub no_show: i64,
    /// No scans were recorded for the event, so the attendance is unknown.
    #[schema(minimum = 0, example = 0)]
    pub attendance_unknown: i64,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_source_is_a_word() {
        for good in ["api", "web_form", "a", "partner-7", &"x".repeat(40)] {
            assert!(good.parse::<RegistrationSource>().is_ok(), "{good}");
        }
        for bad in ["", "Web form", "7x", "_x", "caf\u{e9}", &"x".repeat(41)] {
            assert!(bad.parse::<RegistrationSource>().is_err(), "{bad}");
        }
    }
}
