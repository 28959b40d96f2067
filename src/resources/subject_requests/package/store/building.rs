//! Builds of packages that are too large for one transaction: the decider starts a build, a job claims
//! it, gathers part by part in reads, and ends it like any other.
//!
//! Invariants: there is a row while the package is being built, and no longer; a claim raises
//! `attempts`, and every write names its attempt, so that of two workers only one writes; a write
//! changes the row before its parts, so that no part is added after the build has ended.

use chrono::Duration;
use diesel::prelude::*;

use super::super::super::store::package_rows::{stop_building, subject_request_package_builds as builds};
use super::super::contents;
use super::super::model::{BuildPackage, PackageProgress, PackageState, SearchedTable};
use super::super::search::{AUDIT, SearchRecord};
use super::super::words::Words;
use super::keeping;
use super::parts::{self, Part};
use super::{ANSWERED, whose};
use crate::domain::{ContactId, EntryId, Error, Instant, PossibleMatch, SubjectRequestId};
use crate::personal::{Person, holders};
use crate::platform::audit::{self, Action, Entry};
use crate::platform::db::{WaitingRows, among_ids};
use crate::platform::queue::{Backoff, Leased};
use crate::platform::transaction::{ReadTx, Recorded, WriteTx};
use crate::resources::contacts::store as contacts;
use crate::resources::subject_requests::model::SubjectRequest;
use crate::resources::subject_requests::store::{records_of_person, subject_requests as requests};

/// How many entries of the audit, and how many records, are gathered at once: more take a job.
pub const MOST_AT_ONCE: usize = 2_000;

/// How many entries of the audit make a part.
pub const ENTRIES_A_PART: usize = 1_000;

/// The queue of packages. Each kept part renews the lease, which is longer than any step may take.
const BUILDS: Leased = Leased {
    rows: WaitingRows { table: "subject_request_package_builds", key: "request_id", waiting: "attempts >= 0" },
    lease: Duration::minutes(2),
    backoff: Backoff { first: Duration::seconds(5), longest: Duration::minutes(30) },
};

/// Whether there is too much about a person to be gathered at once. However much there is, little is counted.
pub(super) fn is_large(tx: &mut ReadTx<'_>, person: &Person) -> Result<bool, Error> {
    let mut records = 0;
    for holder in holders(tx)? {
        records += holder.records(tx, person)?.len();
    }
    let named = records_of_person(tx, person)?;
    let theirs = audit::About { contacts: &person.ids, records: &named };
    Ok(records > MOST_AT_ONCE || audit::are_more_about(tx.connection(), &theirs, MOST_AT_ONCE - records)?)
}

/// How many parts a package will have: one for each table, and the pages of who looked.
fn expected(tx: &mut ReadTx<'_>, person: &Person) -> Result<i32, Error> {
    let tables: usize = holders(tx)?.iter().map(|holder| holder.cards().len()).sum();
    let records = records_of_person(tx, person)?;
    let theirs = audit::About { contacts: &person.ids, records: &records };
    let pages = audit::count_about(tx.connection(), &theirs)?.div_ceil(ENTRIES_A_PART);
    i32::try_from(tables + pages).map_err(|error| Error::internal(error))
}

/// Has a package built.
pub(super) fn begin(
    mut tx: WriteTx<'_>,
    request: &SubjectRequest,
    person: &Person,
    words: &Words,
) -> Result<Recorded<PackageProgress>, Error> {
    let (id, now, due, expected) = (request.id, tx.now(), tx.lease_time()?, expected(&mut tx, person)?);
    let values = (
        builds::request_id.eq(id),
        builds::contact_id.eq(person.contact),
        builds::parts.eq(expected),
        builds::begun_at.eq(now),
        builds::attempts.eq(0),
        builds::failed.eq(false),
        builds::next_attempt_at.eq(due),
    );
    diesel::insert_into(builds::table).values(values).execute(tx.connection())?;
    let key = tx.key_of(person.contact.uuid())?;
    parts::keep_words(&mut tx, &key, id, &Words { person: Some(person.clone()), ..words.clone() })?;
    let entry = Entry::new(Action::SubjectRequestsBeginPackage).contact(person.contact).subject(id);
    let of = usize::try_from(expected).map_err(|error| Error::internal(error))?;
    tx.record(entry.with("parts", of), PackageProgress { state: PackageState::Building, done: 0, of })
}

