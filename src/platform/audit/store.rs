//! The audit's tables. Entries are only ever appended; the database refuses every other change.

use diesel::dsl::count;
use diesel::prelude::*;
use uuid::Uuid;

use super::EntryRow;
use super::action::SubjectKind;
use super::entry::subject_name;
use crate::domain::{ContactId, EntryId, Error, Instant, OrganisationId};
use crate::platform::db::{AnyConnection, among_ids, insert_all};

diesel::table! {
    use diesel::sql_types::*;
    use crate::platform::db::{InstantSql, UuidSql};

    /// Entries, append-only.
    audit_entries (id) {
        /// Its id, in the order of writing.
        id -> UuidSql,
        /// When the act took place.
        at -> InstantSql,
        /// The kind of actor.
        actor_kind -> Text,
        /// The actor: the subject of a token, or the name of a job.
        actor -> Text,
        /// The actor's roles.
        roles -> Text,
        /// The actor's organisation.
        organisation_id -> Nullable<UuidSql>,
        /// The action, such as `contacts.read`.
        action -> Text,
        /// The outcome of the act.
        outcome -> Text,
        /// The problem code of a refusal.
        code -> Nullable<Text>,
        /// The contact that the act concerned.
        contact_id -> Nullable<UuidSql>,
        /// The record that the act concerned.
        subject -> Nullable<Text>,
        /// Further facts, as JSON.
        detail -> Text,
        /// SHA-256 of the canonical form.
        digest -> Binary,
    }
}

diesel::table! {
    use crate::platform::db::UuidSql;

    /// The contacts of entries that name more than one, append-only.
    audit_subjects (contact_id, entry_id) {
        /// The contact that the entry names.
        contact_id -> UuidSql,
        /// The entry.
        entry_id -> UuidSql,
    }
}

diesel::allow_tables_to_appear_in_same_query!(audit_entries, audit_subjects);

/// An entry as its columns. It owns them all, because Diesel does not cache statements for rows that
/// borrow.
#[derive(Insertable)]
#[diesel(table_name = audit_entries, treat_none_as_default_value = false)]
struct Columns {
    id: EntryId,
    at: Instant,
    actor_kind: &'static str,
    actor: String,
    roles: String,
    organisation_id: Option<OrganisationId>,
    action: &'static str,
    outcome: &'static str,
    code: Option<String>,
    contact_id: Option<ContactId>,
    subject: Option<String>,
    detail: String,
    digest: Vec<u8>,
}

impl Columns {
    fn of(entry: &EntryRow) -> Result<Self, Error> {
        Ok(Self {
            id: entry.id,
            at: entry.at,
            actor_kind: entry.actor_kind,
            actor: entry.actor.clone(),
            roles: entry.roles.clone(),
            organisation_id: entry.organisation_id,
            action: entry.action,
            outcome: entry.outcome,
            code: entry.code.map(str::to_owned),
            contact_id: entry.contact_id,
            subject: entry.subject.clone(),
            detail: serde_json::to_string(&entry.detail).map_err(|error| Error::internal(error))?,
            digest: entry.digest()?,
        })
    }
}

/// A contact that an entry names among others.
#[derive(Insertable)]
#[diesel(table_name = audit_subjects, treat_none_as_default_value = false)]
struct Subject {
    contact_id: ContactId,
    entry_id: EntryId,
}

/// Appends an entry.
pub fn append(connection: &mut AnyConnection, entry: &EntryRow) -> Result<(), Error> {
    append_all(connection, std::slice::from_ref(entry))
}

/// Appends entries, in as few statements as possible.
pub fn append_all(connection: &mut AnyConnection, entries: &[EntryRow]) -> Result<(), Error> {
    let rows = entries.iter().map(Columns::of).collect::<Result<Vec<_>, _>>()?;
    insert_all!(connection, audit_entries::table, rows);
    let named = |entry: &EntryRow| {
        let entry_id = entry.id;
        entry.others.iter().map(move |&contact_id| Subject { contact_id, entry_id }).collect::<Vec<_>>()
    };
    let subjects: Vec<Subject> = entries.iter().flat_map(named).collect();
    insert_all!(connection, audit_subjects::table, subjects);
    Ok(())
}

