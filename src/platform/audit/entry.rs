//! An entry, its canonical form and its digest.
//!
//! The canonical form is the RFC 8785 serialisation of [`EntryRow`] without its digest; the digest is
//! the SHA-256 of that form. A later seal of the audit will cover these digests.

use aws_lc_rs::digest;
use serde::Serialize;
use serde_json::{Map, Value};

use super::action::SubjectKind;
use super::actions::Action;
use super::changed::Changed;
use crate::domain::{Actor, ContactId, EntryId, Error, Instant, OrganisationId, Role};

/// The most contacts that one access names. An access to more people has only their number.
const MOST_NAMED: usize = 20;

/// A room's description of an act or an access. The transaction adds the actor, the time and the roles.
#[derive(Clone, Debug)]
pub struct Entry {
    action: &'static str,
    kind: Option<SubjectKind>,
    contact: Option<ContactId>,
    others: Vec<ContactId>,
    subject: Option<String>,
    detail: Map<String, Value>,
    shows: usize,
}

/// The name of a subject in an entry: its kind and its id.
pub(super) fn subject_name(kind: SubjectKind, id: impl std::fmt::Display) -> String {
    format!("{}/{id}", <&str>::from(kind))
}

impl Entry {
    /// An entry for an action of the table.
    pub fn new(action: Action) -> Self {
        Self::of(action.row().name, action.row().subject)
    }

    /// An entry for an act that the law refused: it bears the name of the permission, such as `consents:record`.
    pub(in crate::platform) fn refused(permission: &'static str) -> Self {
        Self::of(permission, None)
    }

    fn of(action: &'static str, kind: Option<SubjectKind>) -> Self {
        Self { action, kind, contact: None, others: Vec::new(), subject: None, detail: Map::new(), shows: 0 }
    }

    /// The person that the entry is about, if any.
    #[must_use]
    pub fn contact(mut self, contact: impl Into<Option<ContactId>>) -> Self {
        self.contact = contact.into();
        self
    }

    /// Names the people that a search showed, and counts them. An entry names at most 20 people; for more
    /// it has the count alone. One person is the entry's contact; several are in `detail.contact_ids`,
    /// which the digest covers.
    #[must_use]
    pub fn people(self, shown: &[ContactId]) -> Self {
        let entry = self.listing(shown.len());
        match shown {
            [] => entry,
            [one] => entry.contact(*one),
            several if several.len() > MOST_NAMED => entry,
            several => {
                let ids: Vec<String> = several.iter().map(ToString::to_string).collect();
                Self { others: several.to_vec(), ..entry.with("contact_ids", ids) }
            }
        }
    }

    /// Counts the records that a list or an export showed, each about a person.
    #[must_use]
    pub fn listing(self, records: usize) -> Self {
        Self { shows: records, ..self.with("count", records) }
    }

    /// Counts one person who need not be a contact, such as the requester of a request.
    #[must_use]
    pub fn showing_one(self) -> Self {
        Self { shows: 1, ..self }
    }

    /// The number of people that the access showed, for the limit on reading: the counted ones, and one if
    /// the entry has a contact.
    pub fn people_shown(&self) -> usize {
        if self.contact.is_some() { 1 } else { self.shows }
    }

    /// The record that the entry is about, as `kind/id`.
    #[must_use]
    pub fn subject(mut self, id: impl std::fmt::Display) -> Self {
        debug_assert!(self.kind.is_some(), "the row of {} has no kind of subject", self.action);
        self.subject = self.kind.map(|kind| subject_name(kind, id));
        self
    }

    /// Names the members that the change gave another value, as `detail.changed`.
    #[must_use]
    pub fn changed(self, changed: Changed) -> Self {
        self.with("changed", changed)
    }

    /// A further fact: a count, a code, the names of members. Never a person's data.
    #[must_use]
    pub fn with(mut self, name: &'static str, value: impl Into<Value>) -> Self {
        self.detail.insert(name.to_owned(), value.into());
        self
    }
}

/// The outcome of the act.
#[derive(Clone, Copy, Debug, PartialEq, Eq, strum::IntoStaticStr)]
#[strum(serialize_all = "snake_case")]
pub enum Outcome {
    /// The act was done.
    Done,
    /// Data was read.
    Looked,
    /// The law refused it.
    Refused(&'static str),
}

/// An entry as it is stored. Its members are in the order of the canonical form, which is alphabetical.
#[derive(Clone, Debug, Serialize)]
pub struct EntryRow {
    /// The action, such as `contacts.create`.
    pub action: &'static str,
    /// The actor: a token's subject, a job's name, or `anonymous`.
    pub actor: String,
    /// `caller`, `job` or `anonymous`.
    pub actor_kind: &'static str,
    /// When the act took place.
    pub at: Instant,
    /// The problem code of a refusal.
    pub code: Option<&'static str>,
    /// The person that the entry is about.
    pub contact_id: Option<ContactId>,
    /// Further facts, without personal data.
    pub detail: Map<String, Value>,
    /// The entry's id.
    pub id: EntryId,
    /// The contacts in `detail.contact_ids`, for the index. They are distinct.
    #[serde(skip)]
    pub others: Vec<ContactId>,
    /// The organisation of a contractor.
    pub organisation_id: Option<OrganisationId>,
    /// `done`, `looked` or `refused`.
    pub outcome: &'static str,
    /// The roles of the token, comma-separated.
    pub roles: String,
    /// The record that the entry is about, as `kind/id`.
    pub subject: Option<String>,
}

impl EntryRow {
    /// Completes an entry.
    pub fn new(entry: Entry, outcome: Outcome, actor: &Actor, id: EntryId, at: Instant) -> Self {
        let caller = actor.caller();
        let roles =
            caller.map(|caller| caller.roles.iter().map(|role: &Role| role.as_str()).collect::<Vec<_>>().join(","));
        Self {
            action: entry.action,
            actor: actor.label(),
            actor_kind: match actor {
                Actor::Anonymous => "anonymous",
                Actor::Caller(_) => "caller",
                Actor::Job(_) => "job",
            },
            at,
            code: match outcome {
                Outcome::Refused(code) => Some(code),
                Outcome::Done | Outcome::Looked => None,
            },
            contact_id: entry.contact,
            detail: entry.detail,
            id,
            others: entry.others,
            organisation_id: caller.and_then(|caller| caller.organisation),
            outcome: outcome.into(),
            roles: roles.unwrap_or_default(),
            subject: entry.subject,
        }
    }

