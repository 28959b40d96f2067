//! The tables of consents and of their decisions. `append` is the one writer of both.

use chrono::NaiveDate;
use diesel::prelude::*;

use super::evidence::Evidence;
use super::model::{Answer, Consent, DecisionKind, RecordDecision};
use crate::domain::{ConsentId, ContactId, DecisionId, Error, Fault, Instant, Purpose, SubjectId, london_date};
use crate::platform::audit::Entry;
use crate::platform::db::direct;
use crate::platform::doors::{ReadTx, Recorded, WriteTx};
use crate::platform::outbox::{self, Outgoing};
use crate::policy::Lawful;
use crate::policy::consent::{self, Act, Decision, Pending, Projection};
use crate::resources::contacts::store as contacts;
use crate::resources::notices;
use crate::resources::notices::current::MaterialChanges;

mod schema {
    diesel::table! {
        use diesel::sql_types::*;
        use crate::platform::db::{InstantSql, UuidSql};

        consents (id) {
            id -> UuidSql,
            contact_id -> UuidSql,
            purpose -> Text,
            state -> Text,
            since -> InstantSql,
            notice_version -> Date,
            method -> Text,
            decision_id -> UuidSql,
            pending_decision_id -> Nullable<UuidSql>,
            pending_until -> Nullable<InstantSql>,
            withdrawn_at -> Nullable<InstantSql>,
            objected_at -> Nullable<InstantSql>,
            created_at -> InstantSql,
            version -> Integer,
        }
    }

    diesel::table! {
        use diesel::sql_types::*;
        use crate::platform::db::{InstantSql, UuidSql};

        consent_decisions (id) {
            id -> UuidSql,
            consent_id -> UuidSql,
            contact_id -> UuidSql,
            purpose -> Text,
            decision -> Text,
            method -> Text,
            occurred_at -> InstantSql,
            recorded_at -> InstantSql,
            pending_until -> Nullable<InstantSql>,
            notice_version -> Date,
            wording_sha256 -> Nullable<Binary>,
            evidence -> Nullable<Binary>,
            confirms -> Nullable<UuidSql>,
            recorded_by -> Text,
            merged_from -> Nullable<UuidSql>,
            objection -> Bool,
        }
    }
}
pub(super) use schema::{consent_decisions, consents};

/// The kind of message that asks a mailbox to confirm a grant; its subject is the decision.
pub const CONFIRMATION: &str = "confirmation";

pub(super) mod erase;
mod facts;
mod list;
pub(super) mod merge;
pub mod objection;
mod projected;
pub(super) use facts::{Known, facts, facts_of_person, of};
pub use list::{list, states};

#[derive(Queryable, Selectable)]
#[diesel(table_name = consents)]
pub(super) struct Row {
    pub(super) id: ConsentId,
    pub(super) contact_id: ContactId,
    purpose: String,
    state: String,
    since: Instant,
    notice_version: NaiveDate,
    method: String,
    decision_id: DecisionId,
    pending_decision_id: Option<DecisionId>,
    pending_until: Option<Instant>,
    withdrawn_at: Option<Instant>,
    objected_at: Option<Instant>,
    version: i32,
}

pub(super) fn damaged<E>(_: E) -> Error {
    Error::internal("a row of consents cannot be read")
}

impl Row {
    pub(super) fn purpose(&self) -> Result<Purpose, Error> {
        self.purpose.parse().map_err(damaged)
    }

    pub(super) fn projection(&self) -> Result<Projection, Error> {
        let pending = self.pending_decision_id.zip(self.pending_until);
        Ok(Projection {
            state: self.state.parse().map_err(damaged)?,
            since: self.since,
            notice_version: self.notice_version,
            method: self.method.parse().map_err(damaged)?,
            decision_id: self.decision_id,
            pending: pending.map(|(decision_id, until)| Pending { decision_id, until }),
            withdrawn_at: self.withdrawn_at,
            objected_at: self.objected_at,
        })
    }

