//! Holding a person while something is written about them. Whoever writes about a contact comes through here: a story
//! about the architecture fails where anybody else locks one.

use super::consult::{ContactFacts, held, held_among};
use super::{erased, merged};
use std::collections::HashMap;

use crate::domain::{ContactId, Error};
use crate::platform::transaction::WriteTx;
use crate::platform::vault::DataKey;
use crate::policy::restriction;
use crate::resources::contacts::model::ContactStatus;

/// A person about whom something may be written: there, neither erased nor merged nor restricted, and held against other
/// writers until the transaction ends. Only [`Held::live`] makes one.
#[derive(Clone, Debug)]
pub struct Live {
    id: ContactId,
}

impl Live {
    /// Who.
    pub fn id(&self) -> ContactId {
        self.id
    }

    /// The person's key, to seal what is written about them.
    ///
    /// # Errors
    /// When the database fails, or the master key is not there.
    pub fn key(&self, tx: &mut WriteTx<'_>) -> Result<DataKey, Error> {
        tx.key_of(self.id.uuid())
    }
}

/// A contact that is held against other writers until the transaction ends. Only [`hold`] makes one.
#[derive(Clone, Debug)]
pub struct Held(ContactFacts);

impl Held {
    /// What is known of the contact: true until the transaction ends.
    pub fn facts(&self) -> &ContactFacts {
        &self.0
    }

    /// As [`Held::facts`], to be kept.
    pub fn into_facts(self) -> ContactFacts {
        self.0
    }

    /// The contact, as one about whom something may be written. What the person does to protect themselves (a withdrawal,
    /// an objection) needs none.
    ///
    /// # Errors
    /// 410 when it was erased or merged into another; 423 `restricted`.
    pub fn live(&self) -> Result<Live, Error> {
        self.there()?;
        restriction::may_be_used(self.0.restriction.as_ref())?;
        Ok(Live { id: self.0.id })
    }

    /// Whether the contact is there, restricted or not: for what the person asks of us as their right.
    ///
    /// # Errors
    /// 410 when it was erased or merged into another.
    pub fn there(&self) -> Result<(), Error> {
        let Self(facts) = self;
        if let Some(into) = facts.merged_into {
            return Err(merged(into));
        }
        if facts.status == ContactStatus::Erased {
            return Err(erased());
        }
        Ok(())
    }
}

/// Holds a contact against other writers until the transaction ends; `None` when there is none.
///
/// # Errors
/// When the database fails.
pub fn hold(tx: &mut WriteTx<'_>, id: ContactId) -> Result<Option<Held>, Error> {
    Ok(held(tx, id)?.map(Held))
}

/// Holds several contacts, as [`hold`] does; those that are not there are left out.
///
/// # Errors
/// When the database fails.
pub fn hold_all(tx: &mut WriteTx<'_>, ids: &[ContactId]) -> Result<HashMap<ContactId, Held>, Error> {
    Ok(held_among(tx, ids)?.into_iter().map(|facts| (facts.id, Held(facts))).collect())
}
