//! Admission: what only the database knows of a token, asked in the transaction that serves the request.

use super::state::AppState;
use crate::domain::{Code, Error};
use crate::platform::auth::store::is_revoked;
use crate::platform::auth::{Flaw, Moment, Verified};
use crate::platform::db::Lane;
use crate::platform::transaction::Context;

pub(super) fn invalid_token() -> Error {
    Error::new(Code::InvalidToken, "The service refused the token. Get a new one from its issuer.")
}

/// Counts a refused token, and answers it like every other.
pub(super) fn refused(state: &AppState, flaw: &Flaw) -> Error {
    state.0.metrics.callers().token_refused(flaw.reason());
    invalid_token()
}

/// As [`admit`], for a read that arrived at a given moment, unless a later query has the answer.
pub(super) fn admit_once(
    state: &AppState,
    lane: &mut Lane,
    token: Option<&Verified>,
    came: Moment,
) -> Result<(), Error> {
    let Some(token) = token.filter(|token| !token.admitted.since(came)) else { return Ok(()) };
    let asked = state.0.moments.now();
    admit(state, lane, Some(token))?;
    token.admitted.note(asked);
    Ok(())
}

/// Checks the facts about a token that only the database has: whether it was revoked, and whether its
/// organisation is active.
pub(super) fn admit(state: &AppState, lane: &mut Lane, token: Option<&Verified>) -> Result<(), Error> {
    let Some(token) = token else { return Ok(()) };
    if is_revoked(&mut lane.connection, token)? {
        return Err(refused(state, &Flaw::Revoked));
    }
    match token.caller.organisation {
        Some(organisation) if !state.0.parts.standing.is_active(&mut lane.connection, organisation)? => {
            Err(refused(state, &Flaw::Organisation))
        }
        _ => Ok(()),
    }
}

/// The caller, for values that belong to one caller.
pub(super) fn caller_key(context: &Context) -> String {
    let Some(caller) = context.actor.caller() else { return String::new() };
    let organisation = caller.organisation.map(|id| id.to_string()).unwrap_or_default();
    format!("{}\n{}\n{organisation}", caller.issuer, caller.subject)
}
