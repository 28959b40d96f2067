//! The tables of requests and of what was done about each.

use chrono::NaiveDate;
use diesel::prelude::*;

use super::model::{Channel, Explanation, RequestClock, RequestOutcome, SubjectRequest};
use super::particulars::{self, Particulars};
use crate::domain::{Calendar, ContactId, Error, Instant, StoredRow, SubjectRequestId, london_date};
use crate::personal::Person;
use crate::platform::audit::{Action, Entry};
use crate::platform::db::{among_ids, dialect};
use crate::platform::transaction::{ReadTx, WriteTx};
use crate::policy::clock::{self, ClockEvent, ClockFacts};

mod schema {
    diesel::table! {
        use diesel::sql_types::*;
        use crate::platform::db::{InstantSql, UuidSql};

        subject_requests (id) {
            id -> UuidSql,
            reference -> Text,
            kind -> Text,
            status -> Text,
            contact_id -> Nullable<UuidSql>,
            channel -> Text,
            received_on -> Date,
            identity_known -> Bool,
            particulars -> Binary,
            email_index -> Nullable<Binary>,
            telephone_index -> Nullable<Binary>,
            named_number -> Nullable<Binary>,
            name_index -> Nullable<Binary>,
            restricted_at -> Nullable<InstantSql>,
            due_on -> Nullable<Date>,
            dated_by -> Text,
            final_clock -> Nullable<Text>,
            outcome -> Nullable<Text>,
            outcome_ground -> Nullable<Text>,
            outcome_explanation -> Nullable<Binary>,
            decided_on -> Nullable<Date>,
            duplicate_of -> Nullable<UuidSql>,
            created_at -> InstantSql,
            updated_at -> InstantSql,
            version -> Integer,
        }
    }

    diesel::table! {
        use diesel::sql_types::*;
        use crate::platform::db::{InstantSql, UuidSql};

        subject_request_steps (id) {
            id -> UuidSql,
            request_id -> UuidSql,
            kind -> Text,
            happened_on -> Date,
            sufficient -> Bool,
            answers -> Nullable<UuidSql>,
            told -> Nullable<Binary>,
            recorded_at -> InstantSql,
            recorded_by -> Text,
        }
    }

    diesel::table! {
        use diesel::sql_types::*;
        use crate::platform::db::{InstantSql, UuidSql};

        subject_request_farewells (request_id) {
            request_id -> UuidSql,
            since -> InstantSql,
            by_post -> Bool,
        }
    }

    diesel::allow_tables_to_appear_in_same_query!(subject_requests, subject_request_farewells);
}
pub(super) use schema::{subject_request_steps, subject_requests};

pub(super) mod clock_events;
mod creation;
mod dates;
mod decisions;
pub(super) mod deleted_drafts;
pub(super) mod erasing;
pub mod farewell;
pub mod held;
pub mod intake;
pub(super) mod list;
mod matching;
pub(super) mod merge;
pub(super) mod of_person;
pub(super) mod package_rows;
pub(super) mod person;
mod progress;
pub(super) mod receipt;
pub(super) mod recipients;
pub(super) mod rights;
pub(super) mod steps;

pub use creation::create;
pub use dates::{adopt_working_days, deadlines, references};
pub use decisions::{carry_out, recipients_done};
pub(super) use decisions::{carry_out_telling, close_duplicate, lapse, refuse};
pub(super) use matching::match_contact;
pub use of_person::{ids_of, records_of_person, reindex};

#[derive(Queryable, Selectable)]
#[diesel(table_name = subject_requests)]
pub(super) struct Row {
    pub(super) id: SubjectRequestId,
    reference: String,
    kind: String,
    status: String,
    contact_id: Option<ContactId>,
    channel: String,
    received_on: NaiveDate,
    identity_known: bool,
    particulars: Vec<u8>,
    final_clock: Option<String>,
    outcome: Option<String>,
    outcome_ground: Option<String>,
    outcome_explanation: Option<Vec<u8>>,
    decided_on: Option<NaiveDate>,
    duplicate_of: Option<SubjectRequestId>,
    restricted_at: Option<Instant>,
    version: i32,
}

/// Returns an explanation in the service's own words.
///
/// # Errors
/// Internal when it is too long.
#[track_caller]
pub(super) fn in_our_words(text: impl Into<String>) -> Result<Explanation, Error> {
    match Explanation::try_from(text.into()) {
        Ok(explanation) => Ok(explanation),
        Err(fault) => Err(Error::internal(format_args!("an explanation in the service's own words {fault}"))),
    }
}

/// Returns where the columns of a request are stored.
fn stored(id: SubjectRequestId) -> StoredRow<'static, SubjectRequestId> {
    StoredRow::new("subject_requests", id)
}

