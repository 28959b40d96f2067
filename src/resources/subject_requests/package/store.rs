//! The table of packages.

pub mod building;
mod delivery;
mod discarding;
mod drafts;
mod keeping;
mod links;
mod parts;
mod pieces;
mod redactions;
mod redelivering;
mod released;
mod releasing;

use diesel::prelude::*;

use super::super::model::{RequestStatus, Right, SubjectRequest};
use super::super::store::deleted_drafts;
use super::super::store::package_rows::{self, subject_request_packages as packages};
use super::super::store::person::whose;
use super::contents;
use super::model::{BuildPackage, Package, PackagePart, PackageProgress, PackageState, SearchedTable};
use super::search::SearchRecord;
use super::words::Words;
use crate::domain::{Code, ContactId, Error, Fault, Instant, Lifecycle, SubjectRequestId};
use crate::personal::{Erasing, Person, holders};
use crate::platform::audit::{Action, Entry};
use crate::platform::db::among_ids;
use crate::platform::transaction::{ReadTx, Recorded, WriteTx};
use crate::platform::vault::{DataKey, Place};
use crate::policy::matching;
use crate::resources::contacts::store as contacts;

pub(super) use delivery::{Opened, delivered, open, show as show_link};
pub(crate) use delivery::{mail_again, mint, postal_address, ready, traces};
pub(crate) use discarding::discard_about as discard_drafts_about;
pub(super) use drafts::read as read_draft;
pub(crate) use redactions::of as left_out_of;
pub(super) use redactions::{list as list_redactions, withhold};
pub(super) use redelivering::redeliver;
pub use released::deadlines;
pub(crate) use released::{is_undelivered, released};
pub(super) use releasing::release;

fn place(request: SubjectRequestId) -> Place<'static> {
    Place { table: "subject_request_packages", column: "package", row: request.uuid() }
}

/// The rights that a package answers.
const ANSWERED: &[Right] = &[Right::Access, Right::Portability];

/// What is wrong with an answer about a record that is no possible match.
const NOT_LISTED: &str = "names no record that the draft lists in `search.matches`; take kind and id from there";

/// Why an answer does not build a draft anew from which something was left out: a review is not undone without `rebuild`.
const REVIEWED: &str = "would build the draft anew, and something was left out of it already: send them with `rebuild`, and leave \
                        it out of the new draft again";

/// What became of the wish for a package.
#[derive(Debug)]
pub(super) enum Asked {
    /// The draft is there.
    Built(Box<SubjectRequest>),
    /// It is being built.
    Begun(PackageProgress),
}

/// Builds a draft of the package of a request, or starts a build if it is too large for one
/// transaction. While a build or a draft exists, a repeat starts nothing new unless it asks for `rebuild`
/// or answers a match. Its words replace those of earlier requests; words that it does not have stay.
///
/// # Errors
/// 404, `being_built` for answers while it is being built; 409 `wrong_right`, `no_contact`, `identity_unproven` or out of order;
/// 410 when the contact was erased; 422 for a delivery that lacks its address, for answers about other records, and for
/// another note on the search, or answers after a redaction, while a draft is there.
pub(super) fn build(mut tx: WriteTx<'_>, id: SubjectRequestId, asked: BuildPackage) -> Result<Recorded<Asked>, Error> {
    let (contact, request) = whose(&mut tx, id, ANSWERED)?;
    request.status.go_to(RequestStatus::Completed)?;
    let mut before = None;
    if asked.rebuild {
        before = drafts::words(&mut tx, id)?;
    } else {
        if let Some(progress) = building::progress(&mut tx, id)? {
            if !asked.matches.is_empty() {
                return Err(not_yet(progress));
            }
            return building::ask_again(tx, &request, asked).map(|recorded| recorded.map(|()| Asked::Begun(progress)));
        }
        if drafts::is_there(&mut tx, id)? {
            if asked.matches.is_empty() {
                let reworded = drafts::reword(tx, &request, asked)?;
                return Ok(reworded.map(|request| Asked::Built(Box::new(request))));
            }
            if !redactions::grounds(&mut tx, id)?.is_empty() {
                return Err(Error::invalid(Fault::new("/matches", "draft_is_there", REVIEWED)));
            }
            before = drafts::words(&mut tx, id)?;
        }
    }
    let given = asked.matches.clone();
    let words = match before {
        Some(before) => before.changed(asked),
        None => Words::of(asked),
    };
    words.delivery_for(&request)?;
    package_rows::stop(&mut tx, id)?;
    let package = contents::empty(&mut tx, &request, contact)?;
    let mut person = contacts::person(&mut tx, contact)?;
    let matches = contacts::matches::answered(&mut tx, &mut person, &words.answers)?;
    let faults = matching::faults_of(&matches, &given, "no_match", NOT_LISTED);
    if !faults.is_empty() {
        return Err(Error::invalid(faults));
    }
    if building::is_large(&mut tx, &person)? {
        let begun = building::begin(tx, &request, &person, &words)?;
        return Ok(begun.map(Asked::Begun));
    }
    let package = filled(&mut tx, package, &person)?;
    let now = tx.now();
    let mut searched: Vec<SearchedTable> = package.held.iter().map(found_in).collect();
    searched.push(SearchedTable::audit(package.accesses.len()));
    let search = SearchRecord::new(&person, (now, now), (searched, matches), words.search_note.clone());
    let key = tx.key_of(contact.uuid())?;
    parts::keep_words(&mut tx, &key, id, &words)?;
    let kept = keeping::keep(tx, &request, contact, (package, search))?;
    Ok(kept.map(|request| Asked::Built(Box::new(request))))
}

