//! What becomes of the requests of a person who is erased: that they asked, when, and what became of it stays; what they
//! wrote, and who they are, goes once the last letter to them has left.

use diesel::prelude::*;

use super::super::letter_queue::Kind;
use super::super::particulars;
use super::dates::last_days_for_copies;
use super::of_person::{FoundBy, ids_of};
use super::schema::subject_request_farewells as farewells;
use super::{subject_request_steps as steps, subject_requests as requests};
use crate::domain::{ContactId, ErasureGround, Error, Instant, Obstacle, RecordClass, SubjectId, SubjectRequestId};
use crate::personal::{Erasing, Person};
use crate::platform::audit::{Action, Entry};
use crate::platform::db::among_ids;
use crate::platform::outbox::store as outbox;
use crate::platform::transaction::{ReadTx, Recorded, WriteTx, unless_key_missing};
use crate::policy::clock::Right;
use crate::policy::retention::LETTERS_FOR_THE_POST;
use crate::resources::contacts::model::ContactStatus;
use crate::resources::contacts::store as contacts;
use crate::resources::holds::store::catching as holds;

/// What became of a request that was carried out in part.
const PARTLY: &str = "partly_fulfilled";

/// What takes the place of the words in which a request was answered.
const EMPTIED: &str = "The words were erased with the person's data.";

/// Returns the obstacle that an open request for a copy is: what it asks for must not be destroyed (Data Protection Act 2018
/// section 173). It stands until the last of the last days for the answers, if all are known.
pub(crate) fn obstacles(tx: &mut ReadTx<'_>, person: &Person) -> Result<Vec<Obstacle>, Error> {
    let ids = ids_of(tx, person)?;
    let days = last_days_for_copies(tx, &ids)?;
    if days.is_empty() {
        return Ok(Vec::new());
    }
    let until = days.into_iter().collect::<Option<Vec<_>>>().and_then(|days| days.into_iter().max());
    Ok(vec![Obstacle { record: None, ground: ErasureGround::AccessRequest, until }])
}

/// Restricts the requests that may be about another person.
pub(crate) fn restrict(tx: &mut WriteTx<'_>, erasing: &Erasing) -> Result<(), Error> {
    let unsure: Vec<SubjectRequestId> = erasing.unsure_of("subject_requests");
    let unsure = requests::table.filter(among_ids(requests::id, &unsure).and(requests::restricted_at.is_null()));
    let restricted = (
        requests::restricted_at.eq(tx.now()),
        requests::updated_at.eq(tx.now()),
        requests::version.eq(requests::version + 1),
    );
    diesel::update(unsure).set(restricted).execute(tx.connection())?;
    Ok(())
}

/// Lifts the restriction of requests that are about another person.
pub(crate) fn lift_restriction(tx: &mut WriteTx<'_>, ids: &[SubjectRequestId]) -> Result<(), Error> {
    let restricted = requests::table.filter(among_ids(requests::id, ids).and(requests::restricted_at.is_not_null()));
    let lifted = (
        requests::restricted_at.eq(None::<Instant>),
        requests::updated_at.eq(tx.now()),
        requests::version.eq(requests::version + 1),
    );
    diesel::update(restricted).set(lifted).execute(tx.connection())?;
    Ok(())
}

/// Notes that the words of the person's requests, `ids`, are to be deleted after the last letter. While a part of the person's data
/// is withheld, open requests stay, because the council must answer them.
pub(crate) fn erase(tx: &mut WriteTx<'_>, erasing: &Erasing, mut ids: Vec<SubjectRequestId>) -> Result<(), Error> {
    if !erasing.withheld.is_empty() {
        let answered = requests::table.filter(among_ids(requests::id, &ids).and(requests::outcome.is_not_null()));
        ids = answered.select(requests::id).load(tx.connection())?;
    }
    // Letters about requests that name no contact are found by the request alone.
    outbox::forget_about(tx, &ids)?;
    let known = farewells::table.select(farewells::request_id);
    let has_words = requests::particulars.ne(Vec::<u8>::new()).or(requests::outcome.eq(PARTLY));
    let theirs = among_ids(requests::id, &ids).and(requests::id.ne_all(known)).and(has_words);
    let ids: Vec<SubjectRequestId> = requests::table.filter(theirs).select(requests::id).load(tx.connection())?;
    ids.into_iter().try_for_each(|id| note(tx, id))
}

/// Notes that the words of a request are to be deleted after the last letter.
pub(super) fn note(tx: &mut WriteTx<'_>, id: SubjectRequestId) -> Result<(), Error> {
    // A request whose key is missing can be put into no letter: none is waited for.
    let requester = unless_key_missing(super::one(tx, id))?.and_then(|known| known.request.requester);
    let by_post = requester.is_some_and(|requester| requester.email.is_none());
    let values = (farewells::request_id.eq(id), farewells::since.eq(tx.now()), farewells::by_post.eq(by_post));
    diesel::insert_into(farewells::table).values(values).execute(tx.connection())?;
    Ok(())
}

