//! The people and organisations of the demo. None of them exists: their addresses are in domains that
//! are reserved for examples (RFC 2606), their telephone numbers in the ranges for drama (Ofcom).

use chrono::TimeDelta;
use iewm::domain::{ContactId, OrganisationId, Purpose, london_date};
use iewm::platform::access::AppState;
use iewm::platform::transaction::{ReadTx, Recorded, WriteTx};
use iewm::resources::consents::model::RecordDecision;
use iewm::resources::consents::store as consents;
use iewm::resources::contacts::model::CreateContact;
use iewm::resources::contacts::store::changes as contacts;
use iewm::resources::events::model::{CreateEvent, EventStatus};
use iewm::resources::events::store as events;
use iewm::resources::organisations::model::{OrganisationFilter, OrganisationKind};
use iewm::resources::organisations::store as organisations;
use iewm::resources::registrations::model::Register;
use iewm::resources::registrations::store as registrations;
use iewm::resources::subject_requests::commands::AskClarification;
use iewm::resources::subject_requests::model::CreateSubjectRequest;
use iewm::resources::subject_requests::store as requests;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};

mod sharing;

/// Name, local part, telephone, organisation, job title, and the purposes consented to.
type Person = (&'static str, &'static str, &'static str, &'static str, &'static str, &'static [Purpose]);

const PEOPLE: &[Person] = &[
    (
        "Margaret Okonkwo",
        "margaret.okonkwo",
        "020 7946 0101",
        "Dudley Metropolitan Borough Council",
        "Director of Adult Social Services",
        &[Purpose::Newsletter, Purpose::EventInformation],
    ),
    (
        "Tomasz Wiśniewski",
        "tomasz.wisniewski",
        "020 7946 0102",
        "City of Wolverhampton Council",
        "Commissioning Manager",
        &[Purpose::Newsletter],
    ),
    (
        "Siân Pritchard",
        "sian.pritchard",
        "020 7946 0103",
        "Herefordshire Council",
        "Head of Improvement",
        &[Purpose::Newsletter, Purpose::BlogsAndArticles],
    ),
    ("李小明", "li.xiaoming", "020 7946 0104", "Coventry City Council", "Data Analyst", &[Purpose::BlogsAndArticles]),
    (
        "Aisha Rahman",
        "aisha.rahman",
        "020 7946 0105",
        "Sandwell Council",
        "Principal Social Worker",
        &[Purpose::ProfessionalNetworks],
    ),
    // The last of tonight's guests: refuses to share his data with venues.
    ("Declan O'Brien", "declan.obrien", "020 7946 0106", "Solihull Council", "Programme Lead", &[]),
    (
        "Zoë Featherstone-Hughes",
        "zoe.fh",
        "020 7946 0107",
        "Worcestershire County Council",
        "Communications Officer",
        &[Purpose::TradeArticles],
    ),
    // The last reader of the newsletter: refuses to share his data with contractors.
    (
        "Harpreet Singh Gill",
        "harpreet.gill",
        "020 7946 0108",
        "Walsall Council",
        "Finance Business Partner",
        &[Purpose::Newsletter, Purpose::TradeArticles],
    ),
];

/// The recipients whose tokens the demo prints.
#[derive(Clone, Copy)]
pub(super) struct Recipients {
    /// Receives the readers of the newsletter.
    pub(super) contractor: OrganisationId,
    /// Receives tonight's guests.
    pub(super) venue: OrganisationId,
}

/// Fills an empty database, and returns the recipients.
pub(super) async fn fill(state: &AppState) -> Result<Recipients, String> {
    let fault = |error: iewm::domain::Error| error.to_string();
    let recipients = match state.job("demo").read(found).await.map_err(fault)? {
        Some(recipients) => recipients,
        None => state.job(sharing::PROPOSER).run(propose).await.map_err(fault)?,
    };
    // One transaction: a demo that is stopped in the middle is filled again, not half.
    state.job("demo").run(move |tx| add_people(tx, recipients)).await.map_err(fault)?;
    Ok(recipients)
}

/// The recipients of a demo that was started before.
fn found(tx: &mut ReadTx<'_>) -> Result<Option<Recipients>, iewm::domain::Error> {
    let mut oldest = |kind| {
        let filter = OrganisationFilter { kind: Some(kind), status: None };
        let found = organisations::list(tx, &filter, None, iewm::domain::Limit::default())?;
        Ok::<_, iewm::domain::Error>(found.items.last().map(|organisation| organisation.id))
    };
    let contractor = oldest(OrganisationKind::ApprovedContractor)?;
    Ok(contractor.zip(oldest(OrganisationKind::Venue)?).map(|(contractor, venue)| Recipients { contractor, venue }))
}

