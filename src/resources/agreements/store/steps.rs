//! The life of an agreement: each step locks its row, judges, and writes.

use diesel::prelude::*;

use super::super::followers::AgreementFollowers;
use super::super::model::{AgreementStatus, EndAgreement, ProposeAgreement, SharingAgreement};
use super::{Row, TABLE, place, read, reads, recipient, row, sharing_agreements};
use crate::domain::{AgreementId, Error, Fault, Lifecycle, Party, london_date};
use crate::platform::audit::{Action, Before, Entry};
use crate::platform::db::dialect;
use crate::platform::transaction::{Recorded, WriteTx};
use crate::policy::Lawful;
use crate::policy::agreements::{self as law, Activation, Facts};
use crate::resources::organisations::store as organisations;

/// Proposes an agreement.
///
/// # Errors
/// 422 for an organisation that is not there, or as [`law::propose`] says; 409 for an organisation that is not active.
pub fn propose(mut tx: WriteTx<'_>, asked: &ProposeAgreement) -> Result<Recorded<SharingAgreement>, Error> {
    let organisation = asked.organisation_id;
    // An end of the organisation ends its agreements: it must not miss this one.
    organisations::lock_shared(&mut tx, organisation)?;
    let Some(recipient) = recipient(&mut tx, organisation)? else {
        return Err(Error::invalid(Fault::unknown_reference("/organisation_id")));
    };
    let (now, id) = (tx.now(), tx.new_id::<AgreementId>());
    let status = law::propose(recipient, asked.starts_on, asked.ends_on, london_date(now))?;
    let necessity = tx.seal_for_service(&place("necessity", id), asked.necessity.as_str().as_bytes())?;
    let proposer = Party::from(tx.actor());
    let values = (
        sharing_agreements::id.eq(id),
        sharing_agreements::organisation_id.eq(organisation),
        sharing_agreements::purposes.eq(asked.purposes.text()),
        sharing_agreements::fields.eq(asked.fields.text()),
        sharing_agreements::necessity.eq(necessity),
        sharing_agreements::starts_on.eq(asked.starts_on),
        sharing_agreements::ends_on.eq(asked.ends_on),
        sharing_agreements::status.eq(<&str>::from(*status)),
        sharing_agreements::proposed_by.eq(proposer.subject),
        sharing_agreements::proposed_issuer.eq(proposer.issuer),
        sharing_agreements::proposed_claim.eq(proposer.claim.map(<&str>::from)),
        sharing_agreements::proposed_at.eq(now),
        sharing_agreements::updated_at.eq(now),
        sharing_agreements::version.eq(1),
    );
    diesel::insert_into(sharing_agreements::table).values(values).execute(tx.connection())?;
    let made = read(&mut tx, id)?;
    let entry = Entry::new(Action::AgreementsPropose)
        .subject(id)
        .with("organisation_id", organisation.to_string())
        .with("purposes", made.purposes.text())
        .with("fields", made.fields.text());
    tx.record(entry, made)
}

/// An agreement whose row is locked until the transaction ends, as a step finds it.
struct Step {
    before: SharingAgreement,
    proposer: Party,
    /// The members as they were, to name the changed ones in the audit.
    was: Before,
}

impl Step {
    /// Locks an agreement.
    ///
    /// # Errors
    /// 404 when there is none.
    fn of(tx: &mut WriteTx<'_>, id: AgreementId) -> Result<Self, Error> {
        dialect::lock(tx.connection(), TABLE, id.uuid())?;
        let row: Row = row(tx, id)?;
        let proposer = row.proposer()?;
        let before = row.agreement(tx)?;
        let was = Before::of(&before)?;
        Ok(Self { before, proposer, was })
    }

    /// What policy must know to let the agreement become active.
    fn facts(&self, tx: &mut WriteTx<'_>) -> Result<Facts, Error> {
        let id = self.before.organisation_id;
        let recipient = recipient(tx, id)?.ok_or_else(|| Error::internal("an agreement of no organisation"))?;
        Ok(Facts { status: self.before.status, recipient, proposer: self.proposer.clone() })
    }

