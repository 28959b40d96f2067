//! Redactions of a package: the council's request, the council's view of them, and the notice in the package.

use std::borrow::Cow;

use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::openapi::schema::ArrayBuilder;
use utoipa::openapi::{Ref, RefOr, Schema};
use utoipa::{PartialSchema, ToSchema};
use validator::{Validate, ValidationErrors};

use super::super::model::Explanation;
use crate::domain::{Instant, RedactionId, ids_alone, prose_type};
use crate::platform::http::Command;
use crate::policy::withholding::WithholdingGround;
use crate::resources::contacts::model::NothingElse;

/// How many things can be left out in one request.
pub const MOST_REDACTIONS: usize = 100;

prose_type! {
    /// The text in the place of the removed data: at most 1,000 characters.
    #[schema(as = RedactionReplacement)]
    Replacement, 1000, "[the name of another guest]"
}

/// One redaction to make in a package.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewRedaction {
    /// The place in the draft's machine form, as a JSON Pointer (RFC 6901): a record, a part of a record,
    /// the action or the roles of an access, `/search/elsewhere`, `/particulars/source/detail` or the detail of one of
    /// `/particulars/earlier_sources`.
    #[schema(
        min_length = 1,
        max_length = 500,
        pattern = "^(/([^/~]|~[01])*)+$",
        example = "/held/12/records/0/details"
    )]
    pub pointer: String,
    /// The ground for leaving it out.
    pub ground: WithholdingGround,
    /// The reason in words, as the person reads it. It must not reveal what was left out.
    pub explanation: Explanation,
    /// The text in its place; by default it names the ground.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub replace_with: Option<Replacement>,
}

/// The redactions to make in a package: 1 to 100. The service makes all or none of them.
#[derive(Clone, Debug, Deserialize)]
#[serde(transparent)]
pub struct NewRedactions(pub Vec<NewRedaction>);

impl PartialSchema for NewRedactions {
    fn schema() -> RefOr<Schema> {
        let items = Ref::from_schema_name(NewRedaction::name());
        let list = ArrayBuilder::new().items(items).min_items(Some(1)).max_items(Some(MOST_REDACTIONS));
        list.description(Some("The redactions to make in a package: 1 to 100. The service makes all or none of them."))
            .into()
    }
}

impl ToSchema for NewRedactions {
    fn name() -> Cow<'static, str> {
        "NewRedactions".into()
    }

    fn schemas(schemas: &mut Vec<(String, RefOr<Schema>)>) {
        schemas.push((NewRedaction::name().into_owned(), NewRedaction::schema()));
        NewRedaction::schemas(schemas);
    }
}

impl Validate for NewRedactions {
    fn validate(&self) -> Result<(), ValidationErrors> {
        Ok(())
    }
}

impl Command for NewRedactions {
    type Resource = NothingElse;
}

/// The redactions that were made.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = RedactionResult)]
pub struct Redacted {
    /// The ids of the redactions, in the order of the request.
    pub ids: Vec<RedactionId>,
    /// The number of redactions in the draft in all.
    #[schema(example = 3, minimum = 1)]
    pub in_all: usize,
}

ids_alone!(Redacted { ids, in_all });

/// A redaction, as the council sees it.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct Redaction {
    /// The redaction's id.
    pub id: RedactionId,
    /// The place, as a JSON Pointer into the machine form.
    #[schema(example = "/held/12/records/0/details")]
    pub pointer: String,
    /// The ground for leaving it out.
    pub ground: WithholdingGround,
    /// The reason in words, as the person reads it.
    pub explanation: Explanation,
    /// The text in its place.
    #[schema(example = "[Left out: it is about another person]")]
    pub replaced_with: String,
    /// The removed data, of any JSON type.
    #[schema(value_type = Object)]
    pub withheld: Value,
    /// When it was left out.
    pub made_at: Instant,
    /// The subject of the token that left it out.
    #[schema(example = "council-1")]
    pub made_by: String,
}

/// A note in the package that something was left out, and why.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[schema(as = WithheldNotice)]
pub struct Withheld {
    /// The place, as a JSON Pointer into this document.
    #[schema(example = "/held/12/records/0/details")]
    pub pointer: String,
    /// The ground for leaving it out.
    pub ground: WithholdingGround,
    /// The rule of law, in plain English.
    #[schema(
        example = "It is about another person, who also has rights (Data Protection Act 2018, Schedule 2, paragraph \
                   16)."
    )]
    pub reason: String,
    /// The reason why the rule applies here, in the council's words.
    pub explanation: Explanation,
}
