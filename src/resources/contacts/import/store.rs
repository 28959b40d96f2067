//! A chunk of rows against the database: for good, or as a rehearsal.

use std::collections::HashSet;

use diesel::prelude::*;
use diesel::sql_types::Bool;
use uuid::Uuid;

use super::indexed::IndexedRow;
use super::people::{Deed, Known, Memory, People, Person, settle};
use super::row::{ImportOutcome, ImportResult};
use crate::domain::{ContactId, Error, Faults, hex, london_date};
use crate::personal::holders;
use crate::platform::audit::{Action, Entry};
use crate::platform::db::{IndexedBy, Terms, UuidSql, among, among_ids, dialect, direct, prepared};
use crate::platform::transaction::{ReadTx, Recorded, WriteTx, unless_key_missing};
use crate::platform::vault::store::data_keys;
use crate::resources::contacts::store::changes::{address_change, rewrite};
use crate::resources::contacts::store::{
    Indexes, Newcomer, Row, TOKENS, columns, contacts, everybody, insert_many, marked_among, open_any_status,
    restricted_among, telephone_terms_of,
};

/// What the rows of a chunk can be found by.
#[derive(Default)]
struct Marks {
    emails: Vec<Vec<u8>>,
    /// Numbers together with names, of the rows without an address.
    named_numbers: Vec<Vec<u8>>,
    /// Numbers together with names, of the rows with an address.
    beside_emails: Vec<Vec<u8>>,
    /// What those who have the numbers are looked up by.
    numbers: Terms,
}

impl Marks {
    fn of(rows: &[Result<IndexedRow, Faults>]) -> Self {
        let (mut marks, mut numbers) = (Self::default(), Vec::new());
        for row in rows.iter().flatten() {
            let Indexes { email, telephone, named_number } = &row.indexes;
            if let Some(email) = email {
                marks.emails.push(email.clone());
                marks.beside_emails.extend(named_number.clone());
            } else {
                marks.named_numbers.extend(named_number.clone());
                numbers.extend(telephone.clone());
            }
        }
        for list in [&mut marks.emails, &mut marks.named_numbers, &mut marks.beside_emails] {
            list.sort_unstable();
            list.dedup();
        }
        marks.numbers = telephone_terms_of(&numbers);
        marks
    }

    /// Those who may have one of the numbers.
    fn with_a_number(&self, tx: &mut ReadTx<'_>) -> Result<Vec<Uuid>, Error> {
        if self.named_numbers.is_empty() {
            Ok(Vec::new())
        } else {
            TOKENS.bearers_of_any(tx.connection(), &self.numbers)
        }
    }

    /// The contacts that the rows with an address may mean, in one query: those that have one of the addresses, each with `false`,
    /// and those that have none and are known by a number and name, each with `true`.
    fn addressed(&self, tx: &mut ReadTx<'_>) -> Result<Vec<(ContactId, bool)>, Error> {
        if self.emails.is_empty() {
            return Ok(Vec::new());
        }
        let found = prepared("SELECT id, FALSE FROM contacts WHERE ");
        let found = found.then(among(contacts::email_index, self.emails.clone()));
        // By itself SQLite reads every contact without an address.
        let found =
            found.sql(" UNION ALL SELECT id, TRUE FROM contacts").then(IndexedBy("contacts_known_by_telephone"));
        let found = found.sql(" WHERE email_index IS NULL AND named_number IS NOT NULL AND ");
        let found = found.then(among(contacts::named_number, self.beside_emails.clone())).select::<(UuidSql, Bool)>();
        Ok(direct!(tx.connection(), engine => found.load(engine))?)
    }

    /// Locks every contact that may be meant and every address, so that what is found stays true: the contacts first, then the
    /// addresses.
    fn lock(&self, tx: &mut WriteTx<'_>) -> Result<Locked, Error> {
        let addressed = self.addressed(tx)?;
        let mut ids: HashSet<ContactId> = addressed.iter().map(|(id, _)| *id).collect();
        let by_telephone = known_by_telephone(addressed);
        let bearers = self.with_a_number(tx)?;
        if !bearers.is_empty() {
            let meant = contacts::table.filter(among(contacts::id, bearers)).select(contacts::id);
            let meant = meant.filter(contacts::named_number.eq_any(&self.named_numbers));
            ids.extend(meant.load::<ContactId>(tx.connection())?);
        }
        let rows: Vec<_> = ids.iter().map(|id| id.uuid()).collect();
        dialect::lock_all(tx.connection(), "contacts", &rows)?;
        let names: Vec<String> = self.emails.iter().chain(&self.named_numbers).map(|mark| hex(mark)).collect();
        dialect::lock_names(tx.connection(), &names)?;
        Ok(Locked { ids, by_telephone })
    }

