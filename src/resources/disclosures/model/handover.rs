//! The data of a disclosure, to be handed over.

use serde::Serialize;
use utoipa::ToSchema;

use super::LegalGateway;
use crate::domain::{
    ContactId, DisclosedField, DisclosureBatchId, DisclosureId, EmailAddress, Instant, OrganisationId, Purpose,
    Telephone, TelephoneExtension,
};
use crate::resources::contacts::model::{Contact, Employer, JobTitle, PersonName};
use crate::resources::organisations::model::OrganisationName;

/// The disclosed members of a person's data.
#[derive(Clone, Serialize, ToSchema)]
pub struct DisclosedMembers {
    /// The person's name.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub name: Option<PersonName>,
    /// The person's e-mail address.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub email: Option<EmailAddress>,
    /// The person's telephone number.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub telephone: Option<Telephone>,
    /// The extension behind the telephone number.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub telephone_extension: Option<TelephoneExtension>,
    /// The organisation that the person works for.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub organisation: Option<Employer>,
    /// The person's job title.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub job_title: Option<JobTitle>,
}

impl DisclosedMembers {
    /// Takes from a contact the members that disclosures show. The extension goes with the telephone number.
    pub fn of(contact: Contact, shows: impl Fn(DisclosedField) -> bool) -> Self {
        let Contact { name, email, telephone, telephone_extension, organisation, job_title, .. } = contact;
        let telephone_shown = shows(DisclosedField::Telephone);
        Self {
            name: name.filter(|_| shows(DisclosedField::Name)),
            email: email.filter(|_| shows(DisclosedField::Email)),
            telephone: telephone.filter(|_| telephone_shown),
            telephone_extension: telephone_extension.filter(|_| telephone_shown),
            organisation: organisation.filter(|_| shows(DisclosedField::Organisation)),
            job_title: job_title.filter(|_| shows(DisclosedField::JobTitle)),
        }
    }
}

/// The data of a disclosure, to be handed over to the organisation.
#[derive(Clone, Serialize, ToSchema)]
pub struct Handover {
    /// The disclosure.
    pub disclosure_id: DisclosureId,
    /// The id of the record of this handover.
    pub disclosure_batch: DisclosureBatchId,
    /// The person's contact.
    pub contact_id: ContactId,
    /// The organisation that receives the data.
    pub organisation_id: OrganisationId,
    /// The organisation's name.
    pub organisation_name: OrganisationName,
    /// The law that requires the disclosure.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub legal_gateway: Option<LegalGateway>,
    /// The purpose; absent if a law requires the disclosure.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub purpose: Option<Purpose>,
    /// When the data was handed over.
    pub handed_over_at: Instant,
    /// When the organisation must stop using the data; absent if there is no such time.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub expires_at: Option<Instant>,
    /// The disclosed members, of those that the service has.
    pub person: DisclosedMembers,
}
