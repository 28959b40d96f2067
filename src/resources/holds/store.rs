//! The table of legal holds, and what is read from it.

use chrono::{Days, NaiveDate};
use diesel::prelude::*;

use super::model::{
    HoldFilter, HoldOwner, HoldReason, HoldReference, HoldScope, HoldStatus, HoldTitle, LegalHold, ScopeId, ScopeKind,
    Statute,
};
use crate::domain::{
    ContactId, Error, EventId, Instant, LegalHoldId, Limit, ListPage, NetworkId, Party, StoredRow, SubjectClaim,
    SubjectId, london_date,
};
use crate::platform::audit::{Action, Entry};
use crate::platform::transaction::ReadTx;
use crate::platform::vault::Place;
use crate::policy::deadlines::{Deadline, DeadlineKind, Due};

mod schema {
    diesel::table! {
        use diesel::sql_types::*;
        use crate::platform::db::{InstantSql, UuidSql};

        legal_holds (id) {
            id -> UuidSql,
            title -> Text,
            statute -> Text,
            reference -> Text,
            scope -> Text,
            contact_id -> Nullable<UuidSql>,
            event_id -> Nullable<UuidSql>,
            network_id -> Nullable<UuidSql>,
            record_class -> Nullable<Text>,
            ground -> Text,
            reason -> Binary,
            owner -> Binary,
            tell_people -> Bool,
            review_on -> Date,
            status -> Text,
            placed_by -> Text,
            placed_at -> InstantSql,
            proposed_by -> Nullable<Text>,
            proposed_issuer -> Nullable<Text>,
            proposed_claim -> Nullable<Text>,
            proposed_at -> Nullable<InstantSql>,
            release_reason -> Nullable<Binary>,
            rejection_reason -> Nullable<Binary>,
            released_by -> Nullable<Text>,
            released_issuer -> Nullable<Text>,
            released_at -> Nullable<InstantSql>,
            updated_at -> InstantSql,
            version -> Integer,
        }
    }
}
use schema::legal_holds;

pub mod catching;
pub(super) mod steps;
pub(super) mod values;

const TABLE: &str = "legal_holds";

#[derive(Queryable, Selectable)]
#[diesel(table_name = legal_holds)]
struct Row {
    id: LegalHoldId,
    title: String,
    statute: String,
    reference: String,
    scope: String,
    contact_id: Option<ContactId>,
    event_id: Option<EventId>,
    network_id: Option<NetworkId>,
    record_class: Option<String>,
    ground: String,
    reason: Vec<u8>,
    owner: Vec<u8>,
    tell_people: bool,
    review_on: NaiveDate,
    status: String,
    placed_by: String,
    placed_at: Instant,
    proposed_by: Option<String>,
    proposed_issuer: Option<String>,
    proposed_claim: Option<String>,
    proposed_at: Option<Instant>,
    release_reason: Option<Vec<u8>>,
    rejection_reason: Option<Vec<u8>>,
    released_by: Option<String>,
    released_at: Option<Instant>,
    version: i32,
}

