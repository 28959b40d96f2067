//! A token's claims (RFC 7519 section 4, RFC 9068 section 2.2), read strictly.
//!
//! Nothing is guessed: a claim of the wrong type is a refused token, not an absent claim, and a role
//! above the issuer's ceiling refuses the whole token instead of being dropped from it.

use serde_json::{Map, Value};

use super::profile::{Profile, clients};
use super::{Flaw, Issuer, json_object};
use crate::domain::{Caller, Instant, OrganisationId, Reading, Role};

/// By how many seconds the issuer's clock and ours may differ.
pub(super) const LEEWAY: i64 = 30;
/// What the names of Keycloak's service accounts begin with.
const SERVICE_ACCOUNT: &str = "service-account-";
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
        let members = json_object::read(bytes).map_err(|_| Flaw::Malformed("payload is not strict JSON"))?;
        Ok(Self { members })
    }

    /// Who the token says has issued it. Not to be believed before the signature.
    pub(super) fn issuer(&self) -> Option<&str> {
        self.members.get("iss").and_then(Value::as_str)
    }

    /// The claims of a token of `issuer`.
    ///
    /// # Errors
    /// The token is for another audience; a claim is missing, of the wrong type or out of range; the issuer's profile demands
    /// or refuses a claim; or a role is unknown or above the issuer's ceiling.
    pub(super) fn claims(&self, issuer: &Issuer) -> Result<Claims, Flaw> {
        let profile = &issuer.profile;
        self.audience(&issuer.audience)?;
        if let Some(flaw) = profile.demands.broken(&self.members).next() {
            return Err(flaw);
        }
        self.client()?;
        let roles = profile.roles.read(&self.members, &issuer.ceiling)?;
        let organisation = if roles.contains(&Role::Contractor) {
            Some(self.organisation(profile).ok_or(Flaw::Organisation)?)
        } else {
            None
        };
        let caller = Caller {
            issuer: self.issuer().ok_or(Flaw::Issuer)?.to_owned(),
            subject: self.subject(profile)?,
            subject_claim: profile.subject_claim(),
            is_person: self.is_person(profile),
            roles,
            organisation,
        };
        Ok(Claims { caller, jti: self.id(profile)?, window: self.window(profile)? })
    }

    /// The claims, for what a profile says of them.
    pub(super) fn members(&self) -> &Map<String, Value> {
        &self.members
    }

    /// Checks that `aud` is our audience, or a list of texts with ours among them.
    pub(super) fn audience(&self, audience: &str) -> Result<(), Flaw> {
        let is_for_us = match self.members.get("aud") {
            Some(Value::String(one)) => one == audience,
            Some(Value::Array(several)) => {
                several.iter().all(Value::is_string) && several.iter().any(|one| one.as_str() == Some(audience))
            }
            _ => false,
        };
        if is_for_us { Ok(()) } else { Err(Flaw::Audience) }
    }

    /// Checks that `client_id`, if there is one, is a text.
    pub(super) fn client(&self) -> Result<(), Flaw> {
        match self.members.get("client_id") {
            Some(client) if !client.is_string() => Err(Flaw::Claim("client_id")),
            _ => Ok(()),
        }
    }

    /// The contractor's organisation.
    pub(super) fn organisation(&self, profile: &Profile) -> Option<OrganisationId> {
        profile.organisation.read(&self.members, self.is_app_only(profile))
    }

    /// Whether a program has the token for itself: Entra's mark, a subject that is the client (RFC 9068 section 5), or the
    /// claim that Keycloak puts into the tokens of service accounts alone.
    pub(super) fn is_app_only(&self, profile: &Profile) -> bool {
        let text = |claim: &str| self.members.get(claim).and_then(Value::as_str);
        let is_client = |subject| clients(&self.members).any(|client| client == subject);
        text("idtyp") == Some("app")
            || text("sub").is_some_and(is_client)
            || (profile.keycloak_service_accounts && self.members.contains_key("client_id"))
    }

    /// Whether a person has the token, as far as it shows. In doubt it is a program's.
    pub(super) fn is_person(&self, profile: &Profile) -> bool {
        let name = self.members.get("preferred_username").and_then(Value::as_str);
        let service_account = name.is_some_and(|name| name.starts_with(SERVICE_ACCOUNT));
        !(self.is_app_only(profile) || (profile.keycloak_service_accounts && service_account))
    }

    /// The claim that names the caller.
    pub(super) fn subject(&self, profile: &Profile) -> Result<String, Flaw> {
        let claim = profile.subject_claim().into();
        self.name(claim).ok_or(Flaw::Claim(claim))
    }

    /// The claim that names the token.
    pub(super) fn id(&self, profile: &Profile) -> Result<String, Flaw> {
        let claim = profile.id_claim.into();
        self.name(claim).ok_or(Flaw::Claim(claim))
    }

    /// A claim that names something: not empty, not long, no control characters.
    fn name(&self, claim: &str) -> Option<String> {
        let text = self.members.get(claim)?.as_str()?;
        let good = !text.is_empty() && text.chars().count() <= LONGEST_NAME && !text.chars().any(char::is_control);
        good.then(|| text.to_owned())
    }

    /// When the token holds.
    pub(super) fn window(&self, profile: &Profile) -> Result<Window, Flaw> {
        let issued_at = self.members.get("iat").and_then(second).ok_or(Flaw::Claim("iat"))?;
        let expires_at = self.members.get("exp").and_then(second).ok_or(Flaw::Claim("exp"))?;
        let not_before = match self.members.get("nbf") {
            Some(value) => Some(second(value).ok_or(Flaw::Claim("nbf"))?),
            None => None,
        };
        if (1..=profile.longest_seconds).contains(&(expires_at - issued_at)) {
            Ok(Window { issued_at, expires_at, not_before })
        } else {
            Err(Flaw::Claim("lifetime"))
        }
    }
}

/// A `NumericDate` in whole seconds, in a range in which no arithmetic on it overflows.
fn second(value: &Value) -> Option<i64> {
    value.as_i64().filter(|second| (0..=LAST_SECOND).contains(second))
}
