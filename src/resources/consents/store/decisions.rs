//! The decisions beneath a consent.

use chrono::NaiveDate;
use diesel::prelude::*;

use super::super::evidence::Evidence;
use super::super::model::{ConsentDecision, DecisionKind};
use super::{consent_decisions, consents};
use crate::domain::{ConsentId, ContactId, DecisionId, Error, Instant, Limit, ListPage, Purpose, StoredRow, hex};
use crate::platform::audit::{Action, Entry};
use crate::platform::db::among_ids;
use crate::platform::transaction::ReadTx;
use crate::policy::consent::{Act, Decision};

#[derive(Queryable, Selectable)]
#[diesel(table_name = consent_decisions)]
pub(crate) struct Row {
    pub(crate) id: DecisionId,
    pub(crate) consent_id: ConsentId,
    pub(crate) contact_id: ContactId,
    purpose: String,
    decision: String,
    method: String,
    pub(crate) occurred_at: Instant,
    pub(crate) recorded_at: Instant,
    pending_until: Option<Instant>,
    pub(crate) notice_version: NaiveDate,
    pub(crate) wording_sha256: Option<Vec<u8>>,
    pub(crate) evidence: Option<Vec<u8>>,
    pub(crate) confirms: Option<DecisionId>,
    recorded_by: String,
    merged_from: Option<DecisionId>,
    objection: bool,
}

impl Row {
    fn stored(&self) -> StoredRow<'static, DecisionId> {
        StoredRow::new("consent_decisions", self.id)
    }

    pub(crate) fn purpose(&self) -> Result<Purpose, Error> {
        self.stored().read("purpose", self.purpose.parse())
    }

    pub(crate) fn decision(&self) -> Result<ConsentDecision, Error> {
        let decision = if self.objection {
            DecisionKind::Objected
        } else {
            self.stored().read("decision", self.decision.parse())?
        };
        Ok(ConsentDecision {
            id: self.id,
            decision,
            method: self.stored().read("method", self.method.parse())?,
            occurred_at: self.occurred_at,
            recorded_at: self.recorded_at,
            notice_version: self.notice_version,
            wording_sha256: self.wording_sha256.as_deref().map(hex),
            recorded_by: self.recorded_by.clone(),
            merged_from: self.merged_from,
        })
    }

    /// The decision as the law sees it, to be projected again.
    pub(crate) fn judged(&self) -> Result<Decision, Error> {
        let shown = self.decision()?;
        let act = match (shown.decision, self.pending_until, self.confirms) {
            (DecisionKind::Given, Some(until), _) if self.merged_from.is_some() => Act::TakeOverUnconfirmed(until),
            (DecisionKind::Given, Some(until), _) => Act::GiveUnconfirmed(until),
            (DecisionKind::Given, None, _) => Act::Give,
            (DecisionKind::Confirmed, _, Some(grant)) => Act::Confirm(grant),
            (DecisionKind::Confirmed, _, None) => Act::Confirm(self.stored().required("confirms", None)?),
            (DecisionKind::Withdrawn, ..) => Act::Withdraw,
            (DecisionKind::Objected, ..) => Act::Object,
        };
        let (occurred_at, notice_version) = (self.occurred_at, self.notice_version);
        Ok(Decision { act, method: shown.method, occurred_at, notice_version })
    }
}

/// One decision's row.
///
/// # Errors
/// 404 when there is none.
pub(crate) fn row(tx: &mut ReadTx<'_>, id: DecisionId) -> Result<Row, Error> {
    let found: Option<Row> =
        consent_decisions::table.find(id).select(Row::as_select()).first(tx.connection()).optional()?;
    found.ok_or_else(Error::not_found)
}

/// Whether a mailbox has confirmed what a decision says: the decision is a confirmation, or repeats one at any remove
/// (`merged_from`).
///
/// # Errors
/// When a decision that was repeated cannot be read.
pub(crate) fn is_confirmed(tx: &mut ReadTx<'_>, decision: &Row) -> Result<bool, Error> {
    let (mut confirms, mut repeats) = (decision.confirms, decision.merged_from);
    while let (None, Some(earlier)) = (confirms, repeats) {
        let columns = (consent_decisions::confirms, consent_decisions::merged_from);
        (confirms, repeats) = consent_decisions::table.find(earlier).select(columns).first(tx.connection())?;
    }
    Ok(confirms.is_some())
}

/// The decisions of a consent, newest first.
///
/// # Errors
/// 404 when there is no such consent.
pub(crate) fn list(
    tx: &mut ReadTx<'_>,
    consent: ConsentId,
    after: Option<DecisionId>,
    limit: Limit,
) -> Result<ListPage<ConsentDecision, DecisionId>, Error> {
    let contact: Option<ContactId> =
        consents::table.find(consent).select(consents::contact_id).first(tx.connection()).optional()?;
    let contact = contact.ok_or_else(Error::not_found)?;
    let mut query = consent_decisions::table
        .filter(consent_decisions::consent_id.eq(consent))
        .select(Row::as_select())
        .order(consent_decisions::id.desc())
        .into_boxed();
    if let Some(after) = after {
        query = query.filter(consent_decisions::id.lt(after));
    }
    let rows: Vec<Row> = query.limit(limit.rows() + 1).load(tx.connection())?;
    let ListPage { items, next } = ListPage::cut(rows, limit, |row| row.id);
    let items = items.iter().map(Row::decision).collect::<Result<Vec<_>, _>>()?;
    tx.look(Entry::new(Action::ConsentsHistory).contact(contact).subject(consent));
    Ok(ListPage { items, next })
}

/// The decisions of several consents, oldest first.
///
/// # Errors
/// When the decisions cannot be read.
pub(crate) fn beneath(tx: &mut ReadTx<'_>, of: &[ConsentId]) -> Result<Vec<Row>, Error> {
    let theirs = consent_decisions::table.filter(among_ids(consent_decisions::consent_id, of));
    Ok(theirs.select(Row::as_select()).order(consent_decisions::id).load(tx.connection())?)
}

/// The decisions of several consents that had been recorded by `at`, oldest first.
pub(crate) fn recorded_by(
    tx: &mut ReadTx<'_>,
    of: &[ConsentId],
    at: Instant,
) -> Result<Vec<(ConsentId, DecisionId, Decision)>, Error> {
    let rows: Vec<Row> = consent_decisions::table
        .filter(consent_decisions::consent_id.eq_any(of).and(consent_decisions::recorded_at.le(at)))
        .select(Row::as_select())
        .order(consent_decisions::id)
        .load(tx.connection())?;
    rows.iter().map(|row| Ok((row.consent_id, row.id, row.judged()?))).collect()
}

/// The evidence of a decision; `None` where there is none, or the person was erased.
pub(crate) fn evidence(tx: &mut ReadTx<'_>, row: &Row) -> Result<Option<Evidence>, Error> {
    let Some(sealed) = &row.evidence else { return Ok(None) };
    let Some(key) = tx.key_unless_destroyed(row.contact_id.uuid())? else { return Ok(None) };
    Evidence::open(&key, row.id, sealed).map(Some)
}
