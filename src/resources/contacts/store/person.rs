//! The one place that knows a person: every contact id, address and telephone number that they have or had.
//!
//! The present ones are columns of the contact. The ids of merged contacts point to the survivor. What the person no longer
//! has is in `former_addresses`, which the room `suppressions` holds. Imports, grants, packages, erasure and searches ask here.

use chrono::NaiveDate;
use diesel::prelude::*;
use diesel::sql_types::{Binary, Bool, Nullable, Text};
use serde::Serialize;

use super::indexes::{Indexes, telephone_terms_of};
use super::{TOKENS, contacts};
use crate::domain::{ContactId, Error, Instant};
use crate::personal::Person;
use crate::platform::db::{UuidSql, among, among_ids, direct, prepared};
use crate::platform::transaction::{ReadTx, WriteTx};
use crate::resources::suppressions::store::former::{self, Kind, former_addresses};

/// Every id, address and number of a person, in one query: each line is a kind, a contact, a keyed index, and whether the
/// address was passed on to another contact, and whether another contact has or had it.
const EVERYTHING: &str = " \
    SELECT former.contact_id, former.kind, former.mark, former.passed_on_at IS NOT NULL, former.kind = 'email' AND ( \
      EXISTS (SELECT 1 FROM contacts AS other WHERE other.email_index = former.mark AND other.id <> survivor.id) \
      OR EXISTS (SELECT 1 FROM former_addresses AS other \
        WHERE other.mark = former.mark AND other.contact_id <> survivor.id)) \
    FROM former_addresses AS former JOIN survivor ON former.contact_id = survivor.id \
    UNION ALL SELECT contacts.id, 'email', contacts.email_index, FALSE, \
      EXISTS (SELECT 1 FROM contacts AS other WHERE other.email_index = contacts.email_index AND other.id <> survivor.id) \
      OR EXISTS (SELECT 1 FROM former_addresses AS other \
        WHERE other.mark = contacts.email_index AND other.contact_id <> survivor.id) \
    FROM contacts JOIN survivor ON contacts.id = survivor.id \
    UNION ALL SELECT contacts.id, 'telephone', contacts.telephone_index, FALSE, FALSE \
    FROM contacts JOIN survivor ON contacts.id = survivor.id \
    UNION ALL SELECT contacts.id, 'named_number', contacts.named_number, FALSE, FALSE \
    FROM contacts JOIN survivor ON contacts.id = survivor.id \
    UNION ALL SELECT contacts.id, 'merged', NULL, FALSE, FALSE \
    FROM contacts JOIN survivor ON contacts.merged_into = survivor.id";

/// A line of [`EVERYTHING`].
type Line = (ContactId, String, Option<Vec<u8>>, bool, bool);

/// Returns the person that a contact is, found by any id that they ever had.
///
/// # Errors
/// 404 when there is no such contact.
pub fn person(tx: &mut ReadTx<'_>, contact: ContactId) -> Result<Person, Error> {
    let lines = prepared("WITH survivor (id) AS (SELECT coalesce(merged_into, id) FROM contacts WHERE ")
        .then(contacts::id.eq(contact));
    let lines = lines.sql(")").sql(EVERYTHING).select::<(UuidSql, Text, Nullable<Binary>, Bool, Bool)>();
    let lines: Vec<Line> = direct!(tx.connection(), engine => lines.load(engine))?;
    let survivor = lines.iter().find(|(_, kind, ..)| kind == "email").map(|(id, ..)| *id);
    let survivor = survivor.ok_or_else(Error::not_found)?;
    let mut merged: Vec<ContactId> = Vec::new();
    let mut person = Person { ids: vec![survivor], ..Person::unknown(survivor) };
    for (id, kind, mark, passed_on, shared) in lines {
        let list = match kind.parse() {
            Ok(Kind::Email) if passed_on => &mut person.passed_on,
            Ok(Kind::Email) => &mut person.marks,
            Ok(Kind::Telephone) => &mut person.numbers,
            Ok(Kind::NamedNumber) => &mut person.named_numbers,
            // A contact that was merged.
            Err(_) => {
                merged.push(id);
                continue;
            }
        };
        if shared && !passed_on {
            person.shared.extend(mark.clone());
        }
        list.extend(mark);
    }
    merged.sort_unstable();
    person.ids.extend(merged);
    let Person { marks, passed_on, shared, numbers, named_numbers, .. } = &mut person;
    for list in [marks, passed_on, shared, numbers, named_numbers] {
        list.sort_unstable();
        list.dedup();
    }
    person.shared_numbers = shared_numbers(tx, &person)?;
    Ok(person)
}

