//! A body that a program sends as JSON, and a page without a script as a form.

use serde_json::{Map, Value};

use super::unjudged::Judge;
use super::valid::{Command, described, parse, parse_value};
use crate::domain::{Code, Error};
use crate::platform::http::answer::JSON;
use crate::platform::http::describe::Op;
use crate::platform::http::incoming::one_of;

/// The media type of a form.
const FORM: &str = "application/x-www-form-urlencoded";

/// A body as JSON or as a form, checked and parsed alike. All members of `T` are texts.
#[derive(Debug)]
pub struct FormOrJson<T>(pub T);

impl<T: Command> Judge for FormOrJson<T> {
    const BODY_LIMIT: Option<usize> = T::BODY_LIMIT;

    fn judge(content_type: &str, body: &[u8]) -> Result<Self, Error> {
        match one_of(content_type, &[JSON, FORM])? {
            JSON => parse(body).map(Self),
            _ => parse_value(members(body)?).map(Self),
        }
    }

    fn describe(op: &mut Op<'_>) {
        described::<T>(op, JSON);
        op.also_takes::<T>(FORM);
    }
}

/// The fields of a form as an object.
///
/// # Errors
/// 400 when a field appears twice.
fn members(body: &[u8]) -> Result<Value, Error> {
    let mut members = Map::new();
    for (name, value) in form_urlencoded::parse(body) {
        if members.insert(name.into_owned(), Value::String(value.into_owned())).is_some() {
            return Err(Error::new(Code::DuplicateMember, "The form has two fields of one name."));
        }
    }
    Ok(Value::Object(members))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_form_is_an_object_of_texts() {
        let form = members(b"purpose=newsletter&wording=Yes%2C+please").unwrap();
        assert_eq!(form, json!({ "purpose": "newsletter", "wording": "Yes, please" }));
        assert_eq!(members(b"").unwrap(), json!({}));
    }

    #[test]
    fn a_field_stands_once() {
        assert_eq!(members(b"a=1&b=2&a=3").unwrap_err().code(), Code::DuplicateMember);
    }
}
