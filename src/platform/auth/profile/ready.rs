//! The ready-made profiles. Each says what the provider's documents, or its running, have shown: see `docs/TOKENS.md`.

use std::collections::BTreeMap;

use strum::{EnumString, VariantNames};
use uuid::Uuid;

use super::demands::Demands;
use super::settings::{ProfileSettings, Scalar};
use super::{IdClaim, Organisation, Profile, Roles, Typ, all_algorithms, word};
use crate::domain::SubjectClaim;

/// The longest life of an access token unless a profile says another, in seconds.
pub const ONE_HOUR: i64 = 3_600;
/// The longest life of an Entra token, in seconds: 90 minutes, about five that lie between `iat` and its issue, and a margin.
const ENTRA: i64 = 6_000;

/// A ready-made profile.
#[derive(Clone, Copy, Debug, PartialEq, Eq, EnumString, VariantNames)]
#[strum(serialize_all = "kebab-case")]
pub(super) enum Ready {
    /// RFC 9068.
    #[strum(serialize = "rfc9068")]
    Rfc9068,
    /// Microsoft Entra ID, tokens of version 2.0.
    Entra,
    /// Microsoft Entra ID, tokens of version 1.0.
    EntraV1,
    /// Keycloak.
    Keycloak,
    /// `LemonLDAP::NG`.
    Lemonldap,
}

/// Whether guests of a tenant are taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq, EnumString, VariantNames)]
#[strum(serialize_all = "lowercase")]
enum Guests {
    Refuse,
    Allow,
}

impl Ready {
    /// The profile before anything that stands beside its name.
    pub(super) fn profile(self, issuer: &str) -> Result<Profile, String> {
        let plain = rfc9068();
        Ok(match self {
            Self::Rfc9068 => plain,
            Self::Entra => {
                let demands = of_entra("2.0", tenant(issuer, "/v2.0")?)?;
                Profile { typ: Typ::Jwt, id_claim: IdClaim::Uti, longest_seconds: ENTRA, demands, ..plain }
            }
            Self::EntraV1 => {
                let demands = of_entra("1.0", tenant(issuer, "/")?)?;
                Profile { typ: Typ::Jwt, id_claim: IdClaim::Uti, longest_seconds: ENTRA, demands, ..plain }
            }
            Self::Keycloak => Profile { roles: Roles::array_or_text(), keycloak_service_accounts: true, ..plain },
            Self::Lemonldap => {
                let mut demands = Demands::default();
                demands.require("client_id", &any())?;
                demands.require("scope", &any())?;
                Profile { typ: Typ::Jwt, roles: Roles::array_or_text(), demands, ..plain }
            }
        })
    }

    /// Adds what the profile demands once the settings beside its name are known.
    pub(super) fn demand(self, profile: &mut Profile, settings: &ProfileSettings) -> Result<(), String> {
        match (self, &settings.guests) {
            (Self::Entra | Self::EntraV1, guests) => {
                let guests = guests.as_deref().map_or(Ok(Guests::Refuse), |guests| word("guests", guests))?;
                if guests == Guests::Refuse {
                    profile.demands.require_one_of(&[one("acct", Scalar::Number(0)), app_only()])?;
                }
            }
            (_, Some(_)) => {
                return Err("guests works with the profiles entra and entra-v1 alone: remove it, or name the profile"
                    .to_owned());
            }
            (Self::Keycloak, None) if profile.typ == Typ::Jwt => profile.demands.require("typ", &text("Bearer"))?,
            _ => {}
        }
        Ok(())
    }
}

/// RFC 9068, with our own words for roles and organisations.
pub(super) fn rfc9068() -> Profile {
    Profile {
        typ: Typ::AtJwt,
        algorithms: all_algorithms(),
        id_claim: IdClaim::Jti,
        subject_claim: SubjectClaim::Sub,
        longest_seconds: ONE_HOUR,
        roles: Roles::array(),
        organisation: Organisation::org(),
        demands: Demands::default(),
        keycloak_service_accounts: false,
    }
}

/// What Entra's access tokens carry and its ID tokens do not: `scp` for a person's, `idtyp` for a program's own.
fn of_entra(version: &str, tenant: &str) -> Result<Demands, String> {
    let mut demands = Demands::default();
    demands.require("ver", &text(version))?;
    demands.require("tid", &text(tenant))?;
    demands.require_one_of(&[one("scp", any()), app_only()])?;
    Ok(demands)
}

/// The tenant's id in an `iss` such as `https://login.microsoftonline.com/TENANT/v2.0`.
fn tenant<'a>(issuer: &'a str, end: &str) -> Result<&'a str, String> {
    let path = issuer.strip_prefix("https://").and_then(|rest| rest.split_once('/')).map(|(_, path)| path);
    let tenant = path.and_then(|path| path.strip_suffix(end)).filter(|tenant| tenant.len() == 36);
    tenant.filter(|tenant| Uuid::try_parse(tenant).is_ok()).ok_or_else(|| {
        let example = match end {
            "/v2.0" => "https://login.microsoftonline.com/TENANT/v2.0",
            _ => "https://sts.windows.net/TENANT/",
        };
        format!(
            "the profile needs an issuer such as {example}, with the directory (tenant) ID, a UUID, in place of TENANT"
        )
    })
}

fn text(value: &str) -> Scalar {
    Scalar::Text(value.to_owned())
}

fn any() -> Scalar {
    text("*")
}

fn one(claim: &str, wanted: Scalar) -> BTreeMap<String, Scalar> {
    BTreeMap::from([(claim.to_owned(), wanted)])
}

fn app_only() -> BTreeMap<String, Scalar> {
    one("idtyp", text("app"))
}
