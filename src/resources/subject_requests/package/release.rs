//! The release of a package.

use serde::Deserialize;
use utoipa::ToSchema;
use validator::Validate;

use super::super::model::{Explanation, Ground, SubjectRequest};
use crate::platform::http::Command;

/// A part of a request that is refused while the rest is answered.
#[derive(Clone, Debug, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct RefusedPart {
    /// The ground of the refusal.
    pub ground: Ground,
    /// The refused part and the reasons, as the requester reads them.
    pub explanation: Explanation,
}

/// The release of a draft.
#[derive(Clone, Debug, Default, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ReleasePackage {
    /// A part of the request that is refused, besides the redactions of the package.
    #[schema(nullable = false)]
    #[validate(nested)]
    pub refusal: Option<RefusedPart>,
}

impl Command for ReleasePackage {
    type Resource = SubjectRequest;
}
