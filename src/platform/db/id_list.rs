//! Lists of ids in one column (`uuid[]` on PostgreSQL, 16 bytes for each id on SQLite), and the condition that such a list has
//! one of some ids.

use diesel::backend::Backend;
use diesel::deserialize::{self, FromSql, Queryable};
use diesel::expression::{AppearsOnTable, AsExpression, SelectableExpression, ValidGrouping};
use diesel::internal::derives::as_expression::Bound;
use diesel::pg::{Pg, PgValue};
use diesel::prelude::*;
use diesel::query_builder::{AstPass, QueryFragment, QueryId};
use diesel::serialize::{self, IsNull, Output, ToSql};
use diesel::sql_types::{Array, Binary, Bool, HasSqlType, Nullable, SqlType, Text, Uuid as PgUuid};
use diesel::sqlite::{Sqlite, SqliteValue};
use uuid::Uuid;

use super::connection::MultiBackend;
use super::types::portable;
use crate::domain::push_hex;

/// The SQL type of a list of ids.
#[derive(Clone, Copy, Debug, SqlType, QueryId)]
#[diesel(postgres_type(oid = 2951, array_oid = 0), sqlite_type(name = "Binary"))]
pub struct IdListSql;

impl IdListSql {
    const VALUE: Self = Self;
}

impl HasSqlType<IdListSql> for MultiBackend {
    fn metadata(lookup: &mut Self::MetadataLookup) -> Self::TypeMetadata {
        Self::lookup_sql_type::<IdListSql>(lookup)
    }
}

/// A list of ids, in the order in which they were written.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct IdList(pub Vec<Uuid>);

impl IdList {
    /// The list of these ids.
    pub fn of<I: Copy + Into<Uuid>>(ids: &[I]) -> Self {
        Self(ids.iter().map(|&id| id.into()).collect())
    }
}

portable!(IdList, IdListSql);

impl ToSql<IdListSql, Pg> for IdList {
    fn to_sql<'b>(&'b self, out: &mut Output<'b, '_, Pg>) -> serialize::Result {
        ToSql::<Array<PgUuid>, Pg>::to_sql(&self.0, &mut out.reborrow())
    }
}

impl ToSql<IdListSql, Sqlite> for IdList {
    fn to_sql<'b>(&'b self, out: &mut Output<'b, '_, Sqlite>) -> serialize::Result {
        out.set_value(self.0.iter().flat_map(|id| *id.as_bytes()).collect::<Vec<u8>>());
        Ok(IsNull::No)
    }
}

impl FromSql<IdListSql, Pg> for IdList {
    fn from_sql(bytes: PgValue<'_>) -> deserialize::Result<Self> {
        FromSql::<Array<PgUuid>, Pg>::from_sql(bytes).map(Self)
    }
}

impl FromSql<IdListSql, Sqlite> for IdList {
    fn from_sql(bytes: SqliteValue<'_, '_, '_>) -> deserialize::Result<Self> {
        let bytes: Vec<u8> = FromSql::<Binary, Sqlite>::from_sql(bytes)?;
        match bytes.as_chunks() {
            (ids, []) => Ok(Self(ids.iter().copied().map(Uuid::from_bytes).collect())),
            _ => Err("a list of ids with a piece of one".into()),
        }
    }
}

/// Tests whether a column's list has one of some ids. PostgreSQL can use a GIN index of the column. SQLite has no index of
/// a list: it searches the bytes, so it can also find an id that begins within another one. The caller compares the rows.
#[derive(Clone, Debug)]
pub struct Overlaps<C> {
    column: C,
    ids: IdList,
    /// The ids in SQLite's form: a JSON array of hexadecimal digits.
    json: String,
}

/// Returns the condition that the list of `column` has one of the ids.
pub fn overlaps<C: Expression, I: Copy + Into<Uuid>>(column: C, ids: &[I]) -> Overlaps<C> {
    let ids = IdList::of(ids);
    let mut json = String::from("[");
    for id in &ids.0 {
        json.push_str(if json.len() == 1 { "\"" } else { ",\"" });
        push_hex(&mut json, id.as_bytes());
        json.push('"');
    }
    json.push(']');
    Overlaps { column, ids, json }
}

impl<C> QueryId for Overlaps<C> {
    type QueryId = ();
    const HAS_STATIC_QUERY_ID: bool = false;
}

impl<C: Expression> Expression for Overlaps<C> {
    type SqlType = Bool;
}

impl<C: ValidGrouping<GB>, GB> ValidGrouping<GB> for Overlaps<C> {
    type IsAggregate = C::IsAggregate;
}

impl<C: AppearsOnTable<QS>, QS> AppearsOnTable<QS> for Overlaps<C> {}

impl<C: SelectableExpression<QS>, QS> SelectableExpression<QS> for Overlaps<C> {}

impl<C: QueryFragment<Pg>> QueryFragment<Pg> for Overlaps<C> {
    fn walk_ast<'b>(&'b self, mut pass: AstPass<'_, 'b, Pg>) -> QueryResult<()> {
        self.column.walk_ast(pass.reborrow())?;
        pass.push_sql(" && ");
        pass.push_bind_param::<IdListSql, IdList>(&self.ids)
    }
}

impl<C: QueryFragment<Sqlite>> QueryFragment<Sqlite> for Overlaps<C> {
    fn walk_ast<'b>(&'b self, mut pass: AstPass<'_, 'b, Sqlite>) -> QueryResult<()> {
        pass.push_sql("EXISTS (SELECT 1 FROM json_each(");
        pass.push_bind_param::<Text, String>(&self.json)?;
        pass.push_sql(") WHERE instr(");
        self.column.walk_ast(pass.reborrow())?;
        pass.push_sql(", unhex(value)) > 0)");
        Ok(())
    }
}

impl<C> QueryFragment<MultiBackend> for Overlaps<C>
where
    Self: QueryFragment<Pg> + QueryFragment<Sqlite>,
{
    fn walk_ast<'b>(&'b self, pass: AstPass<'_, 'b, MultiBackend>) -> QueryResult<()> {
        MultiBackend::walk_variant_ast(self, pass)
    }
}
