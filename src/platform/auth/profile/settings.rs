//! A profile as an operator writes it.

use std::collections::BTreeMap;

use serde::Deserialize;

/// What stands beside an issuer's name, audience and keys. Everything may be left out.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct ProfileSettings {
    /// The ready-made profile that the others change; `rfc9068` without one.
    pub profile: Option<String>,
    /// The one `typ` that a token's header may have.
    pub typ: Option<String>,
    /// The algorithms that tokens may be signed with.
    pub algorithms: Option<Names>,
    /// The claim that names a token: `jti` or `uti`.
    pub id_claim: Option<String>,
    /// The longest time between `iat` and `exp`, in seconds.
    pub longest_seconds: Option<i64>,
    /// The claim that names the caller: `sub` or `oid`.
    pub subject_claim: Option<String>,
    /// Where the roles are: the names of members, from the outermost to the innermost.
    pub roles_claim: Option<ClaimPath>,
    /// The words for roles that the issuer uses, exactly, and what each means here.
    pub role_map: Option<BTreeMap<String, String>>,
    /// What becomes of a token with a role that is not known: `refuse` or `ignore` the role.
    pub other_roles: Option<String>,
    /// The claim that holds the id of a contractor's organisation.
    pub org_claim: Option<String>,
    /// The claims whose values `org_map` turns into organisations.
    pub org_from: Option<ClaimPath>,
    /// The organisation's id for each value of `org_from`.
    pub org_map: Option<BTreeMap<String, String>>,
    /// For `entra` and `entra-v1`: whether guests of the tenant are taken, `refuse` or `allow`.
    pub guests: Option<String>,
    /// Claims that must have a value; `*` for any.
    pub require: BTreeMap<String, Scalar>,
    /// Of these alternatives one must hold.
    pub require_one_of: Vec<BTreeMap<String, Scalar>>,
    /// Claims that must be there.
    pub require_present: Vec<String>,
    /// Claims that must not be there.
    pub refuse_present: Vec<String>,
}

/// A list of words: an array, or one text with commas.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(untagged)]
pub enum Names {
    /// An array of words.
    Array(Vec<String>),
    /// A comma list.
    Commas(String),
}

impl Names {
    /// The words, without the white space around them.
    pub fn listed(&self) -> impl Iterator<Item = &str> {
        let (array, commas) = match self {
            Self::Array(words) => (words.as_slice(), None),
            Self::Commas(text) => (&[][..], Some(text)),
        };
        let commas = commas.into_iter().flat_map(|text| text.split(','));
        array.iter().map(String::as_str).chain(commas).map(str::trim).filter(|word| !word.is_empty())
    }
}

impl From<&str> for Names {
    fn from(commas: &str) -> Self {
        Self::Commas(commas.to_owned())
    }
}

/// Names of claims: an array, or one name. A name may hold anything, commas too.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(untagged)]
pub enum ClaimPath {
    /// Several names.
    Several(Vec<String>),
    /// One name.
    One(String),
}

impl ClaimPath {
    /// The names, none of them empty, and at least one.
    pub(super) fn names(&self, key: &str) -> Result<Vec<String>, String> {
        let names = match self {
            Self::Several(names) => names.clone(),
            Self::One(name) => vec![name.clone()],
        };
        if names.is_empty() || names.iter().any(String::is_empty) {
            return Err(format!("{key} must name a claim, as \"name\" or [\"name\", ...]"));
        }
        Ok(names)
    }
}

/// A value that a claim must have.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(untagged)]
pub enum Scalar {
    /// True or false.
    Flag(bool),
    /// A whole number.
    Number(i64),
    /// A text.
    Text(String),
}
