//! What a token must carry besides the claims that are read, and what it must not.

use std::collections::BTreeMap;
use std::sync::Arc;

use serde_json::{Map, Value};

use super::settings::{ProfileSettings, Scalar};
use crate::platform::auth::Flaw;

/// Claims that ID tokens have too: those of `OpenID` Connect Core 1.0 (sections 2, 3.3.2.11 and 5.1) and of the session
/// specifications, and those that Microsoft Entra documents for both kinds of token.
const IN_ID_TOKENS: &[&str] = &[
    "iss",
    "sub",
    "aud",
    "exp",
    "iat",
    "nbf",
    "jti",
    "auth_time",
    "nonce",
    "acr",
    "amr",
    "azp",
    "at_hash",
    "c_hash",
    "s_hash",
    "sid",
    "name",
    "given_name",
    "family_name",
    "middle_name",
    "nickname",
    "preferred_username",
    "profile",
    "picture",
    "website",
    "email",
    "email_verified",
    "gender",
    "birthdate",
    "zoneinfo",
    "locale",
    "phone_number",
    "phone_number_verified",
    "address",
    "updated_at",
    "ver",
    "tid",
    "oid",
    "uti",
    "rh",
    "aio",
    "idp",
    "roles",
    "groups",
    "wids",
    "acct",
    "upn",
    "unique_name",
    "org",
];
/// Claims that name the kind of a token, so that only their value tells one from another.
const KINDS: &[&str] = &["typ", "token_use", "token_type", "idtyp"];

/// One claim that a token must have.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Demand {
    claim: String,
    /// `None` for any value.
    wanted: Option<Scalar>,
}

impl Demand {
    fn new(claim: &str, wanted: &Scalar) -> Result<Self, String> {
        if claim.is_empty() {
            return Err("a required claim must have a name".to_owned());
        }
        let wanted = Some(wanted.clone()).filter(|wanted| *wanted != Scalar::Text("*".to_owned()));
        Ok(Self { claim: claim.to_owned(), wanted })
    }

    fn is_met(&self, members: &Map<String, Value>) -> bool {
        let Some(value) = members.get(&self.claim) else { return false };
        match (&self.wanted, value) {
            (None, Value::Null) => false,
            (None, Value::String(text)) => !text.is_empty(),
            (None, Value::Array(list)) => !list.is_empty(),
            (None, _) => true,
            // Scopes are words in one text (RFC 8693 section 4.2).
            (Some(Scalar::Text(wanted)), Value::String(text)) if matches!(self.claim.as_str(), "scp" | "scope") => {
                text.split(' ').any(|word| word == wanted)
            }
            (Some(wanted), Value::Array(list)) => list.iter().any(|value| is(wanted, value)),
            (Some(wanted), value) => is(wanted, value),
        }
    }

    /// Whether no ID token meets it.
    fn tells_access_tokens(&self) -> bool {
        match &self.wanted {
            Some(Scalar::Text(kind)) if KINDS.contains(&self.claim.as_str()) => !kind.eq_ignore_ascii_case("id"),
            _ if KINDS.contains(&self.claim.as_str()) => false,
            _ => !IN_ID_TOKENS.contains(&self.claim.as_str()),
        }
    }

    fn words(&self) -> String {
        match &self.wanted {
            None => self.claim.clone(),
            Some(Scalar::Text(text)) => format!("{} = \"{text}\"", self.claim),
            Some(Scalar::Number(number)) => format!("{} = {number}", self.claim),
            Some(Scalar::Flag(flag)) => format!("{} = {flag}", self.claim),
        }
    }
}

fn is(wanted: &Scalar, value: &Value) -> bool {
    match wanted {
        Scalar::Text(text) => value.as_str() == Some(text),
        Scalar::Number(number) => value.as_i64() == Some(*number),
        Scalar::Flag(flag) => value.as_bool() == Some(*flag),
    }
}

/// A rule of which one alternative must hold, and an alternative of which everything must.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Rule {
    alternatives: Vec<Vec<Demand>>,
    /// The rule in words, for the log and for `iewm token check`.
    words: Arc<str>,
}

