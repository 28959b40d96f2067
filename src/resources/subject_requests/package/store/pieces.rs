//! The sealed pieces that a package is made of, opened one at a time to change something in them: the whole of a large
//! package is never in memory.

use diesel::prelude::*;
use serde::de::DeserializeOwned;
use serde_json::Value;

use super::super::model::{Package, PackageAccess, PackagePart};
use super::super::search::AUDIT;
use super::parts::{self, Layout};
use super::{packages, place};
use crate::domain::{Error, SubjectRequestId};
use crate::platform::transaction::{ReadTx, WriteTx};
use crate::platform::vault::DataKey;

/// The pieces of one package. A small package is one piece. A large one has its head, which names no record, and its parts.
pub(super) struct Pieces<'k> {
    key: &'k DataKey,
    request: SubjectRequestId,
    /// The parts, in their order; none of a small package.
    layout: Vec<Layout>,
    /// The pieces that were opened: the head, or the part of a number.
    opened: Vec<(Option<i32>, Value)>,
}

impl<'k> Pieces<'k> {
    /// The pieces of the package of a request. Nothing is unsealed yet.
    pub(super) fn of(tx: &mut ReadTx<'_>, key: &'k DataKey, request: SubjectRequestId) -> Result<Self, Error> {
        Ok(Self { key, request, layout: parts::layout(tx, request)?, opened: Vec::new() })
    }

    /// The piece that a path leads into, and the rest of the path in it; `None` where it leads nowhere.
    fn find(&self, path: &[String]) -> Option<(Option<i32>, Vec<String>)> {
        let (first, rest) = path.split_first()?;
        let among_parts = !self.layout.is_empty() && matches!(first.as_str(), "held" | "accesses");
        if !among_parts {
            return Some((None, path.to_vec()));
        }
        let (index, rest) = rest.split_first()?;
        let mut index = index_of(index)?;
        let parts = self.layout.iter().filter(|part| (part.table == AUDIT) == (first == "accesses"));
        if first == "held" {
            return parts.map(|part| part.number).nth(index).map(|number| (Some(number), rest.to_vec()));
        }
        for page in parts {
            if let Some(beyond) = index.checked_sub(page.records) {
                index = beyond;
                continue;
            }
            return Some((Some(page.number), std::iter::once(index.to_string()).chain(rest.iter().cloned()).collect()));
        }
        None
    }

    /// Puts a text in the place of what a path leads to, and returns what stood there; `None` where it leads nowhere.
    ///
    /// # Errors
    /// Internal when the piece cannot be unsealed.
    pub(super) fn replace(&mut self, tx: &mut ReadTx<'_>, path: &[String], with: &str) -> Result<Option<Value>, Error> {
        let Some((piece, rest)) = self.find(path) else { return Ok(None) };
        let value = self.open(tx, piece)?;
        let found = rest.iter().try_fold(value, |value, token| member_of(value, token));
        Ok(found.map(|found| {
            // A record stays an object, so that a list of records is one of objects.
            let text = Value::String(with.to_owned());
            let is_record = found.is_object();
            let replaced = if is_record { serde_json::json!({ "left_out": text }) } else { text };
            std::mem::replace(found, replaced)
        }))
    }

    /// A piece, unsealed.
    fn open(&mut self, tx: &mut ReadTx<'_>, piece: Option<i32>) -> Result<&mut Value, Error> {
        let known = self.opened.iter().position(|(opened, _)| *opened == piece);
        let at = if let Some(at) = known {
            at
        } else {
            let plain = self.plain(tx, piece)?;
            self.opened.push((piece, self.read(piece, &plain)?));
            self.opened.len() - 1
        };
        let opened = self.opened.get_mut(at).map(|(_, value)| value);
        opened.ok_or_else(|| Error::internal("a piece of a package that was not opened"))
    }

    fn plain(&self, tx: &mut ReadTx<'_>, piece: Option<i32>) -> Result<Vec<u8>, Error> {
        if let Some(number) = piece {
            return parts::plain(tx, self.key, self.request, number);
        }
        let head = packages::table.find(self.request).select(packages::package);
        let sealed: Option<Vec<u8>> = head.first(tx.connection())?;
        let place = place(self.request);
        self.key.open(&place, &place.read(sealed.ok_or("it is missing"))?)
    }

    /// Reads a piece as what it must be.
    #[track_caller]
    fn read<T: DeserializeOwned>(&self, piece: Option<i32>, plain: &[u8]) -> Result<T, Error> {
        let read = serde_json::from_slice(plain);
        match piece {
            Some(number) => parts::in_place(self.request, number, |place| place.read(read)),
            None => place(self.request).read(read),
        }
    }

    /// Keeps the pieces that were opened, as they are now.
    ///
    /// # Errors
    /// Internal when a piece is not what it was any more: something was left out that the policy must not open.
    pub(super) fn keep(self, tx: &mut WriteTx<'_>) -> Result<(), Error> {
        for (piece, value) in &self.opened {
            let plain = serde_json::to_vec(value).map_err(|error| Error::internal(error))?;
            let Some(number) = piece else {
                self.read::<Package>(None, &plain)?;
                let sealed = self.key.seal(tx.entropy(), &place(self.request), &plain);
                let row = packages::table.find(self.request);
                diesel::update(row).set(packages::package.eq(sealed)).execute(tx.connection())?;
                continue;
            };
            let is_page = self.layout.iter().any(|part| part.number == *number && part.table == AUDIT);
            if is_page {
                self.read::<Vec<PackageAccess>>(*piece, &plain)?;
            } else {
                self.read::<PackagePart>(*piece, &plain)?;
            }
            parts::replace(tx, self.key, self.request, *number, &plain)?;
        }
        Ok(())
    }
}

/// An array index as JSON Pointers write it (RFC 6901 section 4): without leading zeros.
fn index_of(token: &str) -> Option<usize> {
    token.parse().ok().filter(|index: &usize| index.to_string() == token)
}

fn member_of<'v>(value: &'v mut Value, token: &str) -> Option<&'v mut Value> {
    match value {
        Value::Object(members) => members.get_mut(token),
        Value::Array(items) => items.get_mut(index_of(token)?),
        _ => None,
    }
}
