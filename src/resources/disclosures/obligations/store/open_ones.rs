//! Obligations that are open: for the list of deadlines, and for the reminders.

use chrono::NaiveDate;
use diesel::prelude::*;

use super::super::model::ObligationStatus;
use super::obligations;
use super::opening::message;
use crate::domain::{ContactId, Error, ObligationId, OrganisationId, SubjectRequestId, london_date};
use crate::platform::audit::{Action, Entry};
use crate::platform::db::dialect;
use crate::platform::outbox;
use crate::platform::transaction::{ReadTx, Recorded, WriteTx};
use crate::policy::obligations as law;

/// The kind of message that reminds a recipient of an obligation.
pub const REMINDED: &str = "obligation_reminder";

/// How many reminders one transaction queues.
const BATCH: i64 = 200;

/// An open obligation.
#[derive(Clone, Debug, Queryable, Selectable)]
#[diesel(table_name = obligations)]
pub struct OpenObligation {
    /// The obligation.
    pub id: ObligationId,
    /// The request that brought it about.
    pub request_id: SubjectRequestId,
    /// The recipient that must act.
    pub organisation_id: OrganisationId,
    /// The last day for it.
    pub due_on: NaiveDate,
}

/// Returns every open obligation, the first to end first.
///
/// # Errors
/// When the obligations cannot be read.
pub fn open_ones(tx: &mut ReadTx<'_>) -> Result<Vec<OpenObligation>, Error> {
    let open = obligations::table.filter(obligations::status.eq(<&str>::from(ObligationStatus::Open)));
    let open = open.order((obligations::due_on, obligations::id));
    Ok(open.select(OpenObligation::as_select()).load(tx.connection())?)
}

/// The open obligations of which the recipient must be reminded now: the id, the person, the last day.
macro_rules! unreminded {
    ($today:expr) => {{
        let [first, second] = law::due_by_for_reminders($today);
        let due = (obligations::reminders.lt(1).and(obligations::due_on.le(first)))
            .or(obligations::reminders.lt(2).and(obligations::due_on.le(second)));
        let open = obligations::status.eq(<&str>::from(ObligationStatus::Open));
        obligations::table.filter(open.and(due)).order((obligations::due_on, obligations::id))
    }};
}

/// Whether a recipient must be reminded now.
///
/// # Errors
/// When the obligations cannot be read.
pub fn has_unreminded(tx: &mut ReadTx<'_>) -> Result<bool, Error> {
    let today = london_date(tx.earliest());
    let found: Option<ObligationId> = unreminded!(today).select(obligations::id).first(tx.connection()).optional()?;
    Ok(found.is_some())
}

/// Queues the reminders that are due, at most 200, and returns how many. An obligation for which two are due gets one. Of several
/// processes that call this at once, one queues a reminder.
///
/// # Errors
/// When the reminders cannot be queued.
pub fn remind(mut tx: WriteTx<'_>) -> Result<Recorded<usize>, Error> {
    dialect::lock_name(tx.connection(), REMINDED)?;
    let today = london_date(tx.earliest());
    let due: Vec<(ObligationId, ContactId, NaiveDate)> = unreminded!(today)
        .select((obligations::id, obligations::contact_id, obligations::due_on))
        .limit(BATCH)
        .load(tx.connection())?;
    if due.is_empty() {
        return tx.unchanged(None, 0);
    }
    for &(id, _, due_on) in &due {
        let queued = obligations::reminders.eq(law::reminders_by(due_on, today));
        diesel::update(obligations::table.find(id)).set(queued).execute(tx.connection())?;
    }
    outbox::queue_all(&mut tx, due.iter().map(|&(id, ..)| message(REMINDED, id)))?;
    let entry = |&(id, contact, _)| Entry::new(Action::ObligationsRemind).contact(contact).subject(id);
    let entries = due.iter().map(entry).collect();
    tx.record_each(entries, due.len())
}