impl Rule {
    fn new(alternatives: Vec<Vec<Demand>>) -> Self {
        let words = |demands: &Vec<Demand>| demands.iter().map(Demand::words).collect::<Vec<_>>().join(" and ");
        let words = alternatives.iter().map(words).collect::<Vec<_>>().join(", or ").into();
        Self { alternatives, words }
    }

    fn is_met(&self, members: &Map<String, Value>) -> bool {
        self.alternatives.iter().any(|demands| demands.iter().all(|demand| demand.is_met(members)))
    }

    fn tells_access_tokens(&self) -> bool {
        self.alternatives.iter().all(|demands| demands.iter().any(Demand::tells_access_tokens))
    }
}

/// Everything that is demanded of an issuer's tokens.
#[derive(Clone, Debug, Default)]
pub struct Demands {
    rules: Vec<Rule>,
    absent: Vec<Arc<str>>,
}

impl Demands {
    /// Demands that a claim has a value; `*` for any. A value takes the place of an earlier demand on the same claim.
    pub(super) fn require(&mut self, claim: &str, wanted: &Scalar) -> Result<(), String> {
        let demand = Demand::new(claim, wanted)?;
        let about_it = |rule: &Rule| matches!(rule.alternatives.as_slice(), [demands] if matches!(demands.as_slice(), [one] if one.claim == claim));
        if demand.wanted.is_none() && self.rules.iter().any(about_it) {
            return Ok(());
        }
        self.rules.retain(|rule| !about_it(rule));
        self.rules.push(Rule::new(vec![vec![demand]]));
        Ok(())
    }

    /// Demands that one alternative holds.
    pub(super) fn require_one_of(&mut self, alternatives: &[BTreeMap<String, Scalar>]) -> Result<(), String> {
        let demands =
            |table: &BTreeMap<String, Scalar>| table.iter().map(|(claim, wanted)| Demand::new(claim, wanted)).collect();
        let alternatives = alternatives.iter().map(demands).collect::<Result<Vec<Vec<_>>, String>>()?;
        if alternatives.iter().any(Vec::is_empty) {
            return Err("require_one_of has an alternative without a condition: remove it".to_owned());
        }
        self.rules.push(Rule::new(alternatives));
        Ok(())
    }

    /// Adds what an operator demands.
    pub(super) fn add(&mut self, settings: &ProfileSettings) -> Result<(), String> {
        for (claim, wanted) in &settings.require {
            self.require(claim, wanted)?;
        }
        if !settings.require_one_of.is_empty() {
            self.require_one_of(&settings.require_one_of)?;
        }
        for claim in &settings.require_present {
            if settings.require.contains_key(claim) {
                return Err(format!("`{claim}` is in `require` and in `require_present`: keep one"));
            }
            self.require(claim, &Scalar::Text("*".to_owned()))?;
        }
        for claim in &settings.refuse_present {
            let demanded =
                |rule: &Rule| rule.alternatives.iter().all(|demands| demands.iter().any(|one| one.claim == *claim));
            if claim.is_empty() || self.rules.iter().any(demanded) {
                return Err(format!("`{claim}` is both refused by `refuse_present` and required: keep one"));
            }
            self.absent.push(claim.as_str().into());
        }
        Ok(())
    }

    /// Whether no ID token meets them.
    pub(super) fn tell_access_tokens(&self) -> bool {
        self.rules.iter().any(Rule::tells_access_tokens)
    }

    /// Everything that a token lacks or must not have.
    pub fn broken<'a>(&'a self, members: &'a Map<String, Value>) -> impl Iterator<Item = Flaw> + 'a {
        let unmet = self.rules.iter().filter(|rule| !rule.is_met(members)).map(|rule| Flaw::Demand(rule.words.clone()));
        let present = self.absent.iter().filter(|claim| members.contains_key(&***claim));
        unmet.chain(present.map(|claim| Flaw::Present(claim.clone())))
    }
}
