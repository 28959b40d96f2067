//! A transaction that writes for several callers at once: for each it is a [`WriteTx`] of their own.

use super::context::{Context, Noted};
use super::read::ReadTx;
use super::write::{Recorded, WriteTx};
use crate::domain::Error;
use crate::platform::db::{AnyConnection, Lane};

/// The answers to each of several callers, in their order.
pub type Each<T> = Vec<Result<Recorded<T>, Error>>;

/// A caller for whom something is done together with others.
pub(in crate::platform) struct Party<'a> {
    pub(in crate::platform) context: &'a Context,
    pub(in crate::platform) noted: Noted,
}

/// Writing, on behalf of several actors, at least one.
pub struct ManyTx<'a, 'c> {
    lane: &'a mut Lane,
    parties: &'a mut [Party<'c>],
}

impl<'a, 'c> ManyTx<'a, 'c> {
    pub(in crate::platform) fn new(lane: &'a mut Lane, parties: &'a mut [Party<'c>]) -> Self {
        Self { lane, parties }
    }

    /// The connection, for a store's queries about all of them.
    pub fn connection(&mut self) -> &mut AnyConnection {
        &mut self.lane.connection
    }

    /// Writing on behalf of the one at this place, in the order in which they asked. What is asked of the database for
    /// all of them is asked in the name of the first.
    ///
    /// # Errors
    /// When there is none at that place: a fault of ours.
    pub fn of(&mut self, place: usize) -> Result<WriteTx<'_>, Error> {
        let party = self.parties.get_mut(place).ok_or_else(|| Error::internal("nobody asked at this place"))?;
        Ok(WriteTx::new(ReadTx::new(&mut *self.lane, party.context, &mut party.noted)))
    }
}
