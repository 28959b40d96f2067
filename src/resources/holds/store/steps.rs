//! The life of a legal hold: each step locks its row, judges, and writes.

use diesel::prelude::*;

use super::super::model::{
    HoldScope, HoldStatus, LegalHold, PatchHold, PlaceHold, ProposeRelease, RejectRelease, ScopeKind,
};
use super::{Row, TABLE, legal_holds, place as sealed_at, row, values};
use crate::domain::{
    ContactId, Error, EventId, Fault, LegalHoldId, Lifecycle, NetworkId, Party, RecordClass, london_date,
};
use crate::platform::audit::{Action, Before, Entry};
use crate::platform::db::dialect;
use crate::platform::http::IfMatch;
use crate::platform::transaction::{Recorded, WriteTx};
use crate::policy::holds as law;
use crate::resources::contacts::model::ContactStatus;
use crate::resources::contacts::store as contacts;

/// The columns of a scope, as far as its kind has them.
#[derive(Default, Insertable)]
#[diesel(table_name = legal_holds)]
struct Scope {
    contact_id: Option<ContactId>,
    event_id: Option<EventId>,
    network_id: Option<NetworkId>,
    record_class: Option<&'static str>,
}

impl Scope {
    /// Parses the scope that a caller names.
    ///
    /// # Errors
    /// 422 for a scope without its id, one that needs none, and one that names no record.
    fn of(asked: &HoldScope) -> Result<Self, Error> {
        let fault = |code, detail| Error::invalid(Fault::new("/scope/id", code, detail));
        let id = match (asked.kind, &asked.id) {
            (ScopeKind::All, None) => return Ok(Self::default()),
            (ScopeKind::All, Some(_)) => return Err(fault("superfluous", "must be absent: the hold keeps everything")),
            (_, None) => return Err(fault("missing", "must name what the hold keeps")),
            (_, Some(id)) => id.as_str(),
        };
        let unknown = |_| unknown();
        Ok(match asked.kind {
            ScopeKind::Contact => Self { contact_id: Some(id.parse().map_err(unknown)?), ..Self::default() },
            ScopeKind::Event => Self { event_id: Some(id.parse().map_err(unknown)?), ..Self::default() },
            ScopeKind::Network => Self { network_id: Some(id.parse().map_err(unknown)?), ..Self::default() },
            ScopeKind::RecordClass | ScopeKind::All => {
                let class = id.parse().ok().filter(|class: &RecordClass| !class.is_machinery());
                let detail = "must be a class of the retention schedule whose records the service does not need for its own work \
                              alone, such as complaint";
                Self {
                    record_class: Some(class.ok_or_else(|| fault("unknown_value", detail))?.into()),
                    ..Self::default()
                }
            }
        })
    }
}

fn unknown() -> Error {
    Error::invalid(Fault::unknown_reference("/scope/id"))
}

