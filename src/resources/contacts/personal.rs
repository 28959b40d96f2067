//! What this room holds of people.

use serde::Serialize;
use serde_json::json;

use super::model::Contact;
use super::sharing_refusals::model::SharingRefusal;
use super::sharing_refusals::store as sharing_refusals;
use super::store::{self, MergedContact};
use crate::domain::{ContactId, Error, Obstacle, PersonalRecord, PossibleMatch};
use crate::personal::{Class, Erasing, Held, Holder, Merging, Person, SearchTerm, Table};
use crate::platform::transaction::{ReadTx, WriteTx};

/// The room's personal data.
pub struct ContactData;

/// One of a person's contacts, as the package shows it.
#[derive(Serialize)]
#[serde(untagged)]
enum ContactOfPerson {
    /// The contact that holds their particulars.
    Survivor {
        #[serde(flatten)]
        contact: Box<Contact>,
        hashes_of_your_name_and_number: usize,
    },
    /// What is left of a contact that was merged into it.
    Merged(MergedContact),
}

impl Holder for ContactData {
    fn room(&self) -> &'static str {
        "contacts"
    }

    fn tables(&self) -> &'static [Table] {
        &[
            Table {
                name: "contacts",
                meaning: "The contacts. Name, addresses, numbers, work and source are in `particulars`; \
                          `search_tokens` are keyed hashes of the beginnings of the words of names, shared by many \
                          names, and that of the number, for the search; `named_number` is one of the number and the \
                          name together.",
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
                    // Empty, and not used: `former_addresses` has what it had. To be dropped with the next release.
                    ("email_bounced_at", Class::Plain),
                    ("restricted_ground", Class::Plain),
                    ("restricted_at", Class::Plain),
                    ("search_tokens", Class::BlindIndex),
                    ("named_number", Class::BlindIndex),
                    ("address_check", Class::Plain),
                ],
            },
            Table {
                name: "erasure_plans",
                meaning: "The erasures that were proposed and executed, with their authors: ids, counts and grounds.",
                columns: &[
                    ("id", Class::Plain),
                    ("contact_id", Class::Pseudonymous),
                    ("sha256", Class::Plain),
                    ("plan", Class::Pseudonymous),
                    ("obstacles", Class::Pseudonymous),
                    ("proposed_by", Class::Pseudonymous),
                    ("proposed_at", Class::Plain),
                    ("executed_by", Class::Pseudonymous),
                    ("executed_at", Class::Plain),
                    ("proposed_issuer", Class::Plain),
                    ("proposed_claim", Class::Plain),
                    ("executed_issuer", Class::Plain),
                ],
            },
            Table {
                name: "sharing_refusals",
                meaning: "The kinds of recipient that must not receive a person's data.",
                columns: &[
                    ("contact_id", Class::Pseudonymous),
                    ("recipient_kind", Class::Plain),
                    ("since", Class::Plain),
                ],
            },
        ]
    }

    fn blocks_deletion(&self, _: &mut ReadTx<'_>, _: ContactId) -> Result<bool, Error> {
        Ok(false)
    }

    // The contacts themselves were merged before the rooms are asked.
    fn merge(&self, tx: &mut WriteTx<'_>, merging: &Merging) -> Result<(), Error> {
        sharing_refusals::merge(tx, merging)
    }

    fn records(&self, tx: &mut ReadTx<'_>, person: &Person) -> Result<Vec<PersonalRecord>, Error> {
        store::records(tx, person)
    }

    fn matches(&self, tx: &mut ReadTx<'_>, person: &Person, _: Option<&[u8]>) -> Result<Vec<PossibleMatch>, Error> {
        store::matches::others(tx, person)
    }

    fn obstacles(&self, _: &mut ReadTx<'_>, _: &Person) -> Result<Vec<Obstacle>, Error> {
        Ok(Vec::new())
    }

    fn erase(&self, tx: &mut WriteTx<'_>, erasing: &Erasing) -> Result<(), Error> {
        let withheld: Vec<ContactId> = erasing.withheld_of("contacts");
        let theirs = erasing.person.ids.iter().filter(|id| !withheld.contains(id));
        theirs.copied().try_for_each(|id| sharing_refusals::forget(tx, id))?;
        store::empty(tx, erasing)
    }

    fn export(&self, tx: &mut ReadTx<'_>, person: &Person) -> Result<Vec<Held>, Error> {
        let contact = Box::new(store::for_the_person(tx, person.contact)?);
        let hashes_of_your_name_and_number = store::count_tokens(tx, person.contact)?;
        let survivor = ContactOfPerson::Survivor { contact, hashes_of_your_name_and_number };
        let merged = store::merged_contacts(tx, person)?.into_iter().map(ContactOfPerson::Merged);
        let refused = sharing_refusals::of_person(tx, person)?.into_iter();
        let refused = refused.map(
            |SharingRefusal { recipient_kind, since }| json!({ "recipient_kind": recipient_kind, "since": since }),
        );
        let plans = store::erasure::plans_of(tx, person)?.into_iter();
        let plans = plans.map(|(proposed, executed)| json!({ "proposed_at": proposed, "executed_at": executed }));
        Ok(vec![
            Held::new("contacts", SearchTerm::CONTACT, std::iter::once(survivor).chain(merged))?,
            Held::new("sharing_refusals", SearchTerm::CONTACT, refused)?,
            Held::new("erasure_plans", SearchTerm::CONTACT, plans)?,
        ])
    }
}
