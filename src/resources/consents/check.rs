//! Whether people may be sent something now.

use std::collections::{HashMap, HashSet};

use chrono::NaiveDate;
use diesel::prelude::*;

use super::model::{CheckConsents, CheckResult, CheckResults, CheckRow, Contactability};
use super::store::consents;
use crate::domain::{ContactId, Error, Instant, StoredRow};
use crate::platform::audit::{Action, Entry};
use crate::platform::db::{among_ids, direct};
use crate::platform::transaction::ReadTx;
use crate::policy::consent::{self, Reading, State};
use crate::policy::contactability::{Bar, contactability};
use crate::resources::contacts::model::ContactStatus;
use crate::resources::contacts::store as contacts;
use crate::resources::{notices, suppressions};

/// The facts that decide how a person's answer reads, and whether the person objected.
type Row = (ContactId, String, NaiveDate, Option<Instant>, bool);

/// One row for each contact, in the order asked.
///
/// # Errors
/// 422 for a purpose that rests on a contract alone.
pub(super) fn check(tx: &mut ReadTx<'_>, asked: &CheckConsents) -> Result<CheckResults, Error> {
    consent::must_take_consent(asked.purpose)?;
    let now = tx.now();
    let change = notices::store::material_changes(tx, now)?.of(asked.purpose);
    let reach = contacts::reach(tx, &asked.contact_ids)?;
    let marks: Vec<Vec<u8>> = reach.values().filter_map(|reach| reach.mark.clone()).collect();
    let suppressed: HashSet<_> = suppressions::store::suppressed_among(tx, marks, asked.purpose)?.into_iter().collect();
    let of_them = among_ids(consents::contact_id, &asked.contact_ids);
    let rows = consents::table.filter(consents::purpose.eq(asked.purpose.as_str()).and(of_them));
    let columns = (
        consents::contact_id,
        consents::state,
        consents::notice_version,
        consents::pending_until,
        consents::objected_at.is_not_null(),
    );
    let rows: Vec<Row> = direct!(tx.connection(), engine => rows.select(columns).load(engine))?;
    let mut answers: HashMap<ContactId, (State, bool)> = HashMap::with_capacity(rows.len());
    for (contact, state, notice_version, pending_until, objected) in rows {
        let of_contact = format_args!("contact {contact}");
        let stored = StoredRow::new("consents", of_contact);
        let reading = Reading { state: stored.read("state", state.parse())?, notice_version, pending_until };
        answers.insert(contact, (consent::state_at(reading, change, now), objected));
    }
    let judge = |contact_id: &ContactId| match reach.get(contact_id) {
        None => Contactability::Unknown,
        Some(reach) => {
            let answer = answers.get(contact_id);
            let bars = [
                (reach.mark.as_ref().is_some_and(|mark| suppressed.contains(mark)), Bar::Suppressed),
                (answer.is_some_and(|(_, objected)| *objected), Bar::Objected),
                (reach.status == ContactStatus::Restricted, Bar::Restricted),
                (reach.status == ContactStatus::Erased, Bar::Erased),
            ];
            let bars = bars.into_iter().filter_map(|(stands, bar)| stands.then_some(bar));
            contactability(bars, answer.map(|(state, _)| *state))
        }
    };
    let results = asked.contact_ids.iter().map(|contact_id| {
        let code = judge(contact_id);
        let result = if code == Contactability::Given { CheckResult::Allowed } else { CheckResult::Denied };
        CheckRow { contact_id: *contact_id, result, code }
    });
    let results: Vec<CheckRow> = results.collect();
    tx.look(Entry::new(Action::ConsentsCheck).with("purpose", asked.purpose.as_str()).with("count", results.len()));
    Ok(CheckResults { results })
}