/// Returns the newest entry. Every write appends its entry with its last identifier, so the newest
/// entry sorts after every stored identifier.
pub fn newest_entry(connection: &mut AnyConnection) -> Result<Option<EntryId>, Error> {
    let newest = audit_entries::table.select(audit_entries::id).order(audit_entries::id.desc());
    Ok(newest.first(connection).optional()?)
}

/// Returns whether an entry exists.
pub(super) fn is_there(connection: &mut AnyConnection, entry: &EntryRow) -> Result<bool, Error> {
    let found: i64 = audit_entries::table.filter(audit_entries::id.eq(entry.id)).count().get_result(connection)?;
    Ok(found > 0)
}

/// One access to a person's data, or one act: its time, action and roles, without the caller.
#[derive(Clone, Debug, PartialEq, Eq, Queryable)]
pub struct EntryAbout {
    /// The entry's id.
    pub id: EntryId,
    /// When the act took place.
    pub at: Instant,
    /// The action, such as `contacts.read`.
    pub action: String,
    /// The actor's roles, comma-separated.
    pub roles: String,
}

/// The entries about a contact by descending id, as two queries: those that name the contact alone, and
/// those that name it among others. Each is `$narrowed`, with the entry's id as `$id`, and reads its
/// index in order, so that it ends with the page.
///
/// A macro, because the two queries have different types.
macro_rules! each_about {
    ($contact:expr, $entries:ident, $id:ident => $narrowed:expr) => {{
        use $crate::platform::audit::{audit_entries, audit_subjects};
        let alone = {
            let $entries = audit_entries::table.filter(audit_entries::contact_id.eq($contact));
            let $id = audit_entries::id;
            $narrowed
        };
        let among_others = {
            let $entries = audit_subjects::table
                .inner_join(audit_entries::table.on(audit_entries::id.eq(audit_subjects::entry_id)))
                .filter(audit_subjects::contact_id.eq($contact));
            let $id = audit_subjects::entry_id;
            $narrowed
        };
        (alone, among_others)
    }};
}
pub(crate) use each_about;

/// The entries about a record from when it named no contact, by descending id; as one query of [`each_about`].
macro_rules! about_record {
    ($record:expr, $entries:ident, $id:ident => $narrowed:expr) => {{
        use $crate::platform::audit::audit_entries;
        let unmatched = audit_entries::contact_id.is_null();
        let $entries = audit_entries::table.filter(unmatched.and(audit_entries::subject.eq($record.name())));
        let $id = audit_entries::id;
        $narrowed
    }};
}
pub(crate) use about_record;

/// A record that entries are about.
#[derive(Clone, Copy, Debug)]
pub struct Record {
    /// The kind of record.
    pub kind: SubjectKind,
    /// Its id.
    pub id: Uuid,
}

impl Record {
    /// The record as entries name it, such as `complaint/01937a5e-8f00-7c3a-9d55-3f2a60b1c901`.
    pub fn name(self) -> String {
        subject_name(self.kind, self.id)
    }
}

/// What entries are about, if they are about a person.
#[derive(Clone, Debug)]
pub struct About<'a> {
    /// The ids of the person's contacts.
    pub contacts: &'a [ContactId],
    /// The ids of the person's records that may have named no contact once.
    pub records: &'a [Record],
}

