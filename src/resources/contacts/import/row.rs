//! A row of a file, and what becomes of it.

use chrono::NaiveDate;
use macro_rules_attribute::apply;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use validator::{Validate, ValidationError};

use crate::domain::{ContactId, EmailAddress, Fault, Faults, Telephone, TelephoneExtension, ids_alone, words};
use crate::platform::http::Command;
use crate::resources::contacts::model::{Employer, JobTitle, NothingElse, PersonName, SourceDetail, one_extension};

/// How to import.
#[derive(Clone, Copy, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ImportQuery {
    /// Report the outcome of each row, and change nothing.
    #[serde(default)]
    pub dry_run: bool,
}

fn reachable(row: &ImportRow) -> Result<(), ValidationError> {
    if row.email.is_some() || row.telephone.is_some() {
        return one_extension(row.telephone.as_ref(), row.telephone_extension.as_ref());
    }
    let mut error = ValidationError::new("unreachable").with_message("an email or a telephone is required".into());
    error.add_param("pointer".into(), &"/email");
    Err(error)
}

/// One person in an import file: a name, and an e-mail address or a telephone number.
#[derive(Clone, Debug, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
#[validate(schema(function = "reachable"))]
pub struct ImportRow {
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
    /// Further detail about the source of the data.
    #[schema(nullable = false)]
    pub source_detail: Option<SourceDetail>,
    /// When the data was obtained; not in the future. The default is today. For an existing contact, the
    /// default applies only if the row's `source_detail` is another than the contact's.
    #[schema(nullable = false, example = "2026-11-24")]
    pub obtained_on: Option<NaiveDate>,
}

impl ImportRow {
    /// Returns the row's number, with its extension.
    pub(super) fn number(&self) -> Option<Telephone> {
        Some(self.telephone.clone()?.or_extension(self.telephone_extension.clone()))
    }
}

impl Command for ImportRow {
    type Resource = NothingElse;
}

/// The columns that a CSV file can have: the members of [`ImportRow`].
pub(super) const COLUMNS: &[&str] =
    &["name", "email", "telephone", "telephone_extension", "organisation", "job_title", "source_detail", "obtained_on"];

/// The outcome of a row.
#[apply(words!)]
pub enum ImportOutcome {
    /// A new contact was made.
    Created,
    /// A contact that was there was changed. A contact without an e-mail address gets that of a row with its number and name.
    Updated,
    /// A contact that was there has all of it already, had the address or number before (`former_address`), or is not the only
    /// one with the number and name (`several_contacts`).
    Unchanged,
    /// The address was erased or is suppressed, or a row without an address has the number and name of an erased person: nothing
    /// was stored.
    Suppressed,
    /// The row is wrong, or for a person whose data is restricted or cannot be read: nothing was stored.
    Rejected,
}

/// The reason why a row changed nothing.
#[apply(words!)]
pub enum ImportCode {
    /// The person had the address, or the number under this name, before, and has another now or none.
    FormerAddress,
    /// Several live contacts have the number under this name, and the row has no address that tells which of them it means.
    SeveralContacts,
}

/// What a row changes of a contact.
#[apply(words!)]
pub enum ChangedMember {
    /// The name.
    Name,
    /// The e-mail address, which the contact did not have.
    Email,
    /// The telephone number or its extension.
    Telephone,
    /// Where the person works.
    Organisation,
    /// What the person does there.
    JobTitle,
    /// The source: its kind, detail and day together.
    Source,
}

/// A row and its outcome.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct ImportResult {
    /// The number of the row; the first row of data is 1.
    #[schema(minimum = 1)]
    pub row: u32,
    /// The outcome of the row.
    pub result: ImportOutcome,
    /// The contact; absent if there is none, such as for a row that a dry run would create.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub contact_id: Option<ContactId>,
    /// The reason why the row changed nothing. `former_address` means that the row names an address or number
    /// that the person no longer has. `several_contacts` means that more than one contact has the row's
    /// number and name. The service stores nothing from such a row.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub code: Option<ImportCode>,
    /// The members of the contact that an updated row changes. In a dry run, the row would change them.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[schema(max_items = 6)]
    pub changed_members: Vec<ChangedMember>,
    /// The faults of a rejected row, with pointers to its members: at most 10. After the earlier rows have
    /// listed 10,000 faults, a row lists its first alone.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false, max_items = 10)]
    pub errors: Option<Vec<Fault>>,
    /// The number of faults that `errors` does not list; absent where `errors` lists them all.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false, minimum = 1)]
    pub more: Option<usize>,
}

/// How many faults an import may still list.
///
/// A file can have 250,000 rows with a hundred faults each, and its answer has to end.
#[derive(Debug)]
pub(super) struct Listed {
    left: usize,
}

impl Default for Listed {
    fn default() -> Self {
        Self { left: 10_000 }
    }
}

impl Listed {
    /// How many faults a row lists at most.
    const OF_ROW: usize = 10;

    /// Shortens the list of a row's faults to its share.
    pub(super) fn shorten(&mut self, row: &mut ImportResult) {
        let Some(errors) = &mut row.errors else { return };
        let share = if self.left > 0 { Self::OF_ROW } else { 1 };
        let unlisted = errors.len().saturating_sub(share);
        errors.truncate(share);
        if unlisted > 0 {
            row.more = Some(row.more.unwrap_or_default() + unlisted);
        }
        self.left = self.left.saturating_sub(errors.len());
    }
}

ids_alone!(codes: ImportOutcome, ImportCode, ChangedMember);
ids_alone!(ImportResult { row, result, contact_id, code, changed_members, errors, more });

impl ImportResult {
    pub(super) fn new(row: u32, result: ImportOutcome, contact_id: Option<ContactId>) -> Self {
        Self { row, result, contact_id, code: None, changed_members: Vec::new(), errors: None, more: None }
    }

    pub(super) fn updated(row: u32, contact_id: Option<ContactId>, changed_members: Vec<ChangedMember>) -> Self {
        Self { changed_members, ..Self::new(row, ImportOutcome::Updated, contact_id) }
    }

    pub(super) fn several_contacts(row: u32) -> Self {
        Self { code: Some(ImportCode::SeveralContacts), ..Self::new(row, ImportOutcome::Unchanged, None) }
    }

    pub(super) fn former_address(row: u32, contact_id: Option<ContactId>) -> Self {
        let code = Some(ImportCode::FormerAddress);
        Self { code, ..Self::new(row, ImportOutcome::Unchanged, contact_id) }
    }

    pub(super) fn rejected(row: u32, faults: &Faults) -> Self {
        let (errors, more) = (faults.listed().to_vec(), Some(faults.more()).filter(|more| *more > 0));
        Self { errors: Some(errors), more, ..Self::new(row, ImportOutcome::Rejected, None) }
    }
}

/// The result of every row, in the order of the file.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct ImportResults {
    /// The results.
    pub results: Vec<ImportResult>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_row_lists_ten_faults_and_one_once_many_were_listed() {
        let faults: Faults = (0..150).map(|at| Fault::new(format!("/{at}"), "unknown", "")).collect();
        let mut listed = Listed::default();
        let mut told = |row| {
            let mut result = ImportResult::rejected(row, &faults);
            listed.shorten(&mut result);
            (result.errors.map(|errors| errors.len()), result.more)
        };
        for row in 1..=1_000 {
            assert_eq!(told(row), (Some(10), Some(140)));
        }
        assert_eq!(told(1_001), (Some(1), Some(149)));
    }
}
