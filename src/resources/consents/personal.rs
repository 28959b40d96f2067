//! What this room holds of people.

use diesel::prelude::*;

use super::store::{self, consents};
use crate::domain::{ConsentId, ContactId, Error, LawfulBasis, Obstacle, PersonalRecord, StoredRow, Use};
use crate::personal::{AddressChange, Class, Erasing, Held, Holder, Merging, Person, Table};
use crate::platform::transaction::{ReadTx, WriteTx};

/// The room's personal data.
pub struct ConsentData;

impl Holder for ConsentData {
    fn room(&self) -> &'static str {
        "consents"
    }

    fn tables(&self) -> &'static [Table] {
        use Class::{Plain, Pseudonymous, Sealed};
        &[
            Table {
                name: "consents",
                meaning: "The state of each consent, which follows from its decisions.",
                columns: &[
                    ("id", Pseudonymous),
                    ("contact_id", Pseudonymous),
                    ("purpose", Plain),
                    ("state", Plain),
                    ("since", Plain),
                    ("notice_version", Plain),
                    ("method", Plain),
                    ("decision_id", Pseudonymous),
                    ("pending_decision_id", Pseudonymous),
                    ("pending_until", Plain),
                    ("withdrawn_at", Plain),
                    ("objected_at", Plain),
                    ("created_at", Plain),
                    ("version", Plain),
                ],
            },
            Table {
                name: "consent_decisions",
                meaning: "Every decision, append-only: the proof that a consent was given and withdrawn.",
                columns: &[
                    ("id", Pseudonymous),
                    ("consent_id", Pseudonymous),
                    ("contact_id", Pseudonymous),
                    ("purpose", Plain),
                    ("decision", Plain),
                    ("method", Plain),
                    ("occurred_at", Plain),
                    ("recorded_at", Plain),
                    ("pending_until", Plain),
                    ("notice_version", Plain),
                    ("wording_sha256", Plain),
                    ("evidence", Sealed),
                    ("confirms", Pseudonymous),
                    ("recorded_by", Pseudonymous),
                    ("merged_from", Pseudonymous),
                    ("objection", Plain),
                ],
            },
            Table {
                name: "consent_confirmations",
                meaning: "The links that ask a mailbox to confirm, as hashes.",
                columns: &[
                    ("token_hash", Plain),
                    ("mark", Class::BlindIndex),
                    ("decision_id", Pseudonymous),
                    ("consent_id", Pseudonymous),
                    ("expires_at", Plain),
                    ("spent_at", Plain),
                ],
            },
        ]
    }

    fn blocks_deletion(&self, tx: &mut ReadTx<'_>, contact: ContactId) -> Result<bool, Error> {
        let found: Option<ConsentId> = consents::table
            .filter(consents::contact_id.eq(contact))
            .select(consents::id)
            .first(tx.connection())
            .optional()?;
        Ok(found.is_some())
    }

    fn uses(&self, tx: &mut ReadTx<'_>, contact: ContactId) -> Result<Vec<Use>, Error> {
        let decided =
            consents::table.filter(consents::contact_id.eq(contact)).select((consents::id, consents::purpose));
        let decided: Vec<(ConsentId, String)> = decided.load(tx.connection())?;
        let used = |(id, purpose): (ConsentId, String)| {
            let purpose = StoredRow::new("consents", id).read("purpose", purpose.parse())?;
            Ok(Use { purpose, basis: LawfulBasis::Consent })
        };
        decided.into_iter().map(used).collect()
    }

    fn export(&self, tx: &mut ReadTx<'_>, person: &Person) -> Result<Vec<Held>, Error> {
        super::personal_export::of(tx, person)
    }

    fn address_changed(&self, tx: &mut WriteTx<'_>, contact: ContactId, change: AddressChange) -> Result<(), Error> {
        store::new_mailbox::ask(tx, contact, change)
    }

    fn merge(&self, tx: &mut WriteTx<'_>, merging: &Merging) -> Result<(), Error> {
        store::merge::merge(tx, merging)
    }

    fn records(&self, tx: &mut ReadTx<'_>, person: &Person) -> Result<Vec<PersonalRecord>, Error> {
        store::erase::records(tx, person)
    }

    fn obstacles(&self, _: &mut ReadTx<'_>, _: &Person) -> Result<Vec<Obstacle>, Error> {
        Ok(Vec::new())
    }

    fn erase(&self, tx: &mut WriteTx<'_>, erasing: &Erasing) -> Result<(), Error> {
        store::erase::erase(tx, erasing)
    }
}
