//! A statement of our own in SQL that stays prepared, for what the query builder has no words for.
//!
//! Diesel prepares what `sql_query` is given anew each time, which on PostgreSQL is a journey more.

use std::marker::PhantomData;

use diesel::backend::Backend;
use diesel::prelude::*;
use diesel::query_builder::{AstPass, QueryFragment, QueryId};
use diesel::serialize::ToSql;
use diesel::sql_types::HasSqlType;

/// SQL with one value in it, or a tuple of them with commas between. It is known by its text, so that nothing that varies may
/// be written into that.
pub(super) struct Prepared<V> {
    before: String,
    values: V,
    after: &'static str,
}

impl<V> Prepared<V> {
    pub(super) fn new(before: impl Into<String>, values: V, after: &'static str) -> Self {
        Self { before: before.into(), values, after }
    }
}

impl<V> QueryId for Prepared<V> {
    type QueryId = ();
    const HAS_STATIC_QUERY_ID: bool = false;
}

impl<DB: Backend, V: QueryFragment<DB>> QueryFragment<DB> for Prepared<V> {
    fn walk_ast<'b>(&'b self, mut pass: AstPass<'_, 'b, DB>) -> QueryResult<()> {
        pass.push_sql(&self.before);
        self.values.walk_ast(pass.reborrow())?;
        pass.push_sql(self.after);
        Ok(())
    }
}

impl<V, C> RunQueryDsl<C> for Prepared<V> {}

/// A value as one of the SQL type `T`.
pub(super) struct As<T, V>(V, PhantomData<T>);

/// `value` as one of the SQL type `T`.
pub(super) fn bound<T, V>(value: V) -> As<T, V> {
    As(value, PhantomData)
}

impl<DB: Backend + HasSqlType<T>, T, V: ToSql<T, DB>> QueryFragment<DB> for As<T, V> {
    fn walk_ast<'b>(&'b self, mut pass: AstPass<'_, 'b, DB>) -> QueryResult<()> {
        pass.push_bind_param::<T, V>(&self.0)
    }
}
