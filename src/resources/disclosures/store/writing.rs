//! Writing disclosures that the law allows: the only place that inserts into the table.

use std::collections::{BTreeMap, HashMap};

use diesel::prelude::*;

use super::grounds::{self, NewGrounds};
use super::{Row, disclosures, merge};
use crate::domain::{
    AgreementId, ContactId, DisclosureGroundsId, DisclosureId, Error, EventId, Instant, OrganisationId,
};
use crate::platform::audit::{Action, Changed, Entry};
use crate::platform::db::{among_ids, insert_all};
use crate::platform::transaction::WriteTx;
use crate::policy::Lawful;
use crate::policy::sharing::{Basis, Disclosure, Status, Transfer};

/// The live disclosures that get more members or a later end, by what they then have.
type Extensions<'a> = BTreeMap<(String, Option<Instant>), Vec<(&'a Row, Differs)>>;

/// A disclosure as its columns.
#[derive(Insertable)]
#[diesel(table_name = disclosures, treat_none_as_default_value = false)]
struct NewRow {
    id: DisclosureId,
    contact_id: ContactId,
    organisation_id: OrganisationId,
    agreement_id: Option<AgreementId>,
    purpose: Option<String>,
    event_id: Option<EventId>,
    grounds_id: Option<DisclosureGroundsId>,
    fields: String,
    status: &'static str,
    disclosed_at: Option<Instant>,
    expires_at: Option<Instant>,
    created_at: Instant,
    updated_at: Instant,
    version: i32,
}

impl NewRow {
    fn of(tx: &WriteTx<'_>, lawful: &Lawful<Disclosure<'_>>, grounds: Option<DisclosureGroundsId>) -> Self {
        let Disclosure { contact, transfer } = **lawful;
        let now = tx.now();
        let (agreement_id, purpose, event_id, status) = match transfer.basis {
            Basis::Agreement { agreement, purpose, event } => (Some(agreement), Some(purpose), event, Status::Live),
            Basis::Law(_) => (None, None, None, Status::Proposed),
        };
        Self {
            id: tx.new_id(),
            contact_id: contact,
            organisation_id: transfer.recipient,
            agreement_id,
            purpose: purpose.map(|purpose| purpose.as_str().to_owned()),
            event_id,
            grounds_id: grounds,
            fields: transfer.fields.text(),
            status: status.into(),
            disclosed_at: (status == Status::Live).then_some(now),
            expires_at: transfer.expires_at,
            created_at: now,
            updated_at: now,
            version: 1,
        }
    }
}

