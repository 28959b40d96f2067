//! Which complaints are a person's: those that name a contact of theirs, and those that name none and bear an address that is
//! theirs alone.

use chrono::NaiveDate;
use diesel::prelude::*;

use super::super::model::{Complainant, ComplaintStatus};
use super::{Kept, Row, complaints, data_keys, open};
use crate::domain::{ComplaintId, ContactId, Error, Instant, PossibleMatch};
use crate::personal::{Person, possible_matches};
use crate::platform::audit::{Action, Entry};
use crate::platform::db::among_ids;
use crate::platform::records_to_index;
use crate::platform::transaction::{ReadTx, Recorded, WriteTx, unless_key_missing};
use crate::resources::contacts::store::matches::{select_ids_of_person, select_matches_of_person};
use crate::resources::contacts::store::{Indexes, name_index};

/// The table whose records are indexed.
const TABLE: &str = "complaints";

/// The keyed indexes by which a complaint is found that names no contact; none for one that does.
#[derive(Default, Insertable, AsChangeset)]
#[diesel(table_name = complaints, treat_none_as_null = true, treat_none_as_default_value = false)]
pub(super) struct FoundBy {
    email_index: Option<Vec<u8>>,
    telephone_index: Option<Vec<u8>>,
    named_number: Option<Vec<u8>>,
    name_index: Option<Vec<u8>>,
}

impl FoundBy {
    pub(super) fn of(tx: &ReadTx<'_>, contact: Option<ContactId>, complainant: &Complainant) -> Self {
        if contact.is_some() {
            return Self::default();
        }
        let Complainant { name, email, telephone, .. } = complainant;
        let found_by = Indexes::of_address(tx, name, email.as_ref(), telephone.as_ref());
        let Indexes { email: email_index, telephone: telephone_index, named_number } = found_by;
        Self { email_index, telephone_index, named_number, name_index: Some(name_index(tx, name)) }
    }
}

/// Whether the complainant is the person themself. The name tells so, whatever the address: the complaint names the person's
/// contact, or bears an address of theirs. So do an e-mail address that is the person's alone, and a number together with the
/// name that the person had with it. `name` is the keyed index of the person's name.
pub fn is_themself(tx: &ReadTx<'_>, person: &Person, name: Option<&[u8]>, complainant: &Complainant) -> bool {
    if name == Some(name_index(tx, &complainant.name).as_slice()) {
        return true;
    }
    let FoundBy { email_index: email, named_number, .. } = FoundBy::of(tx, None, complainant);
    let has = |index: Option<Vec<u8>>, among: &[Vec<u8>]| index.is_some_and(|index| among.contains(&index));
    let is_shared = email.as_ref().is_some_and(|email| person.shared.contains(email));
    (has(email, &person.marks) && !is_shared) || has(named_number, &person.named_numbers)
}

/// The ids of a person's complaints, oldest first.
pub fn ids_of(tx: &mut ReadTx<'_>, person: &Person) -> Result<Vec<ComplaintId>, Error> {
    Ok(select_ids_of_person!(complaints, "complaints", tx, person)?)
}

/// Finds the complaints that may be about a person, by one query: those with a number of theirs, with an address that
/// another person has or had too, or with their name. Those that are theirs for certain are left out.
pub fn matches(tx: &mut ReadTx<'_>, person: &Person, name: Option<&[u8]>) -> Result<Vec<PossibleMatch>, Error> {
    let names: Vec<Vec<u8>> = name.map(<[u8]>::to_vec).into_iter().collect();
    let found: Vec<(ComplaintId, String)> = select_matches_of_person!(complaints, "complaints", tx, person, names)?;
    let certain = ids_of(tx, person)?;
    let found = found.into_iter().filter(|(id, _)| !certain.contains(id));
    possible_matches(TABLE, found.map(|(id, by)| (id.uuid(), by)))
}

/// Writes down that the complaints of which the council said that they are about a person are theirs: each names the person's
/// contact, which leads to it from then on.
///
/// # Errors
/// When the complaints cannot be written.
pub(super) fn adopt(tx: &mut WriteTx<'_>, person: &Person) -> Result<(), Error> {
    let theirs: Vec<ComplaintId> = person.records_of(TABLE);
    let theirs = complaints::table.filter(among_ids(complaints::id, &theirs).and(complaints::contact_id.is_null()));
    let adopted = (
        complaints::contact_id.eq(person.contact),
        FoundBy::default(),
        complaints::restricted_at.eq(None::<Instant>),
        complaints::updated_at.eq(tx.now()),
        complaints::version.eq(complaints::version + 1),
    );
    diesel::update(theirs).set(adopted).execute(tx.connection())?;
    Ok(())
}

/// The person's complaints that were not answered yet, with their days of receipt: something is still owed to them.
pub fn open_ones(tx: &mut ReadTx<'_>, person: &Person) -> Result<Vec<(ComplaintId, NaiveDate)>, Error> {
    let ids = ids_of(tx, person)?;
    let open = complaints::status.eq_any(ComplaintStatus::OPEN.iter().map(<&str>::from));
    let open = complaints::table.filter(among_ids(complaints::id, &ids).and(open));
    let columns = (complaints::id, complaints::received_on);
    Ok(open.select(columns).order(complaints::id).load(tx.connection())?)
}

/// Indexes the next batch of the complaints in `records_to_index`. Answers `false` once all are done. No version rises.
///
/// # Errors
/// When a complaint cannot be unsealed or written; then nothing of the batch is.
pub fn reindex(mut tx: WriteTx<'_>) -> Result<Recorded<bool>, Error> {
    let ids: Vec<ComplaintId> = records_to_index::next(&mut tx, TABLE)?;
    if ids.is_empty() {
        return tx.unchanged(None, false);
    }
    let rows: Vec<Kept> = whole!().filter(among_ids(complaints::id, &ids)).load(tx.connection())?;
    for row in rows {
        let Some(complaint) = unless_key_missing(open(&mut tx, row))? else { continue };
        // Of the erased, the words are gone.
        let Some(complainant) = &complaint.complainant else { continue };
        let found_by = FoundBy::of(&tx, complaint.contact_id, complainant);
        diesel::update(complaints::table.find(complaint.id)).set(found_by).execute(tx.connection())?;
    }
    records_to_index::done(&mut tx, TABLE, &ids)?;
    tx.record(Entry::new(Action::ComplaintsReindex).with("count", ids.len()), true)
}
