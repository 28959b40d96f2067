//! `Valid<T>`: a JSON body that has passed every check, as a `T`.

use serde::de::DeserializeOwned;
use serde_json::Value;
use utoipa::openapi::{RefOr, Schema};
use utoipa::{PartialSchema, ToSchema};
use validator::{Validate, ValidationErrors, ValidationErrorsKind};

use super::json;
use super::shape;
use super::unjudged::Judge;
use crate::domain::{Code, Error, Fault, Faults, member};
use crate::platform::http::answer::JSON;
use crate::platform::http::describe::Op;
use crate::platform::http::incoming::{Incoming, Take, one_of};
use crate::platform::strict_json::Read;

/// A command in a body.
pub trait Command: DeserializeOwned + Validate + ToSchema + Send + 'static {
    /// The resource that it creates or changes: members that only the resource has are read-only.
    type Resource: PartialSchema;
    /// The most bytes of the body; `None` for the limit of the operation's kind.
    const BODY_LIMIT: Option<usize> = None;
}

/// A JSON body, checked and parsed.
#[derive(Debug)]
pub struct Valid<T>(pub T);

impl<T: Command> Take for Valid<T> {
    const BODY_LIMIT: Option<usize> = T::BODY_LIMIT;

    async fn take(incoming: &mut Incoming) -> Result<Self, Error> {
        taken(incoming, JSON).await.map(Self)
    }

    fn describe(op: &mut Op<'_>) {
        described::<T>(op, JSON);
    }
}

/// Reads a body of `media_type`, with every check.
pub(super) async fn taken<T: Command>(incoming: &mut Incoming, media_type: &'static str) -> Result<T, Error> {
    incoming.expect_media_type(media_type)?;
    incoming.checked_body(|body| parse(&body)).await
}

/// Adds such a body and its problems to the description of an operation.
pub(super) fn described<T: Command>(op: &mut Op<'_>, media_type: &str) {
    op.body::<T>(media_type, true);
    for code in [
        Code::MalformedJson,
        Code::DuplicateMember,
        Code::TooDeep,
        Code::RequestTimeout,
        Code::TooLarge,
        Code::UnsupportedMediaType,
        Code::Invalid,
    ] {
        op.code(code);
    }
}

/// The body of an operation without input: none, or a JSON body that is checked like any other.
#[derive(Debug)]
pub struct MayBeEmpty<T>(pub T);

impl<T: Command + Default> Take for MayBeEmpty<T> {
    const BODY_LIMIT: Option<usize> = T::BODY_LIMIT;

    async fn take(incoming: &mut Incoming) -> Result<Self, Error> {
        if incoming.body().await?.is_empty() {
            return Ok(Self(T::default()));
        }
        taken(incoming, JSON).await.map(Self)
    }

    fn describe(op: &mut Op<'_>) {
        described::<T>(op, JSON);
        op.body::<T>(JSON, false);
    }
}

/// The body of an operation without input: none, or `{}`.
#[derive(Debug)]
pub struct WithoutBody;

impl Take for WithoutBody {
    async fn take(incoming: &mut Incoming) -> Result<Self, Error> {
        let content_type = incoming.content_type().to_owned();
        incoming.checked_body(move |body| Self::judge(&content_type, &body)).await
    }

    fn describe(op: &mut Op<'_>) {
        <Self as Judge>::describe(op);
    }
}

impl Judge for WithoutBody {
    fn judge(content_type: &str, body: &[u8]) -> Result<Self, Error> {
        if body.is_empty() {
            return Ok(Self);
        }
        one_of(content_type, &[JSON])?;
        match json::parse(body)?.value {
            Value::Object(members) if members.is_empty() => Ok(Self),
            Value::Object(members) => {
                let faults: Faults =
                    members.keys().map(|name| Fault::unknown_member("", name, std::iter::empty())).collect();
                Err(Error::invalid(faults))
            }
            _ => Err(Error::invalid(Fault::new("", "type", "must be an object, or no body at all"))),
        }
    }

    fn describe(op: &mut Op<'_>) {
        for code in [Code::MalformedJson, Code::TooLarge, Code::UnsupportedMediaType, Code::Invalid] {
            op.code(code);
        }
    }
}

