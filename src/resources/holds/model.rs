//! A legal hold as callers see it, and their commands.

use chrono::NaiveDate;
use macro_rules_attribute::apply;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use validator::Validate;

use crate::domain::{Instant, LegalHoldId, line_type, prose_type, words};
use crate::platform::http::{Command, Resource};
pub use crate::policy::holds::{HoldGround, HoldStatus};

line_type! {
    /// The name of a hold: one line of at most 200 characters. Name no person.
    #[schema(as = LegalHoldTitle)]
    HoldTitle, 200, "Inquiry into the flood of 2025"
}

line_type! {
    /// The law under which the data is kept: one line of at most 200 characters.
    #[schema(as = LegalHoldStatute)]
    Statute, 200, "Inquiries Act 2005"
}

line_type! {
    /// The reference of the notice, the inquiry or the claim: one line of at most 200 characters. Name no person.
    #[schema(as = LegalHoldReference)]
    HoldReference, 200, "Notice 14 of 3 November 2026, section 21"
}

line_type! {
    /// The team or role that answers for the hold: one line of at most 200 characters. Sealed at rest.
    #[schema(as = LegalHoldOwner)]
    HoldOwner, 200, "Head of Legal Services"
}

prose_type! {
    /// The reason for a decision about a hold, in words: at most 2,000 characters. Name no person. Sealed at rest.
    #[schema(as = LegalHoldReason)]
    HoldReason, 2_000, "The inquiry asks for everything about the evening of 14 May."
}

line_type! {
    /// The id of the contact, the event or the network, or the name of the class of records, such as `complaint`.
    #[schema(as = LegalHoldScopeId)]
    ScopeId, 40, "01937a5e-8f00-7c3a-9d55-3f2a60b1c901"
}

/// What a hold keeps.
#[apply(words!)]
#[schema(as = LegalHoldScopeKind)]
pub enum ScopeKind {
    /// Everything about one contact, under each of its ids.
    Contact,
    /// An event, its records, and everything about each person who was ever registered for it, whatever the status.
    Event,
    /// A network, its records, and everything about each person who was ever a member, whatever the status.
    Network,
    /// Every record of one class of the retention schedule.
    RecordClass,
    /// Everything.
    All,
}

/// What a hold keeps, now and later.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = LegalHoldScope)]
pub struct HoldScope {
    /// The kind of scope.
    pub kind: ScopeKind,
    /// The contact, event, network or class of records; absent for `all`.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub id: Option<ScopeId>,
}

/// A legal hold.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct LegalHold {
    /// The hold's id.
    pub id: LegalHoldId,
    /// The hold's name.
    pub title: HoldTitle,
    /// The law under which the data is kept.
    pub statute: Statute,
    /// The reference of the notice, the inquiry or the claim.
    pub reference: HoldReference,
    /// What the hold keeps.
    pub scope: HoldScope,
    /// The ground on which the hold keeps data that a person wants erased.
    pub ground: HoldGround,
    /// The reason for the hold.
    pub reason: HoldReason,
    /// The team or role that answers for the hold.
    pub owner: HoldOwner,
    /// Whether letters and packages tell people of the hold if it keeps their data.
    pub tell_people: bool,
    /// The day in London on which the hold is reviewed next.
    #[schema(example = "2027-12-01")]
    pub review_on: NaiveDate,
    /// The stage of the hold.
    pub status: HoldStatus,
    /// The person who placed the hold: a token's subject.
    #[schema(example = "council-1")]
    pub placed_by: String,
    /// When the hold was placed.
    pub placed_at: Instant,
    /// The person who proposed to release the hold: a token's subject.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false, example = "council-1")]
    pub proposed_by: Option<String>,
    /// When the release was proposed.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub proposed_at: Option<Instant>,
    /// Why the hold is to be released.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub release_reason: Option<HoldReason>,
    /// Why the last proposal to release the hold was turned down.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub rejection_reason: Option<HoldReason>,
    /// The other person, who released the hold: a token's subject.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false, example = "council-2")]
    pub released_by: Option<String>,
    /// When the hold was released.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub released_at: Option<Instant>,
    /// Increases with every change to the hold.
    #[schema(example = 1, minimum = 1)]
    pub version: i32,
}

impl Resource for LegalHold {
    fn location(&self) -> String {
        format!("/v1/legal-holds/{}", self.id)
    }

    fn version(&self) -> i32 {
        self.version
    }
}

fn legal_obligation() -> HoldGround {
    HoldGround::LegalObligation
}

/// A legal hold to place. Its scope cannot be changed later.
#[derive(Clone, Debug, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = PlaceLegalHold)]
pub struct PlaceHold {
    /// The hold's name.
    pub title: HoldTitle,
    /// The law under which the data is kept.
    pub statute: Statute,
    /// The reference of the notice, the inquiry or the claim.
    pub reference: HoldReference,
    /// What the hold keeps.
    pub scope: HoldScope,
    /// The ground on which the hold keeps data that a person wants erased.
    #[serde(default = "legal_obligation")]
    #[schema(default = "UKGDPR.17(3)(b)")]
    pub ground: HoldGround,
    /// The reason for the hold.
    pub reason: HoldReason,
    /// The team or role that answers for the hold; the subject of the caller's token if absent.
    #[schema(nullable = false)]
    pub owner: Option<HoldOwner>,
    /// Whether letters and packages tell people of the hold if it keeps their data. If not, a letter names the ground alone.
    #[serde(default)]
    pub tell_people: bool,
    /// The day in London on which the hold is reviewed first: from today to a year ahead; a year ahead if absent.
    #[schema(nullable = false, example = "2027-12-01")]
    pub review_on: Option<NaiveDate>,
}

impl Command for PlaceHold {
    type Resource = LegalHold;
}

/// Changes to a legal hold, as a merge patch.
#[derive(Clone, Debug, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = PatchLegalHold)]
pub struct PatchHold {
    /// The new name.
    #[schema(nullable = false)]
    pub title: Option<HoldTitle>,
    /// The new reason.
    #[schema(nullable = false)]
    pub reason: Option<HoldReason>,
    /// The team or role that answers for the hold from now on.
    #[schema(nullable = false)]
    pub owner: Option<HoldOwner>,
    /// The day in London of the next review: from today to a year ahead.
    #[schema(nullable = false, example = "2027-12-01")]
    pub review_on: Option<NaiveDate>,
}

impl Command for PatchHold {
    type Resource = LegalHold;
}

/// A proposal to release a legal hold.
#[derive(Clone, Debug, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = ProposeLegalHoldRelease)]
pub struct ProposeRelease {
    /// Why the hold is no longer needed.
    pub reason: HoldReason,
}

impl Command for ProposeRelease {
    type Resource = LegalHold;
}

/// The rejection of a proposal to release a legal hold.
#[derive(Clone, Debug, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = RejectLegalHoldRelease)]
pub struct RejectRelease {
    /// Why the hold is still needed.
    pub reason: HoldReason,
}

impl Command for RejectRelease {
    type Resource = LegalHold;
}

/// Which legal holds to list.
#[derive(Clone, Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = LegalHoldFilter)]
pub struct HoldFilter {
    /// Only holds in this stage.
    #[schema(nullable = false)]
    pub status: Option<HoldStatus>,
    /// Only holds with this kind of scope.
    #[schema(nullable = false)]
    pub scope: Option<ScopeKind>,
}
