//! What was done about a request, step by step. Steps are only ever added.

use diesel::prelude::*;

use super::super::model::{RequestStep, StepKind};
use super::super::particulars;
use super::{farewell, one, subject_request_steps as steps};
use crate::domain::{Error, Instant, Limit, ListPage, RequestStepId, StoredRow, SubjectRequestId};
use crate::platform::audit::{Action, Entry};
use crate::platform::transaction::{ReadTx, WriteTx};
use crate::platform::vault::DataKey;
use crate::policy::clock::ClockEvent;

#[derive(Queryable, Selectable)]
#[diesel(table_name = steps)]
struct Row {
    id: RequestStepId,
    kind: String,
    happened_on: chrono::NaiveDate,
    sufficient: bool,
    answers: Option<RequestStepId>,
    told: Option<Vec<u8>>,
    recorded_at: Instant,
    recorded_by: String,
}

impl Row {
    fn step(self, key: Option<&DataKey>) -> Result<RequestStep, Error> {
        let kind: StepKind = StoredRow::new("subject_request_steps", self.id).read("kind", self.kind.parse())?;
        let place = particulars::told(self.id);
        let text = match (key, &self.told) {
            (Some(key), Some(sealed)) => Some(place.read(String::from_utf8(key.open(&place, sealed)?))?),
            _ => None,
        };
        let is_proof = matches!(kind, StepKind::IdentityReceived | StepKind::AuthorityReceived);
        Ok(RequestStep {
            id: self.id,
            kind,
            on: self.happened_on,
            sufficient: is_proof.then_some(self.sufficient),
            answers: self.answers,
            text,
            recorded_at: self.recorded_at,
            recorded_by: self.recorded_by,
        })
    }
}

/// A step to be added.
pub struct NewStep {
    pub kind: StepKind,
    pub on: chrono::NaiveDate,
    pub sufficient: bool,
    pub answers: Option<RequestStepId>,
    pub told: Option<String>,
}

impl NewStep {
    /// A step of a kind, on a day, with nothing more to say.
    pub fn new(kind: StepKind, on: chrono::NaiveDate) -> Self {
        Self { kind, on, sufficient: true, answers: None, told: None }
    }

    /// The same, in which this was written.
    pub fn telling(self, text: impl Into<String>) -> Self {
        Self { told: Some(text.into()), ..self }
    }

    /// What it means to the clock; nothing, for most kinds.
    pub(super) fn event(&self) -> Option<ClockEvent> {
        let kind = <&str>::from(self.kind).parse().ok()?;
        Some(ClockEvent { kind, on: self.on, sufficient: self.sufficient })
    }
}

/// Adds a step, recorded by the actor or the followed link.
pub(super) fn add(
    tx: &mut WriteTx<'_>,
    request: SubjectRequestId,
    step: NewStep,
    link: Option<&'static str>,
) -> Result<RequestStepId, Error> {
    let of = steps::table.filter(steps::request_id.eq(request));
    let last: Option<RequestStepId> = of.select(steps::id).order(steps::id.desc()).first(tx.connection()).optional()?;
    let id: RequestStepId = tx.new_id_after(last);
    let told = match step.told {
        None => None,
        Some(text) => {
            let key = tx.key_of(request.uuid())?;
            Some(key.seal(tx.entropy(), &particulars::told(id), text.as_bytes()))
        }
    };
    let values = (
        steps::id.eq(id),
        steps::request_id.eq(request),
        steps::kind.eq(<&str>::from(step.kind)),
        steps::happened_on.eq(step.on),
        steps::sufficient.eq(step.sufficient),
        steps::answers.eq(step.answers),
        steps::told.eq(told),
        steps::recorded_at.eq(tx.now()),
        steps::recorded_by.eq(link.map_or_else(|| tx.actor().label(), str::to_owned)),
    );
    diesel::insert_into(steps::table).values(values).execute(tx.connection())?;
    Ok(id)
}

/// Whether a request was closed at an instant or after it.
///
/// # Errors
/// When the steps cannot be read.
pub(super) fn was_closed_since(tx: &mut ReadTx<'_>, request: SubjectRequestId, since: Instant) -> Result<bool, Error> {
    use StepKind::{Completed, Duplicate, Lapsed, PartiallyCompleted, Refused, Withdrawn};
    let closes = [Completed, PartiallyCompleted, Refused, Withdrawn, Lapsed, Duplicate].map(<&str>::from);
    let closed = steps::request_id.eq(request).and(steps::kind.eq_any(closes)).and(steps::recorded_at.ge(since));
    let found: Option<RequestStepId> =
        steps::table.filter(closed).select(steps::id).first(tx.connection()).optional()?;
    Ok(found.is_some())
}

