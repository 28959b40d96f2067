//! What this room holds of people.

use super::store;
use crate::domain::{ContactId, Error};
use crate::platform::doors::{ReadTx, WriteTx};
use crate::platform::personal::{Class, Holder, Merging, Table};

/// The room's personal data.
pub struct ComplaintData;

impl Holder for ComplaintData {
    fn room(&self) -> &'static str {
        "complaints"
    }

    fn tables(&self) -> &'static [Table] {
        use Class::{Plain, Pseudonymous, Sealed};
        &[
            Table {
                name: "complaints",
                meaning: "Complaints about the use of somebody's data. Who complains, of what, and what was found is in `particulars`, under a key of the complaint's own.",
                columns: &[
                    ("id", Pseudonymous),
                    ("reference", Pseudonymous),
                    ("contact_id", Pseudonymous),
                    ("channel", Plain),
                    ("received_on", Plain),
                    ("status", Plain),
                    ("acknowledged_on", Plain),
                    ("outcome", Plain),
                    ("closed_on", Plain),
                    ("particulars", Sealed),
                    ("created_at", Plain),
                    ("updated_at", Plain),
                    ("version", Plain),
                ],
            },
            Table {
                name: "complaint_steps",
                meaning: "What was done about each complaint, when and by whom.",
                columns: &[
                    ("id", Plain),
                    ("complaint_id", Pseudonymous),
                    ("status", Plain),
                    ("occurred_on", Plain),
                    ("recorded_at", Plain),
                    ("recorded_by", Pseudonymous),
                ],
            },
        ]
    }

    // While something is still owed to the person. A complaint that was answered is kept as the proof of that, for its
    // own six years and under its own key, whether or not the contact is still there.
    fn blocks_deletion(&self, tx: &mut ReadTx<'_>, contact: ContactId) -> Result<bool, Error> {
        store::has_open(tx, contact)
    }

    fn merge(&self, tx: &mut WriteTx<'_>, merging: &Merging) -> Result<(), Error> {
        store::merge(tx, merging)
    }
}
