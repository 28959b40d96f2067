//! Memberships and directories as callers see them, and their commands.

use chrono::NaiveDate;
use macro_rules_attribute::apply;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use validator::Validate;

use crate::domain::{ContactId, MembershipId, NetworkId, line_type, prose_type, words};
use crate::platform::http::{Change, Command, Resource};
use crate::resources::contacts::model::PersonName;

line_type! {
    /// The body or group that a member represents: one line of at most 200 characters. Sealed at rest.
    #[schema(as = RepresentedBody)]
    Represents, 200, "Dudley Metropolitan Borough Council"
}

prose_type! {
    /// The reason for the end of a membership: at most 500 characters. Sealed at rest.
    #[schema(as = MembershipEndReason)]
    EndReason, 500, "Moved to another council."
}

/// The role of a member in a network.
#[apply(words!)]
#[derive(Default)]
pub enum MemberRole {
    /// A member.
    #[default]
    Member,
    /// Its chair.
    Chair,
    /// The chair's deputy.
    Deputy,
    /// Its secretariat.
    Secretariat,
    /// An observer.
    Observer,
}

/// Whether a membership is live.
#[apply(words!)]
#[derive(Default)]
pub enum MembershipStatus {
    /// The contact is a member.
    #[default]
    Active,
    /// It has ended; its history stays.
    Ended,
}

/// Who can see a member in the network's directory.
#[apply(words!)]
#[derive(Default)]
pub enum DirectoryVisibility {
    /// Hidden: no one can see the member.
    #[default]
    Nobody,
    /// The network's members, and staff.
    Network,
    /// Staff alone.
    Staff,
}

/// A person's membership of a network.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct Membership {
    /// The membership's id.
    pub id: MembershipId,
    /// The network.
    pub network_id: NetworkId,
    /// The contact who is the member.
    pub contact_id: ContactId,
    /// The member's role.
    pub role: MemberRole,
    /// The body or group that the member represents.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub represents: Option<Represents>,
    /// Whether the membership is live.
    pub status: MembershipStatus,
    /// The first day of the membership.
    #[schema(example = "2026-11-24")]
    pub started_on: NaiveDate,
    /// The last day of the membership.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false, example = "2026-12-31")]
    pub ended_on: Option<NaiveDate>,
    /// The reason for the end.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub end_reason: Option<EndReason>,
    /// Who can see the member in the network's directory.
    pub directory_visibility: DirectoryVisibility,
    /// Increases with every change to the membership.
    #[schema(example = 1, minimum = 1)]
    pub version: i32,
}

impl Resource for Membership {
    fn location(&self) -> String {
        format!("/v1/memberships/{}", self.id)
    }

    fn version(&self) -> i32 {
        self.version
    }
}

/// A membership to add.
#[derive(Clone, Debug, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct JoinNetwork {
    /// The contact who joins.
    pub contact_id: ContactId,
    /// The member's role; the default is `member`.
    #[serde(default)]
    #[schema(default = "member")]
    pub role: MemberRole,
    /// The body or group that the member represents.
    #[schema(nullable = false)]
    pub represents: Option<Represents>,
    /// The first day; the default is today.
    #[schema(nullable = false, example = "2026-11-24")]
    pub started_on: Option<NaiveDate>,
    /// Who can see the member in the directory; the default is `nobody`.
    #[serde(default)]
    #[schema(default = "nobody")]
    pub directory_visibility: DirectoryVisibility,
}

impl Command for JoinNetwork {
    type Resource = Membership;
}

/// Changes to a live membership, as a merge patch.
#[derive(Clone, Debug, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PatchMembership {
    /// The member's role.
    #[schema(nullable = false)]
    pub role: Option<MemberRole>,
    /// The body or group that the member represents; null for none.
    #[serde(default)]
    #[schema(value_type = Option<Represents>)]
    pub represents: Change<Represents>,
    /// Who can see the member in the directory.
    #[schema(nullable = false)]
    pub directory_visibility: Option<DirectoryVisibility>,
}

impl Command for PatchMembership {
    type Resource = Membership;
}

/// The end of a membership.
#[derive(Clone, Debug, Default, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct EndMembership {
    /// The last day; not in the future. The default is today.
    #[schema(nullable = false, example = "2026-11-24")]
    pub ended_on: Option<NaiveDate>,
    /// The reason for the end.
    #[schema(nullable = false)]
    pub reason: Option<EndReason>,
}

impl Command for EndMembership {
    type Resource = Membership;
}

/// Which memberships to list.
#[derive(Clone, Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct MembershipFilter {
    /// Only memberships with this status.
    #[schema(nullable = false)]
    pub status: Option<MembershipStatus>,
    /// Only members with this role.
    #[schema(nullable = false)]
    pub role: Option<MemberRole>,
}

/// A line of a network's directory: a member who chose to be found.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct DirectoryLine {
    /// The membership.
    pub membership_id: MembershipId,
    /// The member's name.
    #[schema(value_type = String)]
    pub name: PersonName,
    /// The member's role.
    pub role: MemberRole,
    /// The body or group that the member represents.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub represents: Option<Represents>,
    /// Who may see this line.
    pub directory_visibility: DirectoryVisibility,
}