/// A request, and the facts of its clock.
#[derive(Clone, Debug)]
pub(super) struct Known {
    pub(super) request: SubjectRequest,
    pub(super) facts: ClockFacts,
    /// The person was erased. The name and the words are kept for the last letter, and no other answer shows them.
    pub(super) for_the_last_letter: bool,
}

impl Known {
    /// The request as every answer but a letter shows it.
    ///
    /// # Errors
    /// As [`shown_request`].
    pub(super) fn shown(self) -> Result<SubjectRequest, Error> {
        shown_request(self.request, self.for_the_last_letter)
    }

    /// Whether answers other than a letter leave the words out.
    pub(super) fn hides_words(&self) -> bool {
        self.for_the_last_letter || self.request.is_set_aside()
    }
}

/// What takes the place of the words in which a request was answered that is closed and restricted.
const NOT_SHOWN: &str = "The words are not shown, because the request may be about another person.";

/// A request as every answer but a letter shows it: without name and words where these are kept for the last letter alone, or
/// where it is closed and restricted.
///
/// # Errors
/// Internal, if what takes the place of the words is no explanation: it is one.
pub(super) fn shown_request(request: SubjectRequest, for_the_last_letter: bool) -> Result<SubjectRequest, Error> {
    if !request.is_set_aside() {
        return Ok(if for_the_last_letter { without_words(request) } else { request });
    }
    let mut request = without_words(request);
    if let Some(outcome) = &mut request.outcome {
        outcome.explanation = in_our_words(NOT_SHOWN.to_owned())?;
    }
    Ok(request)
}

fn without_words(request: SubjectRequest) -> SubjectRequest {
    SubjectRequest { requester: None, details: None, ..request }
}

/// What the clock of an open request shows now.
pub(super) fn shown(facts: &ClockFacts, calendar: &Calendar, now: Instant) -> Result<RequestClock, Error> {
    Ok(RequestClock::shown(&clock::read(facts, calendar)?, london_date(now)))
}

impl Row {
    fn facts(&self, events: Vec<ClockEvent>) -> Result<ClockFacts, Error> {
        let right = stored(self.id).read("kind", self.kind.parse())?;
        Ok(ClockFacts { right, received_on: self.received_on, events })
    }

    fn outcome(&self, tx: &ReadTx<'_>) -> Result<Option<RequestOutcome>, Error> {
        let (Some(kind), Some(sealed), Some(decided_on)) = (&self.outcome, &self.outcome_explanation, self.decided_on)
        else {
            return Ok(None);
        };
        let place = particulars::explanation(self.id);
        let plain = place.read(String::from_utf8(tx.open_for_service(&place, sealed)?))?;
        let ground = self.outcome_ground.as_deref().map(str::parse).transpose();
        Ok(Some(RequestOutcome {
            kind: stored(self.id).read("outcome", kind.parse())?,
            explanation: place.read(Explanation::try_from(plain))?,
            ground: stored(self.id).read("outcome_ground", ground)?,
            duplicate_of: self.duplicate_of,
            decided_on,
        }))
    }
}

/// A row, unsealed, with its clock as it shows now.
fn open(tx: &mut ReadTx<'_>, sealed: Sealed) -> Result<Known, Error> {
    let told = match tx.key_unless_destroyed(sealed.row.id.uuid())? {
        Some(key) => Some(Particulars::open(&key, sealed.row.id, &sealed.row.particulars)?),
        None => None,
    };
    known(tx, sealed, told)
}

/// A row with its clock as it shows now, and with the words that were unsealed.
fn known(tx: &ReadTx<'_>, sealed: Sealed, told: Option<Particulars>) -> Result<Known, Error> {
    let Sealed { row, events, for_the_last_letter } = sealed;
    let facts = row.facts(events)?;
    let clock = match &row.final_clock {
        Some(kept) => stored(row.id).read("final_clock", serde_json::from_str(kept))?,
        None => shown(&facts, tx.calendar(), tx.now())?,
    };
    let outcome = row.outcome(tx)?;
    let (requester, details) = told.map(|told| (told.requester, told.details)).unzip();
    let stored = stored(row.id);
    let channel: Channel = stored.read("channel", row.channel.parse())?;
    let request = SubjectRequest {
        id: row.id,
        reference: stored.read("reference", row.reference.try_into())?,
        kind: facts.right,
        status: stored.read("status", row.status.parse())?,
        contact_id: row.contact_id,
        requester,
        channel,
        received_on: row.received_on,
        details: details.flatten(),
        identity_known: row.identity_known,
        clock,
        outcome,
        restricted: row.restricted_at.map(|_| true),
        version: row.version,
    };
    Ok(Known { request, facts, for_the_last_letter })
}

/// A row with what else is kept of its request, before it is unsealed.
struct Sealed {
    row: Row,
    /// What its clock depends on.
    events: Vec<ClockEvent>,
    /// The person was erased: what is written serves the last letter alone.
    for_the_last_letter: bool,
}