fn found_in(part: &PackagePart) -> SearchedTable {
    let PackagePart { table, searched_by, records, .. } = part;
    SearchedTable { table: table.clone(), searched_by: searched_by.clone(), records: records.len() }
}

/// A package with everything that is held of a person, read here and now.
fn filled(tx: &mut ReadTx<'_>, package: Package, person: &Person) -> Result<Package, Error> {
    let (mut held, mut accesses) = (Vec::new(), Vec::new());
    for holder in holders(tx)? {
        held.extend(contents::of_room(tx, *holder, person)?);
    }
    let (until, mut after) = (tx.now(), None);
    while let Some((page, last)) = contents::looks(tx, person, until, after, building::ENTRIES_A_PART)? {
        accesses.extend(page);
        after = Some(last);
    }
    Ok(Package { held, accesses, ..package })
}

/// A package, unsealed, with what is kept in other rows: its parts, and what was left out of it.
fn opened(tx: &mut ReadTx<'_>, key: &DataKey, id: SubjectRequestId, sealed: &[u8]) -> Result<Package, Error> {
    let place = place(id);
    let mut package: Package = place.read(serde_json::from_slice(&key.open(&place, sealed)?))?;
    parts::add_to(tx, key, id, &mut package)?;
    package.withheld = redactions::told(tx, key, id)?;
    package.recipients = contents::recipients(&package.accesses);
    Ok(package)
}

/// The package of a request, once it was released; who has it is written down.
///
/// # Errors
/// 404 before it is released, `being_built` while it is being built; 410 once it has expired, or the person was erased.
pub(super) fn read(tx: &mut ReadTx<'_>, id: SubjectRequestId) -> Result<Package, Error> {
    let (contact, package) = given(tx, id)?;
    tx.look(Entry::new(Action::SubjectRequestsPackage).contact(contact).subject(id));
    Ok(package)
}

/// The package of a request, once it was released, and the contact under whose key it is sealed. The caller records the look.
///
/// # Errors
/// As [`read`].
fn given(tx: &mut ReadTx<'_>, id: SubjectRequestId) -> Result<(ContactId, Package), Error> {
    type Kept = (ContactId, Option<Vec<u8>>, Instant, Option<Instant>);
    let row: Option<Kept> = packages::table
        .find(id)
        .select((packages::contact_id, packages::package, packages::expires_at, packages::released_at))
        .first(tx.connection())
        .optional()?;
    let Some((contact, sealed, expires_at, released_at)) = row else {
        return Err(match building::progress(tx, id)? {
            Some(progress) => not_yet(progress),
            None => drafts::none(tx, id)?,
        });
    };
    if released_at.is_none() {
        return Err(Error::new(
            Code::NotFound,
            "There is only a draft, which becomes the package when you release it.",
        ));
    }
    let gone = || {
        Error::new(
            Code::Gone,
            "The service has deleted the package, which was available for thirty days. Record another request.",
        )
    };
    let sealed = sealed.filter(|_| expires_at > tx.now()).ok_or_else(gone)?;
    let key = tx.key_unless_destroyed(contact.uuid())?.ok_or_else(gone)?;
    let package = Package { expires_at, released_at, ..opened(tx, &key, id, &sealed)? };
    Ok((contact, package.for_the_person()))
}

