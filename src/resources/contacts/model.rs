//! The contact as the world sees it, and what can be asked of it.

use chrono::NaiveDate;
use macro_rules_attribute::apply;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use validator::{Validate, ValidationError};

use crate::domain::{
    ContactId, EmailAddress, Instant, NetworkId, Telephone, TelephoneExtension, line_type, name_type, words,
};
use crate::platform::http::{Change, Command, Resource};

name_type! {
    /// A person's name as the person writes it: one line of at most 200 characters, in any script, with at
    /// least one visible character. Kept in NFC; the service trims nothing.
    PersonName, 200, "Ada Lovelace"
}

line_type! {
    /// A person's employer: one line of at most 200 characters.
    Employer, 200, "Dudley Metropolitan Borough Council"
}

line_type! {
    /// A person's job title: one line of at most 200 characters.
    JobTitle, 200, "Director of Adult Social Services"
}

line_type! {
    /// Further detail about the source of the data: one line of at most 500 characters.
    #[schema(as = ContactSourceDetail)]
    SourceDetail, 500, "Sign-up sheet of the spring conference"
}

/// The status of a contact.
#[apply(words!)]
pub enum ContactStatus {
    /// A person, in full.
    Active,
    /// A person whose data is stored and not used (UK GDPR Article 18): an id, a status and a version.
    Restricted,
    /// An id alone: the person's data was erased.
    Erased,
}

/// A finding about a contact's address or number, made by an upgrade of the service. Staff should check
/// it.
#[apply(words!)]
pub enum AddressCheck {
    /// Another contact has the same mailbox, which was written in another form. A search by the address finds that contact:
    /// merge the two.
    SameMailbox,
    /// The e-mail address cannot exist, such as one whose domain is an IP address. Correct or remove it.
    ImpossibleEmail,
    /// The telephone number may lack a zero after the country code, which earlier releases dropped. Compare it with the number
    /// that the person gave, and send the right one, even if it is the same.
    TelephoneZero,
}

/// The kind of source.
#[apply(words!)]
#[schema(as = ContactSourceKind)]
pub enum SourceKind {
    /// The person.
    #[serde(rename = "self")]
    #[strum(serialize = "self")]
    Person,
    /// A member of staff.
    Staff,
    /// An event's registration.
    Event,
    /// A partner organisation.
    Partner,
    /// Another system.
    Import,
    /// A public source.
    PublicSource,
}

/// The source of the data (UK GDPR Articles 14 and 15(1)(g)).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = ContactSource)]
pub struct Source {
    /// The kind of source.
    pub kind: SourceKind,
    /// Further detail about the source.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub detail: Option<SourceDetail>,
    /// When the data was obtained; not in the future.
    #[schema(example = "2026-11-24")]
    pub obtained_on: NaiveDate,
}

/// A contact: a person whom IEWM knows.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct Contact {
    /// The contact's id.
    pub id: ContactId,
    /// The person's name. Absent while the contact is restricted and after it was erased, like every member
    /// about the person.
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
    /// The status of the contact.
    pub status: ContactStatus,
    /// The source of the data.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub source: Option<Source>,
    /// When the contact was created; absent while the contact is restricted, like the dates that follow.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub created_at: Option<Instant>,
    /// When the contact was last changed.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub updated_at: Option<Instant>,
    /// The day of the person's last dealing with IEWM: sign-up, a consent decision, a correction.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false, example = "2026-11-24")]
    pub last_activity_on: Option<NaiveDate>,
    /// The last day on which the contact is kept: six calendar years after the last dealing, unless a legal
    /// hold requires longer.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false, example = "2032-11-24")]
    pub keep_until: Option<NaiveDate>,
    /// When the mail server permanently refused the e-mail address; absent if it never did, or if the
    /// address has changed since.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub email_bounced_at: Option<Instant>,
    /// A finding about the address or number that staff should check; absent if there is none, and after a
    /// correction.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub address_check: Option<AddressCheck>,
    /// Increases with every change to the contact itself.
    #[schema(example = 1, minimum = 1)]
    pub version: i32,
}

impl Resource for Contact {
    fn location(&self) -> String {
        format!("/v1/contacts/{}", self.id)
    }

    fn version(&self) -> i32 {
        self.version
    }

    fn derived(&self) -> Option<String> {
        let (last_activity_on, keep_until) = self.last_activity_on.zip(self.keep_until)?;
        let bounced = self.email_bounced_at.map(|at| format!(" {at}")).unwrap_or_default();
        let check: &str = self.address_check.map_or("", Into::into);
        Some(format!("{last_activity_on} {keep_until}{bounced}{check}"))
    }
}

/// A contact that a search found.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct FoundContact {
    /// The contact.
    #[serde(flatten)]
    pub contact: Contact,
    /// True if the person had the searched address or number before, and now has another or none; otherwise
    /// absent.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false, example = true)]
    pub former: Option<bool>,
}

fn reachable(asked: &CreateContact) -> Result<(), ValidationError> {
    if asked.email.is_some() || asked.telephone.is_some() {
        return one_extension(asked.telephone.as_ref(), asked.telephone_extension.as_ref());
    }
    let mut error = ValidationError::new("unreachable").with_message("an email or a telephone is required".into());
    error.add_param("pointer".into(), &"/email");
    Err(error)
}

