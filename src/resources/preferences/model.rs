//! A person's preferences as they see and change them.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use validator::Validate;

use crate::domain::{EmailAddress, Purpose};
use crate::platform::http::Command;
use crate::resources::consents::model::{Answer, State, Wording};
use crate::resources::contacts::model::NothingElse;
use crate::resources::organisations::model::OrganisationKind;

/// The mailbox that gets a link to its preferences.
#[derive(Clone, Debug, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct AskForLink {
    /// The address; case does not matter.
    pub email: EmailAddress,
}

impl Command for AskForLink {
    type Resource = NothingElse;
}

/// One purpose, and the person's decision about it.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct Preference {
    /// The purpose.
    pub purpose: Purpose,
    /// The present state; null if there was never a decision.
    #[schema(required)]
    pub state: Option<State>,
    /// A plain description of what the person gets.
    #[schema(example = "News of coming IEWM events, sent to you by email.")]
    pub meaning: &'static str,
    /// The wording of a yes, unless the caller sends another. Show it to the person before they say yes.
    #[schema(example = "Yes, please send me news of coming IEWM events by email. I can stop it at any time.")]
    pub wording: &'static str,
    /// Whether a yes waits until the mailbox confirms it. Always true, because a link can be passed on.
    #[schema(example = true)]
    pub grant_needs_confirmation: bool,
}

/// The preferences of a mailbox.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct Preferences {
    /// Every purpose that rests on consent.
    pub consents: Vec<Preference>,
    /// The kinds of recipient with which the person's data must not be shared.
    pub sharing_refusals: Vec<OrganisationKind>,
    /// Whether the person's data is restricted: stored, but not used. The service accepts a no, but not a
    /// yes.
    #[schema(example = false)]
    pub restricted: bool,
}

/// A person's decision about one purpose.
#[derive(Clone, Debug, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = DecidePreference)]
pub struct Decide {
    /// The purpose; it must rest on consent.
    pub purpose: Purpose,
    /// The choice.
    pub decision: Answer,
    /// The wording that the person was shown before a yes; the default is the wording from `GET`.
    #[schema(nullable = false)]
    pub wording: Option<Wording>,
}

impl Command for Decide {
    type Resource = NothingElse;
}

/// A yes that waits for the mailbox to confirm it.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct ConfirmationRequired {
    /// Always `pending`.
    pub state: State,
    /// Always true: the person must follow the link in the mail.
    #[schema(example = true)]
    pub confirmation_required: bool,
}
