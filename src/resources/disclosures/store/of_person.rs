//! The disclosures of a person, under every id that the person has or had.

use std::collections::HashMap;

use diesel::prelude::*;
use serde::Serialize;

use super::{Row, TABLE, disclosures, grounds};
use crate::domain::{
    DisclosedField, DisclosureId, Error, EventId, Instant, OrganisationId, PersonalRecord, Purpose, WordSet,
};
use crate::personal::Person;
use crate::platform::db::among_ids;
use crate::platform::transaction::ReadTx;
use crate::policy::sharing::{Gateway, RecallCause, Status};
use crate::resources::disclosures::batches::model::{ReadOperation, RecipientRead};
use crate::resources::disclosures::batches::store as batches;
use crate::resources::organisations::model::{OrganisationKind, OrganisationName};
use crate::resources::organisations::store as organisations;

/// Whether the person's data was ever disclosed, or a disclosure was proposed.
pub fn has_any(tx: &mut ReadTx<'_>, person: &Person) -> Result<bool, Error> {
    let theirs = disclosures::table.filter(among_ids(disclosures::contact_id, &person.ids)).select(disclosures::id);
    Ok(theirs.first::<DisclosureId>(tx.connection()).optional()?.is_some())
}

/// The person's disclosures, with their versions.
pub fn records(tx: &mut ReadTx<'_>, person: &Person) -> Result<Vec<PersonalRecord>, Error> {
    let theirs = disclosures::table.filter(among_ids(disclosures::contact_id, &person.ids));
    let found: Vec<(DisclosureId, i32)> =
        theirs.select((disclosures::id, disclosures::version)).load(tx.connection())?;
    let record = |(id, version): (DisclosureId, i32)| PersonalRecord { table: TABLE, id: id.uuid(), version };
    Ok(found.into_iter().map(record).collect())
}

/// A disclosure as the person is told of it: without the members of staff who decided, and without their words, which are about
/// all people of the call.
#[derive(Serialize)]
pub struct ToldDisclosure {
    /// The id of the disclosure.
    pub id: DisclosureId,
    /// The id of the recipient.
    #[serde(skip)]
    pub organisation_id: OrganisationId,
    /// The recipient's name.
    pub recipient: OrganisationName,
    /// The recipient's relation to IEWM.
    pub recipient_kind: OrganisationKind,
    /// The law that required it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub legal_gateway: Option<Gateway>,
    /// The purpose.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub purpose: Option<Purpose>,
    /// The event whose attendee list shows the person.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub event_id: Option<EventId>,
    /// The members of the person's data.
    pub fields: WordSet<DisclosedField>,
    /// The state.
    pub status: Status,
    /// When the data was disclosed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub disclosed_at: Option<Instant>,
    /// When the disclosure ends by itself.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub expires_at: Option<Instant>,
    /// When it was recalled.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub recalled_at: Option<Instant>,
    /// Why it was recalled.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub recall_cause: Option<RecallCause>,
}

/// Returns the person's disclosures as the person is told of them, oldest first.
///
/// # Errors
/// Internal when a row cannot be read.
pub fn told(tx: &mut ReadTx<'_>, person: &Person) -> Result<Vec<ToldDisclosure>, Error> {
    let theirs = disclosures::table.filter(among_ids(disclosures::contact_id, &person.ids)).order(disclosures::id);
    let rows: Vec<Row> = theirs.select(Row::as_select()).load(tx.connection())?;
    let recipients: Vec<OrganisationId> = rows.iter().map(|row| row.organisation_id).collect();
    let recipients = organisations::profiles(tx, &recipients)?;
    let gateways = grounds::gateways(tx, rows.iter().filter_map(|row| row.grounds_id))?;
    let now = tx.now();
    let told = |row: Row| {
        let recipient = row.stored().required("organisation_id", recipients.get(&row.organisation_id))?;
        Ok(ToldDisclosure {
            id: row.id,
            organisation_id: row.organisation_id,
            recipient: recipient.name.clone(),
            recipient_kind: recipient.kind,
            legal_gateway: row.grounds_id.and_then(|grounds| gateways.get(&grounds).copied()),
            purpose: row.purpose()?,
            event_id: row.event_id,
            fields: row.fields()?,
            status: row.status(now)?,
            disclosed_at: row.disclosed_at,
            expires_at: row.expires_at,
            recalled_at: row.recalled_at,
            recall_cause: row.recall_cause()?,
        })
    };
    rows.into_iter().map(told).collect()
}

/// A recipient's read of the person, as the person is told of it: without the recipient's member of staff.
#[derive(Serialize)]
pub struct ToldRead {
    /// The recipient's name.
    pub recipient: OrganisationName,
    /// When.
    pub read_at: Instant,
    /// How the recipient read.
    pub operation: ReadOperation,
    /// The event whose attendees the recipient read.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub event_id: Option<EventId>,
    /// The purpose, where the read was for one alone.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub purpose: Option<Purpose>,
}

/// Returns each time that one of the recipients of `disclosures`, which are all of the person's, read the person. Newest first.
///
/// # Errors
/// Internal when a row cannot be read.
pub fn reads(tx: &mut ReadTx<'_>, person: &Person, disclosures: &[ToldDisclosure]) -> Result<Vec<ToldRead>, Error> {
    let names: HashMap<OrganisationId, &OrganisationName> =
        disclosures.iter().map(|told| (told.organisation_id, &told.recipient)).collect();
    let recipients: Vec<OrganisationId> = names.keys().copied().collect();
    let reads = batches::reads_of(tx, &person.ids, &recipients, i64::MAX)?;
    let told = |read: RecipientRead| {
        let recipient = (*names.get(&read.organisation)?).clone();
        let RecipientRead { read_at, operation, event: event_id, purpose, .. } = read;
        Some(ToldRead { recipient, read_at, operation, event_id, purpose })
    };
    Ok(reads.into_iter().filter_map(told).collect())
}
