//! The attendee list as callers see it.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::super::model::AccessRequirements;
use super::super::requirements::model::RequirementDetails;
use crate::domain::{DisclosureId, RegistrationId};
use crate::policy::assignments::Profile;
use crate::resources::contacts::model::{Employer, PersonName};

/// A person who attends an event, as far as the profile shows the person.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct Attendee {
    /// The registration. Only a reception and IEWM's staff see it.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub registration_id: Option<RegistrationId>,
    /// The person's name.
    pub name: PersonName,
    /// The person's employer. The profile `venue_security` does not show it.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub organisation: Option<Employer>,
    /// What the person needs in order to take part. Only a reception and IEWM's staff see it, until thirty days after the event.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub access_requirements: Option<AccessRequirements>,
    /// The disclosure under which the organisation has the data; absent for IEWM's staff.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub disclosure_id: Option<DisclosureId>,
}

/// How many attendees have each dietary requirement. A person with several counts for each of them.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, ToSchema)]
pub struct DietaryCounts {
    /// No meat or fish.
    pub vegetarian: u32,
    /// Nothing of animals.
    pub vegan: u32,
    /// Halal.
    pub halal: u32,
    /// Kosher.
    pub kosher: u32,
    /// No gluten.
    pub gluten_free: u32,
    /// No milk.
    pub dairy_free: u32,
    /// No nuts.
    pub nut_free: u32,
    /// Something else: `details` says what.
    pub other: u32,
}

/// What a caterer sees of an event: numbers, and no people.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct CateringCounts {
    /// How many attendees have each dietary requirement.
    pub counts: DietaryCounts,
    /// The further requirements of the attendees with the requirement `other`, in their own words, in alphabetical order.
    pub details: Vec<RequirementDetails>,
}

/// Which list to read.
#[derive(Clone, Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct AttendeeFilter {
    /// The profile, for an organisation that has several at the event. By default the first of those that are open now, in the
    /// order `reception`, `venue_security`, `partner`, `catering`. IEWM's staff always read the list of the reception.
    #[schema(nullable = false)]
    pub profile: Option<Profile>,
}