/// Replaces the words of a package that is being built.
pub(super) fn ask_again(
    mut tx: WriteTx<'_>,
    request: &SubjectRequest,
    asked: BuildPackage,
) -> Result<Recorded<()>, Error> {
    if !asked.changes_words() {
        return tx.unchanged(None, ());
    }
    let owner: ContactId = builds::table.find(request.id).select(builds::contact_id).first(tx.connection())?;
    let key = tx.key_of(owner.uuid())?;
    let words = parts::words(&mut tx, &key, request.id)?.changed(asked);
    words.delivery_for(request)?;
    parts::keep_words(&mut tx, &key, request.id, &words)?;
    let entry = Entry::new(Action::SubjectRequestsRewordPackage).contact(request.contact_id);
    tx.record(entry.subject(request.id), ())
}

/// How far a package is that is being built; `None` for one that is not.
pub(super) fn progress(tx: &mut ReadTx<'_>, id: SubjectRequestId) -> Result<Option<PackageProgress>, Error> {
    let row: Option<(i32, bool)> =
        builds::table.find(id).select((builds::parts, builds::failed)).first(tx.connection()).optional()?;
    let Some((expected, failed)) = row else { return Ok(None) };
    let done = parts::count(tx, id)?;
    let state = if failed { PackageState::Delayed } else { PackageState::Building };
    // A look that was on its way to the audit when all were counted can make another page.
    let of = usize::try_from(expected).map_err(|error| Error::internal(error))?.max(done);
    Ok(Some(PackageProgress { state, done, of }))
}

/// The contact under whose key the package of a request is being built; `None` when none is being built.
///
/// # Errors
/// 503 when the database does not answer.
pub(super) fn owner(tx: &mut ReadTx<'_>, id: SubjectRequestId) -> Result<Option<ContactId>, Error> {
    Ok(builds::table.find(id).select(builds::contact_id).first(tx.connection()).optional()?)
}

/// Whether a package waits for a worker.
pub fn is_due(tx: &mut ReadTx<'_>) -> Result<bool, Error> {
    BUILDS.is_due(tx)
}

/// A package that a worker has claimed.
#[derive(Clone, Copy, Debug)]
pub struct Claimed {
    /// The request that it answers.
    pub request: SubjectRequestId,
    /// The contact under whose key it is sealed.
    owner: ContactId,
    /// Which attempt this is, from 1.
    attempts: i32,
}

/// Returns the row of a package, unless another worker has claimed it.
macro_rules! ours {
    ($claimed:expr) => {
        builds::table.filter(builds::request_id.eq($claimed.request).and(builds::attempts.eq($claimed.attempts)))
    };
}

/// Claims the package that has been due longest. Of several that claim at once, each gets another.
pub fn claim(mut tx: WriteTx<'_>) -> Result<Recorded<Option<Claimed>>, Error> {
    let Some(lease) = BUILDS.next(&mut tx)? else { return tx.unchanged(None, None) };
    let request = SubjectRequestId::from_uuid(lease.row);
    let row = builds::table.find(request);
    let owner = row.select(builds::contact_id).first(tx.connection())?;
    let change = (builds::attempts.eq(lease.attempt), builds::next_attempt_at.eq(lease.until));
    diesel::update(row).set(change).execute(tx.connection())?;
    let entry = Entry::new(Action::SubjectRequestsTakeUpPackage).subject(request);
    tx.record(entry.with("attempt", lease.attempt), Some(Claimed { request, owner, attempts: lease.attempt }))
}

/// What is to be done next.
pub enum Step {
    /// This is to be kept.
    Keep(Gathered),
    /// Everything is there.
    End,
    /// The package is no longer to be built, or another has taken it up.
    Stop,
}

/// Parts that were gathered and not kept yet.
pub struct Gathered {
    parts: Vec<Part>,
    after_entry: Option<EntryId>,
}

