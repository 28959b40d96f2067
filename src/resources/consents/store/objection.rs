//! Objecting to direct marketing (UK GDPR Article 21(2) and (3)): absolute, at once, and lifted by the mailbox alone.

use super::super::evidence::Evidence;
use super::super::model::{Consent, Method, State};
use super::{Decided, Origin, append, facts};
use crate::domain::{ContactId, Error, Fault, Purpose, Refusal};
use crate::platform::audit::{Action, Entry};
use crate::platform::transaction::{Recorded, WriteTx};
use crate::policy::consent;
use crate::resources::{notices, suppressions};

/// The purposes that one can object to as direct marketing: all that rest on consent.
pub fn purposes() -> impl Iterator<Item = Purpose> {
    <Purpose as strum::VariantArray>::VARIANTS.iter().copied().filter(|purpose| purpose.takes_consent())
}

/// Records that a person objects to direct marketing for `purposes`, or for all where they named none; their address is
/// marked in the same transaction. Taken for everyone, the erased and the restricted included, and under an id that was
/// merged into another. What was objected to already stays as it is.
///
/// # Errors
/// 404 when there is no such contact; 422 for a purpose that rests on a contract alone.
pub fn object(
    mut tx: WriteTx<'_>,
    contact: ContactId,
    named: Option<&[Purpose]>,
    method: Method,
) -> Result<Recorded<Vec<Consent>>, Error> {
    let objected_to: Vec<Purpose> = match named {
        None => purposes().collect(),
        Some(named) => purposes().filter(|purpose| named.contains(purpose)).collect(),
    };
    for &purpose in named.unwrap_or_default() {
        let refused = consent::must_take_consent(purpose);
        refused.map_err(|refusal| Refusal { pointer: Some("/purposes"), ..refusal })?;
    }
    if objected_to.is_empty() {
        let detail = "must name a purpose; omit it to object to all";
        return Err(Error::invalid(vec![Fault::new("/purposes", "too_few", detail)]));
    }
    let now = tx.now();
    let notices = notices::store::published(&mut tx)?;
    let notice_version = notices.must_be_in_force(now)?.version;
    let mut ended = Vec::with_capacity(objected_to.len());
    let mut person = contact;
    for &purpose in &objected_to {
        let known = facts(&mut tx, contact, purpose)?.ok_or_else(Error::not_found)?;
        person = known.contact.id;
        if let Some(mark) = &known.contact.mark {
            suppressions::store::suppress_for(&mut tx, mark, purpose)?;
        }
        let stands = |current: &consent::Projection| current.objected_at.is_some() && current.state == State::Withdrawn;
        if known.facts.current.as_ref().is_some_and(stands) {
            continue;
        }
        let lawful = consent::object(method, now, notice_version);
        let origin = Origin::new(tx.actor().label());
        let decided = Decided { purpose, known, lawful, evidence: Evidence::none(), origin };
        ended.push(append(&mut tx, decided, &notices)?);
    }
    let named: Vec<&str> = objected_to.iter().map(|purpose| purpose.as_str()).collect();
    tx.record(Entry::new(Action::ConsentsObject).contact(person).with("purposes", named), ended)
}
