//! The way by which somebody turned to us.

use serde::{Deserialize, Serialize};

/// The way by which somebody turned to us. The law takes a request or a complaint by any (UK GDPR Article 12(2)).
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema, strum::IntoStaticStr, strum::EnumString,
)]
#[serde(rename_all = "snake_case")]
#[strum(serialize_all = "snake_case")]
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
