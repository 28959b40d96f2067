//! The JSON of a body: how much of it is kept, and the problems that say what is wrong with it.

use serde_json::Value;

use crate::domain::{Code, Error};
use crate::platform::strict_json::{self, Bounds, NotStrict, Read, Wrong};

/// 30,000 values are more than the schema of any operation has room for.
const BOUNDS: Bounds = Bounds { levels: 32, kept_values: 30_000 };

/// Parses `bytes` strictly.
///
/// # Errors
/// 400 with the code of what is wrong and where.
pub(super) fn parse(bytes: &[u8]) -> Result<Read, Error> {
    strict_json::read(bytes, BOUNDS).map_err(|NotStrict { wrong, line, column }| {
        let place = format!("at line {line}, column {column}");
        match wrong {
            Wrong::TooDeep => {
                Error::new(Code::TooDeep, format!("The body has more than {} levels, {place}.", BOUNDS.levels))
            }
            Wrong::DuplicateMember => {
                Error::new(Code::DuplicateMember, format!("An object has two members of one name, {place}."))
            }
            Wrong::Syntax if bytes.is_empty() => Error::new(Code::MalformedJson, "The body is empty; send JSON."),
            Wrong::Syntax => Error::new(Code::MalformedJson, format!("The body is not JSON: it goes wrong {place}.")),
        }
    })
}

/// A value that was made here, and not read.
pub(super) fn whole(value: Value) -> Read {
    Read { value, is_whole: true }
}

/// A body with more values than are kept, in which nothing else was found wrong.
pub(super) fn too_many_values() -> Error {
    Error::new(Code::TooLarge, format!("The body has more than {} values.", BOUNDS.kept_values))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_fault_has_its_code_and_its_place() {
        let deep = "[".repeat(33);
        for (body, code, said) in [
            ("", Code::MalformedJson, "The body is empty"),
            ("{\n \"a\": }", Code::MalformedJson, "line 2, column 7"),
            (r#"{"a":1,"a":2}"#, Code::DuplicateMember, "two members of one name, at line 1"),
            (&deep, Code::TooDeep, "more than 32 levels, at line 1, column 33"),
        ] {
            let error = parse(body.as_bytes()).unwrap_err();
            assert_eq!(error.code(), code, "{body}");
            assert!(error.detail().contains(said), "{}", error.detail());
        }
    }
}
