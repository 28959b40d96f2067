//! Networks and memberships as the world sees them, and what can be asked of them.

use std::str::FromStr;

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use validator::Validate;

use crate::domain::{ContactId, Lifecycle, MembershipId, NetworkId, line_type, prose_type};
use crate::platform::http::{Change, Command, Resource};

line_type! {
    /// A network's name, one line of at most 200 characters.
    NetworkName, 200, "Association of Directors of Adult Social Services, West Midlands"
}

prose_type! {
    /// What a network is for: at most 2,000 characters.
    NetworkDescription, 2000, "Directors of adult social services of the fourteen councils of the region."
}

line_type! {
    /// Whom or what a member speaks for: one line of at most 200 characters. Sealed at rest.
    Represents, 200, "Dudley Metropolitan Borough Council"
}

prose_type! {
    /// Why a membership ended: at most 500 characters. Sealed at rest.
    EndReason, 500, "Moved to another council."
}

/// A network's short name, as addresses and lists use it: lower-case letters, digits and hyphens, 2 to 40 of them,
/// beginning and ending with a letter or digit.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(try_from = "String", into = "String")]
#[schema(
    value_type = String,
    min_length = 2,
    max_length = 40,
    pattern = "^[a-z0-9][a-z0-9-]*[a-z0-9]$",
    example = "adass-west-midlands"
)]
pub struct NetworkCode(String);

impl NetworkCode {
    /// The code.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for NetworkCode {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let allowed = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit();
        let (bytes, ends) = (text.as_bytes(), [text.bytes().next(), text.bytes().next_back()]);
        let fits = (2..=40).contains(&bytes.len())
            && bytes.iter().all(|&byte| allowed(byte) || byte == b'-')
            && ends.into_iter().flatten().all(allowed);
        fits.then(|| Self(text.to_owned())).ok_or("must be 2 to 40 lower-case letters, digits and hyphens")
    }
}

impl TryFrom<String> for NetworkCode {
    type Error = &'static str;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        text.parse()
    }
}

impl From<NetworkCode> for String {
    fn from(code: NetworkCode) -> Self {
        code.0
    }
}

macro_rules! words {
    ($(#[$doc:meta])* $name:ident { $($(#[$about:meta])* $word:ident,)* }) => {
        $(#[$doc])*
        #[derive(
            Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema, strum::IntoStaticStr,
            strum::EnumString,
        )]
        #[serde(rename_all = "snake_case")]
        #[strum(serialize_all = "snake_case")]
        pub enum $name { $($(#[$about])* $word,)* }
    };
}

words! {
    /// Whether a network takes members.
    NetworkStatus {
        /// It does.
        #[default]
        Active,
        /// It takes no more; those it has stay.
        Closed,
    }
}

impl Lifecycle for NetworkStatus {
    fn next(self) -> &'static [Self] {
        match self {
            Self::Active => &[Self::Closed],
            Self::Closed => &[Self::Active],
        }
    }
}

words! {
    /// What a member is to the network.
    MemberRole {
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
}

words! {
    /// Whether a membership lasts.
    MembershipStatus {
        /// It does.
        #[default]
        Active,
        /// It has ended; its history stays.
        Ended,
    }
}

words! {
    /// Who finds a member in the network's directory.
    DirectoryVisibility {
        /// Nobody.
        #[default]
        Nobody,
        /// The network's members, and staff.
        Network,
        /// Staff alone.
        Staff,
    }
}

/// A professional network.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct Network {
    /// Its id.
    pub id: NetworkId,
    /// Its short name.
    pub code: NetworkCode,
    /// Its name.
    pub name: NetworkName,
    /// What it is for.
    pub description: NetworkDescription,
    /// Whether it takes members.
    pub status: NetworkStatus,
    /// Raised by every change.
    #[schema(example = 1, minimum = 1)]
    pub version: i32,
}

impl Resource for Network {
    fn location(&self) -> String {
        format!("/v1/networks/{}", self.id)
    }

    fn version(&self) -> i32 {
        self.version
    }
}

/// A new network.
#[derive(Clone, Debug, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct CreateNetwork {
    /// Its short name.
    pub code: NetworkCode,
    /// Its name.
    pub name: NetworkName,
    /// What it is for.
    pub description: NetworkDescription,
}

impl Command for CreateNetwork {
    type Resource = Network;
}

/// Changes to a network, as a merge patch.
#[derive(Clone, Debug, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PatchNetwork {
    /// Its new short name.
    #[schema(nullable = false)]
    pub code: Option<NetworkCode>,
    /// Its new name.
    #[schema(nullable = false)]
    pub name: Option<NetworkName>,
    /// What it is for from now on.
    #[schema(nullable = false)]
    pub description: Option<NetworkDescription>,
}