fn propose(mut tx: WriteTx<'_>) -> Result<Recorded<Recipients>, iewm::domain::Error> {
    let recipients = sharing::propose(&mut tx)?;
    tx.unchanged(None, recipients)
}

/// Adds the people, their events and what is shared of them, unless the agreements were approved before.
fn add_people(mut tx: WriteTx<'_>, recipients: Recipients) -> Result<Recorded<()>, iewm::domain::Error> {
    let with_contractor = sharing::proposal(&mut tx, recipients.contractor)?;
    let with_venue = sharing::proposal(&mut tx, recipients.venue)?;
    let Some((with_contractor, with_venue)) = with_contractor.zip(with_venue) else { return tx.unchanged(None, ()) };
    let mut contacts = Vec::with_capacity(PEOPLE.len());
    for person in PEOPLE {
        contacts.push(sign_up(&mut tx, *person)?);
    }
    let readers = PEOPLE.iter().zip(&contacts).filter(|((.., purposes), _)| purposes.contains(&Purpose::Newsletter));
    let readers: Vec<ContactId> = readers.map(|(_, contact)| *contact).collect();
    sharing::share_readers(&mut tx, &with_contractor, &readers)?;
    sharing::invite_tonight(&mut tx, &with_venue, contacts.get(..6).unwrap_or(&contacts))?;
    ask_for_access(&mut tx, contacts.first().copied())?;
    fill_an_event(&mut tx, &contacts)?;
    tx.unchanged(None, ())
}

fn sign_up(tx: &mut WriteTx<'_>, person: Person) -> Result<ContactId, iewm::domain::Error> {
    let (name, local, telephone, organisation, job_title, purposes) = person;
    let contact: CreateContact = parsed(json!({
        "name": name, "email": format!("{local}@council.example"), "telephone": telephone, "organisation": organisation,
        "job_title": job_title,
        "source": { "kind": "event", "detail": "Sign-up sheet, spring conference", "obtained_on": "2026-04-21" },
    }))?;
    let contact = tx.also_alone(|tx| contacts::create(tx, &[&contact]))?;
    for purpose in purposes {
        let decision: RecordDecision = parsed(json!({
            "contact_id": contact.id, "purpose": purpose, "decision": "given", "method": "paper",
            "wording": "Please tick what you would like to receive. You can stop it at any time.",
            "evidence_ref": "Scan 2026-04-21/signup-sheet.pdf", "occurred_at": "2026-04-21T10:30:00Z",
        }))?;
        tx.also_alone(|tx| consents::record(tx, &[&decision]))?;
    }
    Ok(contact.id)
}

/// An event of three places in four weeks that all of them want: three come, the others wait, in the order of the list.
fn fill_an_event(tx: &mut WriteTx<'_>, contacts: &[ContactId]) -> Result<(), iewm::domain::Error> {
    let starts_at = tx.now().plus(TimeDelta::days(28));
    let event: CreateEvent = parsed(json!({
        "title": "Prevention in adult social care: a day of practice",
        "description": "Three places, so that the waiting list can be seen at work. Lunch is provided.",
        "starts_at": starts_at, "ends_at": starts_at.plus(TimeDelta::hours(6)), "capacity": 3,
        "location": { "name": "The Guildhall", "address": "High Street\nWorcester WR1 2EY" },
    }))?;
    let event = tx.also(|tx| events::create(tx, event))?;
    tx.also(|tx| events::go_to(tx, event.id, EventStatus::Published))?;
    for contact in contacts {
        let registration: Register = parsed(json!({ "contact_id": contact, "source": "demo" }))?;
        tx.also(|tx| registrations::registering::register(tx, event.id, registration))?;
    }
    Ok(())
}

/// A request for access that waits for an answer of the person: its clock stands still.
fn ask_for_access(tx: &mut WriteTx<'_>, contact: Option<ContactId>) -> Result<(), iewm::domain::Error> {
    let today = london_date(tx.now());
    let request: CreateSubjectRequest = parsed(json!({
        "kind": "access", "contact_id": contact, "channel": "email", "received_on": today - TimeDelta::days(6),
        "identity_known": true, "details": "Please send me everything that you hold about me.",
        "requester": { "name": "Margaret Okonkwo", "email": "margaret.okonkwo@council.example" },
    }))?;
    let request = tx.also(|tx| requests::create(tx, request))?;
    let question: AskClarification = parsed(json!({
        "asked_on": today - TimeDelta::days(2), "question": "Which of our events and networks do you mean?",
    }))?;
    tx.also(|tx| requests::intake::ask(tx, request.id, question))?;
    Ok(())
}

fn parsed<T: DeserializeOwned>(value: Value) -> Result<T, iewm::domain::Error> {
    serde_json::from_value(value).map_err(iewm::domain::Error::internal)
}