    /// Records the step in the audit, and returns the agreement as it is now.
    fn done(self, mut tx: WriteTx<'_>, action: Action) -> Result<Recorded<SharingAgreement>, Error> {
        let after = read(&mut tx, self.before.id)?;
        let entry = Entry::new(action)
            .subject(after.id)
            .changed(self.was.changed(&after)?)
            .with("organisation_id", after.organisation_id.to_string());
        tx.record(entry, after)
    }
}

/// Writes the status of an agreement. Only [`activate`] makes one active.
fn write_status(tx: &mut WriteTx<'_>, before: &SharingAgreement, status: AgreementStatus) -> Result<(), Error> {
    let changes = (
        sharing_agreements::status.eq(<&str>::from(status)),
        sharing_agreements::updated_at.eq(tx.now()),
        sharing_agreements::version.eq(before.version + 1),
    );
    diesel::update(sharing_agreements::table.find(before.id)).set(changes).execute(tx.connection())?;
    Ok(())
}

/// Makes an agreement active, as the law allows.
fn activate(tx: &mut WriteTx<'_>, before: &SharingAgreement, _: Lawful<Activation>) -> Result<(), Error> {
    write_status(tx, before, AgreementStatus::Active)
}

/// Approves a proposed agreement.
///
/// # Errors
/// 404; 403 for a program, and for the proposer; 409 unless the agreement is proposed and the organisation is active.
pub fn approve(mut tx: WriteTx<'_>, id: AgreementId) -> Result<Recorded<SharingAgreement>, Error> {
    let step = Step::of(&mut tx, id)?;
    let lawful = law::approve(&step.facts(&mut tx)?, tx.actor())?;
    let Party { issuer, subject, .. } = Party::from(tx.actor());
    let approval = (
        sharing_agreements::approved_by.eq(subject),
        sharing_agreements::approved_issuer.eq(issuer),
        sharing_agreements::approved_at.eq(tx.now()),
    );
    diesel::update(sharing_agreements::table.find(id)).set(approval).execute(tx.connection())?;
    activate(&mut tx, &step.before, lawful)?;
    step.done(tx, Action::AgreementsApprove)
}

/// Reinstates a suspended agreement.
///
/// # Errors
/// 404; 409 unless the agreement is suspended and the organisation is active.
pub fn reinstate(mut tx: WriteTx<'_>, id: AgreementId) -> Result<Recorded<SharingAgreement>, Error> {
    let step = Step::of(&mut tx, id)?;
    let lawful = law::reinstate(&step.facts(&mut tx)?)?;
    activate(&mut tx, &step.before, lawful)?;
    step.done(tx, Action::AgreementsReinstate)
}

/// Suspends an active agreement.
///
/// # Errors
/// 404; 409 unless the agreement is active.
pub fn suspend(mut tx: WriteTx<'_>, id: AgreementId) -> Result<Recorded<SharingAgreement>, Error> {
    let step = Step::of(&mut tx, id)?;
    let status = step.before.status.go_to(AgreementStatus::Suspended)?;
    write_status(&mut tx, &step.before, status)?;
    reads::lock_against_reads(&mut tx, &[step.before.organisation_id])?;
    step.done(tx, Action::AgreementsSuspend)
}

/// Turns a proposal down, or ends an approved agreement early. The followers of the latter follow in the same transaction.
///
/// # Errors
/// 404; 409 once the agreement has ended.
pub fn end(mut tx: WriteTx<'_>, id: AgreementId, asked: &EndAgreement) -> Result<Recorded<SharingAgreement>, Error> {
    let step = Step::of(&mut tx, id)?;
    let status = step.before.status.go_to(AgreementStatus::Ended)?;
    let reason = tx.seal_for_service(&place("end_reason", id), asked.reason.as_str().as_bytes())?;
    let end = (
        sharing_agreements::status.eq(<&str>::from(status)),
        sharing_agreements::end_reason.eq(reason),
        sharing_agreements::ended_at.eq(tx.now()),
        sharing_agreements::updated_at.eq(tx.now()),
        sharing_agreements::version.eq(step.before.version + 1),
    );
    diesel::update(sharing_agreements::table.find(id)).set(end).execute(tx.connection())?;
    if step.before.status != AgreementStatus::Proposed {
        let followers: AgreementFollowers = tx.extension()?;
        followers.iter().try_for_each(|follower| follower.agreement_ended(&mut tx, id))?;
    }
    step.done(tx, Action::AgreementsEnd)
}
