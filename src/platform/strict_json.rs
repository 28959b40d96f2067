//! JSON read strictly (RFC 8259, I-JSON RFC 7493): one value and nothing after it, and no object with two members of one name.
//!
//! Bodies of requests, tokens and key sets are read here. Two readers of `{"a":1,"a":2}` may take different values (RFC 8259
//! section 4), and neither a request nor a token may have two meanings.

use std::cell::Cell;
use std::fmt;

use serde::de::{DeserializeSeed, Deserializer, Error as _, MapAccess, SeqAccess, Visitor};
use serde_json::{Map, Number, Value};

/// How much of a text is read.
#[derive(Clone, Copy, Debug)]
pub struct Bounds {
    /// How many levels of objects and arrays it may have.
    pub levels: u8,
    /// How many values are kept in memory. The rest is read and held to the rules, but not kept.
    pub kept_values: usize,
}

/// What was read.
#[derive(Debug)]
pub struct Read {
    /// The value, or a part of it if the text has more values than are kept. Items of arrays are missing then, and `null` stands
    /// for objects and arrays. An object that is there has all its members.
    pub value: Value,
    /// Whether nothing is missing.
    pub is_whole: bool,
}

/// What is wrong with a text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Wrong {
    /// It is not JSON.
    Syntax,
    /// An object has two members of one name.
    DuplicateMember,
    /// It has more levels than [`Bounds::levels`].
    TooDeep,
}

/// What is wrong with a text, and where.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NotStrict {
    /// What.
    pub wrong: Wrong,
    /// The line, counted from 1.
    pub line: usize,
    /// The column, counted from 1.
    pub column: usize,
}

impl fmt::Display for NotStrict {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let wrong = match self.wrong {
            Wrong::Syntax => "not JSON",
            Wrong::DuplicateMember => "an object with two members of one name",
            Wrong::TooDeep => "too many levels",
        };
        write!(f, "{wrong} at line {}, column {}", self.line, self.column)
    }
}

impl std::error::Error for NotStrict {}

/// Reads all of `bytes`.
///
/// # Errors
/// [`NotStrict`] at the first fault.
pub fn read(bytes: &[u8], bounds: Bounds) -> Result<Read, NotStrict> {
    let progress = Progress { bounds, seen: Cell::new(0), wrong: Cell::new(Wrong::Syntax) };
    let mut deserializer = serde_json::Deserializer::from_slice(bytes);
    let value = Node { levels: bounds.levels, progress: &progress }.deserialize(&mut deserializer);
    let value = value.and_then(|value| deserializer.end().map(|()| value)).map_err(|error| NotStrict {
        wrong: progress.wrong.get(),
        line: error.line(),
        column: error.column(),
    })?;
    Ok(Read { value, is_whole: progress.seen.get() <= bounds.kept_values })
}

/// What a reading shares among its values.
struct Progress {
    bounds: Bounds,
    /// How many values were read so far.
    seen: Cell<usize>,
    /// What stopped the reading. An error of serde carries text alone, so the visitor notes it here.
    wrong: Cell<Wrong>,
}

/// One value.
#[derive(Clone, Copy)]
struct Node<'a> {
    /// How many more levels it may have beneath it.
    levels: u8,
    progress: &'a Progress,
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
            self.progress.wrong.set(Wrong::TooDeep);
            E::custom("too deep")
        })?;
        Ok(Self { levels, ..self })
    }

    fn is_room_left(self) -> bool {
        self.progress.seen.get() < self.progress.bounds.kept_values
    }

    /// Counts a value, and returns whether it is kept.
    fn counts(self) -> bool {
        let is_kept = self.is_room_left();
        self.progress.seen.set(self.progress.seen.get().saturating_add(1));
        is_kept
    }
}

