//! How a breach comes to be known and what is done about it.

use diesel::prelude::*;

use super::super::model::{
    AssessBreach, Breach, BreachStatus, BreachText, CloseBreach, NotifyBreach, Phase, ReportBreach,
};
use super::super::words::Particulars;
use super::{SEPARATOR, as_seen, breach_steps, breaches, one};
use crate::domain::{BreachId, BreachStepId, Error, Fault, Instant, Lifecycle, OrganisationId, Scope, london_date};
use crate::platform::audit::{Action, Before, Entry};
use crate::platform::db::dialect;
use crate::platform::reference;
use crate::platform::transaction::{ReadTx, Recorded, WriteTx};
use crate::policy::breaches::{awareness_fault, notification_faults};
use crate::policy::{breach_clock, breaches as law, retention};
use crate::resources::organisations;

/// The letters of a breach's reference.
const SERIES: &str = "PB";

fn entry(action: Action, breach: &Breach) -> Entry {
    Entry::new(action).subject(breach.id).with("reference", breach.reference.as_deref())
}

/// The values of a breach's columns but its id, its reference, who reported it, and the instant of its making.
macro_rules! content {
    ($tx:expr, $breach:expr) => {{
        let breach: &Breach = $breach;
        let categories: Vec<&str> = breach.categories.iter().map(<&str>::from).collect();
        let told = Particulars {
            nature: breach.nature.clone(),
            consequences: breach.consequences.clone(),
            measures: breach.measures.clone(),
            reasons: breach.reasons.clone(),
            explanation: breach.explanation.clone(),
        };
        (
            breaches::aware_at.eq(breach.aware_at),
            breaches::categories.eq(categories.join(SEPARATOR)),
            breaches::approximate_subjects.eq(breach.approximate_subjects),
            breaches::approximate_records.eq(breach.approximate_records),
            breaches::status.eq(<&str>::from(breach.status)),
            breaches::risk.eq(breach.risk.map(<&str>::from)),
            breaches::notify_regulator.eq(breach.notify_regulator),
            breaches::notify_subjects.eq(breach.notify_subjects),
            breaches::notified_at.eq(breach.notified_at),
            breaches::closed_at.eq(breach.closed_at),
            breaches::particulars.eq(told.seal($tx, breach.id)?),
            breaches::updated_at.eq($tx.now()),
            breaches::version.eq(breach.version),
        )
    }};
}

/// Who is said to have reported a breach: a contractor its own organisation and no other.
fn reporter(
    tx: &mut ReadTx<'_>,
    said: Option<OrganisationId>,
    faults: &mut Vec<Fault>,
) -> Result<Option<OrganisationId>, Error> {
    let (reporter, known) = match (tx.scope(), said) {
        (Scope::Organisation(own), said) => (Some(own), said.is_none_or(|said| said == own)),
        (Scope::All, Some(said)) => (Some(said), organisations::store::is_there(tx, said)?),
        (Scope::All, None) => (None, true),
    };
    if !known {
        faults.push(Fault::unknown_reference("/reported_by_organisation_id"));
    }
    Ok(reporter)
}

fn none(faults: Vec<Fault>) -> Result<(), Error> {
    if faults.is_empty() { Ok(()) } else { Err(Error::invalid(faults)) }
}

/// Enters a breach in the register.
///
/// # Errors
/// 422 for an instant in the future, or an organisation that is not there or not the contractor's own.
pub fn report(mut tx: WriteTx<'_>, asked: ReportBreach) -> Result<Recorded<Breach>, Error> {
    let (now, latest) = (tx.now(), tx.latest());
    let mut faults: Vec<Fault> = awareness_fault(asked.aware_at, latest).into_iter().collect();
    let reported_by_organisation_id = reporter(&mut tx, asked.reported_by_organisation_id, &mut faults)?;
    none(faults)?;
    let reference = reference::next(&mut tx, SERIES)?;
    let made = Breach {
        id: tx.new_id(),
        reference: Some(reference.clone()),
        aware_at: asked.aware_at,
        notify_by: breach_clock::notification(asked.aware_at).due_at,
        nature: asked.nature,
        categories: asked.categories,
        approximate_subjects: asked.approximate_subjects,
        approximate_records: asked.approximate_records,
        consequences: asked.consequences,
        measures: asked.measures,
        reported_by_organisation_id,
        risk: None,
        reasons: None,
        notify_regulator: None,
        notify_subjects: None,
        notified_at: None,
        explanation: None,
        closed_at: None,
        keep_until: None,
        status: BreachStatus::Reported,
        version: 1,
    };
    let values = (
        breaches::id.eq(made.id),
        breaches::reference.eq(reference),
        breaches::reported_by_organisation_id.eq(made.reported_by_organisation_id),
        breaches::created_at.eq(now),
    );
    diesel::insert_into(breaches::table).values((values, content!(&tx, &made))).execute(tx.connection())?;
    note_step(&mut tx, &made, now, None)?;
    let seen = as_seen(made.clone(), tx.scope());
    tx.record(entry(Action::BreachesReport, &made), seen)
}

/// The breach, locked until the transaction ends.
fn locked(tx: &mut WriteTx<'_>, id: BreachId) -> Result<Breach, Error> {
    dialect::lock(tx.connection(), "breaches", id.uuid())?;
    one(tx, id)
}

