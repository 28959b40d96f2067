//! Which requests are a person's: those about a contact of theirs, and those that name no contact and were made for oneself
//! under an address that is theirs alone.

use diesel::prelude::*;

use super::super::model::{ActingFor, Requester};
use super::{Row, open_listed, subject_requests as requests};
use crate::domain::{ContactId, Error, Instant, PossibleMatch, SubjectRequestId};
use crate::personal::{Person, possible_matches};
use crate::platform::audit::{Action, Entry, Record, SubjectKind};
use crate::platform::db::among_ids;
use crate::platform::records_to_index;
use crate::platform::transaction::{ReadTx, Recorded, WriteTx};
use crate::resources::complaints;
use crate::resources::contacts::store::matches::{select_ids_of_person, select_matches_of_person};
use crate::resources::contacts::store::{Indexes, name_index};

/// The table whose records are indexed.
const TABLE: &str = "subject_requests";

/// The keyed indexes by which a request is found that names no contact. None for one that does, and none for an agent's: what
/// that says is about the person whom the agent asks for.
#[derive(Default, Insertable, AsChangeset)]
#[diesel(table_name = requests, treat_none_as_null = true, treat_none_as_default_value = false)]
pub(super) struct FoundBy {
    email_index: Option<Vec<u8>>,
    telephone_index: Option<Vec<u8>>,
    named_number: Option<Vec<u8>>,
    name_index: Option<Vec<u8>>,
}

impl FoundBy {
    pub(super) fn of(tx: &ReadTx<'_>, contact: Option<ContactId>, requester: &Requester) -> Self {
        let Requester { name, email, telephone, acting_for, .. } = requester;
        if contact.is_some() || *acting_for != ActingFor::Oneself {
            return Self::default();
        }
        let found_by = Indexes::of_address(tx, name, email.as_ref(), telephone.as_ref());
        let Indexes { email: email_index, telephone: telephone_index, named_number } = found_by;
        Self { email_index, telephone_index, named_number, name_index: Some(name_index(tx, name)) }
    }
}

/// The ids of a person's requests, oldest first.
pub fn ids_of(tx: &mut ReadTx<'_>, person: &Person) -> Result<Vec<SubjectRequestId>, Error> {
    Ok(select_ids_of_person!(requests, "subject_requests", tx, person)?)
}

/// The ids of the records of a person that need not have named a contact from the start: complaints and requests.
///
/// # Errors
/// 503 when the database does not answer.
pub fn records_of_person(tx: &mut ReadTx<'_>, person: &Person) -> Result<Vec<Record>, Error> {
    let complaints = complaints::store::ids_of(tx, person)?.into_iter();
    let complaints = complaints.map(|id| Record { kind: SubjectKind::Complaint, id: id.uuid() });
    let requests = ids_of(tx, person)?.into_iter();
    let requests = requests.map(|id| Record { kind: SubjectKind::SubjectRequest, id: id.uuid() });
    Ok(complaints.chain(requests).collect())
}

/// Finds the requests that may be about a person, by one query: those with a number of theirs, with an address that
/// another person has or had too, or with their name. Those that are theirs for certain are left out.
pub fn matches(tx: &mut ReadTx<'_>, person: &Person, name: Option<&[u8]>) -> Result<Vec<PossibleMatch>, Error> {
    let names: Vec<Vec<u8>> = name.map(<[u8]>::to_vec).into_iter().collect();
    let found: Vec<(SubjectRequestId, String)> =
        select_matches_of_person!(requests, "subject_requests", tx, person, names)?;
    let certain = ids_of(tx, person)?;
    let found = found.into_iter().filter(|(id, _)| !certain.contains(id));
    possible_matches(TABLE, found.map(|(id, by)| (id.uuid(), by)))
}

/// Assigns to the person's contact the requests of which the council said that they are about the person.
///
/// # Errors
/// When the requests cannot be written.
pub fn adopt(tx: &mut WriteTx<'_>, person: &Person) -> Result<(), Error> {
    let theirs: Vec<SubjectRequestId> = person.records_of(TABLE);
    if theirs.is_empty() {
        return Ok(());
    }
    let theirs = requests::table.filter(among_ids(requests::id, &theirs).and(requests::contact_id.is_null()));
    let theirs: Vec<SubjectRequestId> = theirs.select(requests::id).load(tx.connection())?;
    assign(tx, &theirs, person.contact)
}

/// Assigns requests to a contact. From then on the contact leads to them, so that their indexes and their restriction go.
///
/// # Errors
/// When the requests cannot be written.
pub(super) fn assign(tx: &mut WriteTx<'_>, ids: &[SubjectRequestId], to: ContactId) -> Result<(), Error> {
    let assigned = (
        requests::contact_id.eq(to),
        FoundBy::default(),
        requests::restricted_at.eq(None::<Instant>),
        requests::updated_at.eq(tx.now()),
        requests::version.eq(requests::version + 1),
    );
    diesel::update(requests::table.filter(among_ids(requests::id, ids))).set(assigned).execute(tx.connection())?;
    Ok(())
}

/// Indexes the next batch of the requests in `records_to_index`. Answers `false` once all are done. No version rises.
///
/// # Errors
/// When a request cannot be unsealed or written; then nothing of the batch is.
pub fn reindex(mut tx: WriteTx<'_>) -> Result<Recorded<bool>, Error> {
    let ids: Vec<SubjectRequestId> = records_to_index::next(&mut tx, TABLE)?;
    if ids.is_empty() {
        return tx.unchanged(None, false);
    }
    let rows = requests::table.filter(among_ids(requests::id, &ids)).select(Row::as_select());
    let rows: Vec<Row> = rows.load(tx.connection())?;
    for known in open_listed(&mut tx, rows)? {
        let request = known.request;
        // Of the erased, the words are gone.
        let Some(requester) = &request.requester else { continue };
        let found_by = FoundBy::of(&tx, request.contact_id, requester);
        diesel::update(requests::table.find(request.id)).set(found_by).execute(tx.connection())?;
    }
    records_to_index::done(&mut tx, TABLE, &ids)?;
    tx.record(Entry::new(Action::SubjectRequestsReindex).with("count", ids.len()), true)
}
