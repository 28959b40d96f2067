//! One JSON object, read strictly: the header and the payload of a token, and a key set.

use std::fmt;

use serde_json::{Map, Value};

use crate::platform::strict_json::{self, Bounds, NotStrict};

/// The length of tokens and key sets is bounded, so every value is kept. `serde_json` itself reads no more levels.
const BOUNDS: Bounds = Bounds { levels: 127, kept_values: usize::MAX };

/// Why a text is not one JSON object.
#[derive(Debug)]
pub(super) enum NotAnObject {
    /// It is another JSON value.
    OtherValue,
    /// It is not strict JSON.
    NotStrict(NotStrict),
}

impl fmt::Display for NotAnObject {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::OtherValue => f.write_str("not an object"),
            Self::NotStrict(why) => why.fmt(f),
        }
    }
}

/// The members of the one JSON object in `bytes`.
pub(super) fn read(bytes: &[u8]) -> Result<Map<String, Value>, NotAnObject> {
    match strict_json::read(bytes, BOUNDS).map_err(NotAnObject::NotStrict)?.value {
        Value::Object(members) => Ok(members),
        _ => Err(NotAnObject::OtherValue),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn another_value_than_one_object_is_refused() {
        assert_eq!(read(br#"{"a":1}"#).unwrap().len(), 1);
        let deep = format!("{{\"a\":{}{}}}", "[".repeat(4000), "]".repeat(4000));
        for text in ["", "[]", "1", "\"a\"", "{} {}", r#"{"a":1,"a":1}"#, &deep] {
            assert!(read(text.as_bytes()).is_err(), "{text:.20}");
        }
    }
}
