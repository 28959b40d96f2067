//! Where a token's roles are, and what they mean here.

use std::collections::HashMap;

use serde_json::{Map, Value};
use strum::{EnumString, VariantNames};

use super::settings::ProfileSettings;
use super::word;
use crate::domain::Role;
use crate::platform::auth::Flaw;

/// What becomes of a token with a role that is not known.
#[derive(Clone, Copy, Debug, PartialEq, Eq, EnumString, VariantNames)]
#[strum(serialize_all = "lowercase")]
enum Others {
    /// The token is refused.
    Refuse,
    /// The role is left out. A token that has no other is refused.
    Ignore,
}

/// The rule for roles.
#[derive(Clone, Debug)]
pub struct Roles {
    /// The names of members, from the outermost to the innermost.
    path: Vec<String>,
    /// Whether one text with spaces may stand in place of an array.
    takes_text: bool,
    /// The issuer's own words; without it, ours are taken.
    map: Option<HashMap<String, Role>>,
    others: Others,
}

impl Roles {
    /// Our own words in the array `roles` (RFC 9068 section 2.2.3.1).
    pub(super) fn array() -> Self {
        Self { path: vec!["roles".to_owned()], takes_text: false, map: None, others: Others::Refuse }
    }

    /// Our own words in `roles`, an array or one text.
    pub(super) fn array_or_text() -> Self {
        Self { takes_text: true, ..Self::array() }
    }

    pub(super) fn configure(&mut self, settings: &ProfileSettings, ceiling: &[Role]) -> Result<(), String> {
        if let Some(path) = &settings.roles_claim {
            (self.path, self.takes_text) = (path.names("roles_claim")?, true);
        }
        if let Some(map) = &settings.role_map {
            let meant = |(theirs, ours): (&String, &String)| {
                let role = ours.parse().map_err(|_| {
                    format!("role_map: \"{theirs}\" = \"{ours}\" must be one of iewm_staff, council, contractor")
                })?;
                if !ceiling.contains(&role) {
                    return Err(format!(
                        "role_map: \"{theirs}\" = \"{ours}\" is a role that this issuer may not give. Add it to `roles`, or \
                         remove the word"
                    ));
                }
                Ok((theirs.clone(), role))
            };
            let map: HashMap<_, _> = map.iter().map(meant).collect::<Result<_, String>>()?;
            if map.is_empty() {
                return Err(
                    "role_map is empty, so that every token would be refused: add words or remove it".to_owned()
                );
            }
            self.map = Some(map);
        }
        if let Some(others) = &settings.other_roles {
            self.others = word("other_roles", others)?;
        }
        Ok(())
    }

    /// The roles of a token, in their order and none twice.
    ///
    /// # Errors
    /// There are none, one is not known, or one is above `ceiling`.
    pub fn read(&self, members: &Map<String, Value>, ceiling: &[Role]) -> Result<Vec<Role>, Flaw> {
        let mut roles = Vec::new();
        match self.find(members) {
            Some(Value::Array(words)) => {
                for word in words {
                    self.take(word.as_str().ok_or(Flaw::Roles("not a text"))?, &mut roles)?;
                }
            }
            Some(Value::String(words)) if self.takes_text => {
                for word in words.split(' ').filter(|word| !word.is_empty()) {
                    self.take(word, &mut roles)?;
                }
            }
            Some(_) => return Err(Flaw::Roles("not a list")),
            None => return Err(Flaw::Roles("missing")),
        }
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

    /// What stands where the roles are.
    pub fn find<'a>(&self, members: &'a Map<String, Value>) -> Option<&'a Value> {
        let (outermost, inner) = self.path.split_first()?;
        inner.iter().try_fold(members.get(outermost)?, |value, name| value.as_object()?.get(name))
    }

    fn take(&self, word: &str, roles: &mut Vec<Role>) -> Result<(), Flaw> {
        let known = match &self.map {
            Some(map) => map.get(word).copied(),
            None => word.parse().ok(),
        };
        match (known, self.others) {
            (Some(role), _) => roles.push(role),
            (None, Others::Refuse) => return Err(Flaw::Roles("unknown")),
            (None, Others::Ignore) => {}
        }
        Ok(())
    }

    /// The place of the roles, for a message.
    pub fn place(&self) -> String {
        self.path.join(" > ")
    }

    /// The words that are known, for a message.
    pub fn words(&self) -> String {
        match &self.map {
            Some(map) => {
                let mut words: Vec<&str> = map.keys().map(String::as_str).collect();
                words.sort_unstable();
                words.join(", ")
            }
            None => "iewm_staff, council, contractor".to_owned(),
        }
    }
}