/// Finds which of a person's numbers with names another contact has or had too. A number alone leads to the contacts that may have
/// it, because numbers with names have no index of their own.
fn shared_numbers(tx: &mut ReadTx<'_>, person: &Person) -> Result<Vec<Vec<u8>>, Error> {
    if person.named_numbers.is_empty() {
        return Ok(Vec::new());
    }
    let mut others: Vec<ContactId> = TOKENS
        .bearers_of_any(tx.connection(), &telephone_terms_of(&person.numbers))?
        .into_iter()
        .map(ContactId::from_uuid)
        .collect();
    others.retain(|id| !person.ids.contains(id));
    let shared = prepared("SELECT named_number FROM contacts WHERE ").then(among_ids(contacts::id, &others));
    let shared = shared.sql(" AND ").then(among(contacts::named_number, person.named_numbers.clone()));
    let shared = shared.sql(" UNION SELECT mark FROM former_addresses WHERE contact_id <> ");
    let shared = shared.bind::<UuidSql, _>(person.contact).sql(" AND ");
    let shared = shared.then(among(former_addresses::mark, person.named_numbers.clone())).select::<Binary>();
    let mut shared: Vec<Vec<u8>> = direct!(tx.connection(), engine => shared.load(engine))?;
    shared.sort_unstable();
    Ok(shared)
}

/// What is left of a contact that was merged into the person's own.
#[derive(Queryable, Selectable, Serialize)]
#[diesel(table_name = contacts)]
pub struct MergedContact {
    id: ContactId,
    merged_into: Option<ContactId>,
    obtained_on: NaiveDate,
    created_at: Instant,
    last_activity_on: NaiveDate,
    updated_at: Instant,
    version: i32,
}

/// Returns what is left of the contacts that were merged into a person's own.
///
/// # Errors
/// When the contacts cannot be read.
pub fn merged_contacts(tx: &mut ReadTx<'_>, person: &Person) -> Result<Vec<MergedContact>, Error> {
    let merged = among_ids(contacts::id, &person.ids).and(contacts::merged_into.is_not_null());
    let merged = contacts::table.filter(merged).order(contacts::id);
    Ok(merged.select(MergedContact::as_select()).load(tx.connection())?)
}

/// Remembers what a contact no longer has once its particulars are rewritten, and forgets that it had before what it has
/// again. Writes nothing where the indexes stay.
pub(super) fn remember_changes(
    tx: &mut WriteTx<'_>,
    contact: ContactId,
    before: &Indexes,
    after: &Indexes,
) -> Result<(), Error> {
    if before == after {
        return Ok(());
    }
    former::remember(tx, contact, &before.without(after))?;
    let again = after.without(before).into_iter().map(|(_, mark)| mark).collect();
    former::reclaim(tx, contact, again)
}

/// Hands over to `into` what led to the contact `from`: what that had, and what it had before. `own` is what the survivor has
/// from now on.
pub(super) fn merge(
    tx: &mut WriteTx<'_>,
    (from, into): (ContactId, ContactId),
    gone: &Indexes,
    own: &Indexes,
) -> Result<(), Error> {
    former::hand_over(tx, from, into)?;
    former::remember(tx, into, &gone.without(own))?;
    former::reclaim(tx, into, own.all().into_iter().map(|(_, mark)| mark).collect())
}
