//! The handler.

use super::model::{RevokeTokens, TokenRevocation};
use crate::domain::Error;
use crate::platform::access::Access;
use crate::platform::audit::{Action, Entry};
use crate::platform::auth::TokensRevoke;
use crate::platform::auth::store::{Revoked, revoke as store_revocation};
use crate::platform::http::{Done, Noted, Valid};

/// Revoke tokens
///
/// The revocation takes effect before the response, on every instance of the service, and survives a
/// restart.
#[utoipa::path(post, path = "/v1/token-revocations")]
pub(super) async fn revoke(
    access: Access<TokensRevoke>,
    Valid(asked): Valid<RevokeTokens>,
) -> Result<Done<Noted<TokenRevocation>>, Error> {
    let issuer = access.issuer(asked.issuer.as_deref())?;
    access
        .write(move |mut tx| {
            let RevokeTokens { jti, subject, not_before, .. } = asked;
            let not_before = not_before.unwrap_or(tx.latest());
            let revoked = match (&jti, &subject) {
                (Some(jti), _) => Revoked::Token(jti.clone()),
                (None, subject) => Revoked::Subject(subject.clone().unwrap_or_default()),
            };
            let id = store_revocation(&mut tx, &issuer, &revoked, not_before)?;
            let entry = Entry::new(Action::TokensRevoke).subject(id);
            tx.record(entry, Noted(TokenRevocation { issuer, jti, subject, not_before }))
        })
        .await
}
