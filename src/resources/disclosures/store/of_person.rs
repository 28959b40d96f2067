//! The disclosures of a person, under every id that the person has or had.

use std::collections::HashMap;

use diesel::prelude::*;
use serde::Serialize;

use super::{Row, TABLE, disclosures, grounds};
use crate::domain::{
    ContactId, DisclosedField, DisclosureId, Error, EventId, Instant, Limit, ListPage, OrganisationId, PersonalRecord,
    Purpose, WordSet,
};
use crate::personal::Person;
use crate::platform::audit::{Action, Entry};
use crate::platform::db::among_ids;
use crate::platform::transaction::ReadTx;
use crate::policy::sharing::{Gateway, RecallCause, Status};
use crate::resources::contacts::store as contacts;
use crate::resources::disclosures::batches::model::{ReadOperation, RecipientRead};
use crate::resources::disclosures::batches::store as batches;
use crate::resources::disclosures::model::{ReceivedDisclosure, Recipient};
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

/// A disclosure as the person may see it: without the members of staff who decided, and without their words, which are about
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

/// Returns the person's disclosures as the person may see them, oldest first.
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

/// A recipient's read of the person, as the person may see it: without the recipient's member of staff.
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

/// The most reads that a page of a person's disclosures shows.
const MOST_READS: i64 = 1_000;

/// A person's disclosures, newest first, each with the times that the recipient read the person.
///
/// # Errors
/// 404 when there is no such contact.
pub fn list(
    tx: &mut ReadTx<'_>,
    contact: ContactId,
    after: Option<DisclosureId>,
    limit: Limit,
) -> Result<ListPage<ReceivedDisclosure, DisclosureId>, Error> {
    let person = contacts::person(tx, contact)?;
    let mut theirs = disclosures::table.filter(among_ids(disclosures::contact_id, &person.ids)).into_boxed();
    if let Some(after) = after {
        theirs = theirs.filter(disclosures::id.lt(after));
    }
    let theirs = theirs.select(Row::as_select()).order(disclosures::id.desc()).limit(limit.rows() + 1);
    let rows: Vec<Row> = theirs.load(tx.connection())?;
    let ListPage { items: rows, next } = ListPage::cut(rows, limit, |row| row.id);
    let organisations: Vec<OrganisationId> = rows.iter().map(|row| row.organisation_id).collect();
    let named = organisations::profiles(tx, &organisations)?;
    let gateways = grounds::gateways(tx, rows.iter().filter_map(|row| row.grounds_id))?;
    let reads = batches::reads_of(tx, &person.ids, &organisations, MOST_READS)?;
    let now = tx.now();
    let received = |row: Row| {
        let profile = row.stored().required("organisation_id", named.get(&row.organisation_id))?;
        let recipient =
            Recipient { organisation_id: row.organisation_id, name: profile.name.clone(), kind: profile.kind };
        let purpose = row.purpose()?;
        let theirs = reads.iter().filter(|read| is_under(read, &row, purpose)).map(Into::into);
        Ok(ReceivedDisclosure {
            id: row.id,
            recipient,
            agreement_id: row.agreement_id,
            legal_gateway: row.grounds_id.and_then(|grounds| gateways.get(&grounds).copied()),
            purpose,
            event_id: row.event_id,
            fields: row.fields()?,
            status: row.status(now)?,
            disclosed_at: row.disclosed_at,
            expires_at: row.expires_at,
            recalled_at: row.recalled_at,
            recall_cause: row.recall_cause()?,
            reads: theirs.collect(),
        })
    };
    let items = rows.into_iter().map(received).collect::<Result<Vec<_>, Error>>()?;
    tx.look(Entry::new(Action::DisclosuresOfPerson).contact(person.contact).with("count", items.len()));
    Ok(ListPage { items, next })
}

/// Whether a recipient read a person under a disclosure: while it was live, and for its event and purpose, where the read was for one
/// alone.
fn is_under(read: &RecipientRead, row: &Row, purpose: Option<Purpose>) -> bool {
    let ended = [row.expires_at, row.recalled_at].into_iter().flatten().min();
    read.organisation == row.organisation_id
        && row.disclosed_at.is_some_and(|since| since <= read.read_at)
        && ended.is_none_or(|ended| read.read_at <= ended)
        && (read.event.is_none() || read.event == row.event_id)
        && (read.purpose.is_none() || read.purpose == purpose)
}
