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
    /// Whether it applies.
    pub applies: bool,
    /// Why, in a sentence that can be told to the person.
    #[schema(example = "It applies on every basis.")]
    pub why: &'static str,
    /// Where it does not apply, the right that does.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub instead: Option<DataSubjectRight>,
    /// The article that decides it.
    #[schema(example = "UK GDPR Article 15")]
    pub article: &'static str,
}

/// The rights that a person has over data that is used for one purpose on one basis.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct PurposeRights {
    /// The purpose.
    pub purpose: Purpose,
    /// The basis that is recorded.
    pub lawful_basis: LawfulBasis,
    /// Every right.
    pub rights: Vec<RightRuling>,
}

/// Which right applies to which purpose.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct ContactRights {
    /// Whose.
    pub contact_id: ContactId,
    /// The version of the notice whose purposes these are: the one in force.
    #[schema(example = "2019-01-29")]
    pub notice_version: NaiveDate,
    /// The purposes that the person is in, in the notice's order: those they have decided about, and those of a contract.
    pub purposes: Vec<PurposeRights>,
}

/// The rights of a contact, restricted or not.
///
/// # Errors
/// 404 when there is none; 410 when it was erased or merged into another.
pub(super) fn of(tx: &mut ReadTx<'_>, contact: ContactId) -> Result<ContactRights, Error> {
    store::must_be_there(tx, contact)?;
    let notice = notices::store::in_force(tx)?;
    let mut uses = Vec::new();
    for holder in holders(tx)? {
        uses.extend(holder.uses(tx, contact)?);
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
