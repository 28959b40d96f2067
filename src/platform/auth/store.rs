//! Revocations of tokens, asked of on every request in the transaction that serves it.

use chrono::TimeDelta;
use diesel::prelude::*;

use super::Verified;
use super::claims::LEEWAY;
use super::profile::LONGEST_LIFE;
use crate::domain::{Error, Instant, RevocationId};
use crate::platform::db::{AnyConnection, direct};
use crate::platform::transaction::WriteTx;

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
            issuer -> Nullable<Text>,
        }
    }
}
use schema::token_revocations;

/// What a revocation is about, at one issuer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Revoked {
    /// One token, by the claim that names it: `jti`, or `uti` where the issuer's profile says so.
    Token(String),
    /// All tokens of a subject that were issued before an instant.
    Subject(String),
}

/// How long after its `not_before` a revocation can still matter, in seconds. A token that is issued at the end of the leeway
/// lives at most as long as any profile allows, and holds until the leeway after that.
pub const REVOCATION_MATTERS: i64 = LONGEST_LIFE + 2 * LEEWAY;

/// Whether the token is revoked.
pub(in crate::platform) fn is_revoked(connection: &mut AnyConnection, token: &Verified) -> Result<bool, Error> {
    let issued = token.issued_at.saturating_mul(1_000_000);
    let issued = Instant::from_micros(issued).ok_or_else(|| Error::internal("a token's iat is out of range"))?;
    let this_token = token_revocations::kind.eq("jti").and(token_revocations::value.eq(&token.jti));
    let its_subject = token_revocations::kind
        .eq("subject")
        .and(token_revocations::value.eq(&token.caller.subject))
        .and(token_revocations::not_before.gt(issued));
    // A revocation from before issuers were kept counts for every issuer.
    let its_issuer = token_revocations::issuer.is_null().or(token_revocations::issuer.eq(&token.caller.issuer));
    let found =
        token_revocations::table.filter(this_token.or(its_subject)).filter(its_issuer).select(token_revocations::id);
    let found: Option<RevocationId> = direct!(connection, engine => found.first(engine)).optional()?;
    Ok(found.is_some())
}

/// Revokes tokens of `issuer` from `not_before` on, and deletes the revocations that no longer matter.
pub fn revoke(
    tx: &mut WriteTx<'_>,
    issuer: &str,
    revoked: &Revoked,
    not_before: Instant,
) -> Result<RevocationId, Error> {
    let id: RevocationId = tx.new_id();
    let (earliest, latest) = (tx.earliest(), tx.latest());
    let (kind, value) = match revoked {
        Revoked::Token(jti) => ("jti", jti),
        Revoked::Subject(subject) => ("subject", subject),
    };
    let moot_at = latest.max(not_before).plus(TimeDelta::seconds(REVOCATION_MATTERS));
    let connection = tx.connection();
    diesel::delete(token_revocations::table.filter(token_revocations::moot_at.lt(earliest))).execute(connection)?;
    let values = (
        token_revocations::id.eq(id),
        token_revocations::kind.eq(kind),
        token_revocations::value.eq(value),
        token_revocations::not_before.eq(not_before),
        token_revocations::moot_at.eq(moot_at),
        token_revocations::issuer.eq(issuer),
    );
    diesel::insert_into(token_revocations::table).values(values).execute(connection)?;
    Ok(id)
}
