//! Handing the data of a disclosure over, also to an organisation that has no token.

use super::deciding::locked;
use super::disclosing::facts_of;
use super::grounds;
use crate::domain::{DisclosureId, Error, london_date};
use crate::platform::audit::{Action, Entry};
use crate::platform::transaction::{Recorded, WriteTx};
use crate::policy::sharing;
use crate::resources::agreements::store as agreements;
use crate::resources::contacts::sharing_refusals::store as sharing_refusals;
use crate::resources::contacts::store as contacts;
use crate::resources::disclosures::batches::model::{Batch, ReadOperation};
use crate::resources::disclosures::batches::store as batches;
use crate::resources::disclosures::model::{DisclosedMembers, Handover};
use crate::resources::organisations::store as organisations;

/// Returns exactly the disclosed members of the person's data, and records the handover as a read by the organisation. What an
/// attendee list alone shows is not among them.
///
/// # Errors
/// 404; 409 for a proposal, or while the agreement is not live; 410 when the disclosure has ended or the person was erased; 423 when
/// the data is restricted, but for legal claims.
pub fn hand_over(mut tx: WriteTx<'_>, id: DisclosureId) -> Result<Recorded<Handover>, Error> {
    let (row, person) = locked(&mut tx, id)?;
    let recipient = organisations::profiles(&mut tx, &[row.organisation_id])?
        .remove(&row.organisation_id)
        .ok_or_else(|| Error::internal("a disclosure to no organisation"))?;
    let grounds = row.grounds_id.map(|id| grounds::of(&mut tx, &[id])).transpose()?;
    let legal_gateway = grounds.and_then(|grounds| grounds.into_values().next()).and_then(|grounds| grounds.gateway);
    let refuses = !sharing_refusals::refusing_among(&mut tx, &[row.contact_id], recipient.kind)?.is_empty();
    let facts = facts_of(person.facts(), refuses);
    sharing::may_hand_over(row.status(tx.now())?, legal_gateway.as_ref().map(|law| law.code), Some(&facts))?;
    if let Some(agreement) = row.agreement_id {
        let terms = agreements::terms(&mut tx, agreement)?.ok_or_else(Error::not_found)?;
        sharing::must_be_live(&terms, row.organisation_id, london_date(tx.now()))?;
    }
    let contact = contacts::for_the_person(&mut tx, row.contact_id)?;
    let shows = row.fields()?;
    let batch = Batch::of(tx.new_id(), ReadOperation::Handover, vec![row.contact_id]);
    let batch = Batch { event: row.event_id, purpose: row.purpose()?, ..batch };
    let handover = Handover {
        disclosure_id: id,
        disclosure_batch: batch.id,
        contact_id: row.contact_id,
        organisation_id: row.organisation_id,
        organisation_name: recipient.name,
        legal_gateway,
        purpose: row.purpose()?,
        handed_over_at: tx.now(),
        expires_at: row.expires_at,
        person: DisclosedMembers::of(contact, |field| shows.contains(field)),
    };
    let look = Entry::new(Action::DisclosuresHandover).contact(row.contact_id).subject(id);
    batches::hand_over(tx, &batch, row.organisation_id, look, handover)
}
