//! What this room holds of people.

use serde_json::json;

use super::store;
use crate::domain::{ContactId, Error};
use crate::platform::doors::{ReadTx, WriteTx};
use crate::platform::personal::{Class, Held, Holder, Merging, Person, Table};

/// The room's personal data.
pub struct ContactData;

impl Holder for ContactData {
    fn room(&self) -> &'static str {
        "contacts"
    }

    fn tables(&self) -> &'static [Table] {
        &[
            Table {
                name: "contacts",
                meaning: "The people that IEWM knows. Name, addresses, numbers, work and source are in `particulars`.",
                columns: &[
                    ("id", Class::Pseudonymous),
                    ("status", Class::Plain),
                    ("obtained_on", Class::Plain),
                    ("created_at", Class::Plain),
                    ("updated_at", Class::Plain),
                    ("last_activity_on", Class::Plain),
                    ("particulars", Class::Sealed),
                    ("email_index", Class::BlindIndex),
                    ("telephone_index", Class::BlindIndex),
                    ("version", Class::Plain),
                    ("merged_into", Class::Pseudonymous),
                    ("former_mark", Class::BlindIndex),
                    ("email_bounced_at", Class::Plain),
                ],
            },
            Table {
                name: "contact_name_tokens",
                meaning: "Keyed hashes of the beginnings of the words of names, shared by many names, for the search.",
                columns: &[("token", Class::BlindIndex), ("contact_id", Class::Pseudonymous)],
            },
        ]
    }

    fn blocks_deletion(&self, _: &mut ReadTx<'_>, _: ContactId) -> Result<bool, Error> {
        Ok(false)
    }

    fn export(&self, tx: &mut ReadTx<'_>, person: &Person) -> Result<Vec<Held>, Error> {
        let contact = store::live(tx, person.id)?.contact;
        let hashes = json!({ "hashes_of_the_words_of_your_name": store::count_name_tokens(tx, person.id)? });
        Ok(vec![Held::new("contacts", [contact])?, Held::new("contact_name_tokens", [hashes])?])
    }

    // The room that merges: it does so itself, before it asks the others.
    fn merge(&self, _: &mut WriteTx<'_>, _: &Merging) -> Result<(), Error> {
        Ok(())
    }
}
