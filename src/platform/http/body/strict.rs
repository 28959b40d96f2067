//! JSON read strictly (RFC 8259, I-JSON RFC 7493): one value, no duplicate members, at most 32 levels.
//! The reader reads the whole body, but keeps no more of it in memory than a body can need.

use std::cell::Cell;
use std::fmt;

use serde::de::{DeserializeSeed, Deserializer, MapAccess, SeqAccess, Visitor};
use serde_json::{Map, Number, Value};

use crate::domain::{Code, Error};

/// How many levels of objects and arrays a body may have.
const DEPTH: u8 = 32;

/// How many values of a body are kept in memory: more than the schema of any operation allows.
const KEPT_VALUES: usize = 30_000;

thread_local! {
    /// serde's errors carry text alone; the visitor records the kind of fault here.
    static FAULT: Cell<Option<Code>> = const { Cell::new(None) };
}

/// A body that is JSON.
#[derive(Debug)]
pub(super) struct Read {
    /// The value: a part of it if the body has more than [`KEPT_VALUES`] values. Items of arrays are
    /// missing then, and `null` replaces objects and arrays; a kept object has all of its names.
    pub(super) value: Value,
    /// Whether the value is complete.
    pub(super) is_whole: bool,
}

impl Read {
    /// A value that was made here, not read.
    pub(super) fn whole(value: Value) -> Self {
        Self { value, is_whole: true }
    }

    /// A body with more values than are kept, and no other fault.
    pub(super) fn too_many_values() -> Error {
        Error::new(Code::TooLarge, format!("The body has more than {KEPT_VALUES} values."))
    }
}

/// Parses `bytes` strictly.
///
/// # Errors
/// 400 with the code and the place of the fault.
pub(super) fn parse(bytes: &[u8]) -> Result<Read, Error> {
    FAULT.set(None);
    let kept = Cell::new(0);
    let mut deserializer = serde_json::Deserializer::from_slice(bytes);
    let value = Node { levels: DEPTH, kept: &kept }.deserialize(&mut deserializer);
    let value = value.and_then(|value| deserializer.end().map(|()| value)).map_err(|error| {
        let place = format!("at line {}, column {}", error.line(), error.column());
        match FAULT.take() {
            Some(Code::TooDeep) => {
                Error::new(Code::TooDeep, format!("The body has more than {DEPTH} levels, {place}."))
            }
            Some(code) => Error::new(code, format!("An object has two members of one name, {place}.")),
            None if bytes.is_empty() => Error::new(Code::MalformedJson, "The body is empty; send JSON."),
            None => Error::new(Code::MalformedJson, format!("The body is not JSON: the error is {place}.")),
        }
    })?;
    Ok(Read { value, is_whole: kept.get() <= KEPT_VALUES })
}

/// One value.
#[derive(Clone, Copy)]
struct Node<'a> {
    /// How many more levels it may have below it.
    levels: u8,
    /// How many values were read so far; the names of members count with their values.
    kept: &'a Cell<usize>,
}

impl<'de> DeserializeSeed<'de> for Node<'_> {
    type Value = Value;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Value, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl Node<'_> {
    fn beneath<E: serde::de::Error>(self) -> Result<Self, E> {
        let levels = self.levels.checked_sub(1).ok_or_else(|| {
            FAULT.set(Some(Code::TooDeep));
            E::custom("too deep")
        })?;
        Ok(Self { levels, ..self })
    }

    /// Counts a value, and returns whether to keep it.
    fn counts(self) -> bool {
        self.kept.set(self.kept.get().saturating_add(1));
        self.kept.get() <= KEPT_VALUES
    }
}

impl<'de> Visitor<'de> for Node<'_> {
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
        // In JSON Schema, and so in the document, 80.0 is an integer. Beyond 2^53 a double does not show which
        // integer it is.
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
        while let Some(item) = sequence.next_element_seed(beneath)? {
            if self.counts() {
                items.push(item);
            }
        }
        Ok(Value::Array(items))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut entries: A) -> Result<Value, A::Error> {
        let beneath = self.beneath()?;
        let is_kept = self.kept.get() < KEPT_VALUES;
        let mut members = Map::new();
        while let Some(name) = entries.next_key::<String>()? {
            let value = entries.next_value_seed(beneath)?;
            self.counts();
            if members.insert(name, value).is_some() {
                FAULT.set(Some(Code::DuplicateMember));
                return Err(serde::de::Error::custom("duplicate member"));
            }
        }
        Ok(if is_kept { Value::Object(members) } else { Value::Null })
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
        assert!(parse(nested(32).as_bytes()).is_ok_and(|read| read.is_whole));
        assert_eq!(code(nested(33).as_bytes()), Code::TooDeep);
        assert_eq!(code("[".repeat(100_000).as_bytes()), Code::TooDeep);
    }
    #[test]
    fn of_too_many_values_the_first_are_kept_and_all_are_read() {
        let items = |count: usize| format!("{{\"items\":[{}0]}}", "0,".repeat(count - 1));
        let read = parse(items(510_000).as_bytes()).unwrap();
        let kept = read.value["items"].as_array().unwrap();
        assert_eq!((read.is_whole, kept.len(), kept.capacity() < 2 * KEPT_VALUES), (false, KEPT_VALUES, true));
        assert!(parse(items(KEPT_VALUES - 1).as_bytes()).unwrap().is_whole);

        // The rules still apply to later values.
        assert_eq!(code(items(50_000).replace("0]", "[0,]]").as_bytes()), Code::MalformedJson);
        assert_eq!(code(items(50_000).replace("0]", "{\"a\":1,\"a\":2}]").as_bytes()), Code::DuplicateMember);
        assert_eq!(code(items(50_000).replace("0]", &format!("{}]", "[".repeat(40))).as_bytes()), Code::TooDeep);
    }

    #[test]
    fn every_name_of_an_object_is_kept_but_no_object_beyond_the_bound() {
        let members: Vec<String> = (0..60_000).map(|at| format!("\"{at}\":{{\"\":0}}")).collect();
        let read = parse(format!("{{{}}}", members.join(",")).as_bytes()).unwrap();
        let members = read.value.as_object().unwrap();
        let objects = members.values().filter(|value| value.is_object()).count();
        assert_eq!((read.is_whole, members.len(), objects), (false, 60_000, KEPT_VALUES / 2));
    }
}
