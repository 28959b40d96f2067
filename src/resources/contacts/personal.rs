//! What this room holds of people.

use serde::Serialize;
use serde_json::json;

use super::cards;
use super::model::Contact;
use super::sharing_refusals::model::SharingRefusal;
use super::sharing_refusals::store as sharing_refusals;
use super::store::{self, MergedContact, answers};
use crate::domain::{Card, ContactId, Error, Obstacle, PersonalRecord, PossibleMatch};
use crate::personal::{Erasing, Held, Holder, Merging, Person, SearchTerm};
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

    fn cards(&self) -> &'static [Card] {
        cards::CARDS
    }

    fn blocks_deletion(&self, _: &mut ReadTx<'_>, _: &Person) -> Result<bool, Error> {
        Ok(false)
    }

    // The contacts themselves were merged before the rooms are asked.
    fn merge(&self, tx: &mut WriteTx<'_>, merging: &Merging) -> Result<(), Error> {
        answers::merge(tx, merging)?;
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
        let mut contact = Box::new(store::for_the_person(tx, person.contact)?);
        // The particulars of a package have the source, in that place alone.
        contact.source = None;
        let hashes_of_your_name_and_number = store::count_tokens(tx, person.contact)?;
        let survivor = ContactOfPerson::Survivor { contact, hashes_of_your_name_and_number };
        let merged = store::merged_contacts(tx, person)?.into_iter().map(ContactOfPerson::Merged);
        let refused = sharing_refusals::of_person(tx, person)?.into_iter();
        let refused = refused.map(
            |SharingRefusal { recipient_kind, since }| json!({ "recipient_kind": recipient_kind, "since": since }),
        );
        let plans = store::erasure::plans_of(tx, person)?.into_iter();
        let plans = plans.map(|(proposed, executed)| json!({ "proposed_at": proposed, "executed_at": executed }));
        let answers = answers::of_person(tx, person)?.into_iter();
        let answers = answers.map(|(answer, at)| json!({ "answer": answer, "answered_at": at }));
        Ok(vec![
            Held::new("contacts", SearchTerm::CONTACT, std::iter::once(survivor).chain(merged))?,
            Held::new("sharing_refusals", SearchTerm::CONTACT, refused)?,
            Held::new("erasure_plans", SearchTerm::CONTACT, plans)?,
            Held::new("match_answers", SearchTerm::CONTACT, answers)?,
        ])
    }
}
