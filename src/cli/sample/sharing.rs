//! What the demo shares: with a contractor that sends the newsletter, and with the venue that receives tonight's guests.

use chrono::{Days, TimeDelta};
use iewm::domain::{ContactId, Error, EventId, OrganisationId, london_date};
use iewm::platform::transaction::{ReadTx, WriteTx};
use iewm::resources::agreements::model::{AgreementFilter, AgreementStatus, ProposeAgreement, SharingAgreement};
use iewm::resources::agreements::store as agreements;
use iewm::resources::disclosures::model::Disclose;
use iewm::resources::disclosures::{refusals, store as disclosures};
use iewm::resources::events::assignments::{model::Assign, store as assignments};
use iewm::resources::events::model::{CreateEvent, EventStatus};
use iewm::resources::events::store as events;
use iewm::resources::organisations::model::{CreateOrganisation, OrganisationKind};
use iewm::resources::organisations::store as organisations;
use iewm::resources::registrations::model::Register;
use iewm::resources::registrations::store as registrations;
use serde_json::{Value, json};

use super::{Recipients, parsed};

/// The job that adds the organisations and proposes the agreements. Another one approves them: the law asks for two.
pub(super) const PROPOSER: &str = "demo-proposals";

/// How long the venue can read tonight's guest list, counted from the first start.
const WINDOW: TimeDelta = TimeDelta::hours(12);

/// Adds the organisations, and proposes an agreement with each recipient.
pub(super) fn propose(tx: &mut WriteTx<'_>) -> Result<Recipients, Error> {
    add(tx, json!({ "name": "Worcestershire County Council", "kind": "council" }))?;
    let venue = add(
        tx,
        json!({
            "name": "Guildhall Conferences", "kind": "venue", "contact_email": "guests@guildhall.example",
        }),
    )?;
    let contractor = add(
        tx,
        json!({
            "name": "Brightwater Mailing Ltd", "kind": "approved_contractor", "contact_point": "dpo@brightwater.example",
            "contact_email": "dpo@brightwater.example",
        }),
    )?;
    let today = london_date(tx.now());
    let mut agree = |organisation: OrganisationId, purpose, fields: &[&str], necessity| {
        let agreement: ProposeAgreement = parsed(json!({
            "organisation_id": organisation, "purposes": [purpose], "fields": fields, "necessity": necessity,
            "starts_on": today, "ends_on": today + Days::new(365),
        }))?;
        tx.also(|tx| agreements::steps::propose(tx, &agreement))
    };
    agree(contractor, "newsletter", &["name", "email"], "The contractor sends the newsletter.")?;
    agree(venue, "event_administration", &["name", "organisation"], "The venue receives the guests at the door.")?;
    Ok(Recipients { contractor, venue })
}

fn add(tx: &mut WriteTx<'_>, organisation: Value) -> Result<OrganisationId, Error> {
    let organisation: CreateOrganisation = parsed(organisation)?;
    tx.also(|tx| organisations::create(tx, organisation)).map(|made| made.id)
}

/// The demo's own agreement with an organisation, while it waits for its approval.
pub(super) fn proposal(tx: &mut ReadTx<'_>, organisation: OrganisationId) -> Result<Option<SharingAgreement>, Error> {
    let filter = AgreementFilter { organisation_id: Some(organisation), status: Some(AgreementStatus::Proposed) };
    let proposals = agreements::list(tx, &filter, None, iewm::domain::Limit::default())?.items;
    let by_demo = format!("job:{PROPOSER}");
    Ok(proposals.into_iter().find(|proposal| proposal.proposed_by.as_ref() == Some(&by_demo)))
}

/// Approves an agreement with the contractor, and discloses the readers of the newsletter under it. The last of them refuses.
pub(super) fn share_readers(
    tx: &mut WriteTx<'_>,
    agreement: &SharingAgreement,
    readers: &[ContactId],
) -> Result<(), Error> {
    tx.also(|tx| agreements::steps::approve(tx, agreement.id))?;
    if let Some(&refusing) = readers.last() {
        tx.also(|tx| refusals::store::refuse(tx, refusing, OrganisationKind::ApprovedContractor))?;
    }
    let asked: Disclose = parsed(json!({
        "contact_ids": readers, "organisation_id": agreement.organisation_id, "agreement_id": agreement.id,
        "purpose": "newsletter", "fields": ["name", "email"], "necessity": "The contractor sends them the newsletter.",
    }))?;
    tx.also(|tx| disclosures::disclose(tx, &asked)).map(drop)
}

/// Approves an agreement with the venue, and assigns it to an event of tonight with these guests. The last of them refuses to
/// share with venues.
pub(super) fn invite_tonight(
    tx: &mut WriteTx<'_>,
    agreement: &SharingAgreement,
    guests: &[ContactId],
) -> Result<(), Error> {
    tx.also(|tx| agreements::steps::approve(tx, agreement.id))?;
    let event = announce(tx, agreement.organisation_id)?;
    for guest in guests {
        let needs =
            (Some(guest) == guests.first()).then(|| json!({ "dietary": ["vegan"], "access": ["step_free_access"] }));
        let place: Register = parsed(json!({
            "contact_id": guest, "source": "demo", "sharing": { "venue": true }, "access_requirements": needs,
        }))?;
        tx.also(|tx| registrations::registering::register(tx, event, place))?;
    }
    if let Some(&refusing) = guests.last() {
        tx.also(|tx| refusals::store::refuse(tx, refusing, OrganisationKind::Venue))?;
    }
    let now = tx.now();
    let part: Assign = parsed(json!({
        "organisation_id": agreement.organisation_id, "profile": "reception", "starts_at": now,
        "ends_at": now.plus(WINDOW),
    }))?;
    tx.also(|tx| assignments::assign(tx, event, &part)).map(drop)
}

/// An event at the venue that begins in two hours.
fn announce(tx: &mut WriteTx<'_>, venue: OrganisationId) -> Result<EventId, Error> {
    let starts_at = tx.now().plus(TimeDelta::hours(2));
    let event: CreateEvent = parsed(json!({
        "title": "Tonight: awards for improvement", "description": "The venue checks its guest list at the door.",
        "starts_at": starts_at, "ends_at": starts_at.plus(TimeDelta::hours(5)), "capacity": 80,
        "location": {
            "venue_organisation_id": venue, "name": "Guildhall Conferences", "address": "High Street\nWorcester WR1 2EY",
        },
    }))?;
    let event = tx.also(|tx| events::create(tx, event))?;
    tx.also(|tx| events::go_to(tx, event.id, EventStatus::Published))?;
    Ok(event.id)
}
