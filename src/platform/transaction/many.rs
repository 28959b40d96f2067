//! A transaction that writes for several callers at once: each has a [`WriteTx`] of its own.

use super::context::{Context, Noted};
use super::read::ReadTx;
use super::write::{Recorded, WriteTx};
use crate::domain::Error;
use crate::platform::db::{AnyConnection, Lane};

/// The results of several callers, in order.
pub type Each<T> = Vec<Result<Recorded<T>, Error>>;

/// One of the callers of a batch.
pub struct Party<'a> {
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

    /// Writing on behalf of the caller at this place, in the order of their requests. Queries for all of
    /// them run on behalf of the first.
    ///
    /// # Errors
    /// Internal, when there is no caller at that place.
    pub fn of(&mut self, place: usize) -> Result<WriteTx<'_>, Error> {
        let party =
            self.parties.get_mut(place).ok_or_else(|| Error::internal("no caller is at this place of the batch"))?;
        Ok(WriteTx::new(ReadTx::new(&mut *self.lane, party.context, &mut party.noted)))
    }
}

impl WriteTx<'_> {
    /// As [`WriteTx::also`], for a write that is made for a batch: this caller is a batch of one.
    ///
    /// # Errors
    /// That write's error; this write must then fail as well.
    pub fn also_alone<T>(&mut self, f: impl FnOnce(&mut ManyTx<'_, '_>) -> Result<Each<T>, Error>) -> Result<T, Error> {
        let mut alone = [Party { context: self.0.context, noted: std::mem::take(self.0.noted) }];
        let done = f(&mut ManyTx::new(&mut *self.0.lane, &mut alone));
        let [Party { noted, .. }] = alone;
        *self.0.noted = noted;
        done?.pop().ok_or_else(|| Error::internal("an answer for each caller"))?.map(Recorded::into_inner)
    }
}
