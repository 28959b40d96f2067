//! A token's claims (RFC 7519 section 4, RFC 9068 section 2.2), read strictly.
//!
//! Nothing is guessed: a claim of the wrong type is a refused token, not an absent claim, and a role
//! above the issuer's ceiling refuses the whole token instead of being dropped from it.

use std::str::FromStr;

use serde_json::{Map, Value};
use uuid::Uuid;

use super::{Flaw, strict_json};
use crate::domain::{Caller, Instant, OrganisationId, Reading, Role};

/// By how many seconds the issuer's clock and ours may differ.
const LEEWAY: i64 = 30;
/// The longest that a token may live, in seconds.
pub(super) const LONGEST_LIFE: i64 = 3600;
/// 9999-12-31T23:59:59Z, the last second that a claim can name.
const LAST_SECOND: i64 = 253_402_300_799;
/// The longest `sub` and `jti`, in characters.
const LONGEST_NAME: usize = 255;

/// When a token holds.
#[derive(Clone, Copy, Debug)]
pub(super) struct Window {
    pub(super) issued_at: i64,
    pub(super) expires_at: i64,
    not_before: Option<i64>,
}

impl Window {
    /// Checks that the token holds, give or take the leeway. Where our clock is in doubt, one of the possible times must do,
    /// because the clocks of the issuers have not jumped with ours.
    ///
    /// # Errors
    /// It has expired, does not hold yet, or was issued in the future.
    pub(super) fn holds(self, time: Reading) -> Result<(), Flaw> {
        let Reading { now, earliest, latest } = time;
        let at_now = self.holds_at(now);
        if at_now.is_err() && (self.holds_at(earliest).is_ok() || self.holds_at(latest).is_ok()) {
            return Ok(());
        }
        at_now
    }

    fn holds_at(self, now: Instant) -> Result<(), Flaw> {
        let now = now.seconds();
        if now >= self.expires_at + LEEWAY {
            return Err(Flaw::Expired);
        }
        if self.issued_at > now + LEEWAY {
            return Err(Flaw::Premature("iat is ahead"));
        }
        match self.not_before {
            Some(not_before) if not_before > now + LEEWAY => Err(Flaw::Premature("nbf is ahead")),
            _ => Ok(()),
        }
    }
}

/// Claims that are well-formed, for our audience and under the ceiling. Whether they hold now is
/// [`Window::holds`]'s to say.
pub(super) struct Claims {
    pub(super) caller: Caller,
    pub(super) jti: String,
    pub(super) window: Window,
}

/// A payload of which only the issuer has been looked at.
pub(super) struct Payload {
    members: Map<String, Value>,
}

impl Payload {
    /// Reads a payload.
    ///
    /// # Errors
    /// It is no JSON object, or an object in it has a member twice.
    pub(super) fn read(bytes: &[u8]) -> Result<Self, Flaw> {
        let members = strict_json::object(bytes).map_err(|_| Flaw::Malformed("payload is not strict JSON"))?;
        Ok(Self { members })
    }

    /// Who the token says has issued it. Not to be believed before the signature.
    pub(super) fn issuer(&self) -> Option<&str> {
        self.members.get("iss").and_then(Value::as_str)
    }

    /// The claims of a token for `audience` whose roles may not exceed `ceiling`.
    ///
    /// # Errors
    /// A claim is missing, of the wrong type or out of range, or a role is unknown or above the ceiling.
    pub(super) fn claims(&self, audience: &str, ceiling: &[Role]) -> Result<Claims, Flaw> {
        if !self.is_for(audience) {
            return Err(Flaw::Audience);
        }
        if self.members.get("client_id").is_some_and(|client| !client.is_string()) {
            return Err(Flaw::Claim("client_id"));
        }
        let roles = self.roles(ceiling)?;
        let organisation =
            if roles.contains(&Role::Contractor) { Some(self.organisation().ok_or(Flaw::Organisation)?) } else { None };
        let caller = Caller {
            issuer: self.issuer().ok_or(Flaw::Issuer)?.to_owned(),
            subject: self.name("sub").ok_or(Flaw::Claim("sub"))?,
            roles,
            organisation,
        };
        Ok(Claims { caller, jti: self.name("jti").ok_or(Flaw::Claim("jti"))?, window: self.window()? })
    }

    /// Whether `aud` is our audience, or a list of texts with ours among them.
    fn is_for(&self, audience: &str) -> bool {
        match self.members.get("aud") {
            Some(Value::String(one)) => one == audience,
            Some(Value::Array(several)) => {
                several.iter().all(Value::is_string) && several.iter().any(|one| one.as_str() == Some(audience))
            }
            _ => false,
        }
    }

    fn roles(&self, ceiling: &[Role]) -> Result<Vec<Role>, Flaw> {
        let named = self.members.get("roles").and_then(Value::as_array).ok_or(Flaw::Roles("missing"))?;
        let known = |role: &Value| role.as_str().and_then(|name| Role::from_str(name).ok());
        let mut roles: Vec<Role> = named.iter().map(known).collect::<Option<_>>().ok_or(Flaw::Roles("unknown"))?;
        if roles.is_empty() {
            return Err(Flaw::Roles("none"));
        }
        if roles.iter().any(|role| !ceiling.contains(role)) {
            return Err(Flaw::Roles("above the issuer's ceiling"));
        }
        roles.sort_unstable();
        roles.dedup();
        Ok(roles)
    }

    /// The contractor's organisation, written as RFC 9562 writes a UUID: hyphenated, nothing around it.
    fn organisation(&self) -> Option<OrganisationId> {
        let text = self.members.get("org")?.as_str().filter(|text| text.len() == 36)?;
        Uuid::try_parse(text).ok().map(OrganisationId::from_uuid)
    }

    /// A claim that names something: not empty, not long, no control characters.
    fn name(&self, claim: &str) -> Option<String> {
        let text = self.members.get(claim)?.as_str()?;
        let good = !text.is_empty() && text.chars().count() <= LONGEST_NAME && !text.chars().any(char::is_control);
        good.then(|| text.to_owned())
    }

    fn window(&self) -> Result<Window, Flaw> {
        let issued_at = self.members.get("iat").and_then(second).ok_or(Flaw::Claim("iat"))?;
        let expires_at = self.members.get("exp").and_then(second).ok_or(Flaw::Claim("exp"))?;
        let not_before = match self.members.get("nbf") {
            Some(value) => Some(second(value).ok_or(Flaw::Claim("nbf"))?),
            None => None,
        };
        match expires_at - issued_at {
            1..=LONGEST_LIFE => Ok(Window { issued_at, expires_at, not_before }),
            _ => Err(Flaw::Claim("lifetime")),
        }
    }
}

/// A `NumericDate` in whole seconds, in a range in which no arithmetic on it overflows.
fn second(value: &Value) -> Option<i64> {
    value.as_i64().filter(|second| (0..=LAST_SECOND).contains(second))
}