/// Places a hold. A deletion at the same moment is complete before, or finds the hold.
///
/// # Errors
/// 410 for an erased contact; 422 for a scope that names nothing, or a review in the past or after more than a year.
pub fn place(mut tx: WriteTx<'_>, asked: &PlaceHold) -> Result<Recorded<LegalHold>, Error> {
    let scope = Scope::of(&asked.scope)?;
    let (now, id) = (tx.now(), tx.new_id::<LegalHoldId>());
    let today = london_date(now);
    let review_on = law::review_on(asked.review_on.unwrap_or_else(|| law::next_review(today)), today)?;
    dialect::lock_name(tx.connection(), TABLE)?;
    if let Some(contact) = scope.contact_id {
        let known = contacts::facts(&mut tx, contact)?.ok_or_else(unknown)?;
        if known.status == ContactStatus::Erased && known.merged_into.is_none() {
            return Err(contacts::erased());
        }
    }
    let label = tx.actor().label();
    let owner = asked.owner.as_ref().map_or(label.as_str(), |owner| owner.as_str());
    let words = (
        legal_holds::reason.eq(tx.seal_for_service(&sealed_at("reason", id), asked.reason.as_str().as_bytes())?),
        legal_holds::owner.eq(tx.seal_for_service(&sealed_at("owner", id), owner.as_bytes())?),
    );
    let values = (
        legal_holds::id.eq(id),
        legal_holds::title.eq(asked.title.as_str()),
        legal_holds::statute.eq(asked.statute.as_str()),
        legal_holds::reference.eq(asked.reference.as_str()),
        legal_holds::scope.eq(<&str>::from(asked.scope.kind)),
        scope,
        legal_holds::ground.eq(<&str>::from(asked.ground)),
        words,
        legal_holds::tell_people.eq(asked.tell_people),
        legal_holds::review_on.eq(*review_on),
        legal_holds::status.eq(<&str>::from(HoldStatus::Active)),
        legal_holds::placed_by.eq(label.as_str()),
        legal_holds::placed_at.eq(now),
        legal_holds::updated_at.eq(now),
        legal_holds::version.eq(1),
    );
    let placed = diesel::insert_into(legal_holds::table).values(values).execute(tx.connection());
    dialect::on_foreign_key(placed, unknown)?;
    let placed = row(&mut tx, id)?.hold(&tx)?;
    let entry = Entry::new(Action::HoldsPlace).subject(id).with("scope", <&str>::from(asked.scope.kind));
    tx.record(entry, placed)
}

/// A hold whose row is locked until the transaction ends, as a step finds it.
struct Step {
    before: LegalHold,
    proposer: Option<Party>,
    /// The members as they were, to name the changed ones in the audit.
    was: Before,
}

impl Step {
    /// Locks a hold.
    ///
    /// # Errors
    /// 404 when there is none.
    fn of(tx: &mut WriteTx<'_>, id: LegalHoldId) -> Result<Self, Error> {
        dialect::lock(tx.connection(), TABLE, id.uuid())?;
        let row: Row = row(tx, id)?;
        let proposer = row.proposer()?;
        let before = row.hold(tx)?;
        let was = Before::of(&before)?;
        Ok(Self { before, proposer, was })
    }

    /// Writes a new version with a status, and records the step in the audit.
    fn done(self, mut tx: WriteTx<'_>, status: HoldStatus, action: Action) -> Result<Recorded<LegalHold>, Error> {
        let id = self.before.id;
        let changes = (
            legal_holds::status.eq(<&str>::from(status)),
            legal_holds::updated_at.eq(tx.now()),
            legal_holds::version.eq(self.before.version + 1),
        );
        diesel::update(legal_holds::table.find(id)).set(changes).execute(tx.connection())?;
        let after = row(&mut tx, id)?.hold(&tx)?;
        let entry = Entry::new(action).subject(id).changed(self.was.changed(&after)?);
        tx.record(entry, after)
    }
}

/// Changes the words of a hold, or the day of its next review.
///
/// # Errors
/// 404; 412 when the hold has changed since; 409 once it is released; 422 for a review in the past or after more than a year.
pub fn update(
    mut tx: WriteTx<'_>,
    id: LegalHoldId,
    if_match: &IfMatch,
    patch: &PatchHold,
) -> Result<Recorded<LegalHold>, Error> {
    let step = Step::of(&mut tx, id)?;
    if_match.check(step.before.version)?;
    let before = &step.before;
    if before.status == HoldStatus::Released {
        return Err(before.status.stays());
    }
    let review_on = match patch.review_on {
        Some(day) => *law::review_on(day, london_date(tx.now()))?,
        None => before.review_on,
    };
    let reason = patch.reason.as_ref().unwrap_or(&before.reason).as_str();
    let owner = patch.owner.as_ref().unwrap_or(&before.owner).as_str();
    let changes = (
        legal_holds::title.eq(patch.title.as_ref().unwrap_or(&before.title).as_str()),
        legal_holds::reason.eq(tx.seal_for_service(&sealed_at("reason", id), reason.as_bytes())?),
        legal_holds::owner.eq(tx.seal_for_service(&sealed_at("owner", id), owner.as_bytes())?),
        legal_holds::review_on.eq(review_on),
    );
    diesel::update(legal_holds::table.find(id)).set(changes).execute(tx.connection())?;
    let status = before.status;
    step.done(tx, status, Action::HoldsUpdate)
}