/// Rows, each with what else is kept of it, in their order.
fn whole(tx: &mut ReadTx<'_>, rows: Vec<Row>) -> Result<Vec<Sealed>, Error> {
    let ids: Vec<SubjectRequestId> = rows.iter().map(|row| row.id).collect();
    let mut events = clock_events::events_of(tx, &ids)?;
    let of_the_erased = farewell::among(tx, &ids)?;
    let sealed = |row: Row| {
        let events = events.remove(&row.id).unwrap_or_default();
        let for_the_last_letter = of_the_erased.contains(&row.id);
        Sealed { row, events, for_the_last_letter }
    };
    Ok(rows.into_iter().map(sealed).collect())
}

/// Rows, unsealed, in their order. Requests whose key is missing are left out.
fn open_listed(tx: &mut ReadTx<'_>, rows: Vec<Row>) -> Result<Vec<Known>, Error> {
    let rows = whole(tx, rows)?;
    tx.open_with_keys(rows, open)
}

/// One request, without saying that it was looked at.
///
/// # Errors
/// 404 when there is none.
pub(super) fn one(tx: &mut ReadTx<'_>, id: SubjectRequestId) -> Result<Known, Error> {
    let row = sealed(tx, id)?;
    open(tx, row)
}

/// One request, before it is unsealed.
fn sealed(tx: &mut ReadTx<'_>, id: SubjectRequestId) -> Result<Sealed, Error> {
    let row: Option<Row> =
        subject_requests::table.find(id).select(Row::as_select()).first(tx.connection()).optional()?;
    let row = row.ok_or_else(Error::not_found)?;
    whole(tx, vec![row])?.pop().ok_or_else(Error::not_found)
}

/// One request.
///
/// # Errors
/// 404 when there is none.
pub fn read(tx: &mut ReadTx<'_>, id: SubjectRequestId) -> Result<SubjectRequest, Error> {
    let request = one(tx, id)?.shown()?;
    let look = Entry::new(Action::SubjectRequestsRead).contact(request.contact_id).showing_one();
    tx.look(look.subject(id));
    Ok(request)
}

/// Whether a request was closed while it was restricted; `false` for one that is not restricted.
///
/// # Errors
/// When the request cannot be read.
pub(super) fn was_closed_while_restricted(tx: &mut ReadTx<'_>, id: SubjectRequestId) -> Result<bool, Error> {
    let since = subject_requests::table.find(id).select(subject_requests::restricted_at);
    let since: Option<Instant> = since.first(tx.connection())?;
    since.map_or(Ok(false), |since| steps::was_closed_since(tx, id, since))
}

/// Locks a request until the transaction ends.
///
/// # Errors
/// When the database does not answer in time.
pub fn lock(tx: &mut WriteTx<'_>, id: SubjectRequestId) -> Result<(), Error> {
    dialect::lock(tx.connection(), "subject_requests", id.uuid())
}

/// A request, locked until the transaction ends.
///
/// # Errors
/// 404 when there is none.
pub(super) fn locked(tx: &mut WriteTx<'_>, id: SubjectRequestId) -> Result<Known, Error> {
    lock(tx, id)?;
    one(tx, id)
}

/// As [`locked`], without the name and the words of the person: a recipient's transaction may unseal neither.
///
/// # Errors
/// 404 when there is none.
pub(super) fn locked_without_words(tx: &mut WriteTx<'_>, id: SubjectRequestId) -> Result<Known, Error> {
    lock(tx, id)?;
    let row = sealed(tx, id)?;
    known(tx, row, None)
}

/// Whether a person has a request that is open.
pub(super) fn has_open(tx: &mut ReadTx<'_>, person: &Person) -> Result<bool, Error> {
    let ids = of_person::ids_of(tx, person)?;
    let open = among_ids(subject_requests::id, &ids).and(subject_requests::final_clock.is_null());
    let found: Option<SubjectRequestId> =
        subject_requests::table.filter(open).select(subject_requests::id).first(tx.connection()).optional()?;
    Ok(found.is_some())
}

/// The requests of a person, oldest first, those that name no contact and bear an address of theirs included.
///
/// # Errors
/// When the requests cannot be read or unsealed.
pub(super) fn of(tx: &mut ReadTx<'_>, person: &Person) -> Result<Vec<SubjectRequest>, Error> {
    let ids = of_person::ids_of(tx, person)?;
    let theirs = subject_requests::table.filter(among_ids(subject_requests::id, &ids)).order(subject_requests::id);
    let rows: Vec<Row> = theirs.select(Row::as_select()).load(tx.connection())?;
    let rows = whole(tx, rows)?;
    let theirs = |row| {
        let Known { request, for_the_last_letter, .. } = open(tx, row)?;
        Ok(if for_the_last_letter { without_words(request) } else { request })
    };
    rows.into_iter().map(theirs).collect()
}
