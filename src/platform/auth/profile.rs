//! How the tokens of one issuer are read: their type, the claims that name the token, its subject, roles and organisation,
//! and what they must carry besides.
//!
//! A [`Profile`] is made from [`ProfileSettings`] at the start, and only if its parts fit together. Judging a token then
//! needs no further decision and parses nothing again.

mod demands;
mod organisation;
mod ready;
mod roles;
mod settings;
#[cfg(test)]
mod tests;
#[cfg(test)]
mod verdicts;

use jsonwebtoken::Algorithm;
use strum::{EnumString, IntoStaticStr, VariantNames};

use super::header::{Typ, algorithm};
use crate::domain::{Role, SubjectClaim};
use demands::Demands;
pub(super) use organisation::{Organisation, clients};
pub(super) use ready::ONE_HOUR;
use ready::Ready;
pub(super) use roles::Roles;
pub use settings::{Names, ProfileSettings};

/// The longest life that a token of any profile may have, in seconds. Revocations are kept for as long.
pub const LONGEST_LIFE: i64 = 7_200;
/// The shortest life that a profile may be limited to, in seconds.
const SHORTEST_LIMIT: i64 = 60;

/// The claim that names a token, by which it can be revoked.
#[derive(Clone, Copy, Debug, PartialEq, Eq, EnumString, IntoStaticStr, VariantNames)]
#[strum(serialize_all = "lowercase")]
pub(super) enum IdClaim {
    /// RFC 7519 section 4.1.7.
    Jti,
    /// Microsoft Entra's name for it.
    Uti,
}

/// How the tokens of one issuer are read.
#[derive(Clone, Debug)]
pub struct Profile {
    pub(super) typ: Typ,
    algorithms: Vec<Algorithm>,
    pub(super) id_claim: IdClaim,
    subject_claim: SubjectClaim,
    pub(super) longest_seconds: i64,
    pub(super) roles: Roles,
    pub(super) organisation: Organisation,
    pub(super) demands: Demands,
    /// Whether the issuer marks service accounts as Keycloak does.
    pub(super) keycloak_service_accounts: bool,
}

impl Profile {
    /// The profile that `settings` describe for the issuer whose `iss` is `issuer` and whose roles may be those of `ceiling`.
    ///
    /// # Errors
    /// A text for the operator: a value that is not known, or settings that do not fit together, and what to change.
    pub fn new(settings: &ProfileSettings, issuer: &str, ceiling: &[Role]) -> Result<Self, String> {
        let ready = match &settings.profile {
            Some(name) => word::<Ready>("profile", name)?,
            None => Ready::Rfc9068,
        };
        let mut profile = ready.profile(issuer)?;
        if let Some(typ) = &settings.typ {
            profile.typ = word("typ", typ)?;
        }
        if let Some(names) = &settings.algorithms {
            profile.algorithms = algorithms(names.listed())?;
        }
        if let Some(claim) = &settings.id_claim {
            profile.id_claim = word("id_claim", claim)?;
        }
        if let Some(claim) = &settings.subject_claim {
            profile.subject_claim = word("subject_claim", claim)?;
        }
        if let Some(seconds) = settings.longest_seconds {
            if !(SHORTEST_LIMIT..=LONGEST_LIFE).contains(&seconds) {
                return Err(format!("longest_seconds must be {SHORTEST_LIMIT} to {LONGEST_LIFE}"));
            }
            profile.longest_seconds = seconds;
        }
        profile.roles.configure(settings, ceiling)?;
        if let Some(organisation) = Organisation::configured(settings)? {
            profile.organisation = organisation;
        }
        ready.demand(&mut profile, settings)?;
        profile.demands.add(settings)?;
        profile.check()?;
        Ok(profile)
    }

    /// The claim that names a caller.
    pub fn subject_claim(&self) -> SubjectClaim {
        self.subject_claim
    }

    /// Whether a token may be signed with `algorithm`, given that its key serves it.
    pub(super) fn allows(&self, algorithm: Algorithm) -> bool {
        self.algorithms.contains(&algorithm)
    }

    fn check(&self) -> Result<(), String> {
        if self.typ == Typ::Jwt && !self.demands.tell_access_tokens() {
            return Err(
                "typ = \"JWT\" is also the type of ID tokens, so the profile must demand a claim that this issuer's ID \
                 tokens never have (RFC 8725 section 3.12). Add one to `require`, `require_present` or every alternative of \
                 `require_one_of`, such as require = { typ = \"Bearer\" } for Keycloak or require_present = [\"scope\"]; \
                 `refuse_present` does not suffice, and neither does a claim that OpenID Connect puts into ID tokens"
                    .to_owned(),
            );
        }
        Ok(())
    }
}

impl Default for Profile {
    /// RFC 9068, which is taken where nothing else is configured.
    fn default() -> Self {
        ready::rfc9068()
    }
}

/// The value of a setting that takes one of a few words.
fn word<T: std::str::FromStr + VariantNames>(key: &str, text: &str) -> Result<T, String> {
    text.parse().map_err(|_| format!("{key} = \"{text}\" is not known: it must be one of {}", T::VARIANTS.join(", ")))
}

/// The algorithms that are taken at all.
fn all_algorithms() -> Vec<Algorithm> {
    vec![Algorithm::EdDSA, Algorithm::ES256, Algorithm::RS256]
}

fn algorithms<'a>(names: impl Iterator<Item = &'a str>) -> Result<Vec<Algorithm>, String> {
    let known = |name| algorithm(name).ok_or_else(|| format!("algorithms: \"{name}\" is not taken"));
    let named = names.map(known).collect::<Result<Vec<_>, _>>();
    match named {
        Ok(some) if !some.is_empty() => Ok(some),
        Ok(_) => Err("algorithms must name one or more of EdDSA, ES256, RS256".to_owned()),
        Err(why) => Err(format!("{why}: it must list some of EdDSA (or Ed25519), ES256, RS256")),
    }
}
