//! The event as the world sees it, and what can be asked of it.

use macro_rules_attribute::apply;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use validator::Validate;

use crate::domain::{EventId, Instant, OrganisationId, line_type, prose_type, words};
use crate::platform::http::{Change, Command, Resource};
pub use crate::policy::events::EventStatus;

line_type! {
    /// The title of an event, one line of at most 200 characters.
    EventTitle, 200, "Spring conference of the councils of the West Midlands"
}

prose_type! {
    /// The description of an event: at most 10,000 characters.
    EventDescription, 10_000, "A day about prevention in adult social care.\nLunch is provided."
}

line_type! {
    /// The name of a place, one line of at most 200 characters.
    PlaceName, 200, "The Guildhall"
}

prose_type! {
    /// The address of a place: at most 500 characters.
    PlaceAddress, 500, "High Street, Worcester WR1 2EY"
}

/// The location of an event.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = EventLocation)]
pub struct Location {
    /// The venue, if it is one of the organisations.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub venue_organisation_id: Option<OrganisationId>,
    /// The name of the place; for an event that is online only, a text that says so.
    pub name: PlaceName,
    /// The address of the place.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub address: Option<PlaceAddress>,
    /// The address of the online meeting: an https address.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(
        nullable = false,
        max_length = 500,
        pattern = "^https://[!-~]+$",
        example = "https://meet.example/spring"
    )]
    pub online_url: Option<String>,
}

/// How a free place reaches the head of the waiting list.
#[apply(words!)]
#[derive(Default)]
#[schema(as = WaitingListPromotion)]
pub enum Promotion {
    /// It is theirs at once.
    #[default]
    Automatic,
    /// They are asked, and have a time to answer.
    Offer,
}

/// The waiting list of an event: whether it exists, and how free places reach it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct WaitingList {
    /// Whether people can wait for a place.
    pub enabled: bool,
    /// How a free place reaches the head of the waiting list.
    #[serde(default)]
    #[schema(default = "automatic")]
    pub promotion: Promotion,
    /// How many working hours an offer stays open. Working hours are Monday to Friday, 9 to 17 in London,
    /// without bank holidays.
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
    /// The event's id.
    pub id: EventId,
    /// The title.
    pub title: EventTitle,
    /// The description.
    pub description: EventDescription,
    /// When the event begins; a draft may omit it.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub starts_at: Option<Instant>,
    /// When the event ends.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub ends_at: Option<Instant>,
    /// The location.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub location: Option<Location>,
    /// The number of places: null for no limit, 0 for a waiting list alone.
    #[schema(required = true, minimum = 0, example = 80)]
    pub capacity: Option<i32>,
    /// When registration opens; if absent, at publication.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub registration_opens_at: Option<Instant>,
    /// When registration closes; if absent, at the start of the event.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub registration_closes_at: Option<Instant>,
    /// The last instant at which people can cancel for themselves; if absent, the start of the event.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub self_cancel_until: Option<Instant>,
    /// The waiting list of an event: whether it exists, and how free places reach it.
    pub waiting_list: WaitingList,
    /// The stage of the event.
    pub status: EventStatus,
    /// Increases with every change to the event.
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

/// A new event. It is a draft, which may still lack its times and its location.
#[derive(Clone, Debug, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct CreateEvent {
    /// The title.
    pub title: EventTitle,
    /// The description.
    pub description: EventDescription,
    /// When the event begins; in the future.
    #[schema(nullable = false)]
    pub starts_at: Option<Instant>,
    /// When the event ends; after it begins.
    #[schema(nullable = false)]
    pub ends_at: Option<Instant>,
    /// The location.
    #[schema(nullable = false)]
    pub location: Option<Location>,
    /// The number of places: null for no limit, 0 for a waiting list alone.
    #[schema(minimum = 0, maximum = 1_000_000, example = 80)]
    pub capacity: Option<i32>,
    /// When registration opens.
    #[schema(nullable = false)]
    pub registration_opens_at: Option<Instant>,
    /// When registration closes; not after the start.
    #[schema(nullable = false)]
    pub registration_closes_at: Option<Instant>,
    /// The last instant at which people can cancel for themselves; not after the start.
    #[schema(nullable = false)]
    pub self_cancel_until: Option<Instant>,
    /// The waiting list: whether it exists, and how free places reach it. The default is a waiting list
    /// that moves by itself.
    #[serde(default = "WaitingList::unless_said")]
    #[schema(required = false)]
    pub waiting_list: WaitingList,
}

impl Command for CreateEvent {
    type Resource = Event;
}

/// Changes to an event, as a merge patch. A given `location` or `waiting_list` replaces the whole
/// member.
#[derive(Clone, Debug, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PatchEvent {
    /// The new title.
    #[schema(nullable = false)]
    pub title: Option<EventTitle>,
    /// The description.
    #[schema(nullable = false)]
    pub description: Option<EventDescription>,
    /// When the event begins.
    #[serde(default)]
    #[schema(value_type = Option<Instant>)]
    pub starts_at: Change<Instant>,
    /// When the event ends.
    #[serde(default)]
    #[schema(value_type = Option<Instant>)]
    pub ends_at: Change<Instant>,
    /// The location.
    #[serde(default)]
    #[schema(value_type = Option<Location>)]
    pub location: Change<Location>,
    /// The number of places; null for no limit. A person who has a place never loses it through this
    /// change.
    #[serde(default)]
    #[schema(value_type = Option<i32>, minimum = 0, maximum = 1_000_000)]
    pub capacity: Change<i32>,
    /// When registration opens.
    #[serde(default)]
    #[schema(value_type = Option<Instant>)]
    pub registration_opens_at: Change<Instant>,
    /// When registration closes.
    #[serde(default)]
    #[schema(value_type = Option<Instant>)]
    pub registration_closes_at: Change<Instant>,
    /// The last instant at which people can cancel for themselves.
    #[serde(default)]
    #[schema(value_type = Option<Instant>)]
    pub self_cancel_until: Change<Instant>,
    /// The waiting list of an event: whether it exists, and how free places reach it.
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
    /// Only events in this stage.
    #[schema(nullable = false)]
    pub status: Option<EventStatus>,
    /// Only events that begin at this instant or later.
    #[schema(nullable = false)]
    pub starts_from: Option<Instant>,
    /// Only events that begin before this instant.
    #[schema(nullable = false)]
    pub starts_before: Option<Instant>,
}
