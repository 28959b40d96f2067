//! Opening obligations: which recipients must act when a right is carried out.

use std::collections::hash_map::Entry;
use std::collections::{BTreeMap, HashMap, HashSet};

use diesel::prelude::*;

use super::super::model::{ObligationAction, ObligationStatus};
use super::{obligation_disclosures, obligations, stored};
use crate::domain::{
    ContactId, DisclosureId, Error, Instant, ObligationId, OrganisationId, SubjectId, SubjectRequestId, london_date,
};
use crate::personal::Person;
use crate::platform::audit::{self, Action};
use crate::platform::db::{among_ids, insert_all};
use crate::platform::outbox::{self, Outgoing};
use crate::platform::transaction::{ReadTx, WriteTx};
use crate::policy::obligations::{self as law, LastAcknowledgement};
use crate::resources::disclosures::batches::store as batches;
use crate::resources::disclosures::store::received::{Received, received};

/// The kind of message that tells a recipient of an obligation.
pub const OPENED: &str = "obligation_opened";

/// An obligation that was opened.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Opened {
    /// The obligation.
    pub id: ObligationId,
    /// The recipient that must act.
    pub organisation_id: OrganisationId,
}

#[derive(Insertable)]
#[diesel(table_name = obligations, treat_none_as_default_value = false)]
struct NewRow {
    id: ObligationId,
    request_id: SubjectRequestId,
    contact_id: ContactId,
    organisation_id: OrganisationId,
    action: &'static str,
    status: &'static str,
    due_on: chrono::NaiveDate,
    reminders: i32,
    opened_at: Instant,
    updated_at: Instant,
    version: i32,
}

#[derive(Insertable)]
#[diesel(table_name = obligation_disclosures)]
struct Basis {
    obligation_id: ObligationId,
    disclosure_id: DisclosureId,
}

/// The last acknowledgement of each recipient about a person.
fn last_acknowledgements(
    tx: &mut ReadTx<'_>,
    person: &Person,
) -> Result<HashMap<OrganisationId, LastAcknowledgement>, Error> {
    type Columns = (ObligationId, OrganisationId, Option<String>, Option<Instant>);
    let rows: Vec<Columns> = obligations::table
        .filter(among_ids(obligations::contact_id, &person.ids).and(obligations::acknowledged.is_not_null()))
        .select((obligations::id, obligations::organisation_id, obligations::acknowledged, obligations::settled_at))
        .order((obligations::settled_at, obligations::id))
        .load(tx.connection())?;
    let mut last = HashMap::new();
    for (id, organisation, act, at) in rows {
        if let (Some(act), Some(at)) = (act, at) {
            last.insert(organisation, LastAcknowledgement { act: stored(id).read("acknowledged", act.parse())?, at });
        }
    }
    Ok(last)
}

/// The recipients that may hold the person's data, each with the disclosures by which it received the data.
fn recipients(tx: &mut ReadTx<'_>, person: &Person) -> Result<BTreeMap<OrganisationId, Vec<DisclosureId>>, Error> {
    let mut recipients: BTreeMap<_, Vec<_>> = BTreeMap::new();
    let received = received(tx, person)?;
    if received.is_empty() {
        return Ok(recipients);
    }
    let last = last_acknowledgements(tx, person)?;
    let mut reads = HashMap::new();
    for Received { disclosure_id, organisation_id, at, until } in received {
        let last = last.get(&organisation_id).copied();
        let mut holds = law::may_hold(at, last);
        if !holds {
            let read_at = match reads.entry(organisation_id) {
                Entry::Occupied(known) => *known.get(),
                Entry::Vacant(unknown) => *unknown.insert(last_read(tx, person, organisation_id)?),
            };
            let read_at = read_at.filter(|&read_at| until.is_none_or(|until| read_at < until));
            holds = read_at.is_some_and(|read_at| law::may_hold(read_at, last));
        }
        if holds {
            recipients.entry(organisation_id).or_default().push(disclosure_id);
        }
    }
    Ok(recipients)
}

/// When a recipient last read the person's data. Each read is a receipt.
fn last_read(tx: &mut ReadTx<'_>, person: &Person, organisation: OrganisationId) -> Result<Option<Instant>, Error> {
    let reads = batches::reads_of(tx, &person.ids, &[organisation], i64::MAX)?;
    Ok(reads.first().map(|read| read.read_at))
}

/// Opens an obligation for each recipient that ever received the person's data and may still hold it, and queues a mail to each
/// (UK GDPR Article 19). A recipient that has an obligation because of this request already gets no second one. The contact and
/// the request are locked.
///
/// # Errors
/// When the obligations cannot be written.
pub fn open(
    tx: &mut WriteTx<'_>,
    request: SubjectRequestId,
    person: &Person,
    action: ObligationAction,
) -> Result<Vec<Opened>, Error> {
    let told: Vec<OrganisationId> = obligations::table
        .filter(obligations::request_id.eq(request))
        .select(obligations::organisation_id)
        .load(tx.connection())?;
    let told: HashSet<OrganisationId> = told.into_iter().collect();
    let mut recipients = recipients(tx, person)?;
    recipients.retain(|organisation, _| !told.contains(organisation));
    if recipients.is_empty() {
        return Ok(Vec::new());
    }
    let now = tx.now();
    let (mut rows, mut bases) = (Vec::new(), Vec::new());
    for (organisation_id, disclosures) in recipients {
        let id = tx.new_id();
        rows.push(NewRow {
            id,
            request_id: request,
            contact_id: person.contact,
            organisation_id,
            action: action.into(),
            status: ObligationStatus::Open.into(),
            due_on: law::due_on(london_date(now)),
            reminders: 0,
            opened_at: now,
            updated_at: now,
            version: 1,
        });
        bases.extend(disclosures.into_iter().map(|disclosure_id| Basis { obligation_id: id, disclosure_id }));
    }
    insert_all!(tx.connection(), obligations::table, &rows);
    insert_all!(tx.connection(), obligation_disclosures::table, &bases);
    // The message names no contact, because an erasure deletes the messages that do.
    outbox::queue_all(tx, rows.iter().map(|row| message(OPENED, row.id)))?;
    let entries = rows.iter().map(|row| {
        let entry = audit::Entry::new(Action::ObligationsOpen).contact(person.contact).subject(row.id);
        entry.with("action", row.action).with("organisation_id", row.organisation_id.to_string())
    });
    let entries = entries.collect();
    tx.also(|tx| tx.record_each(entries, ()))?;
    Ok(rows.into_iter().map(|row| Opened { id: row.id, organisation_id: row.organisation_id }).collect())
}

/// A message to the recipient about an obligation.
pub(super) fn message(kind: &'static str, id: ObligationId) -> Outgoing {
    Outgoing { kind, contact: None, subject: Some(SubjectId::from_uuid(id.uuid())), mark: None }
}
