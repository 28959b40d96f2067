//! The page of each problem code.

use std::str::FromStr;

use utoipa::openapi::{ObjectBuilder, RefOr, Schema, Type};
use utoipa::{PartialSchema, ToSchema};

use crate::domain::{CODES, CodeEntry};
use crate::platform::http::PathWord;

/// A problem code in a path.
#[derive(Clone, Copy, Debug)]
pub struct ProblemCode(pub(super) CodeEntry);

impl PartialSchema for ProblemCode {
    fn schema() -> RefOr<Schema> {
        let names = CODES.iter().map(|entry| entry.name);
        ObjectBuilder::new().schema_type(Type::String).enum_values(Some(names)).into()
    }
}

impl ToSchema for ProblemCode {}

impl FromStr for ProblemCode {
    type Err = ();

    fn from_str(text: &str) -> Result<Self, ()> {
        CODES.iter().find(|entry| entry.name == text).map(|&entry| Self(entry)).ok_or(())
    }
}

impl PathWord for ProblemCode {
    const NAME: &'static str = "code";
    const MEANING: &'static str = "The stable code of the problem.";
}

/// The page that `type` of a problem points to: plain HTML, nothing from elsewhere.
pub fn problem_page(entry: CodeEntry) -> String {
    let meaning = entry.meaning.split('`').enumerate().map(|(at, part)| {
        let part = part.replace('&', "&amp;").replace('<', "&lt;");
        if at % 2 == 1 { format!("<code>{part}</code>") } else { part }
    });
    let meaning: String = meaning.collect();
    format!(
        "<!doctype html>\n<html lang=\"en-GB\">\n<meta charset=\"utf-8\">\n<meta name=\"viewport\" \
         content=\"width=device-width\">\n<title>{title}</title>\n<h1>{title}</h1>\n<p>{meaning}</p>\n<p>Code \
         <code>{name}</code>, status {status}.</p>\n</html>\n",
        title = entry.title,
        name = entry.name,
        status = entry.status,
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_code_has_a_page() {
        for entry in CODES {
            let page = problem_page(*entry);
            assert!(page.contains(entry.title) && page.contains(entry.name));
            assert!(entry.name.parse::<ProblemCode>().is_ok());
        }
    }
}
