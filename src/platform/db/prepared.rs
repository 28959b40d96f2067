//! A hand-written SQL statement that stays prepared: for SQL that the query builder cannot express, and
//! for a few frequent updates.
//!
//! Diesel prepares an update, and the text of `sql_query`, again each time: on PostgreSQL one more
//! round trip, on SQLite more work than the statement itself.

use std::borrow::Cow;
use std::marker::PhantomData;

use diesel::backend::Backend;
use diesel::pg::Pg;
use diesel::prelude::*;
use diesel::query_builder::{AstPass, QueryFragment, QueryId};
use diesel::serialize::ToSql;
use diesel::sql_types::HasSqlType;
use diesel::sqlite::Sqlite;

/// A statement, written from beginning to end. Its text identifies it, so the text must not contain a
/// value.
#[derive(Debug)]
pub struct Prepared<P>(P);

/// A statement that returns rows of the SQL type `ST`.
#[derive(Debug)]
pub struct Asked<P, ST>(P, PhantomData<ST>);

/// A piece of SQL.
#[derive(Debug)]
pub struct Sql(Cow<'static, str>);

/// A value of the SQL type `T`.
#[derive(Debug)]
pub struct Bound<T, V>(V, PhantomData<T>);

/// One piece after another.
#[derive(Debug)]
pub struct Then<P, Q>(P, Q);

/// A statement that begins with `text`.
pub fn prepared(text: impl Into<Cow<'static, str>>) -> Prepared<Sql> {
    Prepared(Sql(text.into()))
}

impl<P> Prepared<P> {
    /// Appends a value of the SQL type `T`.
    pub fn bind<T, V>(self, value: V) -> Prepared<Then<P, Bound<T, V>>> {
        Prepared(Then(self.0, Bound(value, PhantomData)))
    }

    /// Appends SQL.
    pub fn sql(self, text: &'static str) -> Prepared<Then<P, Sql>> {
        Prepared(Then(self.0, Sql(text.into())))
    }

    /// Appends an expression of the query builder, or another fragment.
    pub fn then<Q>(self, fragment: Q) -> Prepared<Then<P, Q>> {
        Prepared(Then(self.0, fragment))
    }

    /// Ends with the returned columns: one column of the SQL type `ST`, or a tuple of several.
    pub fn select<ST>(self) -> Asked<P, ST> {
        Asked(self.0, PhantomData)
    }
}

impl<P> QueryId for Prepared<P> {
    type QueryId = ();
    const HAS_STATIC_QUERY_ID: bool = false;
}

impl<P, C> RunQueryDsl<C> for Prepared<P> {}

impl<DB: Backend, P: QueryFragment<DB>> QueryFragment<DB> for Prepared<P> {
    fn walk_ast<'b>(&'b self, pass: AstPass<'_, 'b, DB>) -> QueryResult<()> {
        self.0.walk_ast(pass)
    }
}

impl<P, ST> QueryId for Asked<P, ST> {
    type QueryId = ();
    const HAS_STATIC_QUERY_ID: bool = false;
}

impl<P, ST> diesel::query_builder::Query for Asked<P, ST> {
    type SqlType = ST;
}

impl<P, ST, C> RunQueryDsl<C> for Asked<P, ST> {}

impl<DB: Backend, P: QueryFragment<DB>, ST> QueryFragment<DB> for Asked<P, ST> {
    fn walk_ast<'b>(&'b self, pass: AstPass<'_, 'b, DB>) -> QueryResult<()> {
        self.0.walk_ast(pass)
    }
}

impl<DB: Backend> QueryFragment<DB> for Sql {
    fn walk_ast<'b>(&'b self, mut pass: AstPass<'_, 'b, DB>) -> QueryResult<()> {
        pass.push_sql(&self.0);
        Ok(())
    }
}

/// Names the index to use, after the table's name, if SQLite would choose another. PostgreSQL ignores
/// it.
#[derive(Debug)]
pub struct IndexedBy(pub &'static str);

impl QueryFragment<Sqlite> for IndexedBy {
    fn walk_ast<'b>(&'b self, mut pass: AstPass<'_, 'b, Sqlite>) -> QueryResult<()> {
        pass.push_sql(" INDEXED BY ");
        pass.push_sql(self.0);
        Ok(())
    }
}

impl QueryFragment<Pg> for IndexedBy {
    fn walk_ast<'b>(&'b self, _: AstPass<'_, 'b, Pg>) -> QueryResult<()> {
        Ok(())
    }
}

impl<DB: Backend + HasSqlType<T>, T, V: ToSql<T, DB>> QueryFragment<DB> for Bound<T, V> {
    fn walk_ast<'b>(&'b self, mut pass: AstPass<'_, 'b, DB>) -> QueryResult<()> {
        pass.push_bind_param::<T, V>(&self.0)
    }
}

impl<DB: Backend, P: QueryFragment<DB>, Q: QueryFragment<DB>> QueryFragment<DB> for Then<P, Q> {
    fn walk_ast<'b>(&'b self, mut pass: AstPass<'_, 'b, DB>) -> QueryResult<()> {
        self.0.walk_ast(pass.reborrow())?;
        self.1.walk_ast(pass)
    }
}