    /// The canonical form's SHA-256.
    ///
    /// # Errors
    /// When the entry cannot be serialised, which no entry of ours is.
    pub fn digest(&self) -> Result<Vec<u8>, Error> {
        let canonical = self.canonical().map_err(|error| Error::internal(error))?;
        Ok(digest::digest(&digest::SHA256, &canonical).as_ref().to_vec())
    }

    /// Most entries are canonical already, and need no sorting.
    fn canonical(&self) -> serde_json::Result<Vec<u8>> {
        if is_canonical(&self.detail) { serde_json::to_vec(self) } else { serde_jcs::to_vec(self) }
    }
}

/// Returns whether RFC 8785 changes nothing: the members' names are sorted already, and each value is a
/// text, a whole number of at most 32 bits, a Boolean, null, or a list of texts. Both forms escape
/// texts alike.
fn is_canonical(members: &Map<String, Value>) -> bool {
    let plain = |value: &Value| match value {
        Value::Null | Value::Bool(_) | Value::String(_) => true,
        Value::Number(number) => number.as_i64().is_some_and(|number| i32::try_from(number).is_ok()),
        Value::Array(items) => items.iter().all(Value::is_string),
        Value::Object(_) => false,
    };
    members.keys().is_sorted() && members.iter().all(|(name, value)| name.is_ascii() && plain(value))
}

#[cfg(test)]
mod tests {
    use serde_json::json;
    use uuid::Uuid;

    use super::*;

    fn row(actor: &Actor, details: &[(&'static str, Value)]) -> EntryRow {
        let at = Instant::parse("2026-11-24T10:00:00Z").unwrap();
        let entry = details.iter().fold(Entry::new(Action::ContactsCreate), |entry, (n, v)| entry.with(n, v.clone()));
        EntryRow::new(entry, Outcome::Done, actor, EntryId::from_uuid(Uuid::nil()), at)
    }

    #[test]
    fn the_digest_is_over_the_canonical_form() {
        let row = row(&Actor::Job("test"), &[("b", 1.into()), ("a", "x".into())]);
        assert_eq!(
            String::from_utf8(row.canonical().unwrap()).unwrap(),
            r#"{"action":"contacts.create","actor":"job:test","actor_kind":"job","at":"2026-11-24T10:00:00.000000Z","code":null,"contact_id":null,"detail":{"a":"x","b":1},"id":"00000000-0000-0000-0000-000000000000","organisation_id":null,"outcome":"done","roles":"","subject":null}"#
        );
        assert_eq!(row.digest().unwrap().len(), 32);
    }

    #[test]
    fn an_entry_names_up_to_twenty_people() {
        let people: Vec<ContactId> = (0..21).map(|n| ContactId::from_uuid(Uuid::from_u128(n))).collect();
        let told = |shown: &[ContactId]| {
            let entry = Entry::new(Action::ContactsSearch).people(shown);
            (entry.contact, entry.others, Value::Object(entry.detail))
        };
        assert_eq!(told(&[]), (None, vec![], json!({ "count": 0 })));
        assert_eq!(told(&people[..1]), (Some(people[0]), vec![], json!({ "count": 1 })));
        let named = json!({ "count": 20, "contact_ids": people[..20] });
        assert_eq!(told(&people[..20]), (None, people[..20].to_vec(), named));
        assert_eq!(told(&people), (None, vec![], json!({ "count": 21 })));
    }

    #[test]
    fn what_is_taken_to_be_canonical_is() {
        let texts =
            ["", "plain", "\u{0}\u{1f}\u{7f}\u{80}", "\"\\/\u{8}\u{c}\n\r\t", "\u{e9}\u{2028}\u{feff}\u{1f600}"];
        let values = texts.iter().map(|&text| Value::from(text));
        let others =
            [json!(null), json!(true), json!(-7), json!(i32::MAX), json!(1_u64 << 60), json!(0.1), json!(1e21)];
        let nested = [json!([]), json!(["b", "a"]), json!([1, 0.1]), json!([["b"]]), json!({ "b": 1, "a": 2 })];
        for value in values.chain(others).chain(nested) {
            for details in [
                vec![("count", value.clone())],
                vec![("count", value.clone()), ("also", json!(1))],
                vec![("also", value.clone()), ("count", json!("x"))],
                vec![("\u{1f600}", value.clone()), ("\u{fb33}", json!(1))],
            ] {
                let row = row(&Actor::Job("\u{e9}\u{1}\"\u{1f600}"), &details);
                assert_eq!(row.canonical().unwrap(), serde_jcs::to_vec(&row).unwrap(), "{details:?}");
            }
        }
        assert!(is_canonical(&row(&Actor::Anonymous, &[("a", json!(3)), ("b", json!("x"))]).detail));
        assert!(!is_canonical(&row(&Actor::Anonymous, &[("b", json!(3)), ("a", json!("x"))]).detail));
    }
}
