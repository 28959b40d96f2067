//! Documents with generated parts: equal to what the code says. `UPDATE_DOCS=1 cargo test documents` rewrites them.

use std::fmt::Write;
use std::path::{Path, PathBuf};

use iewm::app::operations;
use iewm::domain::{CODES, Class, Fate, Role};
use iewm::inventory::CARDS;
use iewm::platform::audit::Action;
use iewm::platform::auth::PERMISSIONS;
use iewm::policy::retention;
use iewm::resources::contacts::cards::TOKENS_ON_SQLITE;

mod decisions;
mod jobs;
mod links;
mod logging;
mod members;

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
    for card in CARDS.iter() {
        let period = retention::rule(card.retention).period;
        writeln!(page, "### `{}`\n\n{} Kept: {period}.\n", card.table, card.meaning).unwrap();
        page += "| column | class |\n|---|---|\n";
        for (column, of) in card.all_columns() {
            writeln!(page, "| `{column}` | {} |", class(of)).unwrap();
        }
        page += "\n";
    }
    page +=
        "### On SQLite alone\n\nThe index of names and numbers, which goes with the `search_tokens` of contacts.\n\n";
    page += "| table | what it is | columns |\n|---|---|---|\n";
    for card in TOKENS_ON_SQLITE {
        let columns = card.all_columns().map(|(column, of)| format!("`{column}`: {}", class(of)));
        let columns = columns.collect::<Vec<_>>().join("; ");
        writeln!(page, "| `{}` | {} | {columns} |", card.table, card.meaning).unwrap();
    }
    page += "\n";
    generated_part("docs/PRIVACY.md", "tables", &page);
    let mut page = String::from("| class | runs from | period | then |\n|---|---|---|---|\n");
    for rule in retention::schedule() {
        let class = <&str>::from(rule.class);
        writeln!(page, "| `{class}` | {} | {} | {} |", rule.trigger, rule.period, rule.action).unwrap();
    }
    generated_part("docs/PRIVACY.md", "schedule", &page);
}

#[test]
fn the_page_of_erasure_has_every_rule() {
    let mut page = String::from("| table | what becomes of it | why |\n|---|---|---|\n");
    for card in CARDS.iter() {
        let Some((fate, ground)) = card.on_erasure.rule() else { continue };
        let fate = match fate {
            Fate::Erase => "erased",
            Fate::Anonymise => "anonymised",
            Fate::Keep => "kept",
        };
        writeln!(page, "| `{}` | {fate} | {ground} |", card.table).unwrap();
    }
    generated_part("docs/ERASURE.md", "erasure", &page);
}

#[test]
fn the_committed_document_is_the_one_that_is_served() {
    let committed = std::fs::read_to_string(path("openapi/openapi.json")).unwrap();
    let current = committed == iewm::app::openapi_json();
    assert!(current, "openapi/openapi.json is out of date: cargo run -- openapi > openapi/openapi.json");
}

/// Holds a page against what it should be, or writes it.
fn hold(name: &str, page: &str) {
    let file = path("docs").join(name);
    if std::env::var_os("UPDATE_DOCS").is_some() {
        std::fs::write(&file, page).unwrap();
    }
    let kept = std::fs::read_to_string(&file).unwrap_or_default();
    assert!(kept == page, "docs/{name} is out of date: UPDATE_DOCS=1 cargo test documents");
}

/// The table of permissions.
fn permissions() -> String {
    let mut page = "# Permissions and roles\n\n\
        Generated from `src/platform/auth/permissions.rs`; a test holds this page against it, and drives every operation\n\
        with every set of roles from the same table. A token with several roles has the permissions of all of them. A\n\
        contractor sees its own organisation alone, whatever the permission.\n\n\
        | permission | what it is for | staff | council | contractor | operations |\n|---|---|---|---|---|---|\n"
        .to_owned();
    let operations = operations();
    for row in PERMISSIONS {
        let has = |role| if row.roles.contains(&role) { "yes" } else { "-" };
        let (staff, council, contractor) = (has(Role::IewmStaff), has(Role::Council), has(Role::Contractor));
        let guarded = operations.iter().filter(|operation| operation.permission == Some(row.name));
        let as_csv = operations.iter().filter(|operation| operation.form_needs == Some(row.name));
        let guarded = guarded.map(|operation| format!("`{} {}`", operation.method, operation.path));
        let as_csv = as_csv.map(|operation| format!("`{} {}` as CSV", operation.method, operation.path));
        let guarded: Vec<String> = guarded.chain(as_csv).collect();
        assert!(!guarded.is_empty(), "{} guards no operation", row.name);
        let (name, meaning, guarded) = (row.name, row.meaning, guarded.join("<br>"));
        writeln!(page, "| `{name}` | {meaning} | {staff} | {council} | {contractor} | {guarded} |").unwrap();
    }
    page.push_str("\n## Without a token\n\n");
    for operation in operations.iter().filter(|operation| operation.permission.is_none()) {
        writeln!(page, "- `{} {}`", operation.method, operation.path).unwrap();
    }
    page
}

