//! `docs/LOGGING.md`: every event that the source logs, with its level and fields, read from the source.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;
use std::fs;
use std::path::Path;

use super::{generated_part, path};

/// The levels, the most urgent first.
const LEVELS: [&str; 5] = ["error", "warn", "info", "debug", "trace"];

/// The position of the level in `LEVELS`, and the message.
type Event = (usize, String);

/// Every event of a source file with its fields.
fn events(source: &str) -> Vec<(Event, Vec<String>)> {
    let mut found = Vec::new();
    for (at, level) in LEVELS.iter().enumerate() {
        for (start, opening) in source.match_indices(&format!("tracing::{level}!(")) {
            let mut fields = Vec::new();
            for argument in arguments(&source[start + opening.len()..]) {
                if let Some(message) = argument.strip_prefix('"') {
                    found.push(((at, joined(message.strip_suffix('"').unwrap())), fields));
                    break;
                }
                let name = argument.split('=').next().unwrap_or_default();
                fields.push(name.trim().trim_start_matches(['%', '?']).to_owned());
            }
        }
    }
    found
}

/// The arguments of a macro, from its opening parenthesis to the closing one.
fn arguments(text: &str) -> Vec<String> {
    let (mut depth, mut in_text, mut escaped) = (0_i32, false, false);
    let (mut all, mut one) = (Vec::new(), String::new());
    for character in text.chars() {
        match character {
            '"' if !escaped => in_text = !in_text,
            '(' | '[' | '{' if !in_text => depth += 1,
            ')' if !in_text && depth == 0 => break,
            ')' | ']' | '}' if !in_text => depth -= 1,
            ',' if !in_text && depth == 0 => {
                all.push(std::mem::take(&mut one).trim().to_owned());
                continue;
            }
            _ => {}
        }
        escaped = character == '\\' && !escaped;
        one.push(character);
    }
    all.push(one.trim().to_owned());
    all.retain(|argument| !argument.is_empty());
    all
}

/// A message whose literal goes on over several lines, on one.
fn joined(literal: &str) -> String {
    let mut lines = literal.split("\\\n");
    let first = lines.next().unwrap_or_default().to_owned();
    lines.fold(first, |message, line| message + line.trim_start()).replace("\\\"", "\"")
}

fn all_events() -> BTreeMap<Event, BTreeSet<String>> {
    fn walk(folder: &Path, found: &mut BTreeMap<Event, BTreeSet<String>>) {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                walk(&path, found);
            } else {
                let source = fs::read_to_string(&path).unwrap();
                assert!(!source.contains("use tracing::"), "{}: write `tracing::warn!` in full", path.display());
                for (event, fields) in events(&source) {
                    found.entry(event).or_default().extend(fields);
                }
            }
        }
    }
    let mut found = BTreeMap::new();
    walk(&path("src"), &mut found);
    found
}

#[test]
fn the_page_of_logging_has_every_event_and_explains_every_field() {
    let events = all_events();
    assert!(events.len() > 40, "only {} events were found", events.len());
    for ((_, message), fields) in &events {
        assert!(!message.contains('{'), "a value belongs into a field, so that a search finds the message: {message}");
        for taken in ["timestamp", "level", "target", "message"] {
            assert!(!fields.contains(taken), "a line of JSON has a member {taken} already: {message}");
        }
    }
    let mut table = "| level | message | fields |\n|---|---|---|\n".to_owned();
    for ((level, message), fields) in &events {
        let fields: Vec<_> = fields.iter().map(|field| format!("`{field}`")).collect();
        writeln!(table, "| {} | {message} | {} |", LEVELS[*level], fields.join(", ")).unwrap();
    }
    generated_part("docs/LOGGING.md", "events", &table);

    let page = fs::read_to_string(path("docs/LOGGING.md")).unwrap();
    let (_, glossary) = page.split_once("## Fields").unwrap();
    let glossary = glossary.split("\n## ").next().unwrap();
    let explained: BTreeSet<_> = glossary
        .lines()
        .filter_map(|line| line.strip_prefix("| `"))
        .flat_map(|line| line.split(" | ").next().unwrap().split(", "))
        .map(|name| name.trim_matches('`').to_owned())
        .collect();
    let logged: BTreeSet<_> = events.into_values().flatten().collect();
    assert_eq!(explained, logged, "the fields that docs/LOGGING.md explains, and those that are logged");
}

#[test]
fn events_are_read_as_rust_writes_them() {
    let source = r#"
        tracing::warn!(%error, left_out = ?keys.left_out(), pairs = f(1, "a, b"), "one, \
             \"line\"");
        tracing::info!("no {fields}", other);
    "#;
    let fields = |names: &[&str]| names.iter().map(|&name| name.to_owned()).collect::<Vec<_>>();
    let expected = [
        ((1, "one, \"line\"".to_owned()), fields(&["error", "left_out", "pairs"])),
        ((2, "no {fields}".to_owned()), fields(&[])),
    ];
    assert_eq!(events(source), expected);
}
