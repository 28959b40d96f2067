//! The shared contact as its recipient sees it.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::domain::{
    ContactId, DisclosedField, DisclosureBatchId, DisclosureId, EmailAddress, Instant, Purpose, Telephone,
    TelephoneExtension, WordSet,
};
use crate::resources::contacts::model::{Contact, Employer, JobTitle, PersonName};
use crate::resources::disclosures::model::DisclosedMembers;
use crate::resources::disclosures::store::Shown;

/// A live disclosure of a person's data.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct SharedUnder {
    /// The disclosure.
    pub disclosure_id: DisclosureId,
    /// The purpose for which the data may be used; absent if a law requires the disclosure.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub purpose: Option<Purpose>,
    /// The members of the person's data that it discloses.
    #[schema(value_type = BTreeSet<DisclosedField>, min_items = 1, max_items = 6)]
    pub fields: WordSet<DisclosedField>,
    /// When the disclosure ends. Delete the data by then.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub expires_at: Option<Instant>,
}

/// A person whose data is disclosed to the caller's organisation. It has the members that any of its disclosures names.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct SharedContact {
    /// The id of the contact.
    pub contact_id: ContactId,
    /// The person's name.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub name: Option<PersonName>,
    /// The person's e-mail address.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub email: Option<EmailAddress>,
    /// The person's telephone number, in E.164.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub telephone: Option<Telephone>,
    /// The extension of the telephone number.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub telephone_extension: Option<TelephoneExtension>,
    /// The person's employer.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub organisation: Option<Employer>,
    /// The person's job title.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub job_title: Option<JobTitle>,
    /// The live disclosures, newest first.
    pub disclosures: Vec<SharedUnder>,
    /// When the person's data or one of the disclosures was last changed.
    pub updated_at: Instant,
}

impl SharedContact {
    /// The person as the disclosures show them; `None` of a contact whose data is not in use.
    pub(super) fn of(contact: Contact, disclosures: Vec<Shown>) -> Option<Self> {
        let disclosed_at = disclosures.iter().map(|shown| shown.updated_at);
        let (contact_id, updated_at) = (contact.id, disclosed_at.chain(contact.updated_at).max()?);
        let may_see = |field| disclosures.iter().any(|shown| shown.fields.contains(field));
        let DisclosedMembers { name, email, telephone, telephone_extension, organisation, job_title } =
            DisclosedMembers::of(contact, may_see);
        Some(Self {
            contact_id,
            name,
            email,
            telephone,
            telephone_extension,
            organisation,
            job_title,
            updated_at,
            disclosures: disclosures
                .into_iter()
                .map(|shown| SharedUnder {
                    disclosure_id: shown.id,
                    purpose: shown.purpose,
                    fields: shown.fields,
                    expires_at: shown.expires_at,
                })
                .collect(),
        })
    }
}

/// A shared contact, read by itself.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct SharedContactRead {
    /// The person.
    #[serde(flatten)]
    pub contact: SharedContact,
    /// The id under which the service recorded this read. Keep it with the data: it leads from a lost copy to its reader.
    pub disclosure_batch: DisclosureBatchId,
}

/// Which shared contacts to list.
#[derive(Clone, Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SharedContactFilter {
    /// Only disclosures for this purpose, and the members that they allow.
    #[schema(nullable = false)]
    pub purpose: Option<Purpose>,
    /// Only people whose data or disclosures were changed at this instant or later.
    #[schema(nullable = false)]
    pub updated_since: Option<Instant>,
}
