//! Registrations as the world sees them, and what can be asked of them.

use std::str::FromStr;

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use validator::Validate;

pub use super::requirements::model::AccessRequirements;
use crate::domain::{ContactId, EventId, Instant, RegistrationId, prose_type};
use crate::platform::http::{Change, Command, Resource};
pub use crate::policy::registrations::{RegistrationStatus, WhyNoOffer};

prose_type! {
    /// Why somebody is put before others who wait: at most 500 characters. Sealed at rest.
    PriorityReason, 500, "Speaks on the first panel."
}

/// Where a registration came from, as a word of the caller's own: lower-case letters, digits, hyphens and underscores,
/// at most 40 of them, beginning with a letter.
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
    /// Whoever called the API and did not say.
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

/// With whom the person lets their attendance be shared. What the contact refuses is refused, whatever stands here.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Sharing {
    /// With the event's partners.
    #[serde(default)]
    #[schema(default = false)]
    pub event_partners: bool,
    /// With the venue.
    #[serde(default)]
    #[schema(default = false)]
    pub venue: bool,
}

/// A person's registration for an event.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct Registration {
    /// Its id.
    pub id: RegistrationId,
    /// For which event.
    pub event_id: EventId,
    /// Whose.
    pub contact_id: ContactId,
    /// Where it is in its life, as it reads now: an offer that has run out is `expired` at once.
    pub status: RegistrationStatus,
    /// The place in the waiting list, 1 at its head; null unless they wait.
    #[schema(required = true, minimum = 1, example = 3)]
    pub position: Option<i64>,
    /// Until when the offer of a place stands, or stood.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub offer_expires_at: Option<Instant>,
    /// With whom the person lets their attendance be shared.
    pub sharing: Sharing,
    /// What they need in order to take part: shown to IEWM's staff alone, until thirty days after the event.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub access_requirements: Option<AccessRequirements>,
    /// Where it came from.
    pub source: RegistrationSource,
    /// When they registered.
    pub created_at: Instant,
    /// Raised by every change.
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

/// A person who registers for an event.
#[derive(Clone, Debug, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Register {
    /// Who.
    pub contact_id: ContactId,
    /// With whom they let their attendance be shared; nobody unless said.
    #[serde(default)]
    #[schema(required = false)]
    pub sharing: Sharing,
    /// What they need in order to take part.
    #[schema(nullable = false)]
    #[validate(nested)]
    pub access_requirements: Option<AccessRequirements>,
    /// Where it came from; `api` unless said.
    #[serde(default)]
    #[schema(required = false)]
    pub source: RegistrationSource,
}

impl Command for Register {
    type Resource = Registration;
}

/// Changes to whom a person's attendance is shared with.
#[derive(Clone, Copy, Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PatchSharing {
    /// Whether with the event's partners.
    #[schema(nullable = false)]
    pub event_partners: Option<bool>,
    /// Whether with the venue.
    #[schema(nullable = false)]
    pub venue: Option<bool>,
}

/// Changes to a live registration, as a merge patch.
#[derive(Clone, Debug, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PatchRegistration {
    /// With whom the person lets their attendance be shared from now on; what it does not name stays.
    #[schema(nullable = false)]
    pub sharing: Option<PatchSharing>,
    /// What the person needs from now on, given whole; null for nothing.
    #[serde(default)]
    #[schema(value_type = Option<AccessRequirements>)]
    #[validate(nested)]
    pub access_requirements: Change<AccessRequirements>,
}

impl Command for PatchRegistration {
    type Resource = Registration;
}

/// Before whom somebody who waits is put, and why.
#[derive(Clone, Debug, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Prioritise {
    /// Before which registration that waits for the same event; at the head, unless said.
    #[schema(nullable = false)]
    pub ahead_of: Option<RegistrationId>,
    /// Why.
    pub reason: PriorityReason,
}

impl Command for Prioritise {
    type Resource = Registration;
}

/// Which registrations to list.
#[derive(Clone, Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct RegistrationFilter {
    /// Only those that are in this state now.
    #[schema(nullable = false)]
    pub status: Option<RegistrationStatus>,
    /// Only this contact's.
    #[schema(nullable = false)]
    pub contact_id: Option<ContactId>,
}

/// What brought a registration where a step left it.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema, strum::IntoStaticStr, strum::EnumString,
)]
#[serde(rename_all = "snake_case")]
#[strum(serialize_all = "snake_case")]
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
    /// The version that it made.
    #[schema(example = 1, minimum = 1)]
    pub version: i32,
    /// The state that it left the registration in.
    pub status: RegistrationStatus,
    /// What brought it there.
    pub cause: Cause,
    /// Why, in words, where they were asked for.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub reason: Option<PriorityReason>,
    /// When.
    pub recorded_at: Instant,
    /// Who: the subject of a token, or the name of a job of the service.
    #[schema(example = "staff-17")]
    pub recorded_by: String,
}

/// The places of an event.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct EventCapacity {
    /// How many there are; null for as many as come.
    #[schema(required = true, minimum = 0, example = 80)]
    pub capacity: Option<i32>,
    /// How many people have one.
    #[schema(minimum = 0, example = 78)]
    pub confirmed: i32,
    /// How many are held for people who were offered one.
    #[schema(minimum = 0, example = 2)]
    pub offered: i32,
    /// How many people wait.
    #[schema(minimum = 0, example = 5)]
    pub waitlisted: i32,
    /// How many are free; null for as many as come.
    #[schema(required = true, minimum = 0, example = 0)]
    pub available: Option<i32>,
    /// How many people have a place, or are offered one, beyond the capacity, which was lowered after they came.
    #[schema(minimum = 0, example = 0)]
    pub overbooked_by: i32,
    /// How many registrations have ended.
    pub ended: EndedRegistrations,
    /// Why nobody is offered a place, although some are free and people wait.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub why_no_offer: Option<WhyNoOffer>,
}

/// How many registrations of an event have ended, by how: the states in which nobody has a place, is offered one or waits.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, ToSchema)]
pub struct EndedRegistrations {
    /// They did not want the place that they were offered.
    #[schema(minimum = 0, example = 1)]
    pub declined: i64,
    /// Their offer ran out, or the event ended while they waited.
    #[schema(minimum = 0, example = 0)]
    pub expired: i64,
    /// Cancelled, by them or with the event.
    #[schema(minimum = 0, example = 3)]
    pub cancelled: i64,
    /// They came.
    #[schema(minimum = 0, example = 0)]
    pub attended: i64,
    /// They did not come.
    #[schema(minimum = 0, example = 0)]
    pub no_show: i64,
    /// Nobody was checked in at all, so that nobody knows.
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
