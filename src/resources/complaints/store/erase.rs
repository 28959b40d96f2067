//! What becomes of the complaints of a person who is erased: that there was one stays, with its dates and its outcome, as
//! the proof that it was answered; its words go, and its key.

use chrono::NaiveDate;
use diesel::prelude::*;

use super::complaints;
use super::of_person::{FoundBy, adopt, ids_of, open_ones};
use crate::domain::{ComplaintId, ErasureGround, Error, Instant, Obstacle, PersonalRecord, RecordName, london_date};
use crate::personal::{Erasing, Person};
use crate::platform::db::among_ids;
use crate::platform::outbox::store as outbox;
use crate::platform::transaction::{ReadTx, WriteTx};
use crate::policy::complaint_clock;

/// The person's complaints.
pub fn records(tx: &mut ReadTx<'_>, person: &Person) -> Result<Vec<PersonalRecord>, Error> {
    let ids = ids_of(tx, person)?;
    let theirs = complaints::table.filter(among_ids(complaints::id, &ids));
    let found: Vec<(ComplaintId, i32)> = theirs.select((complaints::id, complaints::version)).load(tx.connection())?;
    let record = |(id, version): (ComplaintId, i32)| PersonalRecord { table: "complaints", id: id.uuid(), version };
    Ok(found.into_iter().map(record).collect())
}

/// Returns an obstacle for each complaint that was not answered yet: the law wants an answer (Data Protection Act 2018 section
/// 164A). It names a day for the acknowledgement alone: the complaint is kept until then at least.
pub fn obstacles(tx: &mut ReadTx<'_>, person: &Person) -> Result<Vec<Obstacle>, Error> {
    let found = open_ones(tx, person)?;
    let today = london_date(tx.now());
    let stands = |(id, received_on): (ComplaintId, NaiveDate)| Obstacle {
        record: Some(RecordName { table: "complaints".to_owned(), id: id.uuid() }),
        ground: ErasureGround::LegalObligation,
        until: complaint_clock::acknowledgement(received_on, tx.calendar())
            .ok()
            .map(|reading| reading.due_on)
            .filter(|&due| due >= today),
    };
    Ok(found.into_iter().map(stands).collect())
}

/// Lifts the restriction of complaints that are about another person.
pub fn lift_restriction(tx: &mut WriteTx<'_>, ids: &[ComplaintId]) -> Result<(), Error> {
    let restricted =
        complaints::table.filter(among_ids(complaints::id, ids).and(complaints::restricted_at.is_not_null()));
    let lifted = (
        complaints::restricted_at.eq(None::<Instant>),
        complaints::updated_at.eq(tx.now()),
        complaints::version.eq(complaints::version + 1),
    );
    diesel::update(restricted).set(lifted).execute(tx.connection())?;
    Ok(())
}

/// Empties the words of the person's complaints and destroys their keys, except for those that are withheld. Restricts the
/// complaints that may be about another person. Records which ones the council said to be about the person.
pub fn erase(tx: &mut WriteTx<'_>, erasing: &Erasing) -> Result<(), Error> {
    let unsure = complaints::table.filter(among_ids(complaints::id, &erasing.unsure_of::<ComplaintId>("complaints")));
    let restricted = (
        complaints::restricted_at.eq(tx.now()),
        complaints::updated_at.eq(tx.now()),
        complaints::version.eq(complaints::version + 1),
    );
    diesel::update(unsure.filter(complaints::restricted_at.is_null())).set(restricted).execute(tx.connection())?;
    let mut go = ids_of(tx, &erasing.person)?;
    adopt(tx, &erasing.person)?;
    let withheld: Vec<ComplaintId> = erasing.withheld_of("complaints");
    go.retain(|id| !withheld.contains(id));
    let emptied = (
        complaints::particulars.eq(Vec::<u8>::new()),
        FoundBy::default(),
        complaints::restricted_at.eq(None::<Instant>),
        complaints::updated_at.eq(tx.now()),
        complaints::version.eq(complaints::version + 1),
    );
    let those = complaints::table.filter(complaints::id.eq_any(&go));
    diesel::update(those).set(emptied).execute(tx.connection())?;
    outbox::forget_about(tx, &go)?;
    for id in go {
        tx.destroy_key(id.uuid())?;
    }
    Ok(())
}
