//! What must be known to judge a decision, as it is in the transaction that records it.

use diesel::prelude::*;

use super::{Row, consents};
use crate::domain::{ContactId, Error, Purpose};
use crate::platform::db::direct;
use crate::platform::doors::{ReadTx, WriteTx};
use crate::policy::consent::Facts;
use crate::resources::contacts::model::ContactStatus;
use crate::resources::contacts::store::{self as contacts, ContactFacts};
use crate::resources::standing;

/// What must be known to judge a decision, with the contact held against other writers.
pub(in super::super) struct Known {
    pub(in super::super) contact: ContactFacts,
    pub(in super::super) facts: Facts,
    pub(super) row: Option<Row>,
}

/// The facts for a decision of `contact` about `purpose`; `None` when there is no such contact.
pub(in super::super) fn facts(
    tx: &mut WriteTx<'_>,
    contact: ContactId,
    purpose: Purpose,
) -> Result<Option<Known>, Error> {
    let Some(known) = contacts::hold(tx, contact)?.map(contacts::Held::into_facts) else { return Ok(None) };
    let suppressed = match &known.mark {
        Some(mark) => standing::store::is_suppressed(tx, mark, purpose)?,
        None => false,
    };
    let row = of(tx, contact, purpose)?;
    let current = row.as_ref().map(Row::projection).transpose()?;
    let erased = known.status == ContactStatus::Erased;
    let facts = Facts { erased, restriction: known.restriction, suppressed, current };
    Ok(Some(Known { contact: known, facts, row }))
}

/// A contact's consent for a purpose.
pub(in super::super) fn of(tx: &mut ReadTx<'_>, contact: ContactId, purpose: Purpose) -> Result<Option<Row>, Error> {
    let of_contact = consents::contact_id.eq(contact).and(consents::purpose.eq(purpose.as_str()));
    let row = consents::table.filter(of_contact);
    Ok(direct!(tx.connection(), engine => row.select(Row::as_select()).first(engine)).optional()?)
}

/// As [`facts`], of the contact itself or of the one that it was merged into: a withdrawal reaches the
/// person under whichever id it names them.
pub(in super::super) fn facts_of_person(
    tx: &mut WriteTx<'_>,
    contact: ContactId,
    purpose: Purpose,
) -> Result<Option<Known>, Error> {
    let Some(known) = facts(tx, contact, purpose)? else { return Ok(None) };
    match known.contact.merged_into {
        Some(into) => facts(tx, into, purpose),
        None => Ok(Some(known)),
    }
}
