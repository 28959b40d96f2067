//! The channel by which a person turned to us.

use serde::{Deserialize, Serialize};

/// The channel by which a person turned to us. A request or a complaint may use any channel (UK GDPR
/// Article 12(2)).
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema, strum::IntoStaticStr, strum::EnumString,
)]
#[serde(rename_all = "snake_case")]
#[strum(serialize_all = "snake_case")]
#[schema(as = IntakeChannel)]
pub enum Channel {
    /// By e-mail.
    Email,
    /// By a form on a website.
    WebForm,
    /// By telephone.
    Telephone,
    /// By letter.
    Post,
    /// Face to face.
    InPerson,
}
