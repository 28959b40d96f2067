//! The names of members in the pages: each is a member, a parameter or a word of the API document, or a code of the source.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use iewm::inventory;
use serde_json::Value;

use super::path;

/// Pages about the inside of the service, its operation or its tools, and one that is generated. Most names there are none of
/// the API's.
const OF_THE_INSIDE: [&str; 7] =
    ["ADDING_A_ROOM.md", "ARCHITECTURE.md", "LOGGING.md", "OPERATIONS.md", "PERFORMANCE.md", "TOKENS.md", "audit.md"];

/// Names that stand for something outside the API.
const OUTSIDE: [&str; 4] = ["snake_case", "actix_http", "secure_delete", "connection"];

/// Collects the members, the parameters and the words of enumerations below a part of the document.
fn names_in(value: &Value, names: &mut BTreeSet<String>) {
    match value {
        Value::Object(members) => {
            for (name, below) in members {
                match (name.as_str(), below) {
                    ("properties", Value::Object(properties)) => names.extend(properties.keys().cloned()),
                    ("enum", Value::Array(words)) => {
                        names.extend(words.iter().filter_map(Value::as_str).map(str::to_owned));
                    }
                    ("name" | "const", Value::String(word)) => {
                        names.insert(word.clone());
                    }
                    _ => {}
                }
                names_in(below, names);
            }
        }
        Value::Array(items) => items.iter().for_each(|item| names_in(item, names)),
        _ => {}
    }
}

/// The texts between quotation marks in the source: codes of faults are among them.
fn literals(folder: &Path, found: &mut BTreeSet<String>) {
    for entry in fs::read_dir(folder).unwrap() {
        let entry = entry.unwrap().path();
        if entry.is_dir() {
            literals(&entry, found);
        } else if entry.extension().is_some_and(|ending| ending == "rs") {
            found.extend(fs::read_to_string(&entry).unwrap().split('"').map(str::to_owned));
        }
    }
}

/// A page without its generated parts, which are held against the code by themselves.
fn written(page: &str) -> String {
    let mut parts = page.split("<!-- generated: ");
    let first = parts.next().unwrap_or_default();
    let after = parts.map(|part| part.split_once("<!-- end -->").map_or("", |(_, after)| after));
    std::iter::once(first).chain(after).collect()
}

/// The code spans of a page that look like the name of a member, and whether each has a value, as in `erased: true`. Code blocks
/// are left out.
fn names_of(page: &str) -> Vec<(&str, bool)> {
    let prose = page.split("```").step_by(2);
    let looks_so = |name: &str| {
        name.contains('_')
            && name.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'_')
    };
    let spans = prose.flat_map(|part| part.split('`').skip(1).step_by(2));
    let named = spans.filter_map(|span| match span.split_once(": ") {
        Some((name, _)) if !name.is_empty() && name.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'_') => {
            Some((name, true))
        }
        Some(_) => None,
        None => looks_so(span).then_some((span, false)),
    });
    named.collect()
}

#[test]
fn every_member_that_a_page_names_is_in_the_document() {
    let document: Value = serde_json::from_str(&iewm::app::openapi_json()).unwrap();
    let mut members = BTreeSet::from(OUTSIDE.map(str::to_owned));
    names_in(&document, &mut members);
    let mut known = members.clone();
    literals(&path("src"), &mut known);
    known.extend(inventory::CARDS.iter().map(|card| card.table.to_owned()));
    let mut stories = BTreeSet::new();
    for page in fs::read_dir(path("docs")).unwrap().map(|page| page.unwrap().path()).chain([path("README.md")]) {
        let name = page.file_name().unwrap().to_string_lossy().into_owned();
        if page.extension().is_none_or(|ending| ending != "md") || OF_THE_INSIDE.contains(&name.as_str()) {
            continue;
        }
        for (member, has_value) in names_of(&written(&fs::read_to_string(&page).unwrap())) {
            // A name of five words is that of a story.
            if member.split('_').count() > 4 {
                stories.insert(member.to_owned());
                continue;
            }
            let known = if has_value { &members } else { &known };
            assert!(known.contains(member), "{name}: no response, request or problem has `{member}`");
        }
    }
    assert!(stories.len() < 10, "{stories:?}");
}

#[test]
fn a_member_that_no_answer_has_is_found() {
    let page = "A plan says `erased: false`, see `held_until` and `GET /v1/x`.\n```sh\n`not_here`\n```\n";
    assert_eq!(names_of(page), [("erased", true), ("held_until", false)]);
}
