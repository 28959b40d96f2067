//! Term indexes. Each row has a list of terms, and a query finds the rows that have all of its terms.
//!
//! PostgreSQL indexes the list itself (GIN). SQLite uses its full-text index (FTS5), which appends new
//! entries and sorts them later; a tree would change a page for each term.

use diesel::prelude::*;
use diesel::sql_types::{Array, BigInt, Binary, Bool, Integer, Nullable, Text, Uuid as PgUuid};
use uuid::Uuid;

use super::{AnyConnection, Terms, TermsSql, prepared};
use crate::domain::{Error, push_hex};

impl Terms {
    /// The terms as words of hexadecimal digits, the form that the full-text index needs.
    fn words(&self) -> String {
        let mut words = String::with_capacity(9 * self.0.len());
        for term in &self.0 {
            if !words.is_empty() {
                words.push(' ');
            }
            push_hex(&mut words, &term.to_be_bytes());
        }
        words
    }
}

/// Where the terms of a table's rows are. The ids of the rows must be of version 7, and no two may have
/// the same timestamp.
#[derive(Clone, Copy, Debug)]
pub struct TermIndex {
    /// The table.
    pub table: &'static str,
    /// Its column of terms.
    pub column: &'static str,
    /// SQLite's full-text index.
    pub index: &'static str,
}

/// The time bits of an id, to a quarter of a microsecond: the row's number in the full-text index,
/// which keeps rows in the order of their ids.
fn moment(id: Uuid) -> i64 {
    let id = id.as_u128();
    let (millis, fraction) = (id >> 80, (id >> 64) & 0xfff);
    i64::try_from((millis << 12) | fraction).unwrap_or(i64::MAX)
}

/// The least and the greatest id with the timestamp in `rowid`.
const OF_ITS_MOMENT: &str = "BETWEEN unhex(printf('%012x7%03x8000000000000000', t.rowid >> 12, t.rowid & 4095)) \
                             AND unhex(printf('%012x7%03xbfffffffffffffff', t.rowid >> 12, t.rowid & 4095))";

impl TermIndex {
    /// Adds the terms of new rows to the index. The caller writes their columns.
    ///
    /// # Errors
    /// 503 when a row has the same timestamp, so that the retry makes another id.
    pub fn admit(&self, connection: &mut AnyConnection, rows: &[(Uuid, &Terms)]) -> Result<(), Error> {
        let AnyConnection::Sqlite(sqlite) = connection else { return Ok(()) };
        let mut rows: Vec<(i64, &Terms)> = rows.iter().map(|(id, terms)| (moment(*id), *terms)).collect();
        // The index appends entries in this order.
        rows.sort_unstable_by_key(|(moment, _)| *moment);
        if !rows.is_sorted_by(|(one, _), (next, _)| one < next) || self.any_taken(sqlite, &rows)? {
            return Err(Error::unavailable("two ids of one moment"));
        }
        for (moment, terms) in rows {
            self.enter(sqlite, moment, terms)?;
        }
        Ok(())
    }

    /// Returns whether a row with one of the timestamps exists.
    fn any_taken(&self, sqlite: &mut SqliteConnection, rows: &[(i64, &Terms)]) -> QueryResult<bool> {
        let moments: serde_json::Value = rows.iter().map(|(moment, _)| *moment).collect();
        let taken = prepared("SELECT EXISTS (SELECT 1 FROM (SELECT value AS rowid FROM json_each(");
        let taken = taken.bind::<Text, _>(moments.to_string()).sql(")) AS t CROSS JOIN ").sql(self.table);
        let taken = taken.sql(" AS r ON r.id ").sql(OF_ITS_MOMENT).sql(")");
        taken.select::<Bool>().get_result(sqlite)
    }

    /// One row for each statement, without a subquery. With several rows, or with a subquery, SQLite might
    /// have to roll back some and keep others, and would flush the index before each of them.
    fn enter(&self, sqlite: &mut SqliteConnection, moment: i64, terms: &Terms) -> QueryResult<usize> {
        let enter = prepared(format!("INSERT INTO {} (rowid, tokens) VALUES (", self.index));
        let enter = enter.bind::<BigInt, _>(moment).sql(", ").bind::<Text, _>(terms.words());
        enter.sql(")").execute(sqlite)
    }

    /// Replaces the indexed terms of a row by `after`. The caller then writes its column.
    pub fn replace(&self, connection: &mut AnyConnection, id: Uuid, after: Option<&Terms>) -> Result<(), Error> {
        let AnyConnection::Sqlite(sqlite) = connection else { return Ok(()) };
        let kept = prepared("SELECT ").sql(self.column).sql(" FROM ").sql(self.table).sql(" WHERE id = ");
        let kept = kept.bind::<Binary, _>(id.as_bytes().as_slice()).select::<Nullable<TermsSql>>();
        let before: Option<Terms> = kept.get_result(sqlite).optional()?.flatten();
        if before.as_ref() == after {
            return Ok(());
        }
        if let Some(terms) = &before {
            self.strike(sqlite, id, terms)?;
        }
        if let Some(terms) = after {
            self.enter(sqlite, moment(id), terms)?;
        }
        Ok(())
    }