impl<'de> Visitor<'de> for Node<'_> {
    type Value = Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a JSON value")
    }

    fn visit_unit<E>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_bool<E>(self, value: bool) -> Result<Value, E> {
        Ok(Value::Bool(value))
    }

    fn visit_i64<E>(self, value: i64) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_u64<E>(self, value: u64) -> Result<Value, E> {
        Ok(value.into())
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
        let is_kept = self.is_room_left();
        let mut members = Map::new();
        while let Some(name) = entries.next_key::<String>()? {
            let value = entries.next_value_seed(beneath)?;
            self.counts();
            if members.insert(name, value).is_some() {
                self.progress.wrong.set(Wrong::DuplicateMember);
                return Err(A::Error::custom("a duplicate member"));
            }
        }
        Ok(if is_kept { Value::Object(members) } else { Value::Null })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const KEPT: usize = 30_000;

    fn parse(text: &[u8]) -> Result<Read, NotStrict> {
        read(text, Bounds { levels: 32, kept_values: KEPT })
    }

    fn wrong(text: impl AsRef<[u8]>) -> Wrong {
        parse(text.as_ref()).unwrap_err().wrong
    }

    #[test]
    fn plain_json_is_read_as_serde_json_reads_it() {
        let text = r#"{"a":null,"b":[true,-1,18446744073709551615,1.5,"é\u0000"],"c":{"d":{}}}"#;
        assert_eq!(parse(text.as_bytes()).unwrap().value, serde_json::from_str::<Value>(text).unwrap());
    }

    #[test]
    fn a_whole_number_is_an_integer_in_any_spelling() {
        let value = |text: &str| parse(text.as_bytes()).unwrap().value;
        assert_eq!(value("[80.0,8e1,-0.0,1.5,1e300]"), serde_json::json!([80, 80, 0, 1.5, 1e300]));
    }

    #[test]
    fn a_text_that_is_not_json_is_refused_with_its_place() {
        for text in [
            &b"{"[..],
            b"",
            b"nonsense",
            b"{\"a\":1}x",
            b"{} {}",
            b"{a:1}",
            b"{\"a\":1,}",
            b"\"\xff\"",
            b"\"\\ud800\"",
            b"[1,]",
            b"NaN",
            b"[1e999]",
            b"\xef\xbb\xbf{}",
        ] {
            assert_eq!(wrong(text), Wrong::Syntax, "{text:?}");
        }
        let found = parse(b"{\n \"a\": }").unwrap_err();
        assert_eq!((found.line, found.column), (2, 7));
    }

    #[test]
    fn duplicate_members_are_refused_at_any_level_and_in_any_spelling() {
        for text in [r#"{"a":1,"a":1}"#, r#"{"a":1,"\u0061":1}"#, r#"{"x":[{"y":{"a":1,"a":2}}]}"#] {
            assert_eq!(wrong(text), Wrong::DuplicateMember, "{text}");
        }
    }

    #[test]
    fn levels_are_bounded() {
        let nested = |levels: usize| format!("{}{}", "[".repeat(levels), "]".repeat(levels));
        assert!(parse(nested(32).as_bytes()).is_ok_and(|read| read.is_whole));
        assert_eq!(wrong(nested(33)), Wrong::TooDeep);
        assert_eq!(wrong("[".repeat(100_000)), Wrong::TooDeep);
    }

    #[test]
    fn of_too_many_values_the_first_are_kept_and_all_are_read() {
        let items = |count: usize| format!("{{\"items\":[{}0]}}", "0,".repeat(count - 1));
        let read = parse(items(510_000).as_bytes()).unwrap();
        let kept = read.value["items"].as_array().unwrap();
        assert_eq!((read.is_whole, kept.len(), kept.capacity() < 2 * KEPT), (false, KEPT, true));
        assert!(parse(items(KEPT - 1).as_bytes()).unwrap().is_whole);

        // The values that are not kept are still held to the rules.
        assert_eq!(wrong(items(50_000).replace("0]", "[0,]]")), Wrong::Syntax);
        assert_eq!(wrong(items(50_000).replace("0]", "{\"a\":1,\"a\":2}]")), Wrong::DuplicateMember);
        assert_eq!(wrong(items(50_000).replace("0]", &format!("{}]", "[".repeat(40)))), Wrong::TooDeep);
    }

    #[test]
    fn every_name_of_an_object_is_kept_but_no_object_beyond_the_bound() {
        let members: Vec<String> = (0..60_000).map(|at| format!("\"{at}\":{{\"\":0}}")).collect();
        let read = parse(format!("{{{}}}", members.join(",")).as_bytes()).unwrap();
        let members = read.value.as_object().unwrap();
        let objects = members.values().filter(|value| value.is_object()).count();
        assert_eq!((read.is_whole, members.len(), objects), (false, 60_000, KEPT / 2));
    }
}