/// Proposes to release a hold, which still binds.
///
/// # Errors
/// 404; 409 unless the hold is active.
pub fn propose_release(
    mut tx: WriteTx<'_>,
    id: LegalHoldId,
    asked: &ProposeRelease,
) -> Result<Recorded<LegalHold>, Error> {
    let step = Step::of(&mut tx, id)?;
    let status = step.before.status.go_to(HoldStatus::ReleaseProposed)?;
    let reason = tx.seal_for_service(&sealed_at("release_reason", id), asked.reason.as_str().as_bytes())?;
    let proposer = Party::from(tx.actor());
    let proposal = (
        legal_holds::status.eq(<&str>::from(status)),
        legal_holds::proposed_by.eq(proposer.subject),
        legal_holds::proposed_issuer.eq(proposer.issuer),
        legal_holds::proposed_claim.eq(proposer.claim.map(<&str>::from)),
        legal_holds::proposed_at.eq(tx.now()),
        legal_holds::release_reason.eq(reason),
        legal_holds::rejection_reason.eq(None::<Vec<u8>>),
    );
    diesel::update(legal_holds::table.find(id)).set(proposal).execute(tx.connection())?;
    step.done(tx, status, Action::HoldsProposeRelease)
}

/// Releases a hold whose release another person proposed.
///
/// # Errors
/// 404; 403 for a program, and for the proposer; 409 unless the release is proposed.
pub fn release(mut tx: WriteTx<'_>, id: LegalHoldId) -> Result<Recorded<LegalHold>, Error> {
    // Another hold that is placed at the same moment keeps what this one kept, or comes afterwards.
    dialect::lock_name(tx.connection(), TABLE)?;
    let step = Step::of(&mut tx, id)?;
    let status = *law::release(step.before.status, step.proposer.as_ref(), tx.actor())?;
    let Party { issuer, subject, .. } = Party::from(tx.actor());
    let release = (
        legal_holds::status.eq(<&str>::from(status)),
        legal_holds::released_by.eq(subject),
        legal_holds::released_issuer.eq(issuer),
        legal_holds::released_at.eq(tx.now()),
    );
    diesel::update(legal_holds::table.find(id)).set(release).execute(tx.connection())?;
    values::forget_freed(&mut tx)?;
    step.done(tx, status, Action::HoldsRelease)
}

/// Turns down the proposal to release a hold.
///
/// # Errors
/// 404; 409 unless the release is proposed.
pub fn reject_release(
    mut tx: WriteTx<'_>,
    id: LegalHoldId,
    asked: &RejectRelease,
) -> Result<Recorded<LegalHold>, Error> {
    let step = Step::of(&mut tx, id)?;
    let status = match step.before.status {
        // An active hold has no proposal to turn down.
        HoldStatus::ReleaseProposed => HoldStatus::Active,
        other => return Err(other.stays()),
    };
    let reason = tx.seal_for_service(&sealed_at("rejection_reason", id), asked.reason.as_str().as_bytes())?;
    let rejection = (
        legal_holds::status.eq(<&str>::from(status)),
        legal_holds::proposed_by.eq(None::<String>),
        legal_holds::proposed_issuer.eq(None::<String>),
        legal_holds::proposed_claim.eq(None::<String>),
        legal_holds::proposed_at.eq(None::<crate::domain::Instant>),
        legal_holds::release_reason.eq(None::<Vec<u8>>),
        legal_holds::rejection_reason.eq(reason),
    );
    diesel::update(legal_holds::table.find(id)).set(rejection).execute(tx.connection())?;
    step.done(tx, status, Action::HoldsRejectRelease)
}