    /// Adds every contact that a row may mean.
    fn find(&self, tx: &mut ReadTx<'_>, into: &mut People, held: Option<&Locked>) -> Result<(), Error> {
        let by_telephone = match held {
            Some(locked) => locked.by_telephone.clone(),
            None => known_by_telephone(self.addressed(tx)?),
        };
        // One query for each index; a single query for all would read all contacts.
        let mut rows: Vec<Row> = Vec::new();
        if !self.emails.is_empty() {
            let meant = everybody!().filter(contacts::email_index.eq_any(&self.emails));
            rows.extend(meant.load::<Row>(tx.connection())?);
        }
        if !by_telephone.is_empty() {
            let meant = everybody!().filter(among_ids(contacts::id, &by_telephone));
            rows.extend(meant.load::<Row>(tx.connection())?);
        }
        let bearers = self.with_a_number(tx)?;
        if !bearers.is_empty() {
            let meant = everybody!().filter(among(contacts::id, bearers));
            let meant = meant.filter(contacts::named_number.eq_any(&self.named_numbers));
            rows.extend(meant.load::<Row>(tx.connection())?);
        }
        rows.sort_by_key(|row| row.id);
        let mut unreadable = Vec::new();
        for row in rows {
            if held.is_some_and(|locked| !locked.ids.contains(&row.id)) {
                return Err(Error::unavailable("another writer has just created a contact of this import"));
            }
            let id = row.id;
            let Some(opened) = unless_key_missing(open_any_status(tx, row))? else {
                unreadable.push(id);
                continue;
            };
            let (restricted, obtained_on) = (opened.is_restricted(), opened.obtained_on);
            let last_activity_on = opened.last_activity_on;
            let Ok((contact, particulars, key)) = opened.any_status() else { continue };
            let indexes = Indexes::of(tx, &particulars);
            let person = Person { particulars, obtained_on };
            let (id, version) = (Some(contact.id), contact.version);
            // A rehearsal remembers people from chunk to chunk, and writes nothing that would need their keys.
            let key = held.map(|_| Box::new(key));
            into.add(Known { id, person, indexes, version, last_activity_on, restricted, key });
        }
        into.add_unreadable(marks_of(tx, &unreadable)?);
        Ok(())
    }

    /// What is remembered of the addresses and numbers. To be asked after [`Marks::find`]: what a contact gives up becomes a
    /// former address, and what is erased a suppressed one, so that asking in this order misses nothing.
    fn memory(&self, tx: &mut ReadTx<'_>) -> Result<Memory, Error> {
        let marks = self.emails.iter().chain(&self.named_numbers).cloned().collect();
        let marked = marked_among(tx, marks, Vec::new())?;
        let holders: Vec<ContactId> = marked.former_holders().collect();
        Ok(Memory { restricted: restricted_among(tx, &holders)?, marked })
    }
}

/// The contacts that a chunk of rows may change, locked until the transaction ends.
struct Locked {
    ids: HashSet<ContactId>,
    /// Those of them that have no address, and a number and name of a row with one.
    by_telephone: Vec<ContactId>,
}

/// Those of the contacts that were found by a number and name.
fn known_by_telephone(addressed: Vec<(ContactId, bool)>) -> Vec<ContactId> {
    addressed.into_iter().filter_map(|(id, by_telephone)| by_telephone.then_some(id)).collect()
}

/// The blind indexes by which contacts are found: of the addresses, and of the numbers with names.
fn marks_of(tx: &mut ReadTx<'_>, ids: &[ContactId]) -> Result<Vec<Vec<u8>>, Error> {
    if ids.is_empty() {
        return Ok(Vec::new());
    }
    let theirs =
        contacts::table.filter(contacts::id.eq_any(ids)).select((contacts::email_index, contacts::named_number));
    let marks = theirs.load::<(Option<Vec<u8>>, Option<Vec<u8>>)>(tx.connection())?;
    Ok(marks.into_iter().flat_map(|(email, named_number)| [email, named_number]).flatten().collect())
}

