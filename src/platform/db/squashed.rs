//! Databases from before the migrations were squashed.
//!
//! The migrations up to commit cc4cfba (29 November 2026) are one for each room now. A database that holds every one of the old
//! versions has the schema that the squashed migrations make, so its history is rewritten and nothing else is done. A database
//! that holds only some of them is refused, because the missing ones are no longer here. A story compares the two schemas on
//! both engines.

use diesel::prelude::*;
use diesel::sql_types::{Integer, Text};

use super::AnyConnection;

/// The versions that were squashed, oldest first.
pub(super) const DATA: &[&str] = &[
    "20261124000001",
    "20261124000002",
    "20261124000003",
    "20261124000004",
    "20261124000005",
    "20261124000006",
    "20261124000007",
    "20261124000008",
    "20261124000009",
    "20261124000010",
    "20261124000011",
    "20261124000014",
    "20261124000015",
    "20261124000016",
    "20261124000017",
    "20261124000020",
    "20261124000021",
    "20261124000022",
    "20261125000018",
    "20261125000019",
    "20261126000023",
    "20261126000024",
    "20261126000025",
    "20261126000026",
    "20261126000027",
    "20261127000028",
    "20261127000029",
    "20261127000030",
    "20261127000031",
    "20261128000032",
    "20261129000033",
];

/// The same of SQLite's vault, whose file has had migrations of its own since 30 November 2026.
pub(super) const VAULT: &[&str] = &["20261124000001", "20261124000021", "20261126000024", "20261127000030"];

/// The first migration after the squashed ones.
const FIRST_AFTER: &str = "20261130000034";

/// What a database holds of the old versions.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Held {
    /// None: it is new, or the squashed migrations made it.
    Nothing,
    /// All of them.
    All,
    /// Some, but not this one.
    Lacks(&'static str),
}

/// What a database holds of `old`, by the versions that it has applied.
pub(super) fn held(connection: &mut AnyConnection, applied: &[String], old: &[&'static str]) -> QueryResult<Held> {
    if let (AnyConnection::Sqlite(file), []) = (connection, applied) {
        return held_without_history(file);
    }
    let is_applied = |version: &str| applied.iter().any(|applied| applied == version);
    Ok(match old.iter().find(|version| !is_applied(version)) {
        None => Held::All,
        Some(lacking) if old.iter().any(|version| is_applied(version)) => Held::Lacks(lacking),
        Some(_) => Held::Nothing,
    })
}

#[derive(QueryableByName)]
struct Keys {
    #[diesel(sql_type = Integer)]
    without_row_ids: i32,
}

/// What a file without a history holds. A vault of commit cc4cfba or older is such a file. Its last migration, 20261127000030,
/// made `data_keys` a table without row ids.
fn held_without_history(file: &mut SqliteConnection) -> QueryResult<Held> {
    let keys = "SELECT wr AS without_row_ids FROM pragma_table_list WHERE schema = 'main' AND name = 'data_keys'";
    let keys: Option<Keys> = diesel::sql_query(keys).get_result(file).optional()?;
    Ok(match keys {
        None => Held::Nothing,
        Some(Keys { without_row_ids: 0 }) => Held::Lacks("20261127000030"),
        Some(_) => Held::All,
    })
}

/// Puts the squashed versions among `known` in the place of the old ones, in one transaction.
pub(super) fn rewrite(connection: &mut AnyConnection, known: &[String], old: &[&str]) -> QueryResult<()> {
    let place = if let AnyConnection::Postgres(_) = connection { "$1" } else { "?" };
    let change = |connection: &mut AnyConnection, statement: &str, version: &str| {
        diesel::sql_query(format!("{statement}{place})")).bind::<Text, _>(version).execute(connection)
    };
    connection.transaction(|connection| {
        for version in old {
            change(connection, "DELETE FROM __diesel_schema_migrations WHERE version = (", version)?;
        }
        for version in known.iter().filter(|version| version.as_str() < FIRST_AFTER) {
            change(connection, "INSERT INTO __diesel_schema_migrations (version) VALUES (", version)?;
        }
        Ok(())
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_history_is_old_that_holds_every_old_version() {
        let mut connection = AnyConnection::Sqlite(SqliteConnection::establish(":memory:").unwrap());
        let mut held = |applied: &[&str]| {
            let applied: Vec<String> = applied.iter().map(|version| (*version).to_owned()).collect();
            super::held(&mut connection, &applied, DATA).unwrap()
        };
        assert_eq!(held(&[]), Held::Nothing);
        assert_eq!(held(&["20261130000001", "20261130000034"]), Held::Nothing);
        assert_eq!(held(DATA), Held::All);
        assert_eq!(held(&[DATA, &["20261130000034"]].concat()), Held::All);
        assert_eq!(held(&DATA[..30]), Held::Lacks("20261129000033"));
        assert_eq!(held(&DATA[1..]), Held::Lacks("20261124000001"));
    }
}
