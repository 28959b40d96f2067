//! An entry, its canonical form and its digest.
//!
//! The canonical form is the RFC 8785 serialisation of [`EntryRow`] without its digest; the digest is
//! the SHA-256 of that form. What seals the audit later seals these digests.

use aws_lc_rs::digest;
use serde::Serialize;
use serde_json::{Map, Value};

use crate::domain::{Actor, ContactId, EntryId, Error, Instant, OrganisationId, Role};

/// What a room says of a deed or a look; the door adds who, when and in which role.
#[derive(Clone, Debug)]
pub struct Entry {
    action: &'static str,
    contact: Option<ContactId>,
    subject: Option<String>,
    detail: Map<String, Value>,
}

impl Entry {
    /// An entry for `action`, such as `contacts.create`.
    pub fn new(action: &'static str) -> Self {
        Self { action, contact: None, subject: None, detail: Map::new() }
    }

    /// The person that it is about, if it is about one.
    #[must_use]
    pub fn contact(mut self, contact: impl Into<Option<ContactId>>) -> Self {
        self.contact = contact.into();
        self
    }

    /// The record that it is about, as `kind/id`.
    #[must_use]
    pub fn subject(mut self, kind: &'static str, id: impl std::fmt::Display) -> Self {
        self.subject = Some(format!("{kind}/{id}"));
        self
    }

    /// Something more: a count, a code, the names of members. Never a person's data.
    #[must_use]
    pub fn with(mut self, name: &'static str, value: impl Into<Value>) -> Self {
        self.detail.insert(name.to_owned(), value.into());
        self
    }

    /// The person that it is about, where there is one.
    pub fn about(&self) -> Option<ContactId> {
        self.contact
    }
}

/// What became of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, strum::IntoStaticStr)]
#[strum(serialize_all = "snake_case")]
pub enum Outcome {
    /// It was done.
    Done,
    /// Data was read.
    Looked,
    /// The law refused it.
    Refused(&'static str),
}

/// An entry as it is kept.
#[derive(Clone, Debug, Serialize)]
pub struct EntryRow {
    /// Its id.
    pub id: EntryId,
    /// When.
    pub at: Instant,
    /// `caller`, `job` or `anonymous`.
    pub actor_kind: &'static str,
    /// Who: a token's subject, a job's name, or `anonymous`.
    pub actor: String,
    /// The roles of the token, comma-separated.
    pub roles: String,
    /// The organisation of a contractor.
    pub organisation_id: Option<OrganisationId>,
    /// What, such as `contacts.create`.
    pub action: &'static str,
    /// `done`, `looked` or `refused`.
    pub outcome: &'static str,
    /// The code of a refusal.
    pub code: Option<&'static str>,
    /// The person that it is about.
    pub contact_id: Option<ContactId>,
    /// The record that it is about, as `kind/id`.
    pub subject: Option<String>,
    /// More, without personal data.
    pub detail: Map<String, Value>,
}

impl EntryRow {
    /// Completes an entry.
    pub fn new(entry: Entry, outcome: Outcome, actor: &Actor, id: EntryId, at: Instant) -> Self {
        let caller = actor.caller();
        let roles =
            caller.map(|caller| caller.roles.iter().map(|role: &Role| role.as_str()).collect::<Vec<_>>().join(","));
        Self {
            id,
            at,
            actor_kind: match actor {
                Actor::Anonymous => "anonymous",
                Actor::Caller(_) => "caller",
                Actor::Job(_) => "job",
            },
            actor: actor.label(),
            roles: roles.unwrap_or_default(),
            organisation_id: caller.and_then(|caller| caller.organisation),
            action: entry.action,
            outcome: outcome.into(),
            code: match outcome {
                Outcome::Refused(code) => Some(code),
                Outcome::Done | Outcome::Looked => None,
            },
            contact_id: entry.contact,
            subject: entry.subject,
            detail: entry.detail,
        }
    }

    /// The canonical form's SHA-256.
    ///
    /// # Errors
    /// When it cannot be serialised, which no entry of ours is.
    pub fn digest(&self) -> Result<Vec<u8>, Error> {
        let canonical = serde_jcs::to_vec(self).map_err(Error::internal)?;
        Ok(digest::digest(&digest::SHA256, &canonical).as_ref().to_vec())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use uuid::Uuid;

    #[test]
    fn the_digest_is_over_the_canonical_form() {
        let at = Instant::parse("2026-11-24T10:00:00Z").unwrap();
        let entry = Entry::new("contacts.create").with("b", 1).with("a", "x");
        let row = EntryRow::new(entry, Outcome::Done, &Actor::Job("test"), EntryId::from_uuid(Uuid::nil()), at);
        let canonical = String::from_utf8(serde_jcs::to_vec(&row).unwrap()).unwrap();
        assert_eq!(
            canonical,
            r#"{"action":"contacts.create","actor":"job:test","actor_kind":"job","at":"2026-11-24T10:00:00.000000Z","code":null,"contact_id":null,"detail":{"a":"x","b":1},"id":"00000000-0000-0000-0000-000000000000","organisation_id":null,"outcome":"done","roles":"","subject":null}"#
        );
        assert_eq!(row.digest().unwrap().len(), 32);
    }
}
