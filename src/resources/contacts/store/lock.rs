//! Locking a person while writing about them. Every write about a contact uses this module: a story
//! about the architecture fails if another file locks one.

use super::consult::{ContactFacts, locked, locked_among};
use super::{erased, merged};
use std::collections::HashMap;

use crate::domain::{ContactId, Error};
use crate::platform::transaction::WriteTx;
use crate::platform::vault::DataKey;
use crate::policy::restriction;
use crate::resources::contacts::model::ContactStatus;

/// A person about whom something may be written: neither erased nor merged nor restricted, and locked until the transaction
/// ends. Only [`LockedContact::active`] makes one.
#[derive(Clone, Debug)]
pub struct ActiveContact {
    id: ContactId,
}

impl ActiveContact {
    /// Who.
    pub fn id(&self) -> ContactId {
        self.id
    }

    /// The person's key, to seal what is written about them.
    ///
    /// # Errors
    /// or the master key is not there.
    pub fn key(&self, tx: &mut WriteTx<'_>) -> Result<DataKey, Error> {
        tx.key_of(self.id.uuid())
    }
}

/// A contact that is locked until the transaction ends. Only [`lock`] makes one.
#[derive(Clone, Debug)]
pub struct LockedContact(ContactFacts);

impl LockedContact {
    /// What is known of the contact: true until the transaction ends.
    pub fn facts(&self) -> &ContactFacts {
        &self.0
    }

    /// As [`LockedContact::facts`], to be kept.
    pub fn into_facts(self) -> ContactFacts {
        self.0
    }

    /// The contact, as one about whom something may be written. What the person does to protect themselves (a withdrawal,
    /// an objection) needs none.
    ///
    /// # Errors
    /// 410 when it was erased or merged into another; 423 `restricted`.
    pub fn active(&self) -> Result<ActiveContact, Error> {
        self.there()?;
        restriction::may_be_used(self.0.restriction.as_ref())?;
        Ok(ActiveContact { id: self.0.id })
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

/// Locks a contact until the transaction ends; `None` when there is none.
pub fn lock(tx: &mut WriteTx<'_>, id: ContactId) -> Result<Option<LockedContact>, Error> {
    Ok(locked(tx, id)?.map(LockedContact))
}

/// Locks several contacts, as [`lock`] does, in the order of their ids. The result leaves out ids of no contact.
pub fn lock_all(tx: &mut WriteTx<'_>, ids: &[ContactId]) -> Result<HashMap<ContactId, LockedContact>, Error> {
    Ok(locked_among(tx, ids)?.into_iter().map(|facts| (facts.id, LockedContact(facts))).collect())
}