impl Command for PatchNetwork {
    type Resource = Network;
}

/// Which networks to list.
#[derive(Clone, Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NetworkFilter {
    /// Only those with this status.
    #[schema(nullable = false)]
    pub status: Option<NetworkStatus>,
}

/// A person's place in a network.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct Membership {
    /// Its id.
    pub id: MembershipId,
    /// Of which network.
    pub network_id: NetworkId,
    /// Whose.
    pub contact_id: ContactId,
    /// What the member is to the network.
    pub role: MemberRole,
    /// Whom or what the member speaks for.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub represents: Option<Represents>,
    /// Whether it lasts.
    pub status: MembershipStatus,
    /// Its first day.
    #[schema(example = "2026-11-24")]
    pub started_on: NaiveDate,
    /// Its last day.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false, example = "2026-12-31")]
    pub ended_on: Option<NaiveDate>,
    /// Why it ended.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub end_reason: Option<EndReason>,
    /// Who finds the member in the network's directory.
    pub directory_visibility: DirectoryVisibility,
    /// Raised by every change.
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

/// A person who joins a network.
#[derive(Clone, Debug, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct JoinNetwork {
    /// Who.
    pub contact_id: ContactId,
    /// What they are to the network; `member` unless said.
    #[serde(default)]
    #[schema(default = "member")]
    pub role: MemberRole,
    /// Whom or what they speak for.
    #[schema(nullable = false)]
    pub represents: Option<Represents>,
    /// From which day; today unless said.
    #[schema(nullable = false, example = "2026-11-24")]
    pub started_on: Option<NaiveDate>,
    /// Who finds them in the directory; nobody unless said.
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
    /// What the member is to the network from now on.
    #[schema(nullable = false)]
    pub role: Option<MemberRole>,
    /// Whom or what the member speaks for; null for nobody.
    #[serde(default)]
    #[schema(value_type = Option<Represents>)]
    pub represents: Change<Represents>,
    /// Who finds the member in the directory from now on.
    #[schema(nullable = false)]
    pub directory_visibility: Option<DirectoryVisibility>,
}

impl Command for PatchMembership {
    type Resource = Membership;
}

/// How a membership ends.
#[derive(Clone, Debug, Default, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct EndMembership {
    /// Its last day; today unless said, and not in the future.
    #[schema(nullable = false, example = "2026-11-24")]
    pub ended_on: Option<NaiveDate>,
    /// Why.
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
    /// Only those with this status.
    #[schema(nullable = false)]
    pub status: Option<MembershipStatus>,
    /// Only those with this role.
    #[schema(nullable = false)]
    pub role: Option<MemberRole>,
}

/// A line of a network's directory: a member who wants to be found there.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct DirectoryLine {
    /// The membership.
    pub membership_id: MembershipId,
    /// The member's name.
    #[schema(value_type = String)]
    pub name: crate::resources::contacts::model::PersonName,
    /// What the member is to the network.
    pub role: MemberRole,
    /// Whom or what the member speaks for.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub represents: Option<Represents>,
    /// Who may be told of this line.
    pub directory_visibility: DirectoryVisibility,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_code_is_short_and_plain() {
        for good in ["adass", "wm-2", "a1", &"x".repeat(40)] {
            assert!(good.parse::<NetworkCode>().is_ok(), "{good}");
        }
        for bad in ["", "a", "ADASS", "a b", "-a", "a-", "caf\u{e9}", &"x".repeat(41)] {
            assert!(bad.parse::<NetworkCode>().is_err(), "{bad}");
        }
    }
}
