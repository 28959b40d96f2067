//! The records of a table, as the letter and its annex show them.

use serde_json::Value;

use super::super::model::PackagePart;
use super::tables::{self, Layout, Member, Reading, TableInWords};
use super::{Said, plain};
use crate::domain::{Instant, day_words, london_words};

/// A member of a record.
pub(super) struct Line {
    pub(super) label: String,
    pub(super) value: Said,
}

/// What the letter tells of a table in which there is something.
pub(super) struct Section {
    pub(super) table: String,
    pub(super) heading: String,
    pub(super) lead: &'static str,
    pub(super) shown: Shown,
}

/// The records, in the layout of their table.
pub(super) enum Shown {
    /// Each by itself.
    List(Vec<Vec<Line>>),
    /// Together, under the labels of those members that any of them has.
    Rows { labels: Vec<&'static str>, rows: Vec<Vec<Said>> },
}

/// The technical details of a table's records, each with its number in the letter.
pub(super) struct Details {
    pub(super) heading: String,
    pub(super) records: Vec<Vec<Line>>,
}

/// The tables in which there is something, in the order of the letter.
pub(super) fn sections(held: &[PackagePart]) -> Vec<Section> {
    let section = |words: &'static TableInWords| {
        let part = held.iter().find(|part| part.table == words.table && !part.records.is_empty())?;
        let (heading, lead) = (words.heading.to_owned(), words.lead);
        Some(Section { table: part.table.clone(), heading, lead, shown: shown(words, &part.records) })
    };
    tables::all().filter_map(section).collect()
}

/// Where the person's data came from.
pub(super) fn source(source: &Value) -> Vec<Line> {
    lines(tables::SOURCE, source)
}

fn lines(members: &[Member], record: &Value) -> Vec<Line> {
    let line = |member: &Member| {
        let value = read(found(record, member.pointer)?, member.reading);
        Some(Line { label: member.label.to_owned(), value })
    };
    members.iter().chain(&tables::LEFT_OUT).filter_map(line).collect()
}

fn shown(words: &TableInWords, records: &[Value]) -> Shown {
    if words.layout == Layout::List {
        return Shown::List(records.iter().map(|record| lines(words.members, record)).collect());
    }
    let has_any = |member: &&Member| records.iter().any(|record| found(record, member.pointer).is_some());
    let members: Vec<&Member> = words.members.iter().chain(&tables::LEFT_OUT).filter(has_any).collect();
    let cell = |record, member: &Member| found(record, member.pointer).map(|value| read(value, member.reading));
    let row = |record| members.iter().map(|member| cell(record, member).unwrap_or_default()).collect();
    Shown::Rows { labels: members.iter().map(|member| member.label).collect(), rows: records.iter().map(row).collect() }
}

/// Everything that the letter does not show, so that nothing that is held is left out of the page.
pub(super) fn details(held: &[PackagePart]) -> Vec<Details> {
    let details = |part: &PackagePart| {
        let words = tables::of(&part.table);
        let records: Vec<Vec<Line>> = part.records.iter().map(|record| left_over(words, record)).collect();
        let heading = tables::heading(&part.table).to_owned();
        records.iter().any(|record| !record.is_empty()).then_some(Details { heading, records })
    };
    held.iter().filter_map(details).collect()
}

fn left_over(words: Option<&TableInWords>, record: &Value) -> Vec<Line> {
    let members = words.map_or(&[][..], |words| words.members);
    let technical = words.map_or(&[][..], |words| words.technical);
    let mut lines = Vec::new();
    each_value(record, &mut String::new(), &mut |pointer, value| {
        // The letter shows what is under its members, and a text in the place of an object that has members.
        let place = pointer.strip_suffix("/left_out").filter(|place| !place.is_empty()).unwrap_or(pointer);
        let is_shown = |member: &Member| is_under(place, member.pointer) || is_under(member.pointer, place);
        if members.iter().chain(&tables::LEFT_OUT).any(is_shown) {
            return;
        }
        let text = text(value);
        let is_known = technical.iter().any(|known| is_under(place, known));
        let value = if is_known { Said::words(text) } else { Said::unworded(text) };
        lines.push(Line { label: plain(pointer.trim_start_matches('/')), value });
    });
    lines
}

/// Whether a pointer is `ancestor`, or leads to something within it.
fn is_under(pointer: &str, ancestor: &str) -> bool {
    pointer.strip_prefix(ancestor).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
}

/// Calls `then` with each value of a record that is no object and not null, and its pointer.
fn each_value(value: &Value, pointer: &mut String, then: &mut impl FnMut(&str, &Value)) {
    match value {
        Value::Null => {}
        Value::Object(members) => {
            for (name, member) in members {
                let length = pointer.len();
                pointer.push('/');
                pointer.push_str(name);
                each_value(member, pointer, then);
                pointer.truncate(length);
            }
        }
        single => then(pointer, single),
    }
}

/// The value at a pointer, if there is anything. A text in the place of an object that the pointer goes through stands for all
/// that was within it. So does the `left_out` of an object within a record; that of the record itself has a line of its own.
fn found<'a>(record: &'a Value, pointer: &str) -> Option<&'a Value> {
    let mut value = record;
    for (depth, step) in pointer.split('/').skip(1).enumerate() {
        match value {
            Value::Object(members) => {
                let left_out = members.get("left_out").filter(|_| depth > 0);
                value = members.get(step).or(left_out)?;
            }
            text => return text.is_string().then_some(text),
        }
    }
    let is_nothing = match value {
        Value::Null => true,
        Value::String(text) => text.is_empty(),
        Value::Array(items) => items.is_empty(),
        _ => false,
    };
    (!is_nothing).then_some(value)
}

fn read(value: &Value, reading: Reading) -> Said {
    match reading {
        Reading::Always(words) => Said::words(words),
        Reading::When => Said::words(when(value)),
        Reading::Text | Reading::YesOrNo => Said::words(text(value)),
        Reading::Code(words) => match value {
            Value::Array(codes) => codes.iter().map(|code| read(code, reading)).collect(),
            code => words(code).map_or_else(|| Said::unworded(text(code)), Said::words),
        },
    }
}

/// A date, or an instant in London.
fn when(value: &Value) -> String {
    let written = value.as_str().unwrap_or_default();
    if let Ok(day) = written.parse() {
        return day_words(day);
    }
    Instant::parse(written).map_or_else(|_| text(value), london_words)
}

fn text(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        Value::Bool(true) => "Yes".to_owned(),
        Value::Bool(false) => "No".to_owned(),
        Value::Array(items) => items.iter().map(text).collect::<Vec<_>>().join("; "),
        other => other.to_string(),
    }
}
