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
    /// What stands in the place of what is left out: at most 1,000 characters.
    Replacement, 1000, "[the name of another guest]"
}

/// Something to leave out of a package.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewRedaction {
    /// Where it stands in the machine form of the draft, as a JSON Pointer (RFC 6901): a record, a part of a record, the
    /// action or the roles of an access, `/search/elsewhere` or `/particulars/source/detail`.
    #[schema(
        min_length = 1,
        max_length = 500,
        pattern = "^(/([^/~]|~[01])*)+$",
        example = "/held/12/records/0/details"
    )]
    pub pointer: String,
    /// Why.
    pub ground: WithholdingGround,
    /// The same in words, as the person reads it. It must not say what was left out.
    pub explanation: Explanation,
    /// What stands in its place; words that give the ground, unless set.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub replace_with: Option<Replacement>,
}

/// What to leave out of a package: 1 to 100 things, all or none of them.
#[derive(Clone, Debug, Deserialize)]
#[serde(transparent)]
pub struct NewRedactions(pub Vec<NewRedaction>);

impl PartialSchema for NewRedactions {
    fn schema() -> RefOr<Schema> {
        let items = Ref::from_schema_name(NewRedaction::name());
        let list = ArrayBuilder::new().items(items).min_items(Some(1)).max_items(Some(MOST_REDACTIONS));
        list.description(Some("What to leave out of a package: 1 to 100 things, all or none of them.")).into()
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

/// What was left out just now.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct Redacted {
    /// The ids of the redactions, in the order asked.
    pub ids: Vec<RedactionId>,
    /// How many things are left out of the draft in all.
    #[schema(example = 3, minimum = 1)]
    pub in_all: usize,
}

ids_alone!(Redacted { ids, in_all });

/// Something that was left out of a package, for the council.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct Redaction {
    /// Its id.
    pub id: RedactionId,
    /// Where it stood, as a JSON Pointer into the machine form.
    #[schema(example = "/held/12/records/0/details")]
    pub pointer: String,
    /// Why it was left out.
    pub ground: WithholdingGround,
    /// The same in words, as the person reads it.
    pub explanation: Explanation,
    /// What stands in its place.
    #[schema(example = "[Left out: it is about another person]")]
    pub replaced_with: String,
    /// What was left out, of whichever JSON type.
    #[schema(value_type = Object)]
    pub withheld: Value,
    /// When it was left out.
    pub made_at: Instant,
    /// By which subject of a token.
    #[schema(example = "council-1")]
    pub made_by: String,
}

/// A notice in the package that something was left out, and why.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct Withheld {
    /// Where it stood, as a JSON Pointer into this document.
    #[schema(example = "/held/12/records/0/details")]
    pub pointer: String,
    /// Why it was left out.
    pub ground: WithholdingGround,
    /// What the law says, in plain English.
    #[schema(
        example = "It tells of another person, who has rights of their own (Data Protection Act 2018, Schedule 2, paragraph 16)."
    )]
    pub reason: String,
    /// Why that applies here, in the words of the council.
    pub explanation: Explanation,
}