/// Adds to the history of a breach that it came to its state, by a notification or otherwise.
fn note_step(
    tx: &mut WriteTx<'_>,
    breach: &Breach,
    at: Instant,
    notification: Option<(Phase, Option<&BreachText>)>,
) -> Result<(), Error> {
    let of = breach_steps::table.filter(breach_steps::breach_id.eq(breach.id));
    let last: Option<BreachStepId> =
        of.select(breach_steps::id).order(breach_steps::id.desc()).first(tx.connection()).optional()?;
    let id: BreachStepId = tx.new_id_after(last);
    let words = notification.and_then(|(_, words)| words).map(|words| words.seal(tx, id)).transpose()?;
    let values = (
        breach_steps::id.eq(id),
        breach_steps::breach_id.eq(breach.id),
        breach_steps::status.eq(<&str>::from(breach.status)),
        breach_steps::phase.eq(notification.map(|(phase, _)| <&str>::from(phase))),
        breach_steps::occurred_at.eq(at),
        breach_steps::words.eq(words),
        breach_steps::recorded_at.eq(tx.now()),
        breach_steps::recorded_by.eq(tx.actor().label()),
    );
    diesel::insert_into(breach_steps::table).values(values).execute(tx.connection())?;
    Ok(())
}

fn write(tx: &mut WriteTx<'_>, after: &Breach) -> Result<(), Error> {
    let content = content!(&*tx, after);
    diesel::update(breaches::table.find(after.id)).set(content).execute(tx.connection())?;
    Ok(())
}

/// Records what was judged of a breach.
///
/// # Errors
/// 404; 422 when the law demands a notification that is not to be given; 409 when its state does not allow it.
pub fn assess(mut tx: WriteTx<'_>, id: BreachId, asked: AssessBreach) -> Result<Recorded<Breach>, Error> {
    let before = locked(&mut tx, id)?;
    let was = Before::of(&before)?;
    law::assess(asked.risk, asked.notify_regulator)?;
    let after = Breach {
        status: before.status.go_to(BreachStatus::Assessed)?,
        risk: Some(asked.risk),
        reasons: Some(asked.reasons),
        notify_regulator: Some(asked.notify_regulator),
        notify_subjects: Some(asked.notify_subjects),
        approximate_subjects: asked.approximate_subjects.or(before.approximate_subjects),
        approximate_records: asked.approximate_records.or(before.approximate_records),
        consequences: asked.consequences.or(before.consequences),
        measures: asked.measures.or(before.measures),
        version: before.version + 1,
        ..before
    };
    write(&mut tx, &after)?;
    let now = tx.now();
    note_step(&mut tx, &after, now, None)?;
    let entry = entry(Action::BreachesAssess, &after)
        .changed(was.changed(&after)?)
        .with("risk", <&str>::from(asked.risk))
        .with("notify_regulator", asked.notify_regulator)
        .with("notify_subjects", asked.notify_subjects);
    tx.record(entry, after)
}

/// Records that the Information Commission was told.
///
/// # Errors
/// 404; 422 for an instant that cannot be true, or one after the 72 hours without a reason; 409 when its state does not
/// allow it.
pub fn notify(mut tx: WriteTx<'_>, id: BreachId, asked: NotifyBreach) -> Result<Recorded<Breach>, Error> {
    let before = locked(&mut tx, id)?;
    let was = Before::of(&before)?;
    let NotifyBreach { notified_at, phase, lateness_reason, .. } = asked;
    none(notification_faults(before.aware_at, notified_at, lateness_reason.is_some(), tx.latest()))?;
    let after = Breach {
        status: before.status.go_to(BreachStatus::Notified)?,
        notified_at: Some(before.notified_at.map_or(notified_at, |first| first.min(notified_at))),
        approximate_subjects: asked.approximate_subjects.or(before.approximate_subjects),
        approximate_records: asked.approximate_records.or(before.approximate_records),
        consequences: asked.consequences.or(before.consequences),
        measures: asked.measures.or(before.measures),
        version: before.version + 1,
        ..before
    };
    write(&mut tx, &after)?;
    note_step(&mut tx, &after, notified_at, Some((phase, lateness_reason.as_ref())))?;
    let entry = entry(Action::BreachesNotify, &after).changed(was.changed(&after)?);
    tx.record(entry.with("phase", <&str>::from(phase)), after)
}

/// Closes a breach.
///
/// # Errors
/// 404; 409 when its state does not allow it.
pub fn close(mut tx: WriteTx<'_>, id: BreachId, asked: CloseBreach) -> Result<Recorded<Breach>, Error> {
    let before = locked(&mut tx, id)?;
    let was = Before::of(&before)?;
    let now = tx.now();
    let after = Breach {
        status: before.status.go_to(BreachStatus::Closed)?,
        explanation: Some(asked.explanation),
        closed_at: Some(now),
        keep_until: Some(retention::keep_until(london_date(now))),
        version: before.version + 1,
        ..before
    };
    write(&mut tx, &after)?;
    note_step(&mut tx, &after, now, None)?;
    let changed = was.changed(&after)?;
    tx.record(entry(Action::BreachesClose, &after).changed(changed), after)
}