fn place(column: &'static str, id: LegalHoldId) -> Place<'static> {
    Place { table: TABLE, column, row: id.uuid() }
}

impl Row {
    /// The words of a sealed column.
    fn words(&self, tx: &ReadTx<'_>, column: &'static str, sealed: &[u8]) -> Result<String, Error> {
        let place = place(column, self.id);
        place.read(String::from_utf8(tx.open_for_service(&place, sealed)?))
    }

    fn reason(&self, tx: &ReadTx<'_>, column: &'static str, sealed: &[u8]) -> Result<HoldReason, Error> {
        place(column, self.id).read(HoldReason::try_from(self.words(tx, column, sealed)?))
    }

    fn scope(&self, stored: &StoredRow<'_, LegalHoldId>) -> Result<HoldScope, Error> {
        let kind: ScopeKind = stored.read("scope", self.scope.parse())?;
        let id = match kind {
            ScopeKind::Contact => self.contact_id.map(|id| id.to_string()),
            ScopeKind::Event => self.event_id.map(|id| id.to_string()),
            ScopeKind::Network => self.network_id.map(|id| id.to_string()),
            ScopeKind::RecordClass => self.record_class.clone(),
            ScopeKind::All => None,
        };
        Ok(HoldScope { kind, id: stored.read("scope", id.map(ScopeId::try_from).transpose())? })
    }

    fn hold(self, tx: &ReadTx<'_>) -> Result<LegalHold, Error> {
        let stored = StoredRow::new(TABLE, self.id);
        let owner = self.words(tx, "owner", &self.owner)?;
        let optional = |column, sealed: &Option<Vec<u8>>| {
            sealed.as_deref().map(|sealed| self.reason(tx, column, sealed)).transpose()
        };
        Ok(LegalHold {
            id: self.id,
            scope: self.scope(&stored)?,
            reason: self.reason(tx, "reason", &self.reason)?,
            release_reason: optional("release_reason", &self.release_reason)?,
            rejection_reason: optional("rejection_reason", &self.rejection_reason)?,
            title: stored.read("title", HoldTitle::try_from(self.title))?,
            statute: stored.read("statute", Statute::try_from(self.statute))?,
            reference: stored.read("reference", HoldReference::try_from(self.reference))?,
            ground: stored.read("ground", self.ground.parse())?,
            owner: stored.read("owner", HoldOwner::try_from(owner))?,
            tell_people: self.tell_people,
            review_on: self.review_on,
            status: stored.read("status", self.status.parse())?,
            placed_by: self.placed_by,
            placed_at: self.placed_at,
            proposed_by: self.proposed_by,
            proposed_at: self.proposed_at,
            released_by: self.released_by,
            released_at: self.released_at,
            version: self.version,
        })
    }

    /// The person who proposed to release the hold; `None` without a proposal.
    fn proposer(&self) -> Result<Option<Party>, Error> {
        let Some(subject) = self.proposed_by.clone() else { return Ok(None) };
        let (issuer, claim) = (self.proposed_issuer.clone(), self.proposed_claim.as_deref());
        Party::proposer(&StoredRow::new(TABLE, self.id), subject, issuer, claim).map(Some)
    }
}

/// The legal holds, newest first.
pub(super) fn list(
    tx: &mut ReadTx<'_>,
    filter: &HoldFilter,
    after: Option<LegalHoldId>,
    limit: Limit,
) -> Result<ListPage<LegalHold, LegalHoldId>, Error> {
    let mut query = legal_holds::table.select(Row::as_select()).order(legal_holds::id.desc()).into_boxed();
    if let Some(status) = filter.status {
        query = query.filter(legal_holds::status.eq(<&str>::from(status)));
    }
    if let Some(scope) = filter.scope {
        query = query.filter(legal_holds::scope.eq(<&str>::from(scope)));
    }
    if let Some(after) = after {
        query = query.filter(legal_holds::id.lt(after));
    }
    let rows: Vec<Row> = query.limit(limit.rows() + 1).load(tx.connection())?;
    let ListPage { items, next } = ListPage::cut(rows, limit, |row| row.id);
    let items = items.into_iter().map(|row| row.hold(tx)).collect::<Result<Vec<_>, _>>()?;
    tx.look(Entry::new(Action::HoldsList).with("count", items.len()));
    Ok(ListPage { items, next })
}

fn row(tx: &mut ReadTx<'_>, id: LegalHoldId) -> Result<Row, Error> {
    let row: Option<Row> = legal_holds::table.find(id).select(Row::as_select()).first(tx.connection()).optional()?;
    row.ok_or_else(Error::not_found)
}

/// One legal hold.
///
/// # Errors
/// 404 when there is none.
pub(super) fn read(tx: &mut ReadTx<'_>, id: LegalHoldId) -> Result<LegalHold, Error> {
    let hold = row(tx, id)?.hold(tx)?;
    tx.look(Entry::new(Action::HoldsRead).subject(id));
    Ok(hold)
}

/// How long before its review a hold is on the list of deadlines.
const NOTICE: Days = Days::new(30);

/// The reviews of binding holds that are overdue or due within thirty days.
pub fn deadlines(tx: &mut ReadTx<'_>) -> Result<Vec<Deadline>, Error> {
    let until = london_date(tx.now()).checked_add_days(NOTICE).unwrap_or(NaiveDate::MAX);
    let binding = [HoldStatus::Active, HoldStatus::ReleaseProposed].map(<&str>::from);
    let due: Vec<(LegalHoldId, String, NaiveDate, String)> = legal_holds::table
        .filter(legal_holds::status.eq_any(binding).and(legal_holds::review_on.le(until)))
        .select((legal_holds::id, legal_holds::title, legal_holds::review_on, legal_holds::status))
        .load(tx.connection())?;
    let deadline = |(id, title, review_on, status): (LegalHoldId, String, NaiveDate, String)| {
        let status: HoldStatus = StoredRow::new(TABLE, id).read("status", status.parse())?;
        Ok(Deadline {
            kind: DeadlineKind::HoldReview,
            id: SubjectId::from_uuid(id.uuid()),
            reference: title,
            due: Due::On(review_on),
            status: status.into(),
        })
    };
    due.into_iter().map(deadline).collect()
}

/// Returns how many proposed releases of an issuer's people name their proposer by another claim than `claim`.
pub fn open_under_another_claim(tx: &mut ReadTx<'_>, issuer: &str, claim: SubjectClaim) -> Result<i64, Error> {
    let open = legal_holds::status.eq(<&str>::from(HoldStatus::ReleaseProposed));
    let theirs = legal_holds::proposed_issuer.eq(issuer);
    let other = legal_holds::proposed_claim.ne(<&str>::from(claim));
    Ok(legal_holds::table.filter(open.and(theirs).and(other)).count().get_result(tx.connection())?)
}
