//! Which members of a resource a change gave another value: their names, never their values.

use serde::Serialize;
use serde_json::{Map, Value};

use crate::domain::Error;

/// Members that differ after every change, so that naming them says nothing.
const ALWAYS: [&str; 2] = ["updated_at", "version"];

/// The names of the members that a change gave another value, in alphabetical order.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Changed(Vec<String>);

impl Changed {
    /// These members.
    pub fn named(names: &[&'static str]) -> Self {
        Self::sorted(names.iter().map(|&name| name.to_owned()))
    }

    /// Of these members, those that differ.
    pub fn among<const N: usize>(members: [(&'static str, bool); N]) -> Self {
        Self::sorted(members.into_iter().filter(|(_, differs)| *differs).map(|(name, _)| name.to_owned()))
    }

    fn sorted(names: impl Iterator<Item = String>) -> Self {
        let mut names: Vec<String> = names.collect();
        names.sort_unstable();
        Self(names)
    }
}

impl From<Changed> for Value {
    fn from(changed: Changed) -> Self {
        changed.0.into()
    }
}

/// A resource as its readers saw it before a change. It may hold personal data, and so has no `Debug`.
pub struct Before(Map<String, Value>);

impl Before {
    /// Keeps a resource for the comparison.
    ///
    /// # Errors
    /// Internal, when the resource is no JSON object.
    pub fn of(resource: &impl Serialize) -> Result<Self, Error> {
        match serde_json::to_value(resource).map_err(|error| Error::internal(error))? {
            Value::Object(members) => Ok(Self(members)),
            _ => Err(Error::internal("a resource is not an object")),
        }
    }

    /// Names the members of the document's schema that have another value `after` the change, or are there only before or
    /// only after it.
    ///
    /// # Errors
    /// As [`Before::of`].
    pub fn changed(&self, after: &impl Serialize) -> Result<Changed, Error> {
        let Self(after) = Self::of(after)?;
        let differing = after.iter().filter(|(name, value)| self.0.get(*name) != Some(value));
        let gone = self.0.iter().filter(|(name, _)| !after.contains_key(*name));
        let names = differing.chain(gone).map(|(name, _)| name).filter(|name| !ALWAYS.contains(&name.as_str()));
        Ok(Changed::sorted(names.cloned()))
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn changed_members_are_named_in_alphabetical_order() {
        let before = json!({ "name": "Ada", "email": "ada@example.org", "job_title": "Analyst", "version": 1 });
        let after = json!({ "organisation": "Analytical", "name": "Ada", "email": "king@example.org", "version": 2 });
        let changed = Before::of(&before).and_then(|was| was.changed(&after)).unwrap();
        assert_eq!(changed, Changed::named(&["organisation", "email", "job_title"]));
        assert_eq!(Value::from(changed), json!(["email", "job_title", "organisation"]));
        let same = Before::of(&before).and_then(|was| was.changed(&before)).unwrap();
        assert_eq!(same, Changed::default());
        assert!(Before::of(&json!([])).is_err());
    }

    #[test]
    fn members_that_differ_are_chosen() {
        let changed = Changed::among([("telephone", true), ("name", false), ("email", true)]);
        assert_eq!(changed, Changed::named(&["email", "telephone"]));
    }
}
