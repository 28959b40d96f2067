//! What a contact is found by: keyed hashes of its address, its number and the words of its name.

use diesel::prelude::*;

use super::super::model::PersonName;
use super::super::particulars::Particulars;
use super::contacts;
use crate::domain::{Code, ContactId, EmailAddress, Error, Fault, Telephone, hex};
use crate::platform::db::{TermIndex, Terms, dialect, direct};
use crate::platform::transaction::{ReadTx, WriteTx};
use crate::platform::vault::BlindIndexKey;
use crate::resources::suppressions::store::former::Kind;

/// The blind index of an e-mail address, which is its suppression mark as well.
pub fn email_index(tx: &ReadTx<'_>, email: &EmailAddress) -> Vec<u8> {
    tx.keyring().blind_index.email(email).to_vec()
}

/// The blind index of a telephone number.
pub fn telephone_index(tx: &ReadTx<'_>, telephone: &Telephone) -> Vec<u8> {
    tx.keyring().blind_index.telephone(telephone).to_vec()
}

/// The blind index of a telephone number and a name together.
pub fn named_number(tx: &ReadTx<'_>, telephone: &Telephone, name: &PersonName) -> Vec<u8> {
    tx.keyring().blind_index.named_number(telephone, name.as_str()).to_vec()
}

/// The blind index of a whole name, which others may have too.
pub fn name_index(tx: &ReadTx<'_>, name: &PersonName) -> Vec<u8> {
    tx.keyring().blind_index.name(name.as_str()).to_vec()
}

/// The keyed indexes of what a person is reached by.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Indexes {
    /// That of the e-mail address.
    pub email: Option<Vec<u8>>,
    /// That of the telephone number.
    pub telephone: Option<Vec<u8>>,
    /// That of the number and the folded name together.
    pub named_number: Option<Vec<u8>>,
}

impl Indexes {
    /// Those of a person with these particulars.
    pub fn of(tx: &ReadTx<'_>, particulars: &Particulars) -> Self {
        let Particulars { name, email, telephone, .. } = particulars;
        Self::of_address(tx, name, email.as_ref(), telephone.as_ref())
    }

    /// Those of a person who gave this name, address and number.
    pub fn of_address(
        tx: &ReadTx<'_>,
        name: &PersonName,
        email: Option<&EmailAddress>,
        telephone: Option<&Telephone>,
    ) -> Self {
        Self::keyed(&tx.keyring().blind_index, name, email, telephone)
    }

    /// As [`Indexes::of_address`], without a transaction.
    pub fn keyed(
        keys: &BlindIndexKey,
        name: &PersonName,
        email: Option<&EmailAddress>,
        telephone: Option<&Telephone>,
    ) -> Self {
        Self {
            email: email.map(|email| keys.email(email).to_vec()),
            telephone: telephone.map(|number| keys.telephone(number).to_vec()),
            named_number: telephone.map(|number| keys.named_number(number, name.as_str()).to_vec()),
        }
    }

    /// What a contact with these indexes and this name is found by: the keyed hashes of the beginnings of the name's words, and
    /// that of the number.
    pub fn terms(&self, keys: &BlindIndexKey, name: &PersonName) -> Terms {
        let mut tokens = keys.name_tokens(name.as_str());
        tokens.extend(self.telephone.as_ref().and_then(|index| index.first_chunk().copied()));
        // One order, whatever they stand for, so that the same tokens are the same list.
        tokens.sort_unstable();
        tokens.dedup();
        Terms::new(tokens)
    }

    /// Each with its kind.
    pub(super) fn all(&self) -> Vec<(Kind, Vec<u8>)> {
        let Self { email, telephone, named_number } = self.clone();
        let kinds = [(Kind::Email, email), (Kind::Telephone, telephone), (Kind::NamedNumber, named_number)];
        kinds.into_iter().filter_map(|(kind, index)| Some((kind, index?))).collect()
    }

    /// Those that the `others` are not.
    pub(super) fn without(&self, others: &Self) -> Vec<(Kind, Vec<u8>)> {
        let others = others.all();
        self.all().into_iter().filter(|index| !others.contains(index)).collect()
    }
}