/// The members of a disclosure that can change, and whether they do.
type Differs = [(&'static str, bool); 2];

/// The disclosure of each person, and the audit entries of what was written.
pub(super) type Written = (HashMap<ContactId, DisclosureId>, Vec<Entry>);

/// Writes the parts of a transfer. A person who has a live disclosure for the same organisation, agreement, purpose and event keeps
/// it, with the members of both and the later end. The people are locked. The number of queries does not depend on how many they
/// are, but for the batches of rows.
pub(super) fn write<'a>(
    tx: &mut WriteTx<'_>,
    transfer: &Lawful<Transfer>,
    allowed: impl Iterator<Item = &'a Lawful<Disclosure<'a>>>,
    grounds: Option<&NewGrounds<'_>>,
) -> Result<Written, Error> {
    let mut allowed: Vec<&Lawful<Disclosure<'_>>> = allowed.collect();
    allowed.sort_unstable_by_key(|lawful| lawful.contact);
    let people: Vec<ContactId> = allowed.iter().map(|lawful| lawful.contact).collect();
    let live = live_for(tx, transfer, &people)?;
    let mut made: HashMap<ContactId, DisclosureId> = live.iter().map(|(contact, row)| (*contact, row.id)).collect();
    let mut extensions: Extensions<'_> = BTreeMap::new();
    for row in live.values() {
        let fields = row.fields()?.union(&transfer.fields);
        let end = later_end(row, transfer);
        let differs = [("expires_at", row.expires_at != end), ("fields", row.fields()? != fields)];
        if differs.iter().any(|(_, differs)| *differs) {
            extensions.entry((fields.text(), end)).or_default().push((row, differs));
        }
    }
    allowed.retain(|lawful| !live.contains_key(&lawful.contact));
    if allowed.is_empty() && extensions.is_empty() {
        return Ok((made, Vec::new()));
    }
    let grounds = grounds.map(|grounds| grounds::insert(tx, grounds)).transpose()?;
    let mut entries = Vec::with_capacity(allowed.len());
    for ((fields, end), rows) in extensions {
        let ids: Vec<DisclosureId> = rows.iter().map(|(row, _)| row.id).collect();
        extend(tx, &ids, &fields, end, grounds)?;
        let entry = |(row, differs): (&Row, Differs)| {
            let entry = Entry::new(Action::DisclosuresExtend).contact(row.contact_id).subject(row.id);
            entry.changed(Changed::among(differs))
        };
        entries.extend(rows.into_iter().map(entry));
    }
    let rows: Vec<NewRow> = allowed.iter().map(|lawful| NewRow::of(tx, lawful, grounds)).collect();
    insert(tx, &rows)?;
    for row in rows {
        made.insert(row.contact_id, row.id);
        let entry = Entry::new(Action::DisclosuresCreate).contact(row.contact_id).subject(row.id);
        entries.push(entry.with("organisation_id", transfer.recipient.to_string()));
    }
    Ok((made, entries))
}

fn insert(tx: &mut WriteTx<'_>, rows: &[NewRow]) -> Result<(), Error> {
    insert_all!(tx.connection(), disclosures::table, rows);
    Ok(())
}

/// The end of a live disclosure that is made again: the later one. At an event it is the end of the organisation's part, which staff
/// can move.
fn later_end(row: &Row, transfer: &Transfer) -> Option<Instant> {
    if row.event_id.is_some() {
        return transfer.expires_at;
    }
    row.expires_at.zip(transfer.expires_at).map(|(one, other)| one.max(other))
}

/// The live disclosures of people that a transfer would make again. Those that expired by themselves are closed. What a law requires
/// is never made again: each demand stands for itself.
fn live_for(tx: &mut WriteTx<'_>, transfer: &Transfer, people: &[ContactId]) -> Result<HashMap<ContactId, Row>, Error> {
    let Basis::Agreement { agreement, purpose, event } = transfer.basis else { return Ok(HashMap::new()) };
    let same = disclosures::organisation_id.eq(transfer.recipient);
    let same = same.and(disclosures::agreement_id.eq(agreement)).and(disclosures::purpose.eq(purpose.as_str()));
    let live = disclosures::status.eq(<&str>::from(Status::Live));
    let those = disclosures::table.filter(among_ids(disclosures::contact_id, people).and(live).and(same));
    let rows: Vec<Row> = match event {
        Some(event) => those.filter(disclosures::event_id.eq(event)).select(Row::as_select()).load(tx.connection())?,
        None => those.filter(disclosures::event_id.is_null()).select(Row::as_select()).load(tx.connection())?,
    };
    let now = tx.now();
    let (mut live, mut over) = (HashMap::with_capacity(rows.len()), Vec::new());
    for row in rows {
        if row.status(now)? == Status::Live {
            live.insert(row.contact_id, row);
        } else {
            over.push(row.id);
        }
    }
    merge::close(tx, &over)?;
    Ok(live)
}

/// Gives live disclosures further members, another end, and the grounds of the call.
fn extend(
    tx: &mut WriteTx<'_>,
    ids: &[DisclosureId],
    fields: &str,
    end: Option<Instant>,
    grounds: Option<DisclosureGroundsId>,
) -> Result<(), Error> {
    let changes = (
        disclosures::fields.eq(fields),
        disclosures::expires_at.eq(end),
        grounds.map(|grounds| disclosures::grounds_id.eq(grounds)),
        disclosures::updated_at.eq(tx.now()),
        disclosures::version.eq(disclosures::version + 1),
    );
    diesel::update(disclosures::table.filter(among_ids(disclosures::id, ids))).set(changes).execute(tx.connection())?;
    Ok(())
}
