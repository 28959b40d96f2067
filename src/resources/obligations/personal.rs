//! What this room holds of people.

use serde_json::json;

use crate::domain::{Card, Error, Obstacle, PersonalRecord};
use crate::personal::{Erasing, Held, Holder, Merging, Person, SearchTerm};
use crate::platform::transaction::{ReadTx, WriteTx};
use crate::resources::disclosures::obligations::{cards, store};
use crate::resources::organisations::store as organisations;

/// The room's personal data.
pub struct ObligationData;

impl Holder for ObligationData {
    fn room(&self) -> &'static str {
        "obligations"
    }

    fn cards(&self) -> &'static [Card] {
        cards::CARDS
    }

    // An obligation belongs to a disclosure, which blocks the deletion.
    fn blocks_deletion(&self, _: &mut ReadTx<'_>, _: &Person) -> Result<bool, Error> {
        Ok(false)
    }

    fn export(&self, tx: &mut ReadTx<'_>, person: &Person) -> Result<Vec<Held>, Error> {
        let (mut obligations, mut disclosures) = (Vec::new(), Vec::new());
        for obligation in store::of_person(tx, person)? {
            let recipient = organisations::read(tx, obligation.organisation_id)?.name;
            let done = obligation.acknowledgement.as_ref();
            obligations.push(json!({
                "recipient": recipient, "action": obligation.action, "status": obligation.status,
                "opened_at": obligation.opened_at, "due_on": obligation.due_on,
                "recipient_has": done.map(|done| done.action), "acted_on": done.map(|done| done.acted_on),
                "closed_because": obligation.closure.map(|closure| closure.reason),
            }));
            let of_obligation = |disclosure_id| json!({ "recipient": recipient, "opened_at": obligation.opened_at, "disclosure_id": disclosure_id });
            disclosures.extend(obligation.disclosure_ids.into_iter().map(of_obligation));
        }
        Ok(vec![
            Held::new("obligations", SearchTerm::CONTACT, obligations)?,
            Held::new("obligation_disclosures", SearchTerm::CONTACT, disclosures)?,
        ])
    }

    fn merge(&self, tx: &mut WriteTx<'_>, merging: &Merging) -> Result<(), Error> {
        store::merge(tx, merging)
    }

    // No plan counts obligations: recipients settle them between a plan and its execution.
    fn records(&self, _: &mut ReadTx<'_>, _: &Person) -> Result<Vec<PersonalRecord>, Error> {
        Ok(Vec::new())
    }

    fn obstacles(&self, _: &mut ReadTx<'_>, _: &Person) -> Result<Vec<Obstacle>, Error> {
        Ok(Vec::new())
    }

    fn erase(&self, tx: &mut WriteTx<'_>, erasing: &Erasing) -> Result<(), Error> {
        store::erase(tx, &erasing.person)
    }
}
