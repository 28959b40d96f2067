//! Which right applies to which purpose that a person's data is used for, by the basis that is recorded.

use chrono::NaiveDate;
use serde::Serialize;
use strum::VariantArray;
use utoipa::ToSchema;

use super::store;
use crate::domain::{ContactId, Error, LawfulBasis, Purpose, Use};
use crate::personal::holders;
use crate::platform::audit::{Action, Entry};
use crate::platform::transaction::ReadTx;
use crate::policy::rights::{DataSubjectRight, Ruling, ruling};
use crate::resources::notices;

/// Whether a right applies, and why.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct RightRuling {
    /// The right.
    pub right: DataSubjectRight,
    /// Whether the right applies.
    pub applies: bool,
    /// The reason, in a sentence that you can give to the person.
    #[schema(example = "It applies on every basis.")]
    pub why: &'static str,
    /// The right that applies instead, if this one does not.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub instead: Option<DataSubjectRight>,
    /// The article that decides the ruling.
    #[schema(example = "UK GDPR Article 15")]
    pub article: &'static str,
}

/// The rights that a person has over data used for one purpose on one basis.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct PurposeRights {
    /// The purpose.
    pub purpose: Purpose,
    /// The recorded basis.
    pub lawful_basis: LawfulBasis,
    /// The ruling on every right.
    pub rights: Vec<RightRuling>,
}

/// The rights that apply to each purpose.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct ContactRights {
    /// The contact.
    pub contact_id: ContactId,
    /// The version of the notice in force, whose purposes these are.
    #[schema(example = "2019-01-29")]
    pub notice_version: NaiveDate,
    /// The person's purposes, in the order of the notice: those that the person has decided about, and
    /// those of a contract.
    pub purposes: Vec<PurposeRights>,
}

/// The rights of a contact, restricted or not.
///
/// # Errors
/// 404 when there is none; 410 when it was erased or merged into another.
pub(super) fn of(tx: &mut ReadTx<'_>, contact: ContactId) -> Result<ContactRights, Error> {
    store::must_be_there(tx, contact)?;
    let notice = notices::store::in_force(tx)?;
    let person = store::person(tx, contact)?;
    let mut uses = Vec::new();
    for holder in holders(tx)? {
        uses.extend(holder.uses(tx, &person)?);
    }
    uses.sort_unstable();
    uses.dedup();
    let of_purpose = |purpose| uses.iter().filter(move |used| used.purpose == purpose);
    let purposes = notice.purposes.iter().flat_map(|said| of_purpose(said.code)).copied().map(rights).collect();
    tx.look(Entry::new(Action::ContactsRights).contact(contact));
    Ok(ContactRights { contact_id: contact, notice_version: notice.version, purposes })
}

fn rights(Use { purpose, basis }: Use) -> PurposeRights {
    let ruled = |&right: &DataSubjectRight| {
        let Ruling { applies, why, instead, article } = ruling(right, basis);
        RightRuling { right, applies, why, instead, article }
    };
    PurposeRights { purpose, lawful_basis: basis, rights: DataSubjectRight::VARIANTS.iter().map(ruled).collect() }
}
