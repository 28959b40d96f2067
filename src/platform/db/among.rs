//! `column IN (list)` as one statement that stays prepared, for a list of any length.
//!
//! Diesel writes one placeholder for each value on SQLite, so each length of the list is another
//! statement, which it prepares again each time. Here the list is one value: an array on PostgreSQL,
//! and on SQLite a JSON array that is read as a table.

use std::cell::OnceCell;
use std::marker::PhantomData;

use diesel::expression::{AppearsOnTable, SelectableExpression, ValidGrouping};
use diesel::pg::Pg;
use diesel::prelude::*;
use diesel::query_builder::{AstPass, QueryFragment, QueryId};
use diesel::serialize::ToSql;
use diesel::sql_types::{Array, Binary, Bool, HasSqlType, SqlType, Text, Uuid as PgUuid};
use diesel::sqlite::Sqlite;
use uuid::Uuid;

use super::connection::MultiBackend;
use crate::domain::push_hex;

/// A list to search for a column's value: of ids, or of blind indexes.
pub trait Listed: Sized {
    /// The array's type on PostgreSQL.
    type Sql: SqlType + QueryId + 'static;

    /// Returns the values in hexadecimal digits.
    fn hex(&self, out: &mut dyn FnMut(&[u8]));
}

impl Listed for Vec<Uuid> {
    type Sql = Array<PgUuid>;

    fn hex(&self, out: &mut dyn FnMut(&[u8])) {
        for id in self {
            out(id.as_bytes());
        }
    }
}

impl Listed for Vec<Vec<u8>> {
    type Sql = Array<Binary>;

    fn hex(&self, out: &mut dyn FnMut(&[u8])) {
        for value in self {
            out(value);
        }
    }
}

/// Tests whether a column's value is in a list.
#[derive(Debug, Clone)]
pub struct Among<C, V: Listed> {
    column: C,
    values: V,
    /// The list in SQLite's form, computed when SQLite first needs it.
    json: OnceCell<String>,
}

/// Returns the condition that `column` has one of the values.
pub fn among<C: Expression, V: Listed>(column: C, values: V) -> Among<C, V> {
    Among { column, values, json: OnceCell::new() }
}

/// A JSON array of the values' digits.
fn json(values: &impl Listed) -> String {
    let mut json = String::from("[");
    values.hex(&mut |value| {
        json.push_str(if json.len() == 1 { "\"" } else { ",\"" });
        push_hex(&mut json, value);
        json.push('"');
    });
    json.push(']');
    json
}

/// The statement's name, which does not depend on the list, so that the statement stays prepared.
#[derive(Debug)]
pub struct AmongId<C, S>(PhantomData<(C, S)>);

impl<C: QueryId, V: Listed> QueryId for Among<C, V> {
    type QueryId = AmongId<C::QueryId, V::Sql>;
    const HAS_STATIC_QUERY_ID: bool = C::HAS_STATIC_QUERY_ID;
}

/// Returns the condition that `column` has one of the ids.
pub fn among_ids<C: Expression, I: Copy + Into<Uuid>>(column: C, ids: &[I]) -> Among<C, Vec<Uuid>> {
    among(column, ids.iter().map(|&id| id.into()).collect())
}

impl<C: Expression, V: Listed> Expression for Among<C, V> {
    type SqlType = Bool;
}

impl<C, V: Listed, GB> ValidGrouping<GB> for Among<C, V>
where
    C: ValidGrouping<GB>,
{
    type IsAggregate = C::IsAggregate;
}

impl<C: AppearsOnTable<QS>, V: Listed, QS> AppearsOnTable<QS> for Among<C, V> {}

impl<C: SelectableExpression<QS>, V: Listed, QS> SelectableExpression<QS> for Among<C, V> {}

impl<C: QueryFragment<Pg>, V> QueryFragment<Pg> for Among<C, V>
where
    V: Listed + ToSql<V::Sql, Pg>,
    Pg: HasSqlType<V::Sql>,
{
    fn walk_ast<'b>(&'b self, mut pass: AstPass<'_, 'b, Pg>) -> QueryResult<()> {
        self.column.walk_ast(pass.reborrow())?;
        pass.push_sql(" = ANY(");
        pass.push_bind_param::<V::Sql, V>(&self.values)?;
        pass.push_sql(")");
        Ok(())
    }
}

impl<C: QueryFragment<Sqlite>, V: Listed> QueryFragment<Sqlite> for Among<C, V> {
    fn walk_ast<'b>(&'b self, mut pass: AstPass<'_, 'b, Sqlite>) -> QueryResult<()> {
        self.column.walk_ast(pass.reborrow())?;
        pass.push_sql(" IN (SELECT unhex(value) FROM json_each(");
        pass.push_bind_param::<Text, String>(self.json.get_or_init(|| json(&self.values)))?;
        pass.push_sql("))");
        Ok(())
    }
}

impl<C, V: Listed> QueryFragment<MultiBackend> for Among<C, V>
where
    Self: QueryFragment<Pg> + QueryFragment<Sqlite>,
{
    fn walk_ast<'b>(&'b self, pass: AstPass<'_, 'b, MultiBackend>) -> QueryResult<()> {
        MultiBackend::walk_variant_ast(self, pass)
    }
}
