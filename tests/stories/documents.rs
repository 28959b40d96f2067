//! Documents with generated parts: equal to what the code says. `UPDATE_DOCS=1 cargo test documents` rewrites them.

use std::path::{Path, PathBuf};

use iewm::inventory;
use iewm::platform::personal::Class;
use iewm::policy::retention::SCHEDULE;

fn path(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(name)
}

/// Holds the part of `file` between the markers of `name` against `generated`, or writes it there.
pub(crate) fn generated_part(file: &str, name: &str, generated: &str) {
    let text = std::fs::read_to_string(path(file)).unwrap();
    let begin = format!("<!-- generated: {name} -->\n");
    let (before, rest) = text.split_once(&begin).unwrap_or_else(|| panic!("{file} has no marker for {name}"));
    let (part, after) = rest.split_once("<!-- end -->").unwrap();
    if std::env::var_os("UPDATE_DOCS").is_some() {
        std::fs::write(path(file), format!("{before}{begin}{generated}<!-- end -->{after}")).unwrap();
        return;
    }
    assert_eq!(part, generated, "{file} is out of date: UPDATE_DOCS=1 cargo test documents");
}

fn class(class: Class) -> &'static str {
    match class {
        Class::Sealed => "sealed",
        Class::BlindIndex => "blind index",
        Class::Pseudonymous => "pseudonymous",
        Class::Plain => "plain",
    }
}

#[test]
fn the_privacy_page_lists_every_column_and_the_schedule() {
    let mut page = String::new();
    for table in inventory::tables() {
        let rule = SCHEDULE.iter().find(|rule| rule.tables.contains(&table.name)).unwrap();
        page += &format!("### `{}`\n\n{} Kept: {}.\n\n", table.name, table.meaning, rule.period);
        page += "| column | class |\n|---|---|\n";
        for (column, of) in table.columns {
            page += &format!("| `{column}` | {} |\n", class(*of));
        }
        page += "\n";
    }
    generated_part("docs/PRIVACY.md", "tables", &page);
    let mut page = String::from("| class | runs from | period | then |\n|---|---|---|---|\n");
    for rule in SCHEDULE {
        page += &format!("| `{}` | {} | {} | {} |\n", rule.record_class, rule.trigger, rule.period, rule.action);
    }
    generated_part("docs/PRIVACY.md", "schedule", &page);
}

#[test]
fn the_committed_document_is_the_one_that_is_served() {
    let committed = std::fs::read_to_string(path("openapi/openapi.json")).unwrap();
    let current = committed == iewm::app::openapi_json();
    assert!(current, "openapi/openapi.json is out of date: cargo run -- openapi > openapi/openapi.json");
}
