//! What becomes of the memberships of a person who is erased: they go.

use diesel::prelude::*;

use super::memberships;
use crate::domain::{Error, MembershipId, PersonalRecord};
use crate::personal::{Erasing, Person};
use crate::platform::transaction::{ReadTx, WriteTx};

/// The person's memberships.
pub fn records(tx: &mut ReadTx<'_>, person: &Person) -> Result<Vec<PersonalRecord>, Error> {
    let found: Vec<(MembershipId, i32)> = memberships::table
        .filter(memberships::contact_id.eq_any(&person.ids))
        .select((memberships::id, memberships::version))
        .load(tx.connection())?;
    let record = |(id, version): (MembershipId, i32)| PersonalRecord { table: "memberships", id: id.uuid(), version };
    Ok(found.into_iter().map(record).collect())
}

/// Deletes them, but those that are withheld.
pub fn erase(tx: &mut WriteTx<'_>, erasing: &Erasing) -> Result<(), Error> {
    let withheld: Vec<MembershipId> = erasing.withheld_of("memberships");
    let go = memberships::contact_id.eq_any(&erasing.person.ids).and(memberships::id.ne_all(withheld));
    diesel::delete(memberships::table.filter(go)).execute(tx.connection())?;
    Ok(())
}
