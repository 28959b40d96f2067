//! The query: every parameter known, given once and well-formed, or 400.

use std::collections::HashSet;

use serde::de::DeserializeOwned;
use utoipa::ToSchema;
use utoipa::openapi::{RefOr, Schema};

use super::describe::Op;
use super::incoming::{Incoming, Take};
use crate::domain::{Code, Error, Fault, Faults, unknown_name};

/// The query as a `T`, whose members are the parameters.
#[derive(Debug)]
pub struct Query<T>(pub T);

impl<T: DeserializeOwned + ToSchema> Take for Query<T> {
    async fn take(incoming: &mut Incoming) -> Result<Self, Error> {
        parse(&pairs(incoming.query_string(), &members::<T>())?).map(Self)
    }

    fn describe(op: &mut Op<'_>) {
        op.query::<T>();
    }
}

/// For an operation that takes no query parameters at all.
#[derive(Debug)]
pub struct NoQuery;

impl NoQuery {
    /// # Errors
    /// 400 when there is a query all the same.
    pub(in crate::platform) fn check(query: &str) -> Result<(), Error> {
        pairs(query, &[]).map(|_| ())
    }
}

pub(super) fn members<T: ToSchema>() -> Vec<String> {
    match T::schema() {
        RefOr::T(Schema::Object(object)) => object.properties.keys().cloned().collect(),
        _ => Vec::new(),
    }
}

/// The words that an enumeration takes, from serde's "unknown variant `x`, expected one of `a`, `b`". The word that was sent
/// is not repeated.
fn allowed(detail: &str) -> Option<String> {
    let (_, expected) = detail.strip_prefix("unknown variant `")?.rsplit_once("`, expected ")?;
    Some(expected.split('`').skip(1).step_by(2).collect::<Vec<_>>().join(", "))
}

pub(super) fn fault(name: &str, code: &'static str, detail: String) -> Error {
    let detail = match allowed(&detail) {
        Some(words) => format!("must be one of {words}"),
        None if detail.contains('`') || detail.contains('"') => "is not of the form that this parameter has".to_owned(),
        None => detail,
    };
    Error::new(Code::InvalidQuery, format!("The query parameter {name}: {detail}."))
        .with(|p| p.faults = Fault::of_parameter(name, code, detail).into())
}

/// The parameters, each known and given once.
pub(super) fn pairs(query: &str, known: &[String]) -> Result<Vec<(String, String)>, Error> {
    let given: Vec<(String, String)> = serde_urlencoded::from_str(query).map_err(|_| {
        Error::new(Code::InvalidQuery, "The query is not in the form of application/x-www-form-urlencoded.")
    })?;
    let (mut faults, mut seen) = (Faults::default(), HashSet::new());
    for (name, _) in &given {
        if !known.contains(name) {
            let told = || unknown_name("parameter", name, known.iter().map(String::as_str));
            faults.push_with(|| Fault::of_parameter(name, "unknown", told()));
        } else if !seen.insert(name) {
            faults.push_with(|| Fault::of_parameter(name, "repeated", "is given more than once"));
        }
    }
    if faults.is_empty() {
        return Ok(given);
    }
    let told = if known.is_empty() { "none".to_owned() } else { known.join(", ") };
    let detail = format!("A query parameter is unknown or given twice; this operation takes: {told}.");
    Err(Error::new(Code::InvalidQuery, detail).with(|p| p.faults = faults))
}

pub(super) fn parse<T: DeserializeOwned>(pairs: &[(String, String)]) -> Result<T, Error> {
    let encoded = serde_urlencoded::to_string(pairs).map_err(|error| Error::internal(error))?;
    let deserializer = serde_urlencoded::Deserializer::new(form(encoded.as_bytes()));
    serde_path_to_error::deserialize(deserializer).map_err(|error| {
        let name = error.path().to_string();
        if name == "." {
            return Error::new(Code::InvalidQuery, format!("A query parameter is missing: {}.", error.inner()));
        }
        fault(&name, "type", error.inner().to_string())
    })
}

fn form(encoded: &[u8]) -> form_urlencoded::Parse<'_> {
    form_urlencoded::parse(encoded)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Debug, serde::Deserialize)]
    #[serde(rename_all = "snake_case")]
    enum Two {
        First,
        Second,
    }

    #[derive(Debug, serde::Deserialize)]
    struct Asked {
        #[expect(dead_code, reason = "only its parsing matters")]
        which: Two,
    }

    #[test]
    fn an_unknown_word_is_answered_with_the_allowed_ones() {
        for word in ["third", "`, expected one of `secret`", "first "] {
            let error = parse::<Asked>(&[("which".to_owned(), word.to_owned())]).unwrap_err();
            let told = error.to_string();
            assert!(told.contains("which: must be one of first, second."), "{told}");
        }
        assert_eq!(allowed("invalid type: string \"x\", expected `u8`"), None);
    }
}
