//! One way to write: a table has one statement that inserts into it, so that no second one can forget a column.

use std::collections::BTreeMap;

use super::paths::Source;

/// The tables that need two statements, by part and name, and why.
const TWO: &[(&str, &str, &str)] = &[(
    "resources/contacts",
    "contacts",
    "a batch of callers leaves out taken addresses, one by one; an import has claimed its addresses and is whole or not at all",
)];

/// The statements that insert, by the part of the source and the name of the table there.
fn inserts(sources: &[Source]) -> BTreeMap<(String, String), Vec<String>> {
    let mut found: BTreeMap<(String, String), Vec<String>> = BTreeMap::new();
    for source in sources {
        let code: String =
            source.lines.iter().flat_map(|(_, line)| line.chars()).filter(|c| !c.is_whitespace()).collect();
        let part = source.file.splitn(3, '/').take(2).collect::<Vec<_>>().join("/");
        for statement in ["insert_into(", "insert_all!(", "insert_new!("] {
            for (_, after) in code.match_indices(statement).map(|(at, _)| code.split_at(at + statement.len())) {
                let Some((before, _)) = after.split_once("::table") else { continue };
                let table: String = before.chars().rev().take_while(|c| c.is_alphanumeric() || *c == '_').collect();
                let table: String = table.chars().rev().collect();
                if !before.contains(';') && !table.is_empty() {
                    found.entry((part.clone(), table)).or_default().push(source.file.clone());
                }
            }
        }
    }
    found
}

fn breaches(sources: &[Source]) -> Vec<String> {
    let allowed = |part: &str, table: &str| TWO.iter().any(|(of, name, _)| (*of, *name) == (part, table));
    let inserts = inserts(sources);
    let several = inserts.iter().filter(|((part, table), places)| {
        let most = if allowed(part, table) { 2 } else { 1 };
        places.len() > most
    });
    several.map(|((_, table), places)| format!("{table}: inserted into in {}", places.join(", "))).collect()
}

#[test]
fn a_table_has_one_statement_that_inserts() {
    let sources = super::sources();
    let found = inserts(&sources);
    assert!(found.len() > 35, "only {} tables are written", found.len());
    assert_eq!(breaches(&sources), [""; 0], "write through the statement that is there, or say in TWO why not");
    for (part, table, _) in TWO {
        let places = found.get(&((*part).to_owned(), (*table).to_owned()));
        assert!(places.is_some_and(|places| places.len() == 2), "{table} is an exception and needs none");
    }
}

/// A test that cannot fail proves nothing.
#[test]
fn a_second_statement_is_found() {
    let one = Source::new("resources/visits/store.rs", "diesel::insert_into(visits::table).values(v);");
    let again =
        Source::new("resources/visits/store/merge.rs", "insert_all!(tx.connection(),\n    visits::table, rows);");
    let room = Source::new("resources/venues/store.rs", "diesel::insert_into(visits::table).values(v);");
    let told = "visits: inserted into in resources/visits/store.rs, resources/visits/store/merge.rs";
    assert_eq!(breaches(&[one, again, room]), [told]);
}
