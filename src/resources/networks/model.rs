//! Networks as callers see them, and their commands.

use std::str::FromStr;

use macro_rules_attribute::apply;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use validator::Validate;

use crate::domain::{Lifecycle, NetworkId, line_type, prose_type, words};
use crate::platform::http::{Command, Resource};

line_type! {
    /// A network's name, one line of at most 200 characters.
    NetworkName, 200, "Association of Directors of Adult Social Services, West Midlands"
}

prose_type! {
    /// The aim of a network: at most 2,000 characters.
    NetworkDescription, 2000, "Directors of adult social services of the fourteen councils of the region."
}

/// A network's short name, for addresses and lists. It has 2 to 40 lower-case letters, digits and
/// hyphens, and begins and ends with a letter or digit.
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

/// Whether a network takes new members.
#[apply(words!)]
#[derive(Default)]
pub enum NetworkStatus {
    /// It takes new members.
    #[default]
    Active,
    /// It takes no more; those it has stay.
    Closed,
}

impl Lifecycle for NetworkStatus {
    fn next(self) -> &'static [Self] {
        match self {
            Self::Active => &[Self::Closed],
            Self::Closed => &[Self::Active],
        }
    }
}

/// A professional network.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct Network {
    /// The network's id.
    pub id: NetworkId,
    /// The network's short name.
    pub code: NetworkCode,
    /// The network's name.
    pub name: NetworkName,
    /// The aim of the network.
    pub description: NetworkDescription,
    /// Whether the network takes new members.
    pub status: NetworkStatus,
    /// Increases with every change to the network.
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
    /// The network's short name.
    pub code: NetworkCode,
    /// The network's name.
    pub name: NetworkName,
    /// The aim of the network.
    pub description: NetworkDescription,
}

impl Command for CreateNetwork {
    type Resource = Network;
}

/// Changes to a network, as a merge patch.
#[derive(Clone, Debug, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PatchNetwork {
    /// The new short name.
    #[schema(nullable = false)]
    pub code: Option<NetworkCode>,
    /// The new name.
    #[schema(nullable = false)]
    pub name: Option<NetworkName>,
    /// The new aim.
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
    /// Only networks with this status.
    #[schema(nullable = false)]
    pub status: Option<NetworkStatus>,
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
