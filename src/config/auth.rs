//! The issuers of tokens. The first one's keys stand in `[auth]` itself, so that the environment can set them; what is not
//! known of an issuer here belongs to its profile.

use std::collections::HashMap;

use config::{ConfigError, Value};
use serde::Deserialize;
use serde::de::DeserializeOwned;

use crate::domain::Role;
use crate::platform::auth::{Names, Profile, ProfileSettings};

type Table = HashMap<String, Value>;

/// Whose tokens are accepted.
#[derive(Clone, Debug, Deserialize)]
#[serde(try_from = "Table")]
pub struct Auth {
    /// The first issuer; none when its name is empty.
    pub first: Issuer,
    /// More issuers.
    pub issuers: Vec<Issuer>,
    /// Authorities that are trusted besides the system's where keys are fetched by https: a PEM file, or empty.
    pub ca_file: String,
}

/// An issuer of tokens.
#[derive(Clone, Debug, Deserialize)]
#[serde(try_from = "Table")]
pub struct Issuer {
    /// The operator's name for it: its `iss` where it has no other.
    pub name: String,
    /// Its `iss`.
    pub issuer: String,
    /// Its `aud`.
    pub audience: String,
    /// Its keys: the path of a JWKS file, or an https address.
    pub jwks: String,
    /// Its ceiling of roles.
    pub roles: Names,
    /// How its tokens are read.
    pub profile: ProfileSettings,
}

#[derive(Deserialize)]
struct OfAuth {
    issuers: Vec<Issuer>,
    ca_file: String,
}

#[derive(Deserialize)]
struct OfIssuer {
    name: Option<String>,
    issuer: String,
    audience: String,
    jwks: String,
    roles: Names,
}

/// Reads the keys of `T` out of a table, and leaves the others there.
fn take<T: DeserializeOwned>(table: &mut Table, keys: &[&str]) -> Result<T, ConfigError> {
    let taken: Table = keys.iter().filter_map(|key| table.remove_entry(*key)).collect();
    T::deserialize(Value::from(taken))
}

impl TryFrom<Table> for Auth {
    type Error = ConfigError;

    fn try_from(mut table: Table) -> Result<Self, ConfigError> {
        let OfAuth { issuers, ca_file } = take(&mut table, &["issuers", "ca_file"])?;
        Ok(Self { first: Issuer::try_from(table)?, issuers, ca_file })
    }
}

impl TryFrom<Table> for Issuer {
    type Error = ConfigError;

    fn try_from(mut table: Table) -> Result<Self, ConfigError> {
        let OfIssuer { name, issuer, audience, jwks, roles } =
            take(&mut table, &["name", "issuer", "audience", "jwks", "roles"])?;
        let name = name.unwrap_or_else(|| issuer.clone());
        Ok(Self { name, issuer, audience, jwks, roles, profile: ProfileSettings::deserialize(Value::from(table))? })
    }
}

/// An issuer whose settings are known to fit together.
#[derive(Clone, Debug)]
pub struct CheckedIssuer {
    /// As configured.
    pub settings: Issuer,
    /// The roles that it may give.
    pub ceiling: Vec<Role>,
    /// How its tokens are read.
    pub profile: Profile,
}

impl Auth {
    /// All issuers.
    ///
    /// # Errors
    /// A text for the operator that names the issuer and the key, and says what to change.
    pub(super) fn checked(&self) -> Result<Vec<CheckedIssuer>, String> {
        let first = std::iter::once(&self.first).filter(|first| !first.issuer.is_empty());
        let all: Vec<_> = first.chain(&self.issuers).map(Issuer::checked).collect::<Result<_, _>>()?;
        // One issuer that stands twice is refused by its `iss`, when the keys are read.
        let like = |one: &CheckedIssuer, other: &CheckedIssuer| {
            one.settings.name == other.settings.name && one.settings.issuer != other.settings.issuer
        };
        let twice = all.iter().find(|one| all.iter().any(|other| like(one, other)));
        match twice {
            Some(one) => Err(format!("auth: two issuers have the name {}: give each its own", one.settings.name)),
            None => Ok(all),
        }
    }
}

