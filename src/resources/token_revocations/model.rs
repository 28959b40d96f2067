//! What is revoked.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use validator::{Validate, ValidationError};

use crate::domain::{Instant, ids_alone};
use crate::platform::http::Command;

fn exactly_one(asked: &RevokeTokens) -> Result<(), ValidationError> {
    match (&asked.jti, &asked.subject) {
        (Some(_), None) | (None, Some(_)) => Ok(()),
        _ => Err(ValidationError::new("exactly_one").with_message("exactly one of jti and subject is required".into())),
    }
}

fn not_before_needs_subject(asked: &RevokeTokens) -> Result<(), ValidationError> {
    if asked.not_before.is_none() || asked.subject.is_some() {
        return Ok(());
    }
    let mut error = ValidationError::new("needs_subject").with_message("is allowed with a subject alone".into());
    error.add_param("pointer".into(), &"/not_before");
    Err(error)
}

/// The tokens to revoke: one by its `jti`, or all of a subject that were issued before an instant.
#[derive(Clone, Debug, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
#[validate(schema(function = "exactly_one"), schema(function = "not_before_needs_subject"))]
pub struct RevokeTokens {
    /// The `iss` of the tokens. You may omit it if one issuer is configured.
    #[schema(min_length = 1, max_length = 2048, nullable = false, example = "https://issuer.example")]
    pub issuer: Option<String>,
    /// The `jti` of the token, or its `uti` if the issuer's profile names tokens so.
    #[schema(
        min_length = 1,
        max_length = 255,
        pattern = r"^[^\u0000-\u001F\u007F-\u009F]*$",
        nullable = false,
        example = "6f1c3a9e"
    )]
    pub jti: Option<String>,
    /// The `sub` of the tokens, or their `oid` if the issuer's profile says so.
    #[schema(
        min_length = 1,
        max_length = 255,
        pattern = r"^[^\u0000-\u001F\u007F-\u009F]*$",
        nullable = false,
        example = "staff-17"
    )]
    pub subject: Option<String>,
    /// The service refuses the subject's tokens that were issued before this instant; the default is now.
    #[schema(nullable = false)]
    pub not_before: Option<Instant>,
}

impl Command for RevokeTokens {
    type Resource = TokenRevocation;
}

/// A revocation in force.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct TokenRevocation {
    /// The `iss` of the tokens.
    #[schema(example = "https://issuer.example")]
    pub issuer: String,
    /// The `jti` of the token.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false, example = "6f1c3a9e")]
    pub jti: Option<String>,
    /// The `sub` of the tokens.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false, example = "staff-17")]
    pub subject: Option<String>,
    /// The service refuses tokens that were issued before this instant.
    pub not_before: Instant,
}

ids_alone!(TokenRevocation { not_before; ids: issuer, jti, subject });
