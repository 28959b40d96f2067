//! The event as the world sees it, and what can be asked of it.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use validator::Validate;

use crate::domain::{EventId, Instant, OrganisationId, line_type, prose_type};
use crate::platform::http::{Change, Command, Resource};
pub use crate::policy::events::EventStatus;

line_type! {
    /// What an event is called, one line of at most 200 characters.
    EventTitle, 200, "Spring conference of the councils of the West Midlands"
}

prose_type! {
    /// What an event is about: at most 10,000 characters.
    EventDescription, 10_000, "A day about prevention in adult social care.\nLunch is provided."
}

line_type! {
    /// What a place is called, one line of at most 200 characters.
    PlaceName, 200, "The Guildhall"
}

prose_type! {
    /// Where a place is: at most 500 characters.
    PlaceAddress, 500, "High Street, Worcester WR1 2EY"
}

/// Where an event takes place.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Location {
    /// The venue, where it is one of the organisations.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub venue_organisation_id: Option<OrganisationId>,
    /// What the place is called; for an event on screens alone, that.
    pub name: PlaceName,
    /// Where it is.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub address: Option<PlaceAddress>,
    /// Where people join on a screen: an https address.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(
        nullable = false,
        max_length = 500,
        pattern = "^https://[!-~]+$",
        example = "https://meet.example/spring"
    )]
    pub online_url: Option<String>,
}

/// How a freed place reaches the head of the waiting list.
#[derive(
    Clone,
    Copy,
    Debug,
    Default,
    PartialEq,
    Eq,
    Serialize,
    Deserialize,
    ToSchema,
    strum::IntoStaticStr,
    strum::EnumString,
)]
#[serde(rename_all = "snake_case")]
#[strum(serialize_all = "snake_case")]
pub enum Promotion {
    /// It is theirs at once.
    #[default]
    Automatic,
    /// They are asked, and have a time to answer.
    Offer,
}

/// Whether there is a waiting list, and how it moves.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct WaitingList {
    /// Whether people can wait for a place.
    pub enabled: bool,
    /// How a freed place reaches them.
    #[serde(default)]
    #[schema(default = "automatic")]
    pub promotion: Promotion,
    /// How many working hours (Monday to Friday, 9 to 17 in London, without bank holidays) an offer stands.
    #[serde(default = "WaitingList::hours")]
    #[schema(default = 16, minimum = 1, maximum = 400)]
    pub offer_working_hours: i32,
}

impl WaitingList {
    const fn hours() -> i32 {
        16
    }

    fn unless_said() -> Self {
        Self { enabled: true, promotion: Promotion::Automatic, offer_working_hours: Self::hours() }
    }
}

/// An event.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct Event {
    /// Its id.
    pub id: EventId,
    /// What it is called.
    pub title: EventTitle,
    /// What it is about.
    pub description: EventDescription,
    /// When it begins; a draft may lack it.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub starts_at: Option<Instant>,
    /// When it ends.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub ends_at: Option<Instant>,
    /// Where it takes place.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub location: Option<Location>,
    /// How many places it has: null for as many as come, 0 for a waiting list alone.
    #[schema(required = true, minimum = 0, example = 80)]
    pub capacity: Option<i32>,
    /// From when people can register; from publication on, if absent.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub registration_opens_at: Option<Instant>,
    /// Until when; until the start, if absent.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub registration_closes_at: Option<Instant>,
    /// Until when people can cancel by themselves; until the start, if absent.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub self_cancel_until: Option<Instant>,
    /// Whether there is a waiting list, and how it moves.
    pub waiting_list: WaitingList,
    /// Where it is in its life.
    pub status: EventStatus,
    /// Raised by every change.
    #[schema(example = 1, minimum = 1)]
    pub version: i32,
}

impl Resource for Event {
    fn location(&self) -> String {
        format!("/v1/events/{}", self.id)
    }

    fn version(&self) -> i32 {
        self.version
    }
}

/// A new event: a draft, which may still lack its times and its place.
#[derive(Clone, Debug, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct CreateEvent {
    /// What it is called.
    pub title: EventTitle,
    /// What it is about.
    pub description: EventDescription,
    /// When it begins: in the future.
    #[schema(nullable = false)]
    pub starts_at: Option<Instant>,
    /// When it ends: after it begins.
    #[schema(nullable = false)]
    pub ends_at: Option<Instant>,
    /// Where it takes place.
    #[schema(nullable = false)]
    pub location: Option<Location>,
    /// How many places it has: null for as many as come, 0 for a waiting list alone.
    #[schema(minimum = 0, maximum = 1_000_000, example = 80)]
    pub capacity: Option<i32>,
    /// From when people can register.
    #[schema(nullable = false)]
    pub registration_opens_at: Option<Instant>,
    /// Until when: not after the start.
    #[schema(nullable = false)]
    pub registration_closes_at: Option<Instant>,
    /// Until when people can cancel by themselves: not after the start.
    #[schema(nullable = false)]
    pub self_cancel_until: Option<Instant>,
    /// Whether there is a waiting list, and how it moves; there is one that moves by itself, unless said.
    #[serde(default = "WaitingList::unless_said")]
    #[schema(required = false)]
    pub waiting_list: WaitingList,
}

impl Command for CreateEvent {
    type Resource = Event;
}

/// Changes to an event, as a merge patch. `location` and `waiting_list` are given whole.
#[derive(Clone, Debug, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PatchEvent {
    /// What it is called from now on.
    #[schema(nullable = false)]
    pub title: Option<EventTitle>,
    /// What it is about.
    #[schema(nullable = false)]
    pub description: Option<EventDescription>,
    /// When it begins.
    #[serde(default)]
    #[schema(value_type = Option<Instant>)]
    pub starts_at: Change<Instant>,
    /// When it ends.
    #[serde(default)]
    #[schema(value_type = Option<Instant>)]
    pub ends_at: Change<Instant>,
    /// Where it takes place.
    #[serde(default)]
    #[schema(value_type = Option<Location>)]
    pub location: Change<Location>,
    /// How many places it has; null for as many as come. Nobody who has a place loses it.
    #[serde(default)]
    #[schema(value_type = Option<i32>, minimum = 0, maximum = 1_000_000)]
    pub capacity: Change<i32>,
    /// From when people can register.
    #[serde(default)]
    #[schema(value_type = Option<Instant>)]
    pub registration_opens_at: Change<Instant>,
    /// Until when.
    #[serde(default)]
    #[schema(value_type = Option<Instant>)]
    pub registration_closes_at: Change<Instant>,
    /// Until when people can cancel by themselves.
    #[serde(default)]
    #[schema(value_type = Option<Instant>)]
    pub self_cancel_until: Change<Instant>,
    /// Whether there is a waiting list, and how it moves.
    #[schema(nullable = false)]
    pub waiting_list: Option<WaitingList>,
}

impl Command for PatchEvent {
    type Resource = Event;
}

/// Which events to list.
#[derive(Clone, Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct EventFilter {
    /// Only those in this state.
    #[schema(nullable = false)]
    pub status: Option<EventStatus>,
    /// Only those that begin at this instant or later.
    #[schema(nullable = false)]
    pub starts_from: Option<Instant>,
    /// Only those that begin before this instant.
    #[schema(nullable = false)]
    pub starts_before: Option<Instant>,
}
