//! JSON read strictly (RFC 8259, I-JSON RFC 7493): one value, no duplicate members, at most 32 levels.

use std::cell::Cell;
use std::fmt;

use serde::de::{DeserializeSeed, Deserializer, MapAccess, SeqAccess, Visitor};
use serde_json::{Map, Number, Value};

use crate::domain::{Code, Error};

/// How many levels of objects and arrays a body may have.
const DEPTH: u8 = 32;

thread_local! {
    /// serde's errors carry text alone; what kind of fault it was is noted here by the visitor.
    static FAULT: Cell<Option<Code>> = const { Cell::new(None) };
}

/// Parses `bytes` strictly.
///
/// # Errors
/// 400 with the code of what is wrong and where.
pub(super) fn parse(bytes: &[u8]) -> Result<Value, Error> {
    FAULT.set(None);
    let mut deserializer = serde_json::Deserializer::from_slice(bytes);
    let value = Node(DEPTH).deserialize(&mut deserializer);
    value.and_then(|value| deserializer.end().map(|()| value)).map_err(|error| {
        let place = format!("at line {}, column {}", error.line(), error.column());
        match FAULT.take() {
            Some(Code::TooDeep) => {
                Error::new(Code::TooDeep, format!("The body has more than {DEPTH} levels, {place}."))
            }
            Some(code) => Error::new(code, format!("An object has two members of one name, {place}.")),
            None if bytes.is_empty() => Error::new(Code::MalformedJson, "The body is empty; send JSON."),
            None => Error::new(Code::MalformedJson, format!("The body is not JSON: it goes wrong {place}.")),
        }
    })
}

/// One value with `0` more levels allowed beneath it.
struct Node(u8);

impl<'de> DeserializeSeed<'de> for Node {
    type Value = Value;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Value, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl Node {
    fn beneath<E: serde::de::Error>(&self) -> Result<u8, E> {
        self.0.checked_sub(1).ok_or_else(|| {
            FAULT.set(Some(Code::TooDeep));
            E::custom("too deep")
        })
    }
}

impl<'de> Visitor<'de> for Node {
    type Value = Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a JSON value")
    }

    fn visit_bool<E>(self, value: bool) -> Result<Value, E> {
        Ok(Value::Bool(value))
    }

    fn visit_i64<E>(self, value: i64) -> Result<Value, E> {
        Ok(Value::Number(value.into()))
    }

    fn visit_u64<E>(self, value: u64) -> Result<Value, E> {
        Ok(Value::Number(value.into()))
    }

    fn visit_f64<E>(self, value: f64) -> Result<Value, E> {
        // To JSON Schema, and so to the document, 80.0 is an integer. Beyond 2^53 a double does not tell which.
        let whole = value.fract() == 0.0 && value.abs() <= 9_007_199_254_740_992.0;
        if let Some(whole) = whole.then(|| format!("{value:.0}").parse::<i64>().ok()).flatten() {
            return Ok(Value::from(whole));
        }
        Ok(Number::from_f64(value).map_or(Value::Null, Value::Number))
    }

    fn visit_str<E>(self, value: &str) -> Result<Value, E> {
        Ok(Value::String(value.to_owned()))
    }

    fn visit_string<E>(self, value: String) -> Result<Value, E> {
        Ok(Value::String(value))
    }

    fn visit_unit<E>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut sequence: A) -> Result<Value, A::Error> {
        let beneath = self.beneath()?;
        let mut items = Vec::new();
        while let Some(item) = sequence.next_element_seed(Node(beneath))? {
            items.push(item);
        }
        Ok(Value::Array(items))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut entries: A) -> Result<Value, A::Error> {
        let beneath = self.beneath()?;
        let mut members = Map::new();
        while let Some(name) = entries.next_key::<String>()? {
            let value = entries.next_value_seed(Node(beneath))?;
            if members.insert(name, value).is_some() {
                FAULT.set(Some(Code::DuplicateMember));
                return Err(serde::de::Error::custom("duplicate member"));
            }
        }
        Ok(Value::Object(members))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn code(body: &[u8]) -> Code {
        parse(body).unwrap_err().code()
    }

    #[test]
    fn what_is_not_json_is_told_with_its_place() {
        for body in [&b"{"[..], b"", b"nonsense", b"{\"a\":1}x", b"\"\xff\"", b"\"\\ud800\"", b"[1,]", b"NaN"] {
            assert_eq!(code(body), Code::MalformedJson, "{body:?}");
        }
        assert!(parse(b"{\n \"a\": }").unwrap_err().detail().contains("line 2"));
    }

    #[test]
    fn duplicate_members_are_refused_at_any_depth() {
        assert_eq!(code(br#"{"a":1,"a":2}"#), Code::DuplicateMember);
        assert_eq!(code(br#"[{"b":{"a":1,"\u0061":2}}]"#), Code::DuplicateMember);
    }

    #[test]
    fn thirty_two_levels_and_no_more() {
        let nested = |levels: usize| format!("{}{}", "[".repeat(levels), "]".repeat(levels));
        assert!(parse(nested(32).as_bytes()).is_ok());
        assert_eq!(code(nested(33).as_bytes()), Code::TooDeep);
        assert_eq!(code("[".repeat(100_000).as_bytes()), Code::TooDeep);
    }
}