    /// Removes from the index a row that was added with these terms and then not inserted.
    pub fn turn_away(&self, connection: &mut AnyConnection, id: Uuid, terms: &Terms) -> Result<(), Error> {
        let AnyConnection::Sqlite(sqlite) = connection else { return Ok(()) };
        self.strike(sqlite, id, terms)?;
        Ok(())
    }

    fn strike(&self, sqlite: &mut SqliteConnection, id: Uuid, terms: &Terms) -> QueryResult<usize> {
        let index = self.index;
        let strike = prepared(format!("INSERT INTO {index} ({index}, rowid, tokens) VALUES ('delete', "));
        let strike = strike.bind::<BigInt, _>(moment(id)).sql(", ").bind::<Text, _>(terms.words());
        strike.sql(")").execute(sqlite)
    }

    /// Returns the rows that have any of the terms, in no order; a row with several may appear more than
    /// once.
    pub fn bearers_of_any(&self, connection: &mut AnyConnection, terms: &Terms) -> Result<Vec<Uuid>, Error> {
        let Self { table, column, index } = self;
        match connection {
            AnyConnection::Postgres(postgres) => {
                let bearers = prepared(format!("SELECT id FROM {table} WHERE {column} && "));
                Ok(bearers.bind::<Array<Integer>, _>(&terms.0).select::<PgUuid>().load(postgres)?)
            }
            AnyConnection::Sqlite(sqlite) => {
                let words: serde_json::Value = terms.words().split_whitespace().collect();
                let bearers = prepared("SELECT r.id FROM json_each(").bind::<Text, _>(words.to_string());
                let bearers = bearers.sql(") AS w CROSS JOIN ").sql(index).sql(" AS t ON t.").sql(index);
                let bearers =
                    bearers.sql(" MATCH w.value CROSS JOIN ").sql(table).sql(" AS r ON r.id ").sql(OF_ITS_MOMENT);
                ids(&bearers.select::<Binary>().load(sqlite)?)
            }
        }
    }

    /// Returns the rows that have all of the terms: the newest first, only those older than `after`, at
    /// most `most`.
    pub fn bearers(
        &self,
        connection: &mut AnyConnection,
        terms: &Terms,
        after: Option<Uuid>,
        most: i64,
    ) -> Result<Vec<Uuid>, Error> {
        let Self { table, column, index } = self;
        match connection {
            AnyConnection::Postgres(postgres) => {
                // A separate query, because the planner would otherwise scan all ids from the newest on.
                let bearers = prepared(format!("SELECT id FROM (SELECT id FROM {table} WHERE {column} @> "));
                let bearers = bearers.bind::<Array<Integer>, _>(&terms.0).sql(" OFFSET 0) AS bearers WHERE id < ");
                let bearers = bearers.bind::<PgUuid, _>(after.unwrap_or(Uuid::max())).sql(" ORDER BY id DESC LIMIT ");
                Ok(bearers.bind::<BigInt, _>(most).select::<PgUuid>().load(postgres)?)
            }
            AnyConnection::Sqlite(sqlite) => {
                let bearers = prepared(format!(
                    "SELECT r.id FROM {index} AS t CROSS JOIN {table} AS r ON r.id {OF_ITS_MOMENT} WHERE t.{index} MATCH "
                ));
                let bearers = bearers.bind::<Text, _>(terms.words()).sql(" AND t.rowid < ");
                let bearers = bearers.bind::<BigInt, _>(after.map_or(i64::MAX, moment));
                let bearers = bearers.sql(" ORDER BY t.rowid DESC LIMIT ").bind::<BigInt, _>(most);
                ids(&bearers.select::<Binary>().load(sqlite)?)
            }
        }
    }
}