impl Issuer {
    fn checked(&self) -> Result<CheckedIssuer, String> {
        if self.audience.is_empty() || self.jwks.is_empty() {
            return Err(format!("auth: the issuer {} needs an audience and a jwks", self.issuer));
        }
        let ceiling = self.roles.listed().map(str::parse::<Role>).collect::<Result<Vec<_>, _>>();
        let ceiling = ceiling.ok().filter(|roles| !roles.is_empty()).ok_or_else(|| {
            format!("auth.roles of {}: must list some of iewm_staff, council, contractor", self.issuer)
        })?;
        let profile = Profile::new(&self.profile, &self.issuer, &ceiling);
        let profile = profile.map_err(|why| format!("auth: the issuer {}: {why}", self.issuer))?;
        Ok(CheckedIssuer { settings: self.clone(), ceiling, profile })
    }
}

#[cfg(test)]
mod tests {
    use super::super::Config;
    use super::*;
    use crate::domain::SubjectClaim;

    const TENANT: &str = "https://login.microsoftonline.com/aaaabbbb-0000-cccc-1111-dddd2222eeee/v2.0";

    fn read(text: &str, environment: &[(&str, &str)]) -> Result<Config, String> {
        let directory = tempfile::tempdir().unwrap();
        let file = directory.path().join("iewm.toml");
        std::fs::write(&file, text).unwrap();
        let variables = environment.iter().map(|(name, value)| (format!("IEWM__AUTH__{name}"), (*value).to_owned()));
        Config::read(Some(&file), &variables.collect())
    }

    fn block(lines: &str) -> String {
        format!("[[auth.issuers]]\nissuer = \"i\"\naudience = \"iewm\"\njwks = \"j\"\nroles = \"council\"\n{lines}")
    }

    #[test]
    fn an_issuer_has_its_profile_beside_its_name() {
        let lines = "name = \"desk\"\ntyp = \"JWT\"\nrequire_present = [\"scope\"]\norg_from = \"Groups\"\n\
                     [auth.issuers.role_map]\n\"IEWM.Officer\" = \"council\"\n\
                     [auth.issuers.org_map]\n\"Firm.A\" = \"01937a5e-8f00-7c3a-9d55-3f2a60b1c901\"";
        let issuers = read(&block(lines), &[]).unwrap().issuers().unwrap();
        let [issuer] = issuers.as_slice() else { panic!("{issuers:?}") };
        assert_eq!((issuer.settings.name.as_str(), &issuer.ceiling), ("desk", &vec![Role::Council]));
        let map = issuer.settings.profile.role_map.as_ref().unwrap();
        assert!(map.contains_key("IEWM.Officer"), "words keep their case and their points: {map:?}");
    }

    #[test]
    fn the_environment_sets_the_first_issuers_profile() {
        let set =
            [("ISSUER", TENANT), ("JWKS", "j"), ("PROFILE", "entra"), ("GUESTS", "allow"), ("SUBJECT_CLAIM", "oid")];
        let issuers = read("", &set).unwrap().issuers().unwrap();
        assert_eq!(issuers[0].settings.name, TENANT, "an issuer without a name goes by its `iss`");
        assert_eq!(issuers[0].profile.subject_claim(), SubjectClaim::Oid);
    }

    #[test]
    fn roles_are_an_array_or_a_comma_list() {
        for roles in ["\"iewm_staff, council\"", "[\"iewm_staff\", \"council\"]"] {
            let text = block("").replace("\"council\"", roles);
            assert_eq!(read(&text, &[]).unwrap().issuers().unwrap()[0].ceiling, [Role::IewmStaff, Role::Council]);
        }
        for roles in ["\"\"", "[]", "\"admin\"", "[\"council\", \"Council\"]"] {
            let text = block("").replace("\"council\"", roles);
            assert!(read(&text, &[]).unwrap_err().contains("auth.roles of i"), "{roles}");
        }
    }

    #[test]
    fn mistakes_are_told_with_the_issuer_and_the_key() {
        let twice = format!("{}\n{}", block("name = \"a\""), block("name = \"a\"").replace("\"i\"", "\"k\""));
        for (text, told) in [
            (block("profile = \"okta\""), "the issuer i: profile = \"okta\" is not known"),
            (block("typ = \"JWT\""), "the issuer i: typ = \"JWT\" is also the type of ID tokens"),
            (block("rolls = \"council\""), "rolls"),
            (block("longest_seconds = \"long\""), "longest_seconds"),
            (block("role_map = { A = \"iewm_staff\" }"), "a role that this issuer may not give"),
            ("[auth]\nissuers = 1".to_owned(), "auth"),
            (twice, "two issuers have the name a"),
        ] {
            let error = read(&text, &[]).unwrap_err();
            assert!(error.contains(told), "{text}: {error}");
        }
    }
}
