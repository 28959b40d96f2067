//! The tables of consents and of their decisions. `appending` is the one writer of both.

use chrono::NaiveDate;
use diesel::prelude::*;

use super::model::Consent;
use crate::domain::{ConsentId, ContactId, DecisionId, Error, Instant, Purpose, StoredRow};
use crate::platform::audit::{Action, Entry};
use crate::platform::transaction::ReadTx;
use crate::policy::consent::{self, Pending, Projection};
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

mod appending;
pub(super) mod confirmation_links;
pub(super) mod decisions;
pub(super) mod erase;
mod facts;
mod list;
pub(super) mod merge;
pub(super) mod new_mailbox;
pub mod objection;
mod projected;
mod recording;
mod spent_links;
pub(super) use appending::{Decided, append};
pub(super) use facts::{facts, of};
pub(super) use list::of_person;
pub use list::{list, states};
pub use recording::{record, record_by_link};

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

impl Row {
    fn stored(&self) -> StoredRow<'static, ConsentId> {
        StoredRow::new("consents", self.id)
    }

    pub(super) fn purpose(&self) -> Result<Purpose, Error> {
        self.stored().read("purpose", self.purpose.parse())
    }

    pub(super) fn projection(&self) -> Result<Projection, Error> {
        let pending = self.pending_decision_id.zip(self.pending_until);
        Ok(Projection {
            state: self.stored().read("state", self.state.parse())?,
            since: self.since,
            notice_version: self.notice_version,
            method: self.stored().read("method", self.method.parse())?,
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
    tx.look(Entry::new(Action::ConsentsRead).contact(row.contact_id).subject(id));
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

    /// One that repeats another, of a contact that was merged or of the mailbox before.
    pub(super) fn repeats(recorded_by: String, from: DecisionId) -> Self {
        Self { recorded_by, merged_from: Some(from) }
    }
}