/// Checks that an extension belongs to a number, and is not another one than that written with the number.
///
/// # Errors
/// `telephone_needed` or `other_extension`, at `/telephone_extension`.
pub(in crate::resources) fn one_extension(
    telephone: Option<&Telephone>,
    extension: Option<&TelephoneExtension>,
) -> Result<(), ValidationError> {
    let Some(extension) = extension else { return Ok(()) };
    let (code, message) = match telephone.map(Telephone::extension) {
        None => ("telephone_needed", "needs the telephone number of the extension, in telephone"),
        Some(Some(written)) if written != extension => {
            ("other_extension", "differs from the extension in telephone: give it once")
        }
        Some(_) => return Ok(()),
    };
    let mut error = ValidationError::new(code).with_message(message.into());
    error.add_param("pointer".into(), &"/telephone_extension");
    Err(error)
}

/// A contact to add: a name, the source of the data, and an e-mail address or a telephone number.
#[derive(Clone, Debug, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
#[validate(schema(function = "reachable"))]
pub struct CreateContact {
    /// The person's name.
    pub name: PersonName,
    /// The person's e-mail address; required unless there is a telephone number.
    #[schema(nullable = false)]
    pub email: Option<EmailAddress>,
    /// The person's telephone number; required unless there is an e-mail address.
    #[schema(nullable = false)]
    pub telephone: Option<Telephone>,
    /// The extension of the telephone number, if the number does not include it.
    #[schema(nullable = false)]
    pub telephone_extension: Option<TelephoneExtension>,
    /// The person's employer.
    #[schema(nullable = false)]
    pub organisation: Option<Employer>,
    /// The person's job title.
    #[schema(nullable = false)]
    pub job_title: Option<JobTitle>,
    /// The source of the data.
    pub source: Source,
}

impl Command for CreateContact {
    type Resource = Contact;
}

/// Corrections to a contact, as a merge patch (UK GDPR Article 16).
#[derive(Clone, Debug, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
#[validate(schema(function = "patched_extension"))]
pub struct PatchContact {
    /// The person's name.
    #[schema(nullable = false)]
    pub name: Option<PersonName>,
    /// The person's e-mail address; null removes it, if there is a telephone number.
    #[serde(default)]
    #[schema(value_type = Option<EmailAddress>)]
    pub email: Change<EmailAddress>,
    /// The person's telephone number; null removes it, if there is an e-mail address. A new number also
    /// replaces or removes the extension.
    #[serde(default)]
    #[schema(value_type = Option<Telephone>)]
    pub telephone: Change<Telephone>,
    /// The extension of the telephone number; null removes it.
    #[serde(default)]
    #[schema(value_type = Option<TelephoneExtension>)]
    pub telephone_extension: Change<TelephoneExtension>,
    /// The person's employer; null removes it.
    #[serde(default)]
    #[schema(value_type = Option<Employer>)]
    pub organisation: Change<Employer>,
    /// The person's job title; null removes it.
    #[serde(default)]
    #[schema(value_type = Option<JobTitle>)]
    pub job_title: Change<JobTitle>,
}

fn patched_extension(asked: &PatchContact) -> Result<(), ValidationError> {
    match (&asked.telephone, &asked.telephone_extension) {
        (Change::Clear, Change::Set(extension)) => one_extension(None, Some(extension)),
        (Change::Set(telephone), Change::Set(extension)) => one_extension(Some(telephone), Some(extension)),
        // An extension alone is of the number that is there, or of none: only the contact itself shows which.
        _ => Ok(()),
    }
}

impl PatchContact {
    /// Returns the telephone number after the patch.
    pub(super) fn telephone_after(&self, before: Option<Telephone>) -> Option<Telephone> {
        let number = self.telephone.clone().apply(before);
        match self.telephone_extension.clone() {
            Change::Keep => number,
            Change::Clear => number.map(|number| number.with_extension(None)),
            Change::Set(extension) => number.map(|number| number.with_extension(Some(extension))),
        }
    }
}

impl Command for PatchContact {
    type Resource = Contact;
}

fn exactly_one(asked: &SearchContacts) -> Result<(), ValidationError> {
    let given = [asked.email.is_some(), asked.telephone.is_some(), asked.name.is_some()];
    match given.iter().filter(|&&given| given).count() {
        1 => Ok(()),
        _ => Err(ValidationError::new("exactly_one")
            .with_message("exactly one of email, telephone and name is required".into())),
    }
}

/// A search for a person, by exactly one of the members.
#[derive(Clone, Debug, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
#[validate(schema(function = "exactly_one"))]
pub struct SearchContacts {
    /// The whole e-mail address, in any case.
    #[schema(nullable = false)]
    pub email: Option<EmailAddress>,
    /// The whole telephone number. The search ignores an extension.
    #[schema(nullable = false)]
    pub telephone: Option<Telephone>,
    /// Beginnings of words of the name, in any order, ignoring case and accents. Give at least two
    /// characters of each word; for ideographs, one is enough.
    #[schema(nullable = false)]
    pub name: Option<PersonName>,
}

impl Command for SearchContacts {
    type Resource = NothingElse;
}

/// For commands that make no resource: nothing is read-only.
#[derive(Debug, ToSchema)]
pub struct NothingElse {}

/// The contact to merge into the one in the path.
#[derive(Clone, Debug, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct MergeContacts {
    /// The contact that is the same person. It ends.
    pub from_contact_id: ContactId,
}

impl Command for MergeContacts {
    type Resource = NothingElse;
}

/// Which contacts to list.
#[derive(Clone, Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ContactFilter {
    /// Only contacts with this status; the default is `active`.
    #[schema(nullable = false)]
    pub status: Option<ContactStatus>,
    /// Only contacts who are members of this network now.
    #[schema(nullable = false)]
    pub network_id: Option<NetworkId>,
    /// Only contacts changed at this instant or later.
    #[schema(nullable = false)]
    pub updated_since: Option<Instant>,
    /// Only contacts with this value in `address_check`.
    #[schema(nullable = false)]
    pub address_check: Option<AddressCheck>,
}
