//! Revocations of tokens, asked of on every request in the transaction that serves it.

use diesel::prelude::*;

use super::Verified;
use crate::domain::{Error, Instant, RevocationId};
use crate::platform::db::{AnyConnection, direct};
use crate::platform::doors::WriteTx;

mod schema {
    diesel::table! {
        use diesel::sql_types::*;
        use crate::platform::db::{InstantSql, UuidSql};

        token_revocations (id) {
            id -> UuidSql,
            kind -> Text,
            value -> Text,
            not_before -> InstantSql,
            moot_at -> InstantSql,
        }
    }
}
use schema::token_revocations;

/// What a revocation is about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Revoked {
    /// One token, by its `jti`.
    Token(String),
    /// All tokens of a subject that were issued before an instant.
    Subject(String),
}

/// How long after its `not_before` a revocation can still matter: no token lives longer than an hour
/// and its leeway.
const MATTERS: chrono::Duration = chrono::Duration::minutes(62);

/// Whether the token is revoked.
pub(super) fn is_revoked(connection: &mut AnyConnection, token: &Verified) -> Result<bool, Error> {
    let issued = token.issued_at.saturating_mul(1_000_000);
    let issued = Instant::from_micros(issued).ok_or_else(|| Error::internal("a token's iat is out of range"))?;
    let this_token = token_revocations::kind.eq("jti").and(token_revocations::value.eq(&token.jti));
    let its_subject = token_revocations::kind
        .eq("subject")
        .and(token_revocations::value.eq(&token.caller.subject))
        .and(token_revocations::not_before.gt(issued));
    let found = token_revocations::table.filter(this_token.or(its_subject)).select(token_revocations::id);
    let found: Option<RevocationId> = direct!(connection, engine => found.first(engine)).optional()?;
    Ok(found.is_some())
}

/// Revokes from `not_before` on; what no longer matters is swept.
///
/// # Errors
/// When the database fails.
pub fn revoke(tx: &mut WriteTx<'_>, revoked: &Revoked, not_before: Instant) -> Result<RevocationId, Error> {
    let id: RevocationId = tx.new_id();
    let (earliest, latest) = (tx.earliest(), tx.latest());
    let (kind, value) = match revoked {
        Revoked::Token(jti) => ("jti", jti),
        Revoked::Subject(subject) => ("subject", subject),
    };
    let moot_at = latest.max(not_before).plus(MATTERS);
    let connection = tx.connection();
    diesel::delete(token_revocations::table.filter(token_revocations::moot_at.lt(earliest))).execute(connection)?;
    let values = (
        token_revocations::id.eq(id),
        token_revocations::kind.eq(kind),
        token_revocations::value.eq(value),
        token_revocations::not_before.eq(not_before),
        token_revocations::moot_at.eq(moot_at),
    );
    diesel::insert_into(token_revocations::table).values(values).execute(connection)?;
    Ok(id)
}
