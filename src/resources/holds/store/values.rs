//! Former values that triggers of the database keep while a hold binds.

use diesel::dsl::{exists, not};
use diesel::prelude::*;

use super::super::model::{HoldStatus, ScopeKind};
use super::catching::schema::held_contacts;
use super::legal_holds;
use crate::domain::Error;
use crate::personal::Person;
use crate::platform::db::among_ids;
use crate::platform::transaction::{ReadTx, WriteTx};

mod schema {
    diesel::table! {
        use diesel::sql_types::*;
        use crate::platform::db::UuidSql;

        held_values (id) {
            id -> UuidSql,
            table_name -> Text,
            contact_id -> UuidSql,
            record_class -> Text,
        }
    }
}
use schema::held_values;

diesel::allow_tables_to_appear_in_same_query!(held_values, legal_holds);
diesel::allow_tables_to_appear_in_same_query!(held_values, held_contacts);

/// The tables of the values that are kept of a person, one for each value.
pub(crate) fn of(tx: &mut ReadTx<'_>, person: &Person) -> Result<Vec<String>, Error> {
    let theirs = held_values::table.filter(among_ids(held_values::contact_id, &person.ids));
    Ok(theirs
        .order((held_values::table_name, held_values::id))
        .select(held_values::table_name)
        .load(tx.connection())?)
}

/// Deletes the values of a person who is erased whole.
pub(crate) fn forget(tx: &mut WriteTx<'_>, person: &Person) -> Result<(), Error> {
    diesel::delete(held_values::table.filter(among_ids(held_values::contact_id, &person.ids)))
        .execute(tx.connection())?;
    Ok(())
}

/// Deletes the values that no hold keeps any longer.
pub(super) fn forget_freed(tx: &mut WriteTx<'_>) -> Result<(), Error> {
    let binding = legal_holds::status.ne(<&str>::from(HoldStatus::Released));
    let of_class = legal_holds::record_class.eq(held_values::record_class.nullable());
    let all = legal_holds::scope.eq(<&str>::from(ScopeKind::All));
    let by_class = legal_holds::table.filter(binding.and(all.or(of_class.assume_not_null())));
    let whole = held_contacts::table.filter(held_contacts::contact_id.eq(held_values::contact_id));
    let freed = held_values::table.filter(not(exists(by_class)).and(not(exists(whole))));
    diesel::delete(freed).execute(tx.connection())?;
    Ok(())
}