    fn consent(&self, changes: &MaterialChanges, now: Instant) -> Result<Consent, Error> {
        let purpose = self.purpose()?;
        let projection = self.projection()?;
        Ok(shown(self.id, self.contact_id, purpose, &projection, self.version, changes, now))
    }
}

/// A consent as it reads at `now`.
fn shown(
    id: ConsentId,
    contact_id: ContactId,
    purpose: Purpose,
    projection: &Projection,
    version: i32,
    changes: &MaterialChanges,
    now: Instant,
) -> Consent {
    Consent {
        id,
        contact_id,
        purpose,
        state: consent::state_at(projection, changes.of(purpose), now),
        since: projection.since,
        notice_version: projection.notice_version,
        method: projection.method,
        decision_id: projection.decision_id,
        version,
    }
}

/// One consent.
///
/// # Errors
/// 404 when there is none.
pub fn read(tx: &mut ReadTx<'_>, id: ConsentId) -> Result<Consent, Error> {
    let row: Option<Row> = consents::table.find(id).select(Row::as_select()).first(tx.connection()).optional()?;
    let row = row.ok_or_else(Error::not_found)?;
    let now = tx.now();
    let changes = notices::store::material_changes(tx, now)?;
    tx.look(Entry::new("consents.read").contact(row.contact_id).subject("consent", id));
    row.consent(&changes, now)
}

/// Who recorded a decision, and what it repeats.
pub(super) struct Origin {
    recorded_by: String,
    merged_from: Option<DecisionId>,
}

impl Origin {
    /// A decision of its own.
    pub(super) fn new(recorded_by: impl Into<String>) -> Self {
        Self { recorded_by: recorded_by.into(), merged_from: None }
    }

    /// One taken over from another contact's.
    pub(super) fn merged(recorded_by: String, from: DecisionId) -> Self {
        Self { recorded_by, merged_from: Some(from) }
    }
}

/// Records a decision that the mailbox itself makes by a link: `recorded_by` names the link.
///
/// # Errors
/// As [`record`].
pub fn record_by_link(
    tx: WriteTx<'_>,
    asked: RecordDecision,
    recorded_by: &'static str,
) -> Result<Recorded<Consent>, Error> {
    record_as(tx, asked, Origin::new(recorded_by))
}

/// Records a decision.
///
/// # Errors
/// 422 for a contract-only purpose, an unknown contact or notice, or a decision in the future; 410
/// for a grant of the erased; 409 for a grant that a later withdrawal stands against.
pub fn record(tx: WriteTx<'_>, asked: RecordDecision) -> Result<Recorded<Consent>, Error> {
    let origin = Origin::new(tx.actor().label());
    record_as(tx, asked, origin)
}

fn record_as(mut tx: WriteTx<'_>, asked: RecordDecision, origin: Origin) -> Result<Recorded<Consent>, Error> {
    consent::must_take_consent(asked.purpose)?;
    let now = tx.now();
    let occurred_at = asked.occurred_at.unwrap_or(now);
    let known = facts_of_person(&mut tx, asked.contact_id, asked.purpose)?;
    match &known {
        Some(known) if known.contact.id != asked.contact_id && asked.decision == Answer::Given => {
            return Err(contacts::merged(known.contact.id));
        }
        _ => {}
    }
    let notices = notices::store::published(&mut tx)?;
    let notice_version = notices.shown(asked.notice_version, now);
    let mut faults = Vec::new();
    if occurred_at > now {
        faults.push(Fault::new("/occurred_at", "future", "must not be in the future"));
    }
    if known.is_none() {
        faults.push(Fault::unknown_reference("/contact_id"));
    }
    if notice_version.is_none() {
        faults.push(Fault::unknown_reference("/notice_version"));
    }
    let (Some(known), Some(notice_version), true) = (known, notice_version, faults.is_empty()) else {
        return Err(Error::invalid(faults));
    };
    let lawful = match asked.decision {
        Answer::Given => consent::give(&known.facts, asked.method, occurred_at, notice_version, now)?,
        Answer::Withdrawn => consent::withdraw(asked.method, occurred_at, notice_version),
    };
    let RecordDecision { purpose, wording, locale, evidence_ref, .. } = asked;
    let evidence = Evidence { wording, locale, reference: evidence_ref };
    append(tx, purpose, &known, &notices.changes(now), &lawful, &evidence, origin)
}

