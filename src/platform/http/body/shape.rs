//! Checks a body against the schema in the OpenAPI document: it finds all faults at once, and the
//! document cannot promise a check that the service does not make.

use std::any::TypeId;
use std::collections::{BTreeMap, HashMap, HashSet};
use std::sync::{Arc, LazyLock, RwLock};

use jsonschema::error::{TypeKind, ValidationErrorKind as Kind};
use jsonschema::{ValidationError, Validator};
use serde_json::{Map, Value, json};
use utoipa::ToSchema;

use super::bounds::{self, not_a_member};
use super::patterns;
use crate::domain::{EmailAddress, Error, Fault, Faults, Instant, Telephone, fault_of, member};
use crate::platform::strict_json::Read;

type Shapes = RwLock<HashMap<(TypeId, Care), Arc<Shape>>>;

static SHAPES: LazyLock<Shapes> = LazyLock::new(Shapes::default);

/// A schema, prepared for checking values.
struct Shape {
    schema: Value,
    validator: Validator,
}

/// How to check a text's format.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
enum Care {
    /// The schema check leaves the slow formats to the parser of the body, because only parsed types have
    /// them: `domain` alone may say `format = Email` or `format = "telephone"`.
    Hasty,
    /// Everything.
    Whole,
}

/// Returns whether `value` fits the schema of `T`, except for the formats of addresses and telephone
/// numbers, which its parser checks.
///
/// # Errors
/// When the schema of `T` itself is not valid: a mistake of ours that the tests find.
pub(crate) fn fits<T: ToSchema + 'static>(value: &Value) -> Result<bool, Error> {
    Ok(shape::<T>(Care::Hasty)?.validator.is_valid(value))
}

/// The faults of a body against the schema of `T`: first of its bounds, then of their content, unless
/// the body is incomplete. A member that only `read_only` names gets another fault than an unknown
/// member. After a fault, the value lacks the parts outside the bounds.
///
/// # Errors
/// When the schema of `T` itself is not valid: a mistake of ours that the tests find.
pub(crate) fn check<T: ToSchema + 'static>(read: &mut Read, read_only: &[String]) -> Result<Faults, Error> {
    let shape = shape::<T>(Care::Whole)?;
    let outside = bounds::take_out(&shape.schema, &mut read.value, read_only);
    let mut telling = Telling { schema: &shape.schema, read_only, emptied: outside.emptied, faults: outside.faults };
    if read.is_whole {
        shape.validator.iter_errors(&read.value).for_each(|error| telling.tell(&error));
    }
    Ok(telling.faults)
}

fn shape<T: ToSchema + 'static>(care: Care) -> Result<Arc<Shape>, Error> {
    let key = (TypeId::of::<T>(), care);
    let known = SHAPES.read().ok().and_then(|known| known.get(&key).cloned());
    if let Some(shape) = known {
        return Ok(shape);
    }
    let mut schemas = Vec::new();
    T::schemas(&mut schemas);
    schemas.push((T::name().into_owned(), T::schema()));
    let schemas: BTreeMap<_, _> = schemas.into_iter().collect();
    let schema = json!({ "$ref": format!("#/components/schemas/{}", T::name()), "components": { "schemas": schemas } });
    let whole = care == Care::Whole;
    let validator = jsonschema::options()
        .should_validate_formats(true)
        .with_format("email", move |text: &str| !whole || EmailAddress::parse(text).is_ok())
        .with_format("telephone", move |text: &str| !whole || Telephone::parse(text).is_ok())
        .with_format("date-time", |text: &str| Instant::parse(text).is_ok())
        .with_format("date", |text: &str| calendar_date(text))
        .build(&schema)
        .map_err(|error| Error::internal(format_args!("the schema of {}: {error}", T::name())))?;
    let shape = Arc::new(Shape { schema, validator });
    if let Ok(mut known) = SHAPES.write() {
        known.insert(key, shape.clone());
    }
    Ok(shape)
}

/// A date: `YYYY-MM-DD`, one that exists, in the years 1900 to 9999.
fn calendar_date(text: &str) -> bool {
    text.len() == 10
        && text.parse::<chrono::NaiveDate>().is_ok_and(|date| (1900..=9999).contains(&chrono::Datelike::year(&date)))
}

/// The validator's findings as faults.
struct Telling<'a> {
    schema: &'a Value,
    read_only: &'a [String],
    emptied: HashSet<String>,
    faults: Faults,
}

/// The members of the object whose schema has the keyword at `path`, a JSON Pointer that goes through references.
fn members_of<'a>(root: &'a Value, path: &str) -> Option<&'a Map<String, Value>> {
    let (object, _keyword) = path.rsplit_once('/')?;
    let mut at = root;
    for token in object.split('/').skip(1) {
        at = at.pointer(&format!("/{token}"))?;
        if token == "$ref" {
            at = root.pointer(at.as_str()?.strip_prefix('#')?)?;
        }
    }
    at.get("properties")?.as_object()
}