/// After how many seconds to look again for a package that is being built.
pub(super) const LOOK_AFTER: u32 = 2;

fn not_yet(PackageProgress { state, done, of }: PackageProgress) -> Error {
    let detail = if state == PackageState::Delayed {
        format!("The service is building the package, and is delayed at part {done} of {of}. It retries by itself.")
    } else {
        format!("The service is building the package: {done} of {of} parts are done.")
    };
    Error::new(Code::BeingBuilt, detail).with(|p| p.retry_after = Some(LOOK_AFTER))
}

/// How far the package of a request is.
///
/// # Errors
/// 404 when none was asked for.
pub(super) fn progress(tx: &mut ReadTx<'_>, id: SubjectRequestId) -> Result<PackageProgress, Error> {
    if let Some(progress) = building::progress(tx, id)? {
        return Ok(progress);
    }
    let built: Option<SubjectRequestId> =
        packages::table.find(id).select(packages::request_id).first(tx.connection()).optional()?;
    if built.is_none() {
        return Err(drafts::none(tx, id)?);
    }
    let parts = parts::count(tx, id)?.max(1);
    Ok(PackageProgress { state: PackageState::Built, done: parts, of: parts })
}

/// Whether a package is there that has expired.
pub fn has_expired(tx: &mut ReadTx<'_>) -> Result<bool, Error> {
    let old = packages::package.is_not_null().and(packages::expires_at.le(tx.earliest()));
    let found: Option<SubjectRequestId> =
        packages::table.filter(old).select(packages::request_id).first(tx.connection()).optional()?;
    Ok(found.is_some())
}

/// Deletes what is in the packages that have expired, and the drafts that were not released in time.
pub fn sweep(mut tx: WriteTx<'_>) -> Result<Recorded<()>, Error> {
    let old = packages::table.filter(packages::package.is_not_null().and(packages::expires_at.le(tx.earliest())));
    let old: Vec<SubjectRequestId> = old.select(packages::request_id).load(tx.connection())?;
    for id in &old {
        deleted_drafts::discard(&mut tx, *id)?;
    }
    empty(&mut tx, &old)?;
    tx.record(Entry::new(Action::SubjectRequestsSweepPackages).with("count", old.len()), ())
}

/// Discards those of some packages that are drafts, and leaves of the others that there were some.
fn empty(tx: &mut WriteTx<'_>, ids: &[SubjectRequestId]) -> Result<(), Error> {
    for id in ids {
        package_rows::discard_draft(tx, *id)?;
    }
    let emptied = packages::table.filter(among_ids(packages::request_id, ids));
    diesel::update(emptied).set(packages::package.eq(None::<Vec<u8>>)).execute(tx.connection())?;
    package_rows::delete_parts(tx, ids)
}

/// A package that was built about a person.
pub(crate) struct Built {
    /// When the package was built.
    pub(crate) at: Instant,
    /// Until when it can be had.
    pub(crate) until: Instant,
    /// Of how many parts it is made, if it is a large one.
    pub(crate) parts: usize,
}

/// The packages that were built about a person.
pub(crate) fn of(tx: &mut ReadTx<'_>, ids: &[ContactId]) -> Result<Vec<Built>, Error> {
    let theirs = packages::table.filter(among_ids(packages::contact_id, ids)).order(packages::request_id);
    let rows: Vec<(SubjectRequestId, Instant, Instant)> =
        theirs.select((packages::request_id, packages::built_at, packages::expires_at)).load(tx.connection())?;
    rows.into_iter().map(|(id, at, until)| Ok(Built { at, until, parts: parts::count(tx, id)? })).collect()
}

/// Empties the packages about a person who is erased, deletes their redactions and discards the drafts, because each is a
/// copy of erased data. Stops the builds, or restarts them if a part of the person's data is withheld.
pub(crate) fn forget(tx: &mut WriteTx<'_>, erasing: &Erasing) -> Result<(), Error> {
    let ids = &erasing.person.ids;
    if erasing.withheld.is_empty() {
        building::forget(tx, ids)?;
    } else {
        building::begin_again(tx, erasing.person.contact)?;
    }
    let theirs = packages::table.filter(among_ids(packages::contact_id, ids)).select(packages::request_id);
    let theirs: Vec<SubjectRequestId> = theirs.load(tx.connection())?;
    empty(tx, &theirs)?;
    redactions::forget(tx, ids)
}
