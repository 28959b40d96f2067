//! Plain English: every sentence that a caller, a person or an operator reads names its subject. Reads the document, the
//! string literals of the program (errors, letters, packages, log lines), the templates and the docs.

mod reading;

use std::fs;
use std::path::{Path, PathBuf};

use reading::{comments, findings, literals};
use serde_json::{Value, json};

/// Names that say nothing of their noun. Generators make types of the schemas, in one namespace.
const GENERIC: [&str; 34] = [
    "Answer",
    "Cause",
    "Change",
    "Code",
    "Completed",
    "Confirmation",
    "Decide",
    "Decision",
    "Delivery",
    "Details",
    "Direction",
    "Entry",
    "Fault",
    "Ground",
    "Item",
    "Kind",
    "Location",
    "Look",
    "Method",
    "Package",
    "Page",
    "Particulars",
    "Phase",
    "Question",
    "Reason",
    "Reference",
    "Register",
    "Result",
    "Right",
    "Risk",
    "Source",
    "State",
    "Status",
    "Type",
];

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// Every file below `folder` whose name ends in one of `endings`.
fn files(folder: &Path, endings: &[&str], found: &mut Vec<PathBuf>) {
    let mut entries: Vec<_> = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    entries.sort();
    for path in entries {
        if path.is_dir() {
            files(&path, endings, found);
        } else if endings.iter().any(|ending| path.to_str().unwrap().ends_with(ending)) {
            found.push(path);
        }
    }
}

/// `path:line: words` for every finding in a file.
fn in_file(path: &Path) -> Vec<String> {
    let text = fs::read_to_string(path).unwrap();
    let name = path.strip_prefix(root()).unwrap().display();
    let prose = if path.extension().is_some_and(|extension| extension == "rs") { literals(&text) } else { text };
    findings(&prose).into_iter().map(|(line, words)| format!("{name}:{line}: {words}")).collect()
}

/// `pointer: words` for every finding in a description, summary, title or example of an OpenAPI document.
fn in_document(at: &str, value: &Value, found: &mut Vec<String>) {
    let inside: Vec<(String, &Value)> = match value {
        Value::Object(members) => members.iter().map(|(name, inner)| (name.replace('/', "~1"), inner)).collect(),
        Value::Array(items) => items.iter().enumerate().map(|(place, inner)| (place.to_string(), inner)).collect(),
        _ => Vec::new(),
    };
    for (name, inner) in inside {
        let pointer = format!("{at}/{name}");
        match inner {
            Value::String(text) if ["description", "summary", "title", "example"].contains(&name.as_str()) => {
                found.extend(findings(text).into_iter().map(|(_, words)| format!("{pointer}: {words}")));
            }
            _ => in_document(&pointer, inner, found),
        }
    }
}

fn generic_names(document: &Value) -> Vec<&str> {
    let names = document["components"]["schemas"].as_object().unwrap().keys();
    names.map(String::as_str).filter(|name| GENERIC.contains(name)).collect()
}

fn document() -> Value {
    serde_json::from_str(&iewm::app::openapi_json()).unwrap()
}

#[test]
fn the_document_names_its_subjects() {
    let mut found = Vec::new();
    in_document("", &document(), &mut found);
    assert!(found.is_empty(), "{}", found.join("\n"));
}

#[test]
fn errors_letters_and_log_lines_name_their_subjects() {
    let mut sources = Vec::new();
    files(&root().join("src"), &[".rs"], &mut sources);
    assert!(sources.len() > 300, "only {} sources were found", sources.len());
    let is_test = |path: &&PathBuf| path.ends_with("tests.rs") || path.ends_with("auth/forge.rs");
    let found: Vec<String> = sources.iter().filter(|path| !is_test(path)).flat_map(|path| in_file(path)).collect();
    assert!(found.is_empty(), "{}", found.join("\n"));
}

#[test]
fn comments_name_their_subjects() {
    let mut sources = Vec::new();
    for folder in ["src", "tests", "benches"] {
        files(&root().join(folder), &[".rs"], &mut sources);
    }
    assert!(sources.len() > 500, "only {} sources were found", sources.len());
    let mut found = Vec::new();
    for path in sources.iter().filter(|path| !path.ends_with("plain_english/reading.rs")) {
        let prose = comments(&fs::read_to_string(path).unwrap());
        let name = path.strip_prefix(root()).unwrap().display();
        found.extend(findings(&prose).into_iter().map(|(line, words)| format!("{name}:{line}: {words}")));
    }
    assert!(found.is_empty(), "{}", found.join("\n"));
}

#[test]
fn docs_pages_and_mails_name_their_subjects() {
    let mut pages: Vec<PathBuf> = ["README.md", "SECURITY.md", "CONTRIBUTING.md", "config.default.toml"]
        .iter()
        .map(|name| root().join(name))
        .collect();
    files(&root().join("docs"), &[".md"], &mut pages);
    files(&root().join("openapi"), &[".md"], &mut pages);
    files(&root().join("templates"), &[".html", ".txt"], &mut pages);
    assert!(pages.len() > 60, "only {} pages were found", pages.len());
    let found: Vec<String> = pages.iter().flat_map(|path| in_file(path)).collect();
    assert!(found.is_empty(), "{}", found.join("\n"));
}

#[test]
fn a_sentence_without_a_subject_is_found_where_it_is() {
    let page = "Every caller has a token.\n\nIf nothing is left,\nwhoever asks is\ntold so. Ask `nobody`.";
    assert_eq!(findings(page), [(4, "whoever"), (4, "is told")]);
    let source = "// Nobody reads this.\nlet a = Visibility::Nobody; // is told\nlet b = \"nobody\";\nlet c = '\"';\n\
                  let d = \"one \\\"two\\\" \\\n   Somebody waits\";\nlet e = r#\"the last \"row\" comes back to us\"#;\n\
                  #[cfg(test)]\nmod tests {\n    let f = \"whoever asks\";\n}\n";
    assert_eq!(findings(&literals(source)), [(6, "somebody"), (7, "comes back to")]);
    assert_eq!(findings(&comments(source)), [(1, "nobody"), (2, "is told")]);
    let document = json!({
        "paths": { "/v1/a": { "get": { "summary": "List", "description": "Unless said otherwise." } } },
        "components": { "schemas": { "State": { "type": "string", "enum": ["nobody"], "description": "A state." } } },
    });
    let mut found = Vec::new();
    in_document("", &document, &mut found);
    assert_eq!(found, ["/paths/~1v1~1a/get/description: unless said"]);
}

#[test]
fn every_schema_has_its_noun_in_its_name() {
    assert_eq!(generic_names(&document()), [""; 0]);
    assert_eq!(generic_names(&json!({ "components": { "schemas": { "State": {}, "EventStatus": {} } } })), ["State"]);
}
