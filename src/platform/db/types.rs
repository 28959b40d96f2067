//! The SQL types that Diesel's common ones lack: UUIDs (native on PostgreSQL, 16 bytes on SQLite), instants (`timestamptz`
//! there, microseconds since 1970 here), and lists of terms (`integer[]` there, four bytes each here). `id_list` has lists of ids.

use diesel::backend::Backend;
use diesel::deserialize::{self, FromSql, Queryable};
use diesel::expression::AsExpression;
use diesel::internal::derives::as_expression::Bound;
use diesel::pg::{Pg, PgValue};
use diesel::serialize::{self, IsNull, Output, ToSql};
use diesel::sql_types::{Array, BigInt, Binary, HasSqlType, Integer, Nullable, SqlType, Timestamptz, Uuid as PgUuid};
use diesel::sqlite::{Sqlite, SqliteValue};
use uuid::Uuid;

use super::connection::MultiBackend;
use crate::domain::{Instant, each_id};

/// The SQL type of an identifier.
#[derive(Clone, Copy, Debug, SqlType, diesel::query_builder::QueryId)]
#[diesel(postgres_type(name = "uuid"), sqlite_type(name = "Binary"))]
pub struct UuidSql;

/// The SQL type of an instant.
#[derive(Clone, Copy, Debug, SqlType, diesel::query_builder::QueryId)]
#[diesel(postgres_type(name = "timestamptz"), sqlite_type(name = "Long"))]
pub struct InstantSql;

/// The SQL type of a list of terms.
#[derive(Clone, Copy, Debug, SqlType, diesel::query_builder::QueryId)]
#[diesel(postgres_type(oid = 1007, array_oid = 0), sqlite_type(name = "Binary"))]
pub struct TermsSql;

/// The terms by which a row is found, each once; on SQLite with their highest bytes first.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Terms(pub(super) Vec<i32>);

impl Terms {
    /// These terms.
    pub fn new(terms: impl IntoIterator<Item = [u8; 4]>) -> Self {
        Self(terms.into_iter().map(i32::from_be_bytes).collect())
    }

    /// The number of terms.
    pub fn count(&self) -> usize {
        self.0.len()
    }
}

/// Makes a Rust type usable as a value of one of the SQL types above, through the connection enum.
macro_rules! portable {
    ($rust:ty, $sql:ty) => {
        impl AsExpression<$sql> for $rust {
            type Expression = Bound<$sql, Self>;
            fn as_expression(self) -> Self::Expression {
                Bound::new(self)
            }
        }
        impl AsExpression<$sql> for &$rust {
            type Expression = Bound<$sql, Self>;
            fn as_expression(self) -> Self::Expression {
                Bound::new(self)
            }
        }
        impl AsExpression<Nullable<$sql>> for $rust {
            type Expression = Bound<Nullable<$sql>, Self>;
            fn as_expression(self) -> Self::Expression {
                Bound::new(self)
            }
        }
        impl AsExpression<Nullable<$sql>> for &$rust {
            type Expression = Bound<Nullable<$sql>, Self>;
            fn as_expression(self) -> Self::Expression {
                Bound::new(self)
            }
        }
        impl<DB: Backend> ToSql<Nullable<$sql>, DB> for $rust
        where
            $rust: ToSql<$sql, DB>,
        {
            fn to_sql<'b>(&'b self, out: &mut Output<'b, '_, DB>) -> serialize::Result {
                ToSql::<$sql, DB>::to_sql(self, out)
            }
        }
        impl ToSql<$sql, MultiBackend> for $rust {
            fn to_sql<'b>(&'b self, out: &mut Output<'b, '_, MultiBackend>) -> serialize::Result {
                const TYPE: $sql = <$sql>::VALUE;
                out.set_value((TYPE, self));
                Ok(IsNull::No)
            }
        }
        impl FromSql<$sql, MultiBackend> for $rust {
            fn from_sql(bytes: <MultiBackend as Backend>::RawValue<'_>) -> deserialize::Result<Self> {
                bytes.from_sql::<Self, $sql>()
            }
        }
        impl<DB: Backend> Queryable<$sql, DB> for $rust
        where
            $rust: FromSql<$sql, DB>,
        {
            type Row = Self;
            fn build(row: Self) -> deserialize::Result<Self> {
                Ok(row)
            }
        }
    };
}
pub(super) use portable;

impl UuidSql {
    const VALUE: Self = Self;
}

impl InstantSql {
    const VALUE: Self = Self;
}

impl TermsSql {
    const VALUE: Self = Self;
}

impl HasSqlType<TermsSql> for MultiBackend {
    fn metadata(lookup: &mut Self::MetadataLookup) -> Self::TypeMetadata {
        Self::lookup_sql_type::<TermsSql>(lookup)
    }
}