/// Takes an address for this transaction, for the contact `own`, and refuses it when another live contact has it.
pub fn claim_address(tx: &mut WriteTx<'_>, index: &[u8], own: ContactId) -> Result<(), Error> {
    dialect::lock_name(tx.connection(), &hex(index))?;
    match with_address(tx, index)? {
        Some(holder) if holder != own => Err(taken(holder)),
        _ => Ok(()),
    }
}

/// Maps a unique violation to 503: new contacts do not lock the address, so one may have been inserted
/// after we checked. A retry will find it.
///
/// # Errors
/// 503 then: the next attempt finds them.
pub(super) fn unless_taken<T>(written: QueryResult<T>) -> Result<T, Error> {
    let taken = || Error::unavailable("an address was taken after it was claimed");
    dialect::on_unique(written, "contacts_email", "contacts.email_index", taken)
}

/// The refusal of an address that `holder` has.
pub(super) fn taken(holder: ContactId) -> Error {
    let detail = "A live contact has this e-mail address. Change that contact instead.";
    Error::new(Code::ContactExists, detail).with(|p| p.contact_id = Some(holder))
}

/// Where names and telephone numbers are looked up.
pub const TOKENS: TermIndex = TermIndex { table: "contacts", column: "search_tokens", index: "contact_tokens" };

/// What a contact must have to be found by `name`.
///
/// # Errors
/// 422 when a word of it is too short to look for.
pub fn query_terms(tx: &ReadTx<'_>, name: &str) -> Result<Terms, Error> {
    let tokens = tx.keyring().blind_index.query_tokens(name).map_err(|_| {
        let detail = "each word must have at least two characters, or be an ideograph";
        Error::invalid(vec![Fault::new("/name", "too_short", detail)])
    })?;
    Ok(Terms::new(tokens))
}

/// What a contact must have, or one of them, to be found by one of `numbers`. Others may have it too.
pub fn telephone_terms<'a>(tx: &ReadTx<'_>, numbers: impl IntoIterator<Item = &'a Telephone>) -> Terms {
    Terms::new(numbers.into_iter().map(|number| tx.keyring().blind_index.telephone_token(number)))
}

/// The terms by which the contacts are found that may have a number, from the keyed indexes of numbers. Others may have one too.
pub fn telephone_terms_of(indexes: &[Vec<u8>]) -> Terms {
    Terms::new(indexes.iter().filter_map(|index| index.first_chunk().copied()))
}

/// Has a contact found by its name and indexes as they are to be; answers the tokens that are to be written with them.
pub(super) fn find_by(
    tx: &mut WriteTx<'_>,
    id: ContactId,
    indexes: &Indexes,
    name: &PersonName,
) -> Result<Terms, Error> {
    let tokens = indexes.terms(&tx.keyring().blind_index, name);
    TOKENS.replace(tx.connection(), id.uuid(), Some(&tokens))?;
    Ok(tokens)
}

/// Has a contact found by its name and number no longer. Its row goes on to tell the tokens until it is written anew.
pub fn forget_tokens(tx: &mut WriteTx<'_>, id: ContactId) -> Result<(), Error> {
    TOKENS.replace(tx.connection(), id.uuid(), None)
}

/// How many hashes of a contact's name and number are kept to find it by.
pub fn count_tokens(tx: &mut ReadTx<'_>, contact: ContactId) -> Result<usize, Error> {
    let kept = contacts::table.find(contact).select(contacts::search_tokens);
    let kept: Option<Option<Terms>> = kept.first(tx.connection()).optional()?;
    Ok(kept.flatten().map_or(0, |terms| terms.count()))
}

/// The live contact whose address has the blind index `mark`.
pub fn with_address(tx: &mut ReadTx<'_>, mark: &[u8]) -> Result<Option<ContactId>, Error> {
    let has_it = contacts::table.filter(contacts::email_index.eq(mark)).select(contacts::id);
    Ok(direct!(tx.connection(), engine => has_it.first(engine)).optional()?)
}