/// Reads what is missing first: the tables of a room, or else a page of who looked.
///
/// # Errors
/// or something that is held cannot be read.
pub fn gather(tx: &mut ReadTx<'_>, claimed: Claimed) -> Result<Step, Error> {
    let row: Option<(Instant, Option<EntryId>)> =
        ours!(claimed).select((builds::begun_at, builds::after_entry)).first(tx.connection()).optional()?;
    let Some((begun_at, after)) = row else { return Ok(Step::Stop) };
    let contact: Option<ContactId> =
        requests::table.find(claimed.request).select(requests::contact_id).first(tx.connection())?;
    let Some(contact) = contact else { return Ok(Step::Stop) };
    let there = parts::tables(tx, claimed.request)?;
    let is_there = |name: &str| there.iter().any(|known| known.table == name);
    let holders = holders(tx)?;
    if let Some(holder) = holders.iter().find(|holder| !holder.cards().iter().all(|card| is_there(card.table))) {
        let key = tx.key_of(claimed.owner.uuid())?;
        let words = parts::words(tx, &key, claimed.request)?;
        let (person, _) = person(tx, contact, &words)?;
        let mut told = contents::of_room(tx, *holder, &person)?;
        told.retain(|part| !is_there(&part.table));
        let look = Entry::new(Action::SubjectRequestsGather).contact(contact).subject(claimed.request);
        tx.look(look.with("room", holder.room()));
        return Ok(Step::Keep(Gathered { parts: told.into_iter().map(Part::Held).collect(), after_entry: after }));
    }
    // A page of looks unseals nothing, so the answers are not read: records that an answer takes in are left out here.
    let person = contacts::person(tx, contact)?;
    let page = contents::looks(tx, &person, begun_at, after, ENTRIES_A_PART)?;
    Ok(page.map_or(Step::End, |(page, last)| {
        Step::Keep(Gathered { parts: vec![Part::Looks(page)], after_entry: Some(last) })
    }))
}

/// Keeps what was gathered; `false` when the package is no longer to be built, or another has taken it up.
pub fn keep(mut tx: WriteTx<'_>, claimed: Claimed, gathered: &Gathered) -> Result<Recorded<bool>, Error> {
    let until = BUILDS.renewed(&mut tx)?;
    let change =
        (builds::after_entry.eq(gathered.after_entry), builds::failed.eq(false), builds::next_attempt_at.eq(until));
    if diesel::update(ours!(claimed)).set(change).execute(tx.connection())? == 0 {
        return tx.unchanged(None, false);
    }
    let key = tx.key_of(claimed.owner.uuid())?;
    parts::add(&mut tx, &key, claimed.request, &gathered.parts)?;
    // Not recorded under the contact: the package lists the accesses, and gathering them must add none.
    let entry = Entry::new(Action::SubjectRequestsGather).subject(claimed.request);
    let records: usize = gathered.parts.iter().map(Part::records).sum();
    tx.record(entry.with("parts", gathered.parts.len()).with("records", records), true)
}

/// Ends the building: the draft is there. `false` when it is no longer to be built, another has taken it up, or the person has got
/// another address or id since it began: then it begins anew, because the tables that were read first were not searched by that.
///
/// # Errors
/// As for a package that is built at once.
pub fn end(mut tx: WriteTx<'_>, claimed: Claimed) -> Result<Recorded<bool>, Error> {
    let begun_at: Option<Instant> = ours!(claimed).select(builds::begun_at).first(tx.connection()).optional()?;
    let Some(begun_at) = begun_at else { return tx.unchanged(None, false) };
    let (contact, request) = whose(&mut tx, claimed.request, ANSWERED)?;
    let key = tx.key_of(claimed.owner.uuid())?;
    let words = parts::words(&mut tx, &key, claimed.request)?;
    let (person, matches) = person(&mut tx, contact, &words)?;
    if words.person.as_ref() != Some(&person) {
        restart(&mut tx, claimed.request, contact)?;
        let entry = Entry::new(Action::SubjectRequestsRestartPackage).subject(claimed.request);
        return tx.record(entry, false);
    }
    if diesel::delete(ours!(claimed)).execute(tx.connection())? == 0 {
        return tx.unchanged(None, false);
    }
    let mut searched = parts::tables(&mut tx, claimed.request)?;
    for card in holders(&tx)?.iter().flat_map(|holder| holder.cards()) {
        if searched.iter().all(|known| known.table != card.table) {
            return Err(Error::internal(format_args!("{} is in no package", card.table)));
        }
    }
    if searched.iter().all(|known| known.table != AUDIT) {
        searched.push(SearchedTable::audit(0));
    }
    let search = SearchRecord::new(&person, (begun_at, tx.now()), (searched, matches), words.search_note.clone());
    parts::keep_words(&mut tx, &key, claimed.request, &Words { person: None, ..words })?;
    let package = contents::empty(&mut tx, &request, contact)?;
    keeping::keep(tx, &request, claimed.owner, (package, search)).map(|kept| kept.map(|_| true))
}

