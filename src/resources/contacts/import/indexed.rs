//! A row with what its person is found by.

use std::ops::Deref;

use super::row::ImportRow;
use crate::platform::db::Terms;
use crate::platform::vault::BlindIndexKey;
use crate::resources::contacts::store::Indexes;

/// A row that can be stored, and the keyed hashes by which its person is found. The import computes them while it parses the file,
/// so that the one writer of SQLite does not.
pub(super) struct IndexedRow {
    row: ImportRow,
    /// The indexes of the row's address and number.
    pub(super) indexes: Indexes,
    /// The search terms of a contact that is made of the row.
    pub(super) terms: Terms,
}

impl IndexedRow {
    pub(super) fn new(keys: &BlindIndexKey, row: ImportRow) -> Self {
        let indexes = Indexes::keyed(keys, &row.name, row.email.as_ref(), row.telephone.as_ref());
        let terms = indexes.terms(keys, &row.name);
        Self { row, indexes, terms }
    }

    /// What the row's person is known by: the index of the address or, without one, that of the number and the name.
    pub(super) fn mark(&self) -> Option<&[u8]> {
        self.indexes.email.as_deref().or(self.indexes.named_number.as_deref())
    }
}

impl Deref for IndexedRow {
    type Target = ImportRow;

    fn deref(&self) -> &ImportRow {
        &self.row
    }
}
