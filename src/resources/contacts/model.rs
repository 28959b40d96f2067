//! The contact as the world sees it, and what can be asked of it.

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use validator::{Validate, ValidationError};

use crate::domain::{ContactId, EmailAddress, Instant, NetworkId, Telephone, TelephoneExtension, line_type, name_type};
use crate::platform::http::{Change, Command, Resource};

name_type! {
    /// A person's name as they write it: one line of at most 200 characters, in any script, with a character that can be
    /// seen. Kept as it is, in NFC; nothing is trimmed.
    PersonName, 200, "Ada Lovelace"
}

line_type! {
    /// Where a person works: one line of at most 200 characters.
    Employer, 200, "Dudley Metropolitan Borough Council"
}

line_type! {
    /// What a person does there: one line of at most 200 characters.
    JobTitle, 200, "Director of Adult Social Services"
}

line_type! {
    /// More about where the data came from: one line of at most 500 characters.
    SourceDetail, 500, "Sign-up sheet of the spring conference"
}

/// What is known of a contact.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema, strum::IntoStaticStr, strum::EnumString,
)]
#[serde(rename_all = "snake_case")]
#[strum(serialize_all = "snake_case")]
pub enum ContactStatus {
    /// A person, in full.
    Active,
    /// A person whose data is stored and not used (UK GDPR Article 18): an id, a status and a version.
    Restricted,
    /// An id alone: the person's data was erased.
    Erased,
}

/// What an upgrade found in a contact's address or number that a person should look at.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema, strum::IntoStaticStr, strum::EnumString,
)]
#[serde(rename_all = "snake_case")]
#[strum(serialize_all = "snake_case")]
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

/// Who gave the data.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema, strum::IntoStaticStr, strum::EnumString,
)]
#[serde(rename_all = "snake_case")]
#[strum(serialize_all = "snake_case")]
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

/// Where the data came from (UK GDPR Articles 14 and 15(1)(g)).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Source {
    /// Who gave it.
    pub kind: SourceKind,
    /// More about it.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub detail: Option<SourceDetail>,
    /// When it was obtained; not in the future.
    #[schema(example = "2026-11-24")]
    pub obtained_on: NaiveDate,
}

/// A contact.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct Contact {
    /// Its id.
    pub id: ContactId,
    /// The person's name; absent while restricted and once erased, like every member about the person.
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
    /// The extension of that number.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub telephone_extension: Option<TelephoneExtension>,
    /// Where the person works.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub organisation: Option<Employer>,
    /// What the person does there.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub job_title: Option<JobTitle>,
    /// What is known of the contact.
    pub status: ContactStatus,
    /// Where the data came from.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub source: Option<Source>,
    /// When it was made; absent while restricted, like the days that follow.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub created_at: Option<Instant>,
    /// When it was last changed.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub updated_at: Option<Instant>,
    /// The day of the person's last dealing with IEWM: sign-up, a consent decision, a correction.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false, example = "2026-11-24")]
    pub last_activity_on: Option<NaiveDate>,
    /// The last day on which it is kept: six calendar years after the last dealing, unless a legal
    /// hold requires longer.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false, example = "2032-11-24")]
    pub keep_until: Option<NaiveDate>,
    /// When the mail server refused the e-mail address for good; absent where it never did, or the address has
    /// changed since.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub email_bounced_at: Option<Instant>,
    /// What an upgrade found in the address or number that staff should look at; absent otherwise, and once it is corrected.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub address_check: Option<AddressCheck>,
    /// Raised by every change of the contact itself.
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

/// A contact that a search has found.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct FoundContact {
    /// The contact.
    #[serde(flatten)]
    pub contact: Contact,
    /// True where the person had the address or number that was looked for before, and has another now or none; otherwise
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
pub(super) fn one_extension(
    telephone: Option<&Telephone>,
    extension: Option<&TelephoneExtension>,
) -> Result<(), ValidationError> {
    let Some(extension) = extension else { return Ok(()) };
    let (code, message) = match telephone.map(Telephone::extension) {
        None => ("telephone_needed", "needs the telephone number that it is an extension of, in telephone"),
        Some(Some(written)) if written != extension => {
            ("other_extension", "is not the extension that is written in telephone: give it once")
        }
        Some(_) => return Ok(()),
    };
    let mut error = ValidationError::new(code).with_message(message.into());
    error.add_param("pointer".into(), &"/telephone_extension");
    Err(error)
}

/// A person to sign up: a name, where the data came from, and an e-mail address or a telephone number.
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
    /// The extension of that number, where it is not written with it.
    #[schema(nullable = false)]
    pub telephone_extension: Option<TelephoneExtension>,
    /// Where the person works.
    #[schema(nullable = false)]
    pub organisation: Option<Employer>,
    /// What the person does there.
    #[schema(nullable = false)]
    pub job_title: Option<JobTitle>,
    /// Where the data came from.
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
    /// The person's e-mail address; null takes it away, if there is a telephone number.
    #[serde(default)]
    #[schema(value_type = Option<EmailAddress>)]
    pub email: Change<EmailAddress>,
    /// The person's telephone number; null takes it away, if there is an e-mail address. Another number has another extension,
    /// or none.
    #[serde(default)]
    #[schema(value_type = Option<Telephone>)]
    pub telephone: Change<Telephone>,
    /// The extension of the telephone number; null takes it away.
    #[serde(default)]
    #[schema(value_type = Option<TelephoneExtension>)]
    pub telephone_extension: Change<TelephoneExtension>,
    /// Where the person works; null takes it away.
    #[serde(default)]
    #[schema(value_type = Option<Employer>)]
    pub organisation: Change<Employer>,
    /// What the person does there; null takes it away.
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

/// A person to look up, by exactly one of the members.
#[derive(Clone, Debug, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
#[validate(schema(function = "exactly_one"))]
pub struct SearchContacts {
    /// The whole e-mail address, in any case.
    #[schema(nullable = false)]
    pub email: Option<EmailAddress>,
    /// The whole telephone number. An extension makes no difference.
    #[schema(nullable = false)]
    pub telephone: Option<Telephone>,
    /// Beginnings of words of the name, in any order, without regard to case and accents: at least two
    /// characters of each word, one for ideographs.
    #[schema(nullable = false)]
    pub name: Option<PersonName>,
}

impl Command for SearchContacts {
    type Resource = NothingElse;
}

/// For commands that make no resource: nothing is read-only.
#[derive(Debug, ToSchema)]
pub struct NothingElse {}

/// The contact to merge into the one that the path names.
#[derive(Clone, Debug, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct MergeContacts {
    /// The contact that is the same person, and goes.
    pub from_contact_id: ContactId,
}

impl Command for MergeContacts {
    type Resource = NothingElse;
}

/// Which contacts to list.
#[derive(Clone, Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ContactFilter {
    /// Only those of this status; the active ones unless said.
    #[schema(nullable = false)]
    pub status: Option<ContactStatus>,
    /// Only those who are in this network now.
    #[schema(nullable = false)]
    pub network_id: Option<NetworkId>,
    /// Only those changed at this instant or later.
    #[schema(nullable = false)]
    pub updated_since: Option<Instant>,
    /// Only those with this in `address_check`.
    #[schema(nullable = false)]
    pub address_check: Option<AddressCheck>,
}