/// Appends a decision of whoever is known, and projects the state: the one writer of consents. What is answered is the
/// consent as it reads by the notices' `changes`.
pub(super) fn append(
    mut tx: WriteTx<'_>,
    purpose: Purpose,
    known: &Known,
    changes: &MaterialChanges,
    lawful: &Lawful<Decision>,
    evidence: &Evidence,
    origin: Origin,
) -> Result<Recorded<Consent>, Error> {
    let (now, contact_id) = (tx.now(), known.contact.id);
    let id: DecisionId = tx.new_id();
    let projection = consent::project(known.facts.current.as_ref(), id, lawful);
    let (consent_id, version) = match &known.row {
        Some(row) => (row.id, row.version + 1),
        None => (tx.new_id(), 1),
    };
    if known.row.is_some() {
        projected::rewrite(&mut tx, consent_id, &projection, version)?;
    } else {
        projected::insert(&mut tx, (consent_id, contact_id, purpose), &projection, version)?;
    }
    // The erased have no key left to seal under; their withdrawal carries no words.
    let sealed = if known.facts.erased || evidence.is_empty() {
        None
    } else {
        let key = tx.key_of(contact_id.uuid())?;
        Some(evidence.seal(&key, tx.entropy(), id)?)
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
    let kept = if objection { DecisionKind::Withdrawn } else { kind };
    let values = (
        consent_decisions::id.eq(id),
        consent_decisions::consent_id.eq(consent_id),
        consent_decisions::contact_id.eq(contact_id),
        consent_decisions::purpose.eq(purpose.as_str()),
        consent_decisions::decision.eq(<&str>::from(kept)),
        consent_decisions::method.eq(<&str>::from(lawful.method)),
        consent_decisions::occurred_at.eq(lawful.occurred_at),
        consent_decisions::recorded_at.eq(now),
        consent_decisions::pending_until.eq(pending_until),
        consent_decisions::notice_version.eq(lawful.notice_version),
        consent_decisions::wording_sha256.eq(evidence.wording_sha256().filter(|_| sealed.is_some())),
        consent_decisions::evidence.eq(sealed),
        consent_decisions::confirms.eq(confirms),
        consent_decisions::recorded_by.eq(origin.recorded_by),
        consent_decisions::merged_from.eq(origin.merged_from),
        consent_decisions::objection.eq(objection),
    );
    let insert = diesel::insert_into(consent_decisions::table).values(values);
    direct!(tx.connection(), engine => insert.execute(engine))?;
    if projection.pending.is_some_and(|pending| pending.decision_id == id) && known.contact.mark.is_some() {
        let subject = Some(SubjectId::from_uuid(id.uuid()));
        let ask = Outgoing { kind: CONFIRMATION, contact: Some(contact_id), subject, mark: None };
        outbox::queue(&mut tx, ask)?;
    }
    // What is taken over is no new dealing with the person.
    if !known.facts.erased && origin.merged_from.is_none() {
        contacts::touch(&mut tx, &known.contact, london_date(now))?;
    }
    let consent = shown(consent_id, contact_id, purpose, &projection, version, changes, now);
    let entry = Entry::new("consents.record")
        .contact(contact_id)
        .subject("consent_decision", id)
        .with("purpose", purpose.as_str())
        .with("decision", <&str>::from(kind));
    tx.record(entry, consent)
}
