//! The table of grounds: why a caller disclosed data. One row for each call.

use std::collections::HashMap;

use diesel::prelude::*;

use crate::domain::{DisclosureGroundsId, Error, StoredRow};
use crate::platform::db::among_ids;
use crate::platform::transaction::ReadTx;
use crate::policy::sharing::Gateway;

mod schema {
    diesel::table! {
        use diesel::sql_types::*;
        use crate::platform::db::{InstantSql, UuidSql};

        disclosure_grounds (id) {
            id -> UuidSql,
            gateway -> Nullable<Text>,
            gateway_reference -> Nullable<Binary>,
            requested_by -> Nullable<Binary>,
            necessity -> Binary,
            proposed_by -> Text,
            proposed_issuer -> Nullable<Text>,
            proposed_claim -> Nullable<Text>,
            proposed_at -> InstantSql,
        }
    }
}
use schema::disclosure_grounds;

const TABLE: &str = "disclosure_grounds";

/// The laws that required disclosures, by their grounds. Grounds under an agreement have none.
pub fn gateways(
    tx: &mut ReadTx<'_>,
    ids: impl Iterator<Item = DisclosureGroundsId>,
) -> Result<HashMap<DisclosureGroundsId, Gateway>, Error> {
    let ids: Vec<DisclosureGroundsId> = ids.collect();
    if ids.is_empty() {
        return Ok(HashMap::new());
    }
    let by_law = among_ids(disclosure_grounds::id, &ids).and(disclosure_grounds::gateway.is_not_null());
    let by_law = disclosure_grounds::table.filter(by_law);
    let found: Vec<(DisclosureGroundsId, String)> =
        by_law.select((disclosure_grounds::id, disclosure_grounds::gateway.assume_not_null())).load(tx.connection())?;
    let read = |(id, gateway): (DisclosureGroundsId, String)| {
        Ok((id, StoredRow::new(TABLE, id).read("gateway", gateway.parse())?))
    };
    found.into_iter().map(read).collect()
}