/// Gives a package back: after a failure it is taken up again later and later, else at once.
pub fn give_back(mut tx: WriteTx<'_>, claimed: Claimed, failed: bool) -> Result<Recorded<()>, Error> {
    let due = if failed { BUILDS.retry_at(&mut tx, claimed.attempts)? } else { tx.lease_time()? };
    let change = (builds::failed.eq(failed), builds::next_attempt_at.eq(due));
    if diesel::update(ours!(claimed)).set(change).execute(tx.connection())? == 0 {
        return tx.unchanged(None, ());
    }
    let entry = Entry::new(Action::SubjectRequestsGiveBackPackage).subject(claimed.request);
    tx.record(entry.with("failed", failed), ())
}

/// Restarts the builds about a contact that another was merged into, or of which a part was erased, because the gathered
/// parts no longer match the data.
pub(crate) fn begin_again(tx: &mut WriteTx<'_>, contact: ContactId) -> Result<(), Error> {
    let theirs = requests::table.filter(requests::contact_id.eq(contact).and(requests::final_clock.is_null()));
    let theirs: Vec<SubjectRequestId> = theirs.select(requests::id).load(tx.connection())?;
    let underway = builds::table.filter(among_ids(builds::request_id, &theirs)).select(builds::request_id);
    let underway: Vec<SubjectRequestId> = underway.load(tx.connection())?;
    if underway.is_empty() {
        return Ok(());
    }
    underway.into_iter().try_for_each(|id| restart(tx, id, contact))
}

/// The person whose package is built, as they are known now, with the records that were said to be about them; and their
/// possible matches.
fn person(tx: &mut ReadTx<'_>, contact: ContactId, words: &Words) -> Result<(Person, Vec<PossibleMatch>), Error> {
    let mut person = contacts::person(tx, contact)?;
    let matches = contacts::matches::answered(tx, &mut person, &words.answers)?;
    Ok((person, matches))
}

/// Begins a building anew, with the person as they are known now. A job that builds the package already writes nothing more.
fn restart(tx: &mut WriteTx<'_>, id: SubjectRequestId, contact: ContactId) -> Result<(), Error> {
    let owner: ContactId = builds::table.find(id).select(builds::contact_id).first(tx.connection())?;
    let key = tx.key_of(owner.uuid())?;
    let words = parts::words(tx, &key, id)?;
    let (person, _) = person(tx, contact, &words)?;
    let change = (
        builds::parts.eq(expected(tx, &person)?),
        builds::begun_at.eq(tx.now()),
        builds::after_entry.eq(None::<EntryId>),
        builds::attempts.eq(builds::attempts + 1),
        builds::next_attempt_at.eq(tx.lease_time()?),
    );
    if diesel::update(builds::table.find(id)).set(change).execute(tx.connection())? == 0 {
        return Ok(());
    }
    parts::begin_again(tx, id)?;
    parts::keep_words(tx, &key, id, &Words { person: Some(person), ..words })
}

/// Since when packages about a person are being built.
pub(crate) fn underway(tx: &mut ReadTx<'_>, ids: &[ContactId]) -> Result<Vec<Instant>, Error> {
    let theirs = builds::table.filter(among_ids(builds::contact_id, ids)).order(builds::request_id);
    Ok(theirs.select(builds::begun_at).load(tx.connection())?)
}

/// Forgets what is being built about a person who is erased.
pub(super) fn forget(tx: &mut WriteTx<'_>, ids: &[ContactId]) -> Result<(), Error> {
    let theirs = builds::table.filter(among_ids(builds::contact_id, ids)).select(builds::request_id);
    let theirs: Vec<SubjectRequestId> = theirs.load(tx.connection())?;
    theirs.into_iter().try_for_each(|id| stop_building(tx, id))
}
