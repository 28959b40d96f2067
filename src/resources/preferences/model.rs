//! A person's preferences as they see and change them.

use macro_rules_attribute::apply;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use validator::{Validate, ValidationError};

use crate::domain::{EmailAddress, Purpose, words};
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

/// What the person chooses.
#[apply(words!)]
#[schema(as = PreferenceChoice)]
pub enum Choice {
    /// Yes to the purpose. The mailbox must confirm it.
    Given,
    /// No to the purpose.
    Withdrawn,
    /// The person refuses that their data is shared with the kind of recipient.
    Refused,
    /// The person allows sharing with the kind of recipient again. The mailbox must confirm it.
    Allowed,
}

/// A choice that fits what it is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum About {
    /// A consent.
    Consent(Purpose, Answer),
    /// Sharing with a kind of recipient: whether the person refuses it.
    Sharing(OrganisationKind, bool),
}

/// A person's decision: about one purpose that rests on consent, or about sharing with one kind of recipient.
#[derive(Clone, Debug, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = DecidePreference)]
#[validate(schema(function = "fits"))]
pub struct Decide {
    /// The purpose; it must rest on consent. Leave it out if you name a `recipient_kind`.
    #[schema(nullable = false)]
    pub purpose: Option<Purpose>,
    /// The kind of recipient. Leave it out if you name a `purpose`.
    #[schema(nullable = false)]
    pub recipient_kind: Option<OrganisationKind>,
    /// The choice: `given` or `withdrawn` for a purpose, `refused` or `allowed` for a kind of recipient.
    pub decision: Choice,
    /// The wording that the person was shown before a yes to a purpose; the default is the wording from `GET`.
    #[schema(nullable = false)]
    pub wording: Option<Wording>,
}

impl Decide {
    /// What the decision is about, if its members fit each other.
    pub(super) fn about(&self) -> Option<About> {
        match (self.purpose, self.recipient_kind, self.decision) {
            (Some(purpose), None, Choice::Given) => Some(About::Consent(purpose, Answer::Given)),
            (Some(purpose), None, Choice::Withdrawn) => Some(About::Consent(purpose, Answer::Withdrawn)),
            (None, Some(kind), Choice::Refused) => Some(About::Sharing(kind, true)),
            (None, Some(kind), Choice::Allowed) => Some(About::Sharing(kind, false)),
            _ => None,
        }
    }
}

fn fits(asked: &Decide) -> Result<(), ValidationError> {
    if asked.about().is_some() {
        return Ok(());
    }
    let (code, detail) = match (asked.purpose, asked.recipient_kind) {
        (Some(_), None) => ("wrong_decision", "must be given or withdrawn for a purpose"),
        (None, Some(_)) => ("wrong_decision", "must be refused or allowed for a kind of recipient"),
        _ => {
            let error = ValidationError::new("exactly_one");
            return Err(error.with_message("exactly one of purpose and recipient_kind is required".into()));
        }
    };
    let mut error = ValidationError::new(code).with_message(detail.into());
    error.add_param("pointer".into(), &"/decision");
    Err(error)
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
