//! Recalling disclosures: the recipient must not use the data any longer.

use diesel::prelude::*;

use super::ending::Part;
use super::{disclosures, lasts};
use crate::domain::{AgreementId, ContactId, DisclosureId, Error, EventId, OrganisationId};
use crate::platform::audit::{Action, Changed, Entry};
use crate::platform::db::{all_locked, among_ids};
use crate::platform::transaction::WriteTx;
use crate::policy::sharing::{RecallCause, Status};
use crate::resources::agreements::store::reads;
use crate::resources::organisations::model::OrganisationKind;
use crate::resources::organisations::store as organisations;

/// Which disclosures to recall. What a law requires is recalled by [`Recall::One`] and [`Recall::Erased`] alone.
#[derive(Clone, Debug)]
pub enum Recall {
    /// One, live or proposed.
    One(DisclosureId),
    /// Those of a person to organisations of a kind. The person's contact is locked.
    Person {
        /// The person's contacts.
        ids: Vec<ContactId>,
        /// The kind that the person refuses.
        kind: OrganisationKind,
    },
    /// Those of a person at one event to organisations of the kinds. The person's contact is locked.
    Event {
        /// The event.
        event: EventId,
        /// The person's contacts.
        ids: Vec<ContactId>,
        /// The kinds with which the person does not share any longer; all kinds if empty.
        kinds: Vec<OrganisationKind>,
    },
    /// Those of an organisation's part in an event. The agreement is locked.
    Part(Part),
    /// Those under an agreement, which is locked.
    Agreement(AgreementId),
    /// All of a person who is erased, proposed ones too. The person's contact is locked.
    Erased {
        /// The person's contacts.
        ids: Vec<ContactId>,
    },
}

/// Recalls live disclosures, with an audit entry for each, and returns how many there were. Expired ones stay as they are.
///
/// # Errors
/// When the rows cannot be read or written; then nothing is recalled.
pub fn recall(tx: &mut WriteTx<'_>, which: &Recall, cause: RecallCause) -> Result<usize, Error> {
    let found = locked(tx, which)?;
    if found.is_empty() {
        return Ok(0);
    }
    let ids: Vec<DisclosureId> = found.iter().map(|(id, _, _)| *id).collect();
    let recipients: Vec<OrganisationId> = found.iter().map(|(_, _, organisation)| *organisation).collect();
    let changes = (
        disclosures::status.eq(<&str>::from(Status::Recalled)),
        disclosures::recalled_at.eq(tx.now()),
        disclosures::recall_cause.eq(<&str>::from(cause)),
        disclosures::updated_at.eq(tx.now()),
        disclosures::version.eq(disclosures::version + 1),
    );
    diesel::update(disclosures::table.filter(among_ids(disclosures::id, &ids)))
        .set(changes)
        .execute(tx.connection())?;
    reads::lock_against_reads(tx, &recipients)?;
    let entry = |(id, contact, _): Found| {
        let entry = Entry::new(Action::DisclosuresRecall).contact(contact).subject(id);
        let changed = Changed::named(&["recall_cause", "recalled_at", "status"]);
        entry.changed(changed).with("cause", <&str>::from(cause))
    };
    let count = found.len();
    let entries = found.into_iter().map(entry).collect();
    tx.also(|tx| tx.record_each(entries, count))
}

/// A disclosure to recall: its person, and its recipient.
type Found = (DisclosureId, ContactId, OrganisationId);

/// Locks the disclosures in the order of their ids, so that two transactions that recall several never deadlock.
fn locked(tx: &mut WriteTx<'_>, which: &Recall) -> Result<Vec<Found>, Error> {
    let now = tx.now();
    macro_rules! those {
        ($condition:expr) => {{
            let those = disclosures::table.filter($condition).order(disclosures::id);
            let found = those.select((disclosures::id, disclosures::contact_id, disclosures::organisation_id));
            all_locked!(tx.connection(), found)?
        }};
    }
    let live = || stored!("live").and(lasts(now));
    let by_agreement = || live().and(disclosures::agreement_id.is_not_null());
    let unsettled = || disclosures::status.eq_any(["live", "proposed"]).and(lasts(now));
    Ok(match which {
        Recall::One(id) => those!(disclosures::id.eq(*id).and(unsettled())),
        Recall::Erased { ids } => those!(among_ids(disclosures::contact_id, ids).and(unsettled())),
        Recall::Agreement(agreement) => those!(disclosures::agreement_id.eq(*agreement).and(live())),
        Recall::Part(Part { event, organisation, agreement, purpose }) => {
            let theirs = disclosures::event_id.eq(*event).and(disclosures::organisation_id.eq(*organisation));
            let part = disclosures::agreement_id.eq(*agreement).and(disclosures::purpose.eq(purpose.as_str()));
            those!(theirs.and(part).and(live()))
        }
        Recall::Person { ids, kind } => {
            let of_kind = organisations::ids_of_kinds(tx, &[*kind])?;
            let theirs = among_ids(disclosures::contact_id, ids).and(by_agreement());
            those!(theirs.and(among_ids(disclosures::organisation_id, &of_kind)))
        }
        Recall::Event { event, ids, kinds } => {
            let theirs = among_ids(disclosures::contact_id, ids).and(disclosures::event_id.eq(*event));
            let theirs = theirs.and(live());
            if kinds.is_empty() {
                those!(theirs)
            } else {
                let of_kinds = organisations::ids_of_kinds(tx, kinds)?;
                those!(theirs.and(among_ids(disclosures::organisation_id, &of_kinds)))
            }
        }
    })
}
