//! The channel by which a person turned to us.

use macro_rules_attribute::apply;

use super::words;

/// The channel by which a person turned to us. A request or a complaint may use any channel (UK GDPR
/// Article 12(2)).
#[apply(words!)]
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
