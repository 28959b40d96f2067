//! What every entry of the audit must be, whichever story reads it.

use std::path::Path;
use std::sync::LazyLock;

use iewm::platform::audit::{Action, ActionKind};
use iewm::platform::auth::{LinkHolder, PERMISSIONS, Permission};
use serde_json::Value;

static DOCUMENT: LazyLock<Value> =
    LazyLock::new(|| serde_json::from_str(&iewm::app::openapi_json()).expect("the document"));

/// Holds an entry against the table of actions.
pub(crate) fn check(entry: &Value) {
    let (name, outcome) = (entry["action"].as_str().expect("an action"), entry["outcome"].as_str());
    let Some(action) = Action::named(name) else {
        let is_permission = name == LinkHolder::NAME || PERMISSIONS.iter().any(|row| row.writes && row.name == name);
        assert!(is_permission && outcome == Some("refused"), "an action that no table has: {entry}");
        return;
    };
    let row = action.row();
    let kind = entry["subject"].as_str().map(|subject| subject.split('/').next().expect("a kind"));
    let is_listing = kind.is_none() && row.kind == ActionKind::Read;
    assert!(is_listing || kind == row.subject.map(<&str>::from), "{entry}");
    assert!(outcome != Some("looked") || row.kind == ActionKind::Read, "{entry}");
    let changed = entry["detail"]["changed"].as_array();
    assert_eq!(changed.is_some(), row.kind == ActionKind::Change, "{entry}");
    let changed: Vec<&str> = changed.into_iter().flatten().map(|name| name.as_str().expect("a name")).collect();
    assert!(changed.is_sorted(), "{entry}");
    // An entry without a subject that changes something is about its contact.
    let schema = pascal(kind.unwrap_or("contact"));
    let members = &DOCUMENT["components"]["schemas"][&schema]["properties"];
    for name in changed {
        assert!(members.get(name).is_some(), "{schema} has no {name}: {entry}");
    }
}

/// The name of the schema of a kind, such as `PrivacyNotice` of `privacy_notice`.
fn pascal(kind: &str) -> String {
    let upper = |word: &str| word[..1].to_uppercase() + &word[1..];
    kind.split('_').map(upper).collect()
}

/// Reads every Rust file below a folder.
pub(crate) fn for_each_source(folder: &Path, then: &mut impl FnMut(&Path, &str)) {
    for entry in std::fs::read_dir(folder).expect("a folder") {
        let path = entry.expect("an entry").path();
        if path.is_dir() {
            for_each_source(&path, then);
        } else if path.extension().is_some_and(|ending| ending == "rs") {
            then(&path, &std::fs::read_to_string(&path).expect("a text"));
        }
    }
}

#[test]
#[should_panic(expected = "an action that no table has")]
fn an_action_of_no_table_is_found() {
    check(&serde_json::json!({ "action": "contacts.updated", "outcome": "done", "detail": {} }));
}

#[test]
#[should_panic(expected = "Contact has no ada@example.org")]
fn a_value_among_the_changed_names_is_found() {
    let detail = serde_json::json!({ "changed": ["ada@example.org"] });
    check(&serde_json::json!({ "action": "contacts.update", "outcome": "done", "detail": detail }));
}
