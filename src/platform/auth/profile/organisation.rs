//! Which organisation a contractor's token is of.

use std::collections::HashMap;

use serde_json::{Map, Value};
use uuid::Uuid;

use super::settings::ProfileSettings;
use crate::domain::OrganisationId;

/// Claims that name the program that has a token, and not the person who uses it.
const CLIENT_CLAIMS: [&str; 4] = ["azp", "appid", "client_id", "cid"];

/// Whether a claim names the program that has a token.
fn names_a_client(claim: &str) -> bool {
    CLIENT_CLAIMS.contains(&claim)
}

/// The client that a token was issued to, as its claims name it: none, one, or several names.
pub fn clients(members: &Map<String, Value>) -> impl Iterator<Item = &str> {
    CLIENT_CLAIMS.iter().filter_map(|claim| members.get(*claim).and_then(Value::as_str))
}

/// Where the organisation is.
#[derive(Clone, Debug)]
pub enum Organisation {
    /// A claim holds its id.
    Id(String),
    /// A value of these claims stands for it.
    Mapped(Vec<String>, HashMap<String, OrganisationId>),
}

impl Organisation {
    /// Our own claim `org`.
    pub(super) fn org() -> Self {
        Self::Id("org".to_owned())
    }

    /// What the settings say of it, if they say anything.
    pub(super) fn configured(settings: &ProfileSettings) -> Result<Option<Self>, String> {
        match (&settings.org_claim, &settings.org_from, &settings.org_map) {
            (None, None, None) => Ok(None),
            (Some(claim), None, None) if claim.is_empty() => Err("org_claim must name a claim".to_owned()),
            (Some(claim), None, None) => Ok(Some(Self::Id(claim.clone()))),
            (None, Some(claims), Some(map)) => {
                let id = |(value, id): (&String, &String)| match identifier(id) {
                    Some(id) => Ok((value.clone(), id)),
                    None => Err(format!("org_map: \"{value}\" = \"{id}\" must be the id of an organisation, a UUID")),
                };
                let map = map.iter().map(id).collect::<Result<HashMap<_, _>, _>>()?;
                if map.is_empty() {
                    return Err("org_map is empty: name the organisation for each value of org_from".to_owned());
                }
                Ok(Some(Self::Mapped(claims.names("org_from")?, map)))
            }
            (Some(_), ..) => Err("org_claim and org_from exclude each other: keep one".to_owned()),
            _ => {
                Err("org_from and org_map need each other: org_from names a claim, org_map the organisations"
                    .to_owned())
            }
        }
    }

    /// The organisation of a token. A claim that names a client counts for a token that a program has for itself alone,
    /// because a person may use any client.
    pub fn read(&self, members: &Map<String, Value>, app_only: bool) -> Option<OrganisationId> {
        let counts = |claim: &str| app_only || !names_a_client(claim);
        match self {
            Self::Id(claim) => {
                members.get(claim).filter(|_| counts(claim)).and_then(Value::as_str).and_then(identifier)
            }
            Self::Mapped(claims, map) => {
                let mut found = None;
                let values = claims.iter().filter(|claim| counts(claim)).filter_map(|claim| members.get(claim));
                for id in values.flat_map(texts).filter_map(|value| map.get(value)) {
                    match found {
                        None => found = Some(*id),
                        Some(before) if before == *id => {}
                        // Of two organisations none can be chosen.
                        Some(_) => return None,
                    }
                }
                found
            }
        }
    }

    /// The claims that it is taken from, for a message.
    pub fn place(&self) -> String {
        match self {
            Self::Id(claim) => claim.clone(),
            Self::Mapped(claims, _) => claims.join(", "),
        }
    }
}

/// The texts of a claim: one, or those of a list.
fn texts(value: &Value) -> impl Iterator<Item = &str> {
    let list = value.as_array().map(Vec::as_slice).unwrap_or_default();
    value.as_str().into_iter().chain(list.iter().filter_map(Value::as_str))
}

/// An organisation's id, written as RFC 9562 writes a UUID: hyphenated, nothing around it.
fn identifier(text: &str) -> Option<OrganisationId> {
    let text = Some(text).filter(|text| text.len() == 36)?;
    Uuid::try_parse(text).ok().map(OrganisationId::from_uuid)
}
