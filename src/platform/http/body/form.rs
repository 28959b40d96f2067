//! A body that a program sends as JSON, and a page without a script as a form.

use serde_json::{Map, Value};

use super::Command;
use super::valid::{described, parse, parse_value};
use crate::domain::{Code, Error};
use crate::platform::http::answer::JSON;
use crate::platform::http::describe::Op;
use crate::platform::http::incoming::{Incoming, Take};

/// The media type of a form.
const FORM: &str = "application/x-www-form-urlencoded";

/// A body as JSON or as a form, checked and parsed alike. All members of `T` are texts.
#[derive(Debug)]
pub struct FormOrJson<T>(pub T);

impl<T: Command> Take for FormOrJson<T> {
    const BODY_LIMIT: Option<usize> = T::BODY_LIMIT;

    async fn take(incoming: &mut Incoming) -> Result<Self, Error> {
        let media_type = incoming.expect_one_of(&[JSON, FORM])?;
        let body = incoming.body().await?;
        if media_type == JSON { parse(&body).map(Self) } else { parse_value(members(&body)?).map(Self) }
    }

    fn describe(op: &mut Op<'_>) {
        described::<T>(op, JSON);
        op.also_takes::<T>(FORM);
    }
}

/// The fields of a form as an object.
///
/// # Errors
/// 400 when a field stands twice.
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