impl HasSqlType<UuidSql> for MultiBackend {
    fn metadata(lookup: &mut Self::MetadataLookup) -> Self::TypeMetadata {
        Self::lookup_sql_type::<UuidSql>(lookup)
    }
}

impl HasSqlType<InstantSql> for MultiBackend {
    fn metadata(lookup: &mut Self::MetadataLookup) -> Self::TypeMetadata {
        Self::lookup_sql_type::<InstantSql>(lookup)
    }
}

macro_rules! store_ids {
    ($($(#[$doc:meta])* $name:ident,)*) => {$(
        portable!(crate::domain::$name, UuidSql);
        impl ToSql<UuidSql, Pg> for crate::domain::$name {
            fn to_sql<'b>(&'b self, out: &mut Output<'b, '_, Pg>) -> serialize::Result {
                ToSql::<PgUuid, Pg>::to_sql(&self.uuid(), &mut out.reborrow())
            }
        }
        impl ToSql<UuidSql, Sqlite> for crate::domain::$name {
            fn to_sql<'b>(&'b self, out: &mut Output<'b, '_, Sqlite>) -> serialize::Result {
                out.set_value(self.uuid().as_bytes().to_vec());
                Ok(IsNull::No)
            }
        }
        impl FromSql<UuidSql, Pg> for crate::domain::$name {
            fn from_sql(bytes: PgValue<'_>) -> deserialize::Result<Self> {
                FromSql::<PgUuid, Pg>::from_sql(bytes).map(Self::from_uuid)
            }
        }
        impl FromSql<UuidSql, Sqlite> for crate::domain::$name {
            fn from_sql(bytes: SqliteValue<'_, '_, '_>) -> deserialize::Result<Self> {
                let bytes: Vec<u8> = FromSql::<Binary, Sqlite>::from_sql(bytes)?;
                Ok(Self::from_uuid(Uuid::from_slice(&bytes)?))
            }
        }
    )*};
}
each_id!(store_ids);

portable!(Instant, InstantSql);

impl ToSql<InstantSql, Pg> for Instant {
    fn to_sql<'b>(&'b self, out: &mut Output<'b, '_, Pg>) -> serialize::Result {
        ToSql::<Timestamptz, Pg>::to_sql(&self.to_chrono(), &mut out.reborrow())
    }
}

impl ToSql<InstantSql, Sqlite> for Instant {
    fn to_sql<'b>(&'b self, out: &mut Output<'b, '_, Sqlite>) -> serialize::Result {
        out.set_value(self.micros());
        Ok(IsNull::No)
    }
}

impl FromSql<InstantSql, Pg> for Instant {
    fn from_sql(bytes: PgValue<'_>) -> deserialize::Result<Self> {
        let time: chrono::DateTime<chrono::Utc> = FromSql::<Timestamptz, Pg>::from_sql(bytes)?;
        Ok(Self::from(time))
    }
}

impl FromSql<InstantSql, Sqlite> for Instant {
    fn from_sql(bytes: SqliteValue<'_, '_, '_>) -> deserialize::Result<Self> {
        let micros: i64 = FromSql::<BigInt, Sqlite>::from_sql(bytes)?;
        Self::from_micros(micros).ok_or_else(|| "an instant beyond the calendar".into())
    }
}

portable!(Terms, TermsSql);

impl ToSql<TermsSql, Pg> for Terms {
    fn to_sql<'b>(&'b self, out: &mut Output<'b, '_, Pg>) -> serialize::Result {
        ToSql::<Array<Integer>, Pg>::to_sql(&self.0, &mut out.reborrow())
    }
}

impl ToSql<TermsSql, Sqlite> for Terms {
    fn to_sql<'b>(&'b self, out: &mut Output<'b, '_, Sqlite>) -> serialize::Result {
        out.set_value(self.0.iter().flat_map(|term| term.to_be_bytes()).collect::<Vec<u8>>());
        Ok(IsNull::No)
    }
}

impl FromSql<TermsSql, Pg> for Terms {
    fn from_sql(bytes: PgValue<'_>) -> deserialize::Result<Self> {
        FromSql::<Array<Integer>, Pg>::from_sql(bytes).map(Self)
    }
}

impl FromSql<TermsSql, Sqlite> for Terms {
    fn from_sql(bytes: SqliteValue<'_, '_, '_>) -> deserialize::Result<Self> {
        let bytes: Vec<u8> = FromSql::<Binary, Sqlite>::from_sql(bytes)?;
        match bytes.as_chunks() {
            (terms, []) => Ok(Self::new(terms.iter().copied())),
            _ => Err("a list of terms with a piece of one".into()),
        }
    }
}
