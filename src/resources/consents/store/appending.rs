//! Appending decisions and projecting the states of consents: the one writer of both.

use chrono::NaiveDate;
use diesel::prelude::*;

use super::super::evidence::Evidence;
use super::super::model::{Consent, DecisionKind};
use super::confirmation_links;
use super::facts::Known;
use super::{CONFIRMATION, Origin, consent_decisions, projected, shown};
use crate::domain::{ConsentId, ContactId, DecisionId, Error, Instant, Purpose, SubjectId, london_date};
use crate::platform::audit::{Action, Entry};
use crate::platform::db::{AnyConnection, insert_all};
use crate::platform::outbox::{self, Outgoing};
use crate::platform::transaction::{Each, ManyTx, Recorded, WriteTx};
use crate::platform::vault::DataKey;
use crate::policy::Lawful;
use crate::policy::consent::{self, Act, Decision, Projection};
use crate::resources::contacts::store as contacts;
use crate::resources::notices::current::Published;

/// A lawful decision of a known contact.
pub struct Decided {
    pub purpose: Purpose,
    pub known: Known,
    pub lawful: Lawful<Decision>,
    pub evidence: Evidence,
    pub origin: Origin,
}

impl Decided {
    /// Whether there is anything to seal. The erased have no key left to seal under; their withdrawal carries no words.
    fn is_sealed(&self) -> bool {
        !self.known.facts.erased && !self.evidence.is_empty()
    }
}

/// A decision as its columns.
#[derive(Insertable)]
#[diesel(table_name = consent_decisions, treat_none_as_default_value = false)]
struct NewRow {
    id: DecisionId,
    consent_id: ConsentId,
    contact_id: ContactId,
    purpose: &'static str,
    decision: &'static str,
    method: &'static str,
    occurred_at: Instant,
    recorded_at: Instant,
    pending_until: Option<Instant>,
    notice_version: NaiveDate,
    wording_sha256: Option<Vec<u8>>,
    evidence: Option<Vec<u8>>,
    confirms: Option<DecisionId>,
    recorded_by: String,
    merged_from: Option<DecisionId>,
    objection: bool,
}

/// What a decision makes of a consent.
struct Projected {
    decision: DecisionId,
    kind: DecisionKind,
    consent: ConsentId,
    state: Projection,
    version: i32,
}

/// Appends decisions, each of another person and at the place of its caller, and answers with the consents as they read by
/// `notices`. The answers are in the order of the decisions. A decision whose words cannot be sealed, because the person's
/// key is missing, is refused by itself.
pub(super) fn append_all(
    tx: &mut ManyTx<'_, '_>,
    decided: &[(usize, Decided)],
    notices: &Published,
) -> Result<Each<Consent>, Error> {
    let sealed = decided.iter().filter(|(_, decided)| decided.is_sealed());
    let owners: Vec<_> = sealed.map(|(_, decided)| decided.known.contact.id.uuid()).collect();
    let mut keys = tx.of(0)?.keys_of(&owners)?;
    let mut made = Vec::with_capacity(decided.len());
    let mut rows = Vec::with_capacity(decided.len());
    for (place, decided) in decided {
        let key = match keys.remove(&decided.known.contact.id.uuid()).transpose() {
            Ok(key) => key,
            Err(error) => {
                made.push(Err(error));
                continue;
            }
        };
        let mut own = tx.of(*place)?;
        let (projected, row) = project(&mut own, decided, key.as_ref())?;
        rows.push(row);
        made.push(Ok((projected, own.now())));
    }
    let states = decided.iter().zip(&made).filter_map(|((_, decided), made)| {
        let (projected, now) = made.as_ref().ok()?;
        Some((decided, projected, *now))
    });
    write(tx.connection(), states, &rows)?;
    let mut answers = Vec::with_capacity(decided.len());
    for ((place, decided), made) in decided.iter().zip(made) {
        answers.push(match made {
            Ok((projected, _)) => Ok(finish(tx.of(*place)?, decided, &projected, notices)?),
            Err(error) => Err(error),
        });
    }
    Ok(answers)
}

/// Appends one decision, which the transaction's own caller makes, and returns the consent.
///
/// # Errors
/// As [`append_all`], for one.
pub fn append(tx: &mut WriteTx<'_>, decided: Decided, notices: &Published) -> Result<Consent, Error> {
    tx.also_alone(|tx| append_all(tx, &[(0, decided)], notices))
}

/// Returns the last decision beneath a consent. The state names it, but for a grant that is recorded while another waits.
fn last_decision(tx: &mut WriteTx<'_>, known: &Known) -> Result<Option<DecisionId>, Error> {
    let (Some(row), Some(current)) = (&known.row, &known.facts.current) else { return Ok(None) };
    if current.pending.is_none() {
        return Ok(Some(current.decision_id));
    }
    let theirs = consent_decisions::table.filter(consent_decisions::consent_id.eq(row.id));
    let ids = theirs.select(consent_decisions::id).order(consent_decisions::id.desc());
    Ok(ids.first(tx.connection()).optional()?)
}

