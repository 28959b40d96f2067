//! The organisation as the world sees it, and what can be asked of it.

use macro_rules_attribute::apply;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use validator::Validate;

use crate::domain::{EmailAddress, Lifecycle, OrganisationId, line_type, words};
use crate::platform::http::{Change, Command, Resource};

line_type! {
    /// An organisation's name, one line of at most 200 characters.
    OrganisationName, 200, "Worcester Guildhall"
}

line_type! {
    /// How to reach an organisation about the data that it received: a mailbox, a telephone number or an
    /// address, one line of at most 500 characters. Sealed at rest.
    ContactPoint, 500, "data.protection@guildhall.example"
}

/// The relation of an organisation to IEWM.
#[apply(words!)]
#[derive(Hash, strum::VariantArray)]
pub enum OrganisationKind {
    /// Worcestershire County Council itself.
    Council,
    /// A partner that an event is held with.
    EventPartner,
    /// The place of an event.
    Venue,
    /// A contractor that processes data for IEWM.
    ApprovedContractor,
    /// Another public authority.
    PublicAuthority,
}

/// Whether the service accepts an organisation's tokens.
#[apply(words!)]
pub enum OrganisationStatus {
    /// It may: its tokens are accepted.
    Active,
    /// Not for now: its tokens are refused.
    Suspended,
    /// Never again.
    Ended,
}

impl Lifecycle for OrganisationStatus {
    fn next(self) -> &'static [Self] {
        match self {
            Self::Active => &[Self::Suspended, Self::Ended],
            Self::Suspended => &[Self::Active, Self::Ended],
            Self::Ended => &[],
        }
    }
}

/// An organisation.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct Organisation {
    /// The organisation's id.
    pub id: OrganisationId,
    /// The organisation's name.
    pub name: OrganisationName,
    /// The organisation's relation to IEWM.
    pub kind: OrganisationKind,
    /// Whether the service accepts the organisation's tokens.
    pub status: OrganisationStatus,
    /// How to reach the organisation about the data that it received.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub contact_point: Option<ContactPoint>,
    /// The mailbox to which the service writes about the data that the organisation received. Sealed at rest.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false, example = "data.protection@guildhall.example")]
    pub contact_email: Option<EmailAddress>,
    /// Increases with every change to the organisation.
    #[schema(example = 1, minimum = 1)]
    pub version: i32,
}

impl Resource for Organisation {
    fn location(&self) -> String {
        format!("/v1/organisations/{}", self.id)
    }

    fn version(&self) -> i32 {
        self.version
    }
}

/// A new organisation.
#[derive(Clone, Debug, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct CreateOrganisation {
    /// The organisation's name.
    pub name: OrganisationName,
    /// The organisation's relation to IEWM.
    pub kind: OrganisationKind,
    /// How to reach the organisation about the data that it received.
    #[schema(nullable = false)]
    pub contact_point: Option<ContactPoint>,
    /// The mailbox to which the service writes about the data that the organisation received: a mailbox of the
    /// organisation, not of one person.
    #[schema(nullable = false, example = "data.protection@guildhall.example")]
    pub contact_email: Option<EmailAddress>,
}

impl Command for CreateOrganisation {
    type Resource = Organisation;
}

/// Changes to an organisation, as a merge patch.
#[derive(Clone, Debug, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PatchOrganisation {
    /// The new name.
    #[schema(nullable = false)]
    pub name: Option<OrganisationName>,
    /// The organisation's new relation to IEWM.
    #[schema(nullable = false)]
    pub kind: Option<OrganisationKind>,
    /// How to reach the organisation about the data that it received; null removes it.
    #[serde(default)]
    #[schema(value_type = Option<ContactPoint>)]
    pub contact_point: Change<ContactPoint>,
    /// The mailbox to which the service writes about the data that the organisation received; null removes it.
    #[serde(default)]
    #[schema(value_type = Option<EmailAddress>, example = "data.protection@guildhall.example")]
    pub contact_email: Change<EmailAddress>,
}

impl Command for PatchOrganisation {
    type Resource = Organisation;
}

/// Which organisations to list.
#[derive(Clone, Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct OrganisationFilter {
    /// Only organisations of this kind.
    #[schema(nullable = false)]
    pub kind: Option<OrganisationKind>,
    /// Only organisations with this status.
    #[schema(nullable = false)]
    pub status: Option<OrganisationStatus>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_ended_organisation_stays_ended() {
        use OrganisationStatus::{Active, Ended, Suspended};
        assert_eq!(Active.go_to(Suspended), Ok(Suspended));
        assert_eq!(Suspended.go_to(Active), Ok(Active));
        for next in [Active, Suspended, Ended] {
            let error = Ended.go_to(next).unwrap_err();
            assert_eq!(error.particulars().allowed_transitions, Some(vec![]));
        }
    }
}