/// Returns since when a person's requests wait to be emptied. That begins with an erasure, which may be a partial one.
pub(crate) fn of(tx: &mut ReadTx<'_>, person: &Person) -> Result<Vec<Instant>, Error> {
    let ids = ids_of(tx, person)?;
    let theirs = farewells::table.filter(among_ids(farewells::request_id, &ids)).order(farewells::request_id);
    Ok(theirs.select(farewells::since).load(tx.connection())?)
}

/// Those of the requests whose person was erased, and that are not emptied yet.
pub(super) fn among(tx: &mut ReadTx<'_>, ids: &[SubjectRequestId]) -> Result<Vec<SubjectRequestId>, Error> {
    let found = farewells::table.filter(among_ids(farewells::request_id, ids)).select(farewells::request_id);
    Ok(found.load(tx.connection())?)
}

/// The kinds of messages that bring a last letter.
fn last_letters() -> [&'static str; 2] {
    [Kind::Refusal, Kind::Outcome].map(Kind::message)
}

/// A request whose last letter has left, or, where there is no address to send it to or none that takes it, has been there
/// for printing long enough.
fn first_due(tx: &mut ReadTx<'_>) -> Result<Option<SubjectRequestId>, Error> {
    let waiting: Vec<(SubjectRequestId, Instant, bool, Option<ContactId>)> = farewells::table
        .inner_join(requests::table.on(requests::id.eq(farewells::request_id)))
        // One that waits for recipients has had its last letter.
        .filter(requests::outcome.is_not_null())
        .order(farewells::since)
        .select((farewells::request_id, farewells::since, farewells::by_post, requests::contact_id))
        .load(tx.connection())?;
    let now = tx.earliest();
    for (id, since, by_post, contact) in waiting {
        let about = SubjectId::from_uuid(id.uuid());
        // A letter that could not be delivered can be tried again, or printed.
        let by_post = by_post || outbox::is_dead_about(tx, about, &last_letters())?;
        let printed = !by_post || since.plus(LETTERS_FOR_THE_POST) <= now;
        if printed && !outbox::is_queued_about(tx, about)? && !is_held(tx, contact)? {
            return Ok(Some(id));
        }
    }
    Ok(None)
}

/// Returns whether a legal hold keeps the words of a request of a contact.
fn is_held(tx: &mut ReadTx<'_>, contact: Option<ContactId>) -> Result<bool, Error> {
    let person = match contact {
        Some(contact) => contacts::person(tx, contact)?,
        None => return holds::keeps_of_nobody(tx, RecordClass::SubjectRequest),
    };
    holds::keeps(tx, &person, RecordClass::SubjectRequest)
}

/// Whether a request is to be emptied.
pub fn is_due(tx: &mut ReadTx<'_>) -> Result<bool, Error> {
    Ok(first_due(tx)?.is_some())
}

/// Whether a part of a person's data is still there: then the answer to an erasure says what is withheld, and why.
pub fn is_there(tx: &mut ReadTx<'_>, contact: Option<ContactId>) -> Result<bool, Error> {
    let Some(contact) = contact else { return Ok(false) };
    Ok(contacts::facts(tx, contact)?.is_some_and(|facts| facts.status != ContactStatus::Erased))
}

/// Empties a request that is due. The answer about withheld records stays while a part of the person's data does.
pub fn empty(mut tx: WriteTx<'_>) -> Result<Recorded<()>, Error> {
    let Some(id) = first_due(&mut tx)? else { return tx.unchanged(None, ()) };
    let columns = (requests::contact_id, requests::kind, requests::outcome);
    let (contact, kind, outcome): (Option<ContactId>, String, Option<String>) =
        requests::table.find(id).select(columns).first(tx.connection())?;
    let says_what_is_withheld = kind == <&str>::from(Right::Erasure) && outcome.as_deref() == Some(PARTLY);
    if !(says_what_is_withheld && is_there(&mut tx, contact)?) {
        let explanation = tx.seal_for_service(&particulars::explanation(id), EMPTIED.as_bytes())?;
        let emptied = requests::outcome_explanation.eq(explanation);
        diesel::update(requests::table.find(id)).set(emptied).execute(tx.connection())?;
    }
    let emptied = (
        requests::particulars.eq(Vec::<u8>::new()),
        FoundBy::default(),
        requests::restricted_at.eq(None::<Instant>),
        requests::updated_at.eq(tx.now()),
        requests::version.eq(requests::version + 1),
    );
    diesel::update(requests::table.find(id)).set(emptied).execute(tx.connection())?;
    let theirs = steps::table.filter(steps::request_id.eq(id));
    diesel::update(theirs).set(steps::told.eq(None::<Vec<u8>>)).execute(tx.connection())?;
    diesel::delete(farewells::table.find(id)).execute(tx.connection())?;
    tx.destroy_key(id.uuid())?;
    tx.record(Entry::new(Action::SubjectRequestsEmpty).contact(contact).subject(id), ())
}