/// What a decision makes of the consent, and its row, sealed under the person's key.
fn project(tx: &mut WriteTx<'_>, decided: &Decided, key: Option<&DataKey>) -> Result<(Projected, NewRow), Error> {
    let Decided { purpose, known, lawful, evidence, origin } = decided;
    let last = last_decision(tx, known)?;
    let id: DecisionId = tx.new_id_after(last);
    let (consent, version) = match &known.row {
        Some(row) => (row.id, row.version + 1),
        None => (tx.new_id(), 1),
    };
    let sealed = match key {
        Some(key) if decided.is_sealed() => Some(evidence.seal(key, tx.entropy(), id)?),
        None if decided.is_sealed() => return Err(Error::internal("a person without a data key")),
        Some(_) | None => None,
    };
    let (kind, pending_until, confirms) = match lawful.act {
        Act::Give => (DecisionKind::Given, None, None),
        Act::GiveUnconfirmed(until) | Act::TakeOverUnconfirmed(until) => (DecisionKind::Given, Some(until), None),
        Act::Confirm(grant) => (DecisionKind::Confirmed, None, Some(grant)),
        Act::Withdraw => (DecisionKind::Withdrawn, None, None),
        Act::Object => (DecisionKind::Objected, None, None),
    };
    // An objection is kept as the withdrawal that it is as well, and marked.
    let objection = kind == DecisionKind::Objected;
    let row = NewRow {
        id,
        consent_id: consent,
        contact_id: known.contact.id,
        purpose: purpose.as_str(),
        decision: if objection { DecisionKind::Withdrawn } else { kind }.into(),
        method: lawful.method.into(),
        occurred_at: lawful.occurred_at,
        recorded_at: tx.now(),
        pending_until,
        notice_version: lawful.notice_version,
        wording_sha256: evidence.wording_sha256().filter(|_| sealed.is_some()),
        evidence: sealed,
        confirms,
        recorded_by: origin.recorded_by.clone(),
        merged_from: origin.merged_from,
        objection,
    };
    let state = consent::project(known.facts.current.as_ref(), id, lawful);
    Ok((Projected { decision: id, kind, consent, state, version }, row))
}

/// Writes the states of consents, each as of an instant, and the decisions that made them.
fn write<'a>(
    connection: &mut AnyConnection,
    states: impl Iterator<Item = (&'a Decided, &'a Projected, Instant)>,
    rows: &[NewRow],
) -> Result<(), Error> {
    let mut new = Vec::with_capacity(rows.len());
    for (Decided { known, purpose, .. }, projected, now) in states {
        let Projected { consent, state, version, .. } = projected;
        if known.row.is_some() {
            projected::rewrite(connection, *consent, state, *version)?;
        } else {
            new.push(projected::NewRow::of((*consent, known.contact.id, *purpose), state, now));
        }
    }
    projected::insert(connection, &new)?;
    insert_all!(connection, consent_decisions::table, rows);
    Ok(())
}

/// Queues the letter that asks the contact's mailbox to confirm a grant. It takes its address when it is sent.
pub(super) fn ask_mailbox(tx: &mut WriteTx<'_>, contact: ContactId, grant: DecisionId) -> Result<(), Error> {
    let subject = SubjectId::from_uuid(grant.uuid());
    let ask = Outgoing { kind: CONFIRMATION, contact: Some(contact), subject: Some(subject), mark: None };
    outbox::queue_all(tx, [ask])
}

/// What else comes of a decision that was written, and its record.
fn finish(
    mut tx: WriteTx<'_>,
    decided: &Decided,
    projected: &Projected,
    notices: &Published,
) -> Result<Recorded<Consent>, Error> {
    let Decided { purpose, known, origin, .. } = decided;
    let Projected { decision, kind, consent, state, version } = projected;
    let (now, contact) = (tx.now(), &known.contact);
    if let (DecisionKind::Given, Some(pending), Some(mark)) = (*kind, state.pending, &contact.mark) {
        // A grant within a day of another leaves that one waiting. Its mailbox is asked again only if no link reached it.
        let first = pending.decision_id != *decision;
        if !(first && confirmation_links::was_asked(&mut tx, contact.id, pending.decision_id, mark)?) {
            ask_mailbox(&mut tx, contact.id, pending.decision_id)?;
        }
    }
    // What is taken over is no new dealing with the person.
    if !known.facts.erased && origin.merged_from.is_none() {
        contacts::touch(&mut tx, contact, london_date(now))?;
    }
    let consent = shown(*consent, contact.id, *purpose, state, *version, &notices.changes(now), now);
    let entry = Entry::new(Action::ConsentsRecord)
        .contact(contact.id)
        .subject(*decision)
        .with("purpose", purpose.as_str())
        .with("decision", <&str>::from(*kind));
    tx.record(entry, consent)
}