impl Telling<'_> {
    fn tell(&mut self, error: &ValidationError<'_>) {
        let at = error.instance_path().as_str();
        if self.emptied.contains(at) {
            return;
        }
        match error.kind() {
            Kind::AdditionalProperties { unexpected } => {
                let read_only = if at.is_empty() { self.read_only } else { &[] };
                let known = members_of(self.schema, error.schema_path().as_str());
                for name in unexpected {
                    self.faults.push_with(|| not_a_member(at, name, read_only, known));
                }
            }
            Kind::OneOfNotValid { context } | Kind::AnyOf { context } => {
                // An optional member is "null or ...": the other branch has the real fault.
                let branch = context.iter().find(|errors| !errors.iter().any(is_not_null));
                match branch {
                    Some(errors) => errors.iter().for_each(|error| self.tell(error)),
                    None => self.faults.push(Fault::new(at, "type", "has none of the possible forms")),
                }
            }
            _ => self.faults.extend(fault(at, error)),
        }
    }
}

/// The fault of a finding; `None` if another finding covers it.
fn fault(at: &str, error: &ValidationError<'_>) -> Option<Fault> {
    Some(match error.kind() {
        Kind::Required { property } => {
            Fault::new(member(at, property.as_str().unwrap_or_default()), "missing", "is required")
        }
        Kind::Type { kind } => Fault::new(at, "type", format!("must be {}", types(kind))),
        Kind::Enum { options } => Fault::new(at, "unknown_value", format!("must be one of {}", listed(options))),
        Kind::Constant { expected_value } => Fault::new(at, "unknown_value", format!("must be {expected_value}")),
        Kind::MinLength { limit: 1 } => Fault::new(at, "blank", "must not be empty"),
        Kind::MinLength { limit } => Fault::new(at, "too_short", format!("must have at least {limit} characters")),
        Kind::MaxLength { limit } => Fault::new(at, "too_long", format!("must have at most {limit} characters")),
        Kind::Pattern { pattern } => {
            let text = error.instance().as_str().unwrap_or_default();
            if text.is_empty() {
                return None; // told by its length
            }
            let (code, words) = patterns::form(pattern).unwrap_or_else(|| {
                let fault = fault_of(text);
                (fault.code(), fault.detail())
            });
            Fault::new(at, code, words)
        }
        Kind::MinItems { limit: 1 } => Fault::new(at, "too_few", "must have at least one item"),
        Kind::MinItems { limit } => Fault::new(at, "too_few", format!("must have at least {limit} items")),
        Kind::MaxItems { limit } => Fault::new(at, "too_many", format!("must have at most {limit} items")),
        Kind::UniqueItems => Fault::new(at, "not_unique", "must not repeat an item"),
        Kind::Minimum { limit } => Fault::new(at, "too_small", format!("must be at least {limit}")),
        Kind::Maximum { limit } => Fault::new(at, "too_large", format!("must be at most {limit}")),
        Kind::Format { format } => format_fault(at, format, error.instance().as_str().unwrap_or_default()),
        _ => Fault::new(at, "invalid", "does not have the form that the API document describes"),
    })
}

fn is_not_null(error: &ValidationError<'_>) -> bool {
    matches!(error.kind(), Kind::Type { kind: TypeKind::Single(jsonschema::JsonType::Null) })
}

fn types(kind: &TypeKind) -> String {
    match kind {
        TypeKind::Single(one) => format!("of type {one}"),
        TypeKind::Multiple(several) => {
            let names: Vec<String> = several.iter().map(|one| one.to_string()).collect();
            format!("of type {}", names.join(" or "))
        }
    }
}

fn listed(options: &Value) -> String {
    let words = options.as_array().into_iter().flatten();
    words.map(|word| word.as_str().map_or_else(|| word.to_string(), str::to_owned)).collect::<Vec<_>>().join(", ")
}

fn format_fault(at: &str, format: &str, text: &str) -> Fault {
    let detail = match format {
        "email" => EmailAddress::parse(text).err(),
        "telephone" => Telephone::parse(text).err(),
        "date-time" => Instant::parse("").err(),
        "date" => Some("must be a date that exists, as YYYY-MM-DD, in the years 1900 to 9999"),
        "uuid" => Some("must be a UUID such as 01937a5e-8f00-7c3a-9d55-3f2a60b1c901"),
        _ => None,
    };
    Fault::new(at, format.to_owned(), detail.unwrap_or("does not have the required format"))
}
