//! A package for a person to read and print.

use askama::Template;
use serde_json::Value;

use super::super::letters::asked_for;
use super::model::{Package, SearchRecord};
use crate::domain::{Error, day_words, london_date};

#[derive(Template)]
#[template(path = "pages/package.html")]
struct Page<'a> {
    package: &'a Package,
    asked: String,
    built_on: String,
    keep_until: String,
    source: Vec<Line>,
    purposes: Vec<Vec<Line>>,
    search: Option<Search<'a>>,
    parts: Vec<Part<'a>>,
}

/// How it was searched for.
struct Search<'a> {
    day: String,
    ids: usize,
    addresses: usize,
    tables: Vec<(String, usize)>,
    reasons: &'a str,
    elsewhere: &'a str,
}

impl<'a> Search<'a> {
    fn of(record: &'a SearchRecord) -> Self {
        Self {
            day: day_words(london_date(record.ended_at)),
            ids: record.contact_ids.len(),
            addresses: record.email_addresses,
            tables: record.searched.iter().map(|table| (plain(&table.table), table.records)).collect(),
            reasons: &record.reasons,
            elsewhere: &record.elsewhere,
        }
    }
}

/// What one table holds, as lines.
struct Part<'a> {
    title: String,
    meaning: &'a str,
    records: Vec<Vec<Line>>,
}

/// A member of a record.
struct Line {
    name: String,
    value: String,
}

/// A word of the wire as people read it.
fn plain(word: &str) -> String {
    let words = word.replace('_', " ");
    let mut letters = words.chars();
    letters.next().map_or_else(String::new, |first| first.to_uppercase().chain(letters).collect())
}

/// The members of a record, those of its objects after their own names.
fn lines(record: &Value) -> Vec<Line> {
    let mut lines = Vec::new();
    collect(record, "", &mut lines);
    lines
}

fn collect(value: &Value, name: &str, lines: &mut Vec<Line>) {
    match value {
        Value::Object(members) => {
            for (member, value) in members {
                let name =
                    if name.is_empty() { plain(member) } else { format!("{name}, {}", member.replace('_', " ")) };
                collect(value, &name, lines);
            }
        }
        Value::Array(items) if items.iter().all(|item| !item.is_object()) => {
            let value = items.iter().map(said).collect::<Vec<_>>().join("; ");
            lines.push(Line { name: name.to_owned(), value });
        }
        Value::Array(items) => items.iter().for_each(|item| collect(item, name, lines)),
        Value::Null => {}
        single => lines.push(Line { name: name.to_owned(), value: said(single) }),
    }
}

fn said(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        Value::Bool(true) => "yes".to_owned(),
        Value::Bool(false) => "no".to_owned(),
        other => other.to_string(),
    }
}

/// The package as a page.
///
/// # Errors
/// When it cannot be written, which none of ours is.
pub(super) fn page(package: &Package) -> Result<String, Error> {
    let parts = package.held.iter().map(|part| Part {
        title: plain(&part.table),
        meaning: &part.meaning,
        records: part.records.iter().map(lines).collect(),
    });
    let page = Page {
        package,
        asked: asked_for(package.kind, "you"),
        built_on: day_words(london_date(package.built_at)),
        keep_until: day_words(package.particulars.keep_until),
        source: lines(&package.particulars.source),
        purposes: package.particulars.purposes.iter().map(lines).collect(),
        search: package.search.as_ref().map(Search::of),
        parts: parts.collect(),
    };
    page.render().map_err(Error::internal)
}
