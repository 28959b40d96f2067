//! Authentication: judges the token of a request, and counts and records refusals.

use actix_web::HttpRequest;
use actix_web::http::header::AUTHORIZATION;

use super::admit::refused;
use super::proof::{Access, Judged, scope_under};
use super::state::Installed;
use crate::domain::{Actor, Code, Error};
use crate::platform::audit::RefusedRequest;
use crate::platform::auth::{Flaw, Terms, bearer, missing_part};
use crate::platform::http::{operation, request_id};

/// The value of `Authorization` is not a bearer token.
const NO_TOKEN: Flaw = Flaw::Malformed("no bearer token");

impl Access<Judged> {
    /// Judges the token of a request by the terms of a permission: its signature, its claims and its roles. Whether it has been
    /// revoked, and whether its organisation is active, is asked in the request's transaction, or here
    /// where the request will not come so far.
    pub(in crate::platform) async fn judge(request: &HttpRequest, terms: &Terms) -> Result<Self, Error> {
        let Some(Installed(state)) = request.app_data::<Installed>() else {
            return Err(Error::internal("no application state is installed"));
        };
        let by_address = if terms.limited { state.0.parts.limits.address(request)? } else { None };
        let sent = request.headers().contains_key(AUTHORIZATION);
        if terms.public && !(terms.token_shows_more && sent) {
            return Ok(Self { left: by_address, ..Self::for_actor(state.clone(), Actor::Anonymous) });
        }
        let mut given = request.headers().get_all(AUTHORIZATION);
        let (value, another) = (given.next(), given.next());
        let Some(value) = value else {
            return Err(Error::new(Code::Unauthenticated, "Send a token, as Authorization: Bearer <token>."));
        };
        let token = value.to_str().ok().filter(|_| another.is_none()).and_then(bearer);
        let log = &state.0.refusal_log;
        let sent = token.ok_or_else(|| {
            log.note(Some(&NO_TOKEN), || None, || request_id(request));
            let refusal = refused(state, &NO_TOKEN);
            // A caller without a token cannot get a better one: the header is wrong, not the token (RFC 6750 section 3.1).
            let missing = value.to_str().ok().filter(|_| another.is_none()).and_then(missing_part);
            missing.map_or(refusal, |detail| Error::new(Code::Unauthenticated, detail))
        })?;
        let time = state.0.parts.services.clock.read();
        let token = state.0.parts.tokens.verify(sent, time).await.map_err(|why| {
            log.note(Some(why.flaw()), || state.0.parts.tokens.named_in(sent), || request_id(request));
            refused(state, why.flaw())
        })?;
        let mut access = Self::for_actor(state.clone(), Actor::Caller(token.caller.clone()));
        access.context.time = time;
        access.left = state.0.parts.limits.caller(&access.caller_key())?.or(by_address);
        match scope_under(&token.caller, terms) {
            Ok(scope) => access.context.scope = scope,
            Err(error) => {
                access.note_refusal(terms, request, &error);
                return Err(error);
            }
        }
        access.token = Some(token);
        Ok(access)
    }

    /// Counts a refusal and records it in the audit: a 403, or too many people read. Logs a token that is
    /// no longer valid. Ignores other errors.
    pub(in crate::platform) fn note_refusal(&self, terms: &Terms, request: &HttpRequest, error: &Error) {
        let permission = error.particulars().permission.unwrap_or(terms.name);
        let metrics = self.state.0.metrics.callers();
        match error.code() {
            Code::Forbidden | Code::SamePerson | Code::PersonRequired => metrics.forbidden(permission),
            Code::ReadingTooMuch => metrics.read_refused(),
            Code::InvalidToken => {
                let tokens = &self.state.0.parts.tokens;
                let issuer = || self.context.actor.caller().and_then(|caller| tokens.name_of(&caller.issuer));
                return self.state.0.refusal_log.note(None, issuer, || request_id(request));
            }
            _ => return,
        }
        if self.context.actor.caller().is_some() {
            let refusal = RefusedRequest { operation: operation(request), permission, code: error.code() };
            self.state.0.refusals.note(self.caller_key(), &self.context.actor, refusal);
        }
    }
}
