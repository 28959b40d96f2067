//! The personal data of networks: memberships.

use serde_json::json;

use super::cards;
use super::memberships::store::{self as memberships, erase, merge};
use super::store as networks;
use crate::domain::{Card, ContactId, Error, LawfulBasis, NetworkId, Obstacle, PersonalRecord, Purpose, Use};
use crate::personal::{Erasing, Held, Holder, Merging, Person, SearchTerm};
use crate::platform::transaction::{ReadTx, WriteTx};
use crate::resources::contacts::directory::MembersOfNetworks;

/// The room's personal data.
pub struct NetworkData;

impl Holder for NetworkData {
    fn room(&self) -> &'static str {
        "networks"
    }

    fn cards(&self) -> &'static [Card] {
        cards::PERSONAL
    }

    fn blocks_deletion(&self, tx: &mut ReadTx<'_>, person: &Person) -> Result<bool, Error> {
        memberships::has_any(tx, person)
    }

    fn uses(&self, tx: &mut ReadTx<'_>, person: &Person) -> Result<Vec<Use>, Error> {
        let runs_for = Use { purpose: Purpose::ProfessionalNetworks, basis: LawfulBasis::Contract };
        Ok(if memberships::has_any(tx, person)? { vec![runs_for] } else { Vec::new() })
    }

    fn export(&self, tx: &mut ReadTx<'_>, person: &Person) -> Result<Vec<Held>, Error> {
        let mut told = Vec::new();
        for membership in memberships::of(tx, person)? {
            let network = networks::read(tx, membership.network_id)?.name;
            told.push(json!({ "network": network, "membership": membership }));
        }
        Ok(vec![Held::new("memberships", SearchTerm::CONTACT, told)?])
    }

    fn merge(&self, tx: &mut WriteTx<'_>, merging: &Merging) -> Result<(), Error> {
        merge::merge(tx, merging)
    }

    fn records(&self, tx: &mut ReadTx<'_>, person: &Person) -> Result<Vec<PersonalRecord>, Error> {
        erase::records(tx, person)
    }

    fn obstacles(&self, _: &mut ReadTx<'_>, _: &Person) -> Result<Vec<Obstacle>, Error> {
        Ok(Vec::new())
    }

    fn erase(&self, tx: &mut WriteTx<'_>, erasing: &Erasing) -> Result<(), Error> {
        erase::erase(tx, erasing)
    }
}

impl MembersOfNetworks for NetworkData {
    fn members(
        &self,
        tx: &mut ReadTx<'_>,
        network: NetworkId,
        after: Option<ContactId>,
        most: i64,
    ) -> Result<Vec<ContactId>, Error> {
        memberships::members(tx, network, after, most)
    }
}
