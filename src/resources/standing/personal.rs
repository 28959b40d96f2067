//! What this room holds of people: marks that outlive them, by design.

use crate::domain::{ContactId, Error};
use crate::platform::doors::ReadTx;
use crate::platform::personal::{Class, Holder, Table};

/// The room's personal data.
pub struct StandingData;

impl Holder for StandingData {
    fn room(&self) -> &'static str {
        "standing"
    }

    fn tables(&self) -> &'static [Table] {
        &[Table {
            name: "suppressions",
            meaning: "Addresses that must not be written to, as blind indexes; they survive erasure.",
            columns: &[("mark", Class::BlindIndex), ("purpose", Class::Plain), ("since", Class::Plain)],
        }]
    }

    fn blocks_deletion(&self, _: &mut ReadTx<'_>, _: ContactId) -> Result<bool, Error> {
        Ok(false)
    }
}
