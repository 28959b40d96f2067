//! What a path names. Text that is no id names nothing: 404, the same as an id of nothing.

use std::str::FromStr;

use chrono::NaiveDate;
use utoipa::openapi::{KnownFormat, ObjectBuilder, SchemaFormat, Type};
use utoipa::{PartialSchema, ToSchema};

use super::describe::Op;
use super::incoming::{Incoming, Take};
use crate::domain::{Code, Error};

/// The `{id}` of the path.
#[derive(Clone, Copy, Debug)]
pub struct ById<K>(pub K);

impl<K: FromStr + ToSchema> Take for ById<K> {
    async fn take(incoming: &mut Incoming) -> Result<Self, Error> {
        segment(incoming, "id").map(Self)
    }

    fn describe(op: &mut Op<'_>) {
        describe_segment::<K>(op, "id", "The id of the resource.");
    }
}

/// The `{part}` of the path: something that belongs to what `{id}` names.
#[derive(Clone, Copy, Debug)]
pub struct ByPart<K>(pub K);

impl<K: FromStr + ToSchema> Take for ByPart<K> {
    async fn take(incoming: &mut Incoming) -> Result<Self, Error> {
        segment(incoming, "part").map(Self)
    }

    fn describe(op: &mut Op<'_>) {
        describe_segment::<K>(op, "part", "The id of the part.");
    }
}

/// The `{version}` of the path: a date, `YYYY-MM-DD`.
#[derive(Clone, Copy, Debug)]
pub struct ByVersion(pub NaiveDate);

impl Take for ByVersion {
    async fn take(incoming: &mut Incoming) -> Result<Self, Error> {
        let text: String = segment(incoming, "version")?;
        let date = Some(text).filter(|text| text.len() == 10).and_then(|text| text.parse().ok());
        date.map(Self).ok_or_else(Error::not_found)
    }

    fn describe(op: &mut Op<'_>) {
        let date = ObjectBuilder::new()
            .schema_type(Type::String)
            .format(Some(SchemaFormat::KnownFormat(KnownFormat::Date)))
            .examples([serde_json::json!("2019-01-29")]);
        op.path_parameter("version", "The version: its date.", date.into());
        op.code(Code::NotFound);
    }
}

/// The word in the path that `{name}` stands for, as a `K` of a closed set.
#[derive(Clone, Copy, Debug)]
pub struct ByWord<K>(pub K);

/// A closed set of words that a path can name.
pub trait PathWord: FromStr + ToSchema {
    /// The name of the path's parameter.
    const NAME: &'static str;
    /// The parameter's description in the document.
    const MEANING: &'static str;
}

impl<K: PathWord> Take for ByWord<K> {
    async fn take(incoming: &mut Incoming) -> Result<Self, Error> {
        segment(incoming, K::NAME).map(Self)
    }

    fn describe(op: &mut Op<'_>) {
        describe_segment::<K>(op, K::NAME, K::MEANING);
    }
}

/// The secret `{token}` of a capability link.
pub struct ByToken(pub String);

impl std::fmt::Debug for ByToken {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("[secret]")
    }
}

impl Take for ByToken {
    async fn take(incoming: &mut Incoming) -> Result<Self, Error> {
        segment(incoming, "token").map(Self)
    }

    fn describe(op: &mut Op<'_>) {
        op.path_parameter("token", "The token from the link in the mail.", String::schema());
        op.code(Code::NotFound);
    }
}

fn segment<K: FromStr>(incoming: &Incoming, name: &str) -> Result<K, Error> {
    incoming.path_value(name, |text| text.parse().ok()).ok_or_else(Error::not_found)
}

fn describe_segment<K: ToSchema>(op: &mut Op<'_>, name: &str, text: &str) {
    let schema = op.schema::<K>();
    op.path_parameter(name, text, schema);
    op.code(Code::NotFound);
}
