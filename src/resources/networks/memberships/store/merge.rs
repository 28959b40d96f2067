//! What becomes of the memberships of a contact that is merged into another.

use chrono::NaiveDate;
use diesel::prelude::*;

use super::super::model::MembershipStatus;
use super::super::particulars::Particulars;
use super::{Row, memberships};
use crate::domain::{Error, MembershipId, london_date};
use crate::personal::Merging;
use crate::platform::transaction::WriteTx;

/// Moves the memberships, sealed again under the key of the remaining contact. If that contact has a
/// live membership for the same network and role, the other ends: no person has a role twice.
pub fn merge(tx: &mut WriteTx<'_>, merging: &Merging) -> Result<(), Error> {
    let today = london_date(tx.now());
    let of = |contact| memberships::table.filter(memberships::contact_id.eq(contact)).order(memberships::id);
    let theirs: Vec<Row> = of(merging.from).select(Row::as_select()).load(tx.connection())?;
    if theirs.is_empty() {
        return Ok(());
    }
    let ours: Vec<Row> = of(merging.into).select(Row::as_select()).load(tx.connection())?;
    let (old, new) = (tx.key_of(merging.from.uuid())?, tx.key_of(merging.into.uuid())?);
    for row in theirs {
        let told = Particulars::open(&old, row.id, &row.particulars)?;
        let particulars = told.seal(&new, tx.entropy(), row.id)?;
        let twice = row.lasts() && ours.iter().any(|own| own.lasts() && own.place() == row.place());
        if twice {
            end(tx, row.id, today.max(row.first_day()))?;
        }
        let changes = (
            memberships::contact_id.eq(merging.into),
            memberships::particulars.eq(particulars),
            memberships::version.eq(row.next_version()),
        );
        diesel::update(memberships::table.find(row.id)).set(changes).execute(tx.connection())?;
    }
    Ok(())
}

fn end(tx: &mut WriteTx<'_>, id: MembershipId, on: NaiveDate) -> Result<(), Error> {
    let ended = (memberships::status.eq(<&str>::from(MembershipStatus::Ended)), memberships::ended_on.eq(on));
    diesel::update(memberships::table.find(id)).set(ended).execute(tx.connection())?;
    Ok(())
}