/// The first day on which something was done about a request after its receipt.
///
/// # Errors
/// When the steps cannot be read.
pub(super) fn first_day_of_work(
    tx: &mut ReadTx<'_>,
    request: SubjectRequestId,
) -> Result<Option<chrono::NaiveDate>, Error> {
    let no_work = [StepKind::Received, StepKind::ReceiptCorrected].map(<&str>::from);
    let work = steps::table.filter(steps::request_id.eq(request).and(steps::kind.ne_all(no_work)));
    let first = work.select(steps::happened_on).order(steps::happened_on).first(tx.connection());
    Ok(first.optional()?)
}

/// The steps of a request, newest first.
///
/// # Errors
/// 404 when there is no such request.
pub fn list(
    tx: &mut ReadTx<'_>,
    request: SubjectRequestId,
    after: Option<RequestStepId>,
    limit: Limit,
) -> Result<ListPage<RequestStep, RequestStepId>, Error> {
    let known = one(tx, request)?;
    let mut query = steps::table
        .filter(steps::request_id.eq(request))
        .select(Row::as_select())
        .order(steps::id.desc())
        .into_boxed();
    if let Some(after) = after {
        query = query.filter(steps::id.lt(after));
    }
    let rows: Vec<Row> = query.limit(limit.rows() + 1).load(tx.connection())?;
    let ListPage { items, next } = ListPage::cut(rows, limit, |row| row.id);
    let key = if known.hides_words() { None } else { tx.key_unless_destroyed(request.uuid())? };
    let items = items.into_iter().map(|row| row.step(key.as_ref())).collect::<Result<_, _>>()?;
    let entry = Entry::new(Action::SubjectRequestsHistory).contact(known.request.contact_id);
    tx.look(entry.subject(request));
    Ok(ListPage { items, next })
}

/// All steps of a request, oldest first.
pub fn all(tx: &mut ReadTx<'_>, request: SubjectRequestId) -> Result<Vec<RequestStep>, Error> {
    let theirs = steps::table.filter(steps::request_id.eq(request)).order(steps::id);
    let rows: Vec<Row> = theirs.select(Row::as_select()).load(tx.connection())?;
    let of_the_erased = farewell::among(tx, &[request])?.contains(&request);
    let key = if of_the_erased { None } else { tx.key_unless_destroyed(request.uuid())? };
    rows.into_iter().map(|row| row.step(key.as_ref())).collect()
}

/// The newest step of a kind, unsealed, for a letter and for what is decided by it.
pub fn newest(tx: &mut ReadTx<'_>, request: SubjectRequestId, kind: StepKind) -> Result<Option<RequestStep>, Error> {
    let of_kind = steps::request_id.eq(request).and(steps::kind.eq(<&str>::from(kind)));
    let row: Option<Row> = steps::table
        .filter(of_kind)
        .select(Row::as_select())
        .order(steps::id.desc())
        .first(tx.connection())
        .optional()?;
    let key = tx.key_unless_destroyed(request.uuid())?;
    row.map(|row| row.step(key.as_ref())).transpose()
}

/// A question of a request, unsealed.
///
/// # Errors
/// 404 when the request has no such question.
pub(super) fn one_question(
    tx: &mut ReadTx<'_>,
    request: SubjectRequestId,
    id: RequestStepId,
) -> Result<RequestStep, Error> {
    let asked = steps::request_id.eq(request).and(steps::kind.eq(<&str>::from(StepKind::ClarificationRequested)));
    let row: Option<Row> =
        steps::table.find(id).filter(asked).select(Row::as_select()).first(tx.connection()).optional()?;
    let row = row.ok_or_else(Error::not_found)?;
    let key = tx.key_unless_destroyed(request.uuid())?;
    row.step(key.as_ref())
}

/// A question of a request, and whether it was answered.
///
/// # Errors
/// 404 when the request has no such question.
pub(super) fn question(
    tx: &mut ReadTx<'_>,
    request: SubjectRequestId,
    id: RequestStepId,
) -> Result<(chrono::NaiveDate, bool), Error> {
    let asked = steps::request_id.eq(request).and(steps::kind.eq(<&str>::from(StepKind::ClarificationRequested)));
    let asked_on: Option<chrono::NaiveDate> =
        steps::table.find(id).filter(asked).select(steps::happened_on).first(tx.connection()).optional()?;
    let answer: Option<RequestStepId> =
        steps::table.filter(steps::answers.eq(id)).select(steps::id).first(tx.connection()).optional()?;
    Ok((asked_on.ok_or_else(Error::not_found)?, answer.is_some()))
}

/// The last step of some kinds: the kind alone.
pub(super) fn last_of(
    tx: &mut ReadTx<'_>,
    request: SubjectRequestId,
    kinds: [StepKind; 2],
) -> Result<Option<StepKind>, Error> {
    let kinds = kinds.map(<&str>::from);
    let last: Option<(RequestStepId, String)> = steps::table
        .filter(steps::request_id.eq(request).and(steps::kind.eq_any(kinds)))
        .order(steps::id.desc())
        .select((steps::id, steps::kind))
        .first(tx.connection())
        .optional()?;
    let Some((id, kind)) = last else { return Ok(None) };
    StoredRow::new("subject_request_steps", id).read("kind", kind.parse()).map(Some)
}