/// A JSON text, checked and parsed.
///
/// # Errors
/// 400 when it is not JSON; 422 with every fault; 413 when it has more values than are kept.
pub fn parse<T: Command>(body: &[u8]) -> Result<T, Error> {
    judged(json::parse(body)?)
}

/// A JSON value, checked and parsed.
///
/// # Errors
/// 422 with every fault.
pub fn parse_value<T: Command>(value: Value) -> Result<T, Error> {
    judged(json::whole(value))
}

fn judged<T: Command>(read: Read) -> Result<T, Error> {
    let parsed: T = match fitting(&read)? {
        Some(parsed) => parsed,
        None => parse_with_care(read)?,
    };
    let faults = broken_rules(&parsed);
    if faults.is_empty() { Ok(parsed) } else { Err(Error::invalid(faults)) }
}

/// The rules across members that a command breaks.
fn broken_rules<T: Command>(command: &T) -> Faults {
    let mut faults = Faults::default();
    if let Err(errors) = command.validate() {
        rule_faults(&errors, "", &mut faults);
    }
    faults
}

/// Parses a valid body at the first attempt: a caller with a correct body does not pay for listing
/// faults.
fn fitting<T: Command>(read: &Read) -> Result<Option<T>, Error> {
    Ok(if read.is_whole && shape::fits::<T>(&read.value)? { T::deserialize(&read.value).ok() } else { None })
}

/// Lists the faults of an invalid body: every fault of its shape, or the first that its parser finds. A body that has superfluous
/// members alone is held against the rules across members too.
fn parse_with_care<T: Command>(mut read: Read) -> Result<T, Error> {
    let mut faults = shape::check::<T>(&mut read, &read_only_members::<T>())?;
    if !faults.is_empty() {
        // Without its superfluous members, the body fits if nothing else is wrong: then its members can be held against the rules.
        if read.is_whole
            && faults.all_of_superfluous_members()
            && let Ok(rest) = T::deserialize(&read.value)
        {
            faults.append(broken_rules(&rest));
        }
        return Err(Error::invalid(faults));
    }
    if !read.is_whole {
        return Err(json::too_many_values());
    }
    serde_path_to_error::deserialize(read.value).map_err(|error| {
        let pointer = error.path().iter().fold(String::new(), |at, part| member(&at, &part.to_string()));
        // serde quotes values in some of its messages; those of our own types are safe and plain.
        let message = error.inner().to_string();
        let detail = if message.contains('`') || message.contains('"') {
            "does not have the required form".into()
        } else {
            message
        };
        Error::invalid(Fault::new(pointer.trim_end_matches("/?"), "invalid", detail))
    })
}

fn members_of(schema: &RefOr<Schema>) -> Vec<String> {
    match schema {
        RefOr::T(Schema::Object(object)) => object.properties.keys().cloned().collect(),
        RefOr::T(Schema::AllOf(all)) => all.items.iter().flat_map(members_of).collect(),
        _ => Vec::new(),
    }
}

fn read_only_members<T: Command>() -> Vec<String> {
    let own = members_of(&T::schema());
    members_of(&T::Resource::schema()).into_iter().filter(|name| !own.contains(name)).collect()
}

/// `validator`'s findings as faults. A rule across members names in its `pointer` parameter the
/// member that must change; several pointers make several faults.
fn rule_faults(errors: &ValidationErrors, at: &str, faults: &mut Faults) {
    for (field, kind) in errors.errors() {
        let here = if field == "__all__" { at.to_owned() } else { format!("{at}/{field}") };
        match kind {
            ValidationErrorsKind::Field(found) => faults.extend(found.iter().map(|error| {
                let pointer = error.params.get("pointer").and_then(Value::as_str).unwrap_or_default();
                let detail = error.message.clone().unwrap_or("breaks a rule".into());
                Fault::new(format!("{here}{pointer}"), error.code.clone(), detail)
            })),
            ValidationErrorsKind::Struct(inner) => rule_faults(inner, &here, faults),
            ValidationErrorsKind::List(items) => {
                for (index, inner) in items {
                    rule_faults(inner, &format!("{here}/{index}"), faults);
                }
            }
        }
    }
}