fn ids(kept: &[Vec<u8>]) -> Result<Vec<Uuid>, Error> {
    let ids = kept.iter().map(|id| Uuid::from_slice(id));
    ids.collect::<Result<_, _>>()
        .map_err(|error| Error::internal(format_args!("an id in the index of tokens: {error}")))
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use diesel::connection::SimpleConnection;

    use super::super::Target;
    use super::super::connection::{Use, open};
    use super::*;
    use crate::domain::{Code, Entropy, IdMint, Instant};

    const ROWS: TermIndex = TermIndex { table: "things", column: "terms", index: "thing_terms" };

    struct Ones;
    impl Entropy for Ones {
        fn fill(&self, bytes: &mut [u8]) {
            bytes.fill(0xff);
        }
    }

    fn things(folder: &std::path::Path) -> AnyConnection {
        let target = Target::sqlite(&folder.join("iewm.db"));
        let mut connection = open(&target, Use::Preparing).unwrap();
        connection
            .batch_execute(
                "CREATE TABLE things (id BLOB PRIMARY KEY, terms BLOB);
                 CREATE VIRTUAL TABLE thing_terms USING fts5 (tokens, content = '', columnsize = 0, detail = none);
                 INSERT INTO thing_terms (thing_terms, rank) VALUES ('secure-delete', 1);",
            )
            .unwrap();
        connection
    }

    fn insert(connection: &mut AnyConnection, id: Uuid, terms: &Terms) {
        let (id, terms) = (id.simple(), terms.words().replace(' ', ""));
        connection.batch_execute(&format!("INSERT OR REPLACE INTO things VALUES (x'{id}', x'{terms}')")).unwrap();
    }

    fn terms(terms: &[u8]) -> Terms {
        Terms::new(terms.iter().map(|&term| [term, 0xab, 0, 255 - term]))
    }

    fn of_one_moment() -> [Uuid; 2] {
        let now = Instant::parse("2026-11-24T10:00:00.123456Z").unwrap();
        let first = IdMint::new(Arc::new(Ones)).uuid(now);
        [first, Uuid::from_u128(first.as_u128() - 1)]
    }

    #[test]
    fn rows_are_found_by_all_of_their_terms_the_newest_first() {
        let folder = tempfile::tempdir().unwrap();
        let mut connection = things(folder.path());
        let mint = IdMint::new(Arc::new(Ones));
        let now = Instant::parse("2026-11-24T10:00:00.123456Z").unwrap();
        let ids: Vec<Uuid> = (0..5).map(|_| mint.uuid(now)).collect();
        for (at, &id) in (0_u8..).zip(&ids) {
            ROWS.admit(&mut connection, &[(id, &terms(&[200, at]))]).unwrap();
            insert(&mut connection, id, &terms(&[200, at]));
        }
        let found = |connection: &mut AnyConnection, sought: &[u8], after, most| {
            ROWS.bearers(connection, &terms(sought), after, most).unwrap()
        };
        assert_eq!(found(&mut connection, &[200], None, 3), [ids[4], ids[3], ids[2]]);
        assert_eq!(found(&mut connection, &[200], Some(ids[2]), 3), [ids[1], ids[0]]);
        assert_eq!(found(&mut connection, &[3, 200], None, 3), [ids[3]]);
        assert_eq!(found(&mut connection, &[3, 2], None, 3), Vec::<Uuid>::new());
        let mut any = ROWS.bearers_of_any(&mut connection, &terms(&[3, 1, 7])).unwrap();
        any.sort_unstable();
        assert_eq!(any, [ids[1], ids[3]]);
        ROWS.replace(&mut connection, ids[3], Some(&terms(&[200, 9]))).unwrap();
        insert(&mut connection, ids[3], &terms(&[200, 9]));
        assert_eq!(found(&mut connection, &[3], None, 3), Vec::<Uuid>::new());
        assert_eq!(found(&mut connection, &[9, 200], None, 3), [ids[3]]);
        ROWS.replace(&mut connection, ids[3], None).unwrap();
        assert_eq!(found(&mut connection, &[200], None, 3), [ids[4], ids[2], ids[1]]);
        ROWS.turn_away(&mut connection, ids[4], &terms(&[200, 4])).unwrap();
        assert_eq!(found(&mut connection, &[200], None, 3), [ids[2], ids[1], ids[0]]);
    }

    /// The index could not distinguish the two.
    #[test]
    fn a_second_row_of_one_moment_is_to_come_back_later() {
        let folder = tempfile::tempdir().unwrap();
        let mut connection = things(folder.path());
        let [first, second] = of_one_moment();
        ROWS.admit(&mut connection, &[(first, &terms(&[1]))]).unwrap();
        insert(&mut connection, first, &terms(&[1]));
        let refused = ROWS.admit(&mut connection, &[(second, &terms(&[2]))]).unwrap_err();
        assert_eq!(refused.code(), Code::Unavailable);
        assert_eq!(ROWS.bearers(&mut connection, &terms(&[2]), None, 3).unwrap(), Vec::<Uuid>::new());
    }

    #[test]
    fn two_of_one_moment_cannot_come_together() {
        let folder = tempfile::tempdir().unwrap();
        let mut connection = things(folder.path());
        let [first, second] = of_one_moment();
        let refused = ROWS.admit(&mut connection, &[(first, &terms(&[1])), (second, &terms(&[1]))]).unwrap_err();
        assert_eq!(refused.code(), Code::Unavailable);
        assert_eq!(ROWS.bearers(&mut connection, &terms(&[1]), None, 3).unwrap(), Vec::<Uuid>::new());
    }
}