/// A page of the accesses to a person and the acts about them, under each of their ids, until an
/// instant: newest first, after the entry `after`, at most `most`.
pub fn page_about(
    connection: &mut AnyConnection,
    About { contacts, records }: &About<'_>,
    until: Instant,
    after: Option<EntryId>,
    most: usize,
) -> Result<Vec<EntryAbout>, Error> {
    let mut found: Vec<EntryAbout> = Vec::new();
    let limit = i64::try_from(most).unwrap_or(i64::MAX);
    let before = after.unwrap_or(EntryId::from_uuid(Uuid::max()));
    // One id at a time, in the order of the index: for all ids together, the engine would sort every entry for every page.
    for &contact in *contacts {
        let (alone, among_others) = each_about!(contact, entries, id => entries
            .filter(audit_entries::at.le(until).and(id.lt(before)))
            .select((audit_entries::id, audit_entries::at, audit_entries::action, audit_entries::roles))
            .order(id.desc())
            .limit(limit));
        found.extend(alone.load::<EntryAbout>(connection)?);
        found.extend(among_others.load::<EntryAbout>(connection)?);
    }
    for record in *records {
        let unmatched = about_record!(record, entries, id => entries
            .filter(audit_entries::at.le(until).and(id.lt(before)))
            .select((audit_entries::id, audit_entries::at, audit_entries::action, audit_entries::roles))
            .order(id.desc())
            .limit(limit));
        found.extend(unmatched.load::<EntryAbout>(connection)?);
    }
    newest(&mut found, most, |entry| entry.id);
    Ok(found)
}

/// Sorts entries from several queries, newest first, removes duplicates, and drops those beyond `most`:
/// an entry may name a person under several ids.
pub fn newest<T>(found: &mut Vec<T>, most: usize, id: impl Fn(&T) -> EntryId) {
    found.sort_by_key(|entry| std::cmp::Reverse(id(entry)));
    found.dedup_by_key(|entry| id(entry));
    found.truncate(most);
}

/// Returns whether more than `most` entries are about a person. The count stops there.
pub fn are_more_about(connection: &mut AnyConnection, about: &About<'_>, most: usize) -> Result<bool, Error> {
    let contacts = about.contacts;
    let unmatched = count_unmatched(connection, about.records)?;
    let Some(most) = most.checked_sub(unmatched) else { return Ok(true) };
    let limit = i64::try_from(most).unwrap_or(i64::MAX).saturating_add(1);
    let alone = audit_entries::table.filter(among_ids(audit_entries::contact_id, contacts));
    let alone: Vec<EntryId> = alone.select(audit_entries::id).limit(limit).load(connection)?;
    if alone.len() > most {
        return Ok(true);
    }
    let others = audit_subjects::table.filter(among_ids(audit_subjects::contact_id, contacts));
    let left = limit - i64::try_from(alone.len()).unwrap_or(i64::MAX);
    let others: Vec<EntryId> = others.select(audit_subjects::entry_id).distinct().limit(left).load(connection)?;
    Ok(alone.len() + others.len() > most)
}

/// The number of entries about a person.
pub fn count_about(connection: &mut AnyConnection, about: &About<'_>) -> Result<usize, Error> {
    let contacts = about.contacts;
    let unmatched = count_unmatched(connection, about.records)?;
    let alone = audit_entries::table.filter(among_ids(audit_entries::contact_id, contacts));
    let alone: i64 = alone.count().get_result(connection)?;
    let others = audit_subjects::table.filter(among_ids(audit_subjects::contact_id, contacts));
    let others: i64 = others.select(count(audit_subjects::entry_id).aggregate_distinct()).get_result(connection)?;
    let counted = usize::try_from(alone + others).map_err(|error| Error::internal(error))?;
    Ok(counted + unmatched)
}

/// The number of entries about records from when they named no contact.
fn count_unmatched(connection: &mut AnyConnection, records: &[Record]) -> Result<usize, Error> {
    let mut counted = 0;
    for record in records {
        let count: i64 = about_record!(record, entries, _id => entries).count().get_result(connection)?;
        counted += usize::try_from(count).map_err(|error| Error::internal(error))?;
    }
    Ok(counted)
}