/// The table of problem codes.
fn problems() -> String {
    let mut page = "# Problems\n\n\
        Every error is a problem document (RFC 9457, `application/problem+json`). `code` is stable: new ones may come, none\n\
        changes its meaning. `type` is the address of the code's page. Generated from `src/domain/error.rs`; a test holds\n\
        this page against it.\n\n\
        | status | code | title | meaning |\n|---|---|---|---|\n"
        .to_owned();
    for entry in CODES {
        writeln!(page, "| {} | `{}` | {} | {} |", entry.status, entry.name, entry.title, entry.meaning).unwrap();
    }
    page
}

/// The table of audited actions.
fn audited_actions() -> String {
    let mut page = "# Audited actions\n\n\
        Generated from `src/platform/audit/actions.rs`; a test holds this page against it. `GET /v1/audit?action=` takes the\n\
        names of this page. New versions add names; a name never changes.\n\n\
        - **kind**: `read` is a read of personal data. `create`, `change` and `delete` say what the action does to a record.\n  \
        `process` is anything else, such as sending a letter. An entry of a `change` has in `detail.changed` the names of the\n  \
        members that got another value, never the values.\n\
        - **subject**: the kind of record in the entry's `subject`, as `kind/id`. An entry about a person has `contact_id`.\n\
        - **gives rise to**: types for the change feed and for webhooks.\n\n\
        | action | meaning | kind | subject | gives rise to |\n|---|---|---|---|---|\n"
        .to_owned();
    for action in Action::ALL {
        let row = action.row();
        let kind: &str = row.kind.into();
        let subject = row.subject.map_or("-".to_owned(), |subject| format!("`{}`", <&str>::from(subject)));
        let gives: Vec<String> = row.gives.iter().map(|&given| format!("`{}`", <&str>::from(given))).collect();
        let gives = if gives.is_empty() { "-".to_owned() } else { gives.join(", ") };
        writeln!(page, "| `{}` | {} | {kind} | {subject} | {gives} |", row.name, row.meaning).unwrap();
    }
    page.push_str(
        "\n## Refusals of the law\n\nAn act that the law refuses has an entry with the outcome `refused`, a `code`, and the name of \
         the permission that it\nneeds as its action: `link` for an act by a link, or one of these.\n\n",
    );
    for row in PERMISSIONS.iter().filter(|row| row.writes) {
        writeln!(page, "- `{}`", row.name).unwrap();
    }
    page
}

#[test]
fn the_page_of_the_audit_is_the_table() {
    hold("audit.md", &audited_actions());
}

#[test]
fn the_page_of_permissions_is_the_table() {
    hold("permissions.md", &permissions());
}

#[test]
fn the_page_of_problems_is_the_table() {
    hold("problems.md", &problems());
}

/// `/docs/` fills a parameter in with its example, and a filter by an example finds nothing.
#[test]
fn no_query_parameter_is_filled_in_with_an_example() {
    let document: serde_json::Value = serde_json::from_str(&iewm::app::openapi_json()).unwrap();
    let mut seen = 0;
    for (path, operations) in document["paths"].as_object().unwrap() {
        for (method, operation) in operations.as_object().unwrap() {
            for parameter in operation["parameters"].as_array().into_iter().flatten().filter(|p| p["in"] == "query") {
                let schema = &parameter["schema"];
                let name = schema["$ref"].as_str().and_then(|reference| reference.rsplit('/').next());
                let meant = name.map_or(schema, |name| &document["components"]["schemas"][name]);
                for examples in ["example", "examples"] {
                    assert!(meant.get(examples).is_none(), "{method} {path}: {}", parameter["name"]);
                }
                seen += 1;
            }
        }
    }
    assert!(seen > 20, "{seen}");
}
