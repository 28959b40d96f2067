//! The table of grounds: why a caller disclosed data. One row for each call.

use std::collections::HashMap;

use diesel::prelude::*;

use crate::domain::{DisclosureGroundsId, Error, Party, StoredRow};
use crate::platform::db::among_ids;
use crate::platform::transaction::{ReadTx, WriteTx};
use crate::platform::vault::Place;
use crate::policy::sharing::Gateway;
use crate::resources::disclosures::model::{DemandReference, LegalGateway, Necessity, NewGateway, Requester};

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

fn place(column: &'static str, id: DisclosureGroundsId) -> Place<'static> {
    Place { table: TABLE, column, row: id.uuid() }
}

/// Why a caller discloses data.
pub(super) struct NewGrounds<'a> {
    /// Why it is necessary.
    pub(super) necessity: &'a Necessity,
    /// The law that requires it.
    pub(super) gateway: Option<&'a NewGateway>,
}

/// Inserts the grounds of a call, sealed under the service's own key.
pub(super) fn insert(tx: &mut WriteTx<'_>, grounds: &NewGrounds<'_>) -> Result<DisclosureGroundsId, Error> {
    let id: DisclosureGroundsId = tx.new_id();
    let seal = |tx: &WriteTx<'_>, column, text: &str| tx.seal_for_service(&place(column, id), text.as_bytes());
    let gateway = grounds.gateway;
    let reference = gateway.map(|law| seal(tx, "gateway_reference", law.reference.as_str())).transpose()?;
    let requested_by = gateway.map(|law| seal(tx, "requested_by", law.requested_by.as_str())).transpose()?;
    let proposer = Party::from(tx.actor());
    let row = (
        disclosure_grounds::id.eq(id),
        disclosure_grounds::gateway.eq(gateway.map(|law| <&str>::from(law.code))),
        disclosure_grounds::gateway_reference.eq(reference),
        disclosure_grounds::requested_by.eq(requested_by),
        disclosure_grounds::necessity.eq(seal(tx, "necessity", grounds.necessity.as_str())?),
        disclosure_grounds::proposed_by.eq(proposer.subject),
        disclosure_grounds::proposed_issuer.eq(proposer.issuer),
        disclosure_grounds::proposed_claim.eq(proposer.claim.map(<&str>::from)),
        disclosure_grounds::proposed_at.eq(tx.now()),
    );
    diesel::insert_into(disclosure_grounds::table).values(row).execute(tx.connection())?;
    Ok(id)
}

#[derive(Queryable, Selectable)]
#[diesel(table_name = disclosure_grounds)]
struct Row {
    id: DisclosureGroundsId,
    gateway: Option<String>,
    gateway_reference: Option<Vec<u8>>,
    requested_by: Option<Vec<u8>>,
    necessity: Vec<u8>,
    proposed_by: String,
    proposed_issuer: Option<String>,
    proposed_claim: Option<String>,
}

/// Why a caller disclosed data.
#[derive(Clone, Debug)]
pub(super) struct Grounds {
    /// Why it was necessary.
    pub(super) necessity: Necessity,
    /// The law that required it.
    pub(super) gateway: Option<LegalGateway>,
    /// The caller.
    pub(super) proposer: Party,
}

impl Row {
    fn grounds(self, tx: &ReadTx<'_>) -> Result<Grounds, Error> {
        let stored = StoredRow::new(TABLE, self.id);
        let open = |column, sealed: &[u8]| {
            let place = place(column, self.id);
            place.read(String::from_utf8(tx.open_for_service(&place, sealed)?))
        };
        let read = |column, text| stored.read(column, Necessity::try_from(text));
        let necessity = read("necessity", open("necessity", &self.necessity)?)?;
        let gateway = match (&self.gateway, &self.gateway_reference, &self.requested_by) {
            (Some(code), Some(reference), Some(requested_by)) => {
                let reference = DemandReference::try_from(open("gateway_reference", reference)?);
                let requested_by = Requester::try_from(open("requested_by", requested_by)?);
                Some(LegalGateway {
                    code: stored.read("gateway", code.parse())?,
                    reference: Some(stored.read("gateway_reference", reference)?),
                    requested_by: Some(stored.read("requested_by", requested_by)?),
                })
            }
            _ => None,
        };
        let proposer =
            Party::proposer(&stored, self.proposed_by, self.proposed_issuer, self.proposed_claim.as_deref())?;
        Ok(Grounds { necessity, gateway, proposer })
    }
}

/// The grounds with these ids.
///
/// # Errors
/// Internal when a row cannot be read.
pub(super) fn of(
    tx: &mut ReadTx<'_>,
    ids: &[DisclosureGroundsId],
) -> Result<HashMap<DisclosureGroundsId, Grounds>, Error> {
    if ids.is_empty() {
        return Ok(HashMap::new());
    }
    let those = disclosure_grounds::table.filter(among_ids(disclosure_grounds::id, ids));
    let rows: Vec<Row> = those.select(Row::as_select()).load(tx.connection())?;
    rows.into_iter().map(|row| Ok((row.id, row.grounds(tx)?))).collect()
}

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
