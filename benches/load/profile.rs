//! The issuer of the bench's tokens: their form under each ready-made profile (`docs/TOKENS.md` shows whole tokens).

use clap::ValueEnum;
use serde_json::{Value, json};

const TENANT: &str = "6d1c2f6e-3a5b-4c1e-9c0e-2f1b7a9d4e11";

/// A ready-made profile.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum IssuerProfile {
    /// RFC 9068, which needs no setting.
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

impl IssuerProfile {
    /// The value of `auth.profile`; `None` for the default.
    pub(crate) fn setting(self) -> Option<&'static str> {
        match self {
            Self::Rfc9068 => None,
            Self::Entra => Some("entra"),
            Self::EntraV1 => Some("entra-v1"),
            Self::Keycloak => Some("keycloak"),
            Self::Lemonldap => Some("lemonldap"),
        }
    }

    /// The issuer's name in its tokens (`iss`).
    pub(crate) fn issuer(self) -> String {
        match self {
            Self::Entra => format!("https://login.microsoftonline.com/{TENANT}/v2.0"),
            Self::EntraV1 => format!("https://sts.windows.net/{TENANT}/"),
            _ => "https://issuer.example".to_owned(),
        }
    }

    /// The type of a token (`typ`).
    pub(crate) fn typ(self) -> &'static str {
        match self {
            Self::Rfc9068 | Self::Keycloak => "at+jwt",
            Self::Entra | Self::EntraV1 | Self::Lemonldap => "JWT",
        }
    }

    /// The claims of a token besides `iss`, `aud`, `sub`, `iat`, `exp` and `roles`.
    pub(crate) fn claims(self, id: &str, issued: i64) -> Value {
        match self {
            Self::Rfc9068 => json!({"jti": id}),
            Self::Entra => json!({
                "uti": id, "ver": "2.0", "tid": TENANT, "scp": "Contacts.Use", "acct": 0, "azp": "bench-client", "azpacr": "1",
                "nbf": issued, "oid": "bench-object",
            }),
            Self::EntraV1 => json!({
                "uti": id, "ver": "1.0", "tid": TENANT, "scp": "Contacts.Use", "acct": 0, "appid": "bench-client", "nbf": issued,
                "oid": "bench-object",
            }),
            Self::Keycloak => json!({
                "jti": id, "typ": "Bearer", "azp": "bench-client", "scope": "openid profile", "preferred_username": "bench",
            }),
            Self::Lemonldap => json!({"jti": id, "client_id": "bench-client", "scope": "openid iewm"}),
        }
    }
}