/// Writes the rows of a chunk, the first of which is number `first`.
///
/// # Errors
/// in which case nothing of the chunk is written.
pub(super) fn write(
    mut tx: WriteTx<'_>,
    first: u32,
    rows: &[Result<IndexedRow, Faults>],
) -> Result<Recorded<Vec<ImportResult>>, Error> {
    let marks = Marks::of(rows);
    let held = marks.lock(&mut tx)?;
    let mut people = People::default();
    marks.find(&mut tx, &mut people, Some(&held))?;
    let memory = marks.memory(&mut tx)?;
    let (today, keys) = (london_date(tx.now()), &*tx.keyring().blind_index);
    let mut newcomers = Vec::new();
    let results = settle(first, rows, today, keys, &mut people, &memory, |deed, person| match deed {
        Deed::Create(row) => {
            let (id, Person { particulars, obtained_on }) = (tx.new_id(), person.clone());
            let (indexes, terms) = (row.indexes.clone(), row.terms.clone());
            newcomers.push(Newcomer { id, particulars, obtained_on, indexes, terms });
            Ok(Some(id))
        }
        Deed::Update(known) => {
            // It may be one of them that changes.
            welcome(&mut tx, &mut newcomers)?;
            tx.also(|tx| change(tx, known, person))
        }
    })?;
    welcome(&mut tx, &mut newcomers)?;
    let entry = told(Action::ContactsImport, &results);
    tx.record(entry, results)
}

/// Puts in together those who have come so far.
fn welcome(tx: &mut WriteTx<'_>, newcomers: &mut Vec<Newcomer>) -> Result<(), Error> {
    let newcomers = std::mem::take(newcomers);
    if newcomers.is_empty() { Ok(()) } else { tx.also(|tx| insert_many(tx, &newcomers)) }
}

fn change(mut tx: WriteTx<'_>, known: &Known, person: &Person) -> Result<Recorded<Option<ContactId>>, Error> {
    let id = known.id.ok_or_else(|| Error::internal("a contact without an id was to be changed"))?;
    let Person { particulars, obtained_on } = person;
    let read;
    let key = if let Some(key) = &known.key {
        key
    } else {
        read = tx.key_of(id.uuid())?;
        &read
    };
    let before = &known.person.particulars;
    rewrite(&mut tx, (id, known.version), key, (before, particulars), known.last_activity_on)?;
    if let Some(change) = address_change(&tx, before, particulars) {
        for holder in holders(&tx)? {
            holder.address_changed(&mut tx, id, change)?;
        }
    }
    let obtained_anew = known.person.obtained_on != *obtained_on;
    if obtained_anew {
        let obtained_on = contacts::obtained_on.eq(obtained_on);
        diesel::update(contacts::table.find(id)).set(obtained_on).execute(tx.connection())?;
    }
    let changed = before.changed(particulars, obtained_anew);
    tx.record(Entry::new(Action::ContactsUpdate).contact(id).changed(changed), Some(id))
}

/// What writing the rows would do, after `people` as earlier chunks would have left them.
pub(super) fn rehearse(
    tx: &mut ReadTx<'_>,
    first: u32,
    rows: &[Result<IndexedRow, Faults>],
    mut people: People,
) -> Result<(Vec<ImportResult>, People), Error> {
    let marks = Marks::of(rows);
    marks.find(tx, &mut people, None)?;
    let memory = marks.memory(tx)?;
    let (today, keys) = (london_date(tx.now()), &*tx.keyring().blind_index);
    let pretend = |deed: Deed<'_>, _: &Person| match deed {
        Deed::Create(_) => Ok(None),
        Deed::Update(known) => Ok(known.id),
    };
    let results = settle(first, rows, today, keys, &mut people, &memory, pretend)?;
    tx.look(told(Action::ContactsImportDryRun, &results));
    Ok((results, people))
}

fn told(action: Action, results: &[ImportResult]) -> Entry {
    let count = |outcome| results.iter().filter(|result| result.result == outcome).count();
    Entry::new(action)
        .with("created", count(ImportOutcome::Created))
        .with("updated", count(ImportOutcome::Updated))
        .with("unchanged", count(ImportOutcome::Unchanged))
        .with("suppressed", count(ImportOutcome::Suppressed))
        .with("rejected", count(ImportOutcome::Rejected))
}
