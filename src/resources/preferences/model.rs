//! A person's preferences as they see and change them.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use validator::Validate;

use crate::domain::{EmailAddress, Purpose};
use crate::platform::http::Command;
use crate::resources::consents::model::{Answer, State, Wording};
use crate::resources::contacts::model::NothingElse;
use crate::resources::organisations::model::OrganisationKind;

/// Whose mailbox is to get a link to its preferences.
#[derive(Clone, Debug, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct AskForLink {
    /// The address, in any case.
    pub email: EmailAddress,
}

impl Command for AskForLink {
    type Resource = NothingElse;
}

/// One purpose, and what the person has said to it.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct Preference {
    /// The purpose.
    pub purpose: Purpose,
    /// What holds now; null where nothing was ever decided.
    #[schema(required)]
    pub state: Option<State>,
    /// What the person gets, in plain English.
    #[schema(example = "Word of coming IEWM events, sent to you by email.")]
    pub meaning: &'static str,
    /// What a yes says unless another wording is sent with it: show this to the person before they say it.
    #[schema(example = "Yes, please send me news of coming IEWM events by email. I can stop it at any time.")]
    pub wording: &'static str,
    /// Whether a yes waits until the mailbox has confirmed it: always, since a link can be passed on.
    #[schema(example = true)]
    pub grant_needs_confirmation: bool,
}

/// What a mailbox has agreed to.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct Preferences {
    /// Every purpose that rests on consent.
    pub consents: Vec<Preference>,
    /// The kinds of recipients that the person does not want their data shared with.
    pub sharing_refusals: Vec<OrganisationKind>,
    /// Whether the person's data is restricted: stored and not used. A no is taken all the same; a yes is not.
    #[schema(example = false)]
    pub restricted: bool,
}

/// What a person decides about one purpose.
#[derive(Clone, Debug, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Decide {
    /// The purpose: one that rests on consent.
    pub purpose: Purpose,
    /// What they decided.
    pub decision: Answer,
    /// What they were shown before a yes; the wording of `GET` unless said.
    #[schema(nullable = false)]
    pub wording: Option<Wording>,
}

impl Command for Decide {
    type Resource = NothingElse;
}

/// A yes that waits for its mailbox.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct ConfirmationRequired {
    /// `pending`.
    pub state: State,
    /// True: the link in the mail that was sent must be followed.
    #[schema(example = true)]
    pub confirmation_required: bool,
}
