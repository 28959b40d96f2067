//! The record as it is sent: JSON, or CSV for a spreadsheet. Both are written from the same list.

use super::model::{AgreedRecipient, ProcessingActivity, ProcessingActivityList};
use crate::domain::Error;
use crate::platform::http::answer::JSON;
use crate::platform::http::{Answer, Incoming, Op, Plain, Reply, Take, csv};

/// The columns, which are the members of [`ProcessingActivity`].
const HEAD: [&str; 11] = [
    "purpose",
    "lawful_basis",
    "controller",
    "data_protection_officer",
    "subjects",
    "data",
    "recipients",
    "recipients_by_agreement",
    "transfers",
    "retention",
    "security",
];
/// What separates the parts of a list in a cell, for the eye; a program reads the JSON.
const SEPARATOR: &str = "; ";

/// In which form the record is wanted, as `Accept` says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Form {
    Json,
    Csv,
}

impl Take for Form {
    async fn take(incoming: &mut Incoming) -> Result<Self, Error> {
        Ok(if incoming.prefers(csv::CSV, JSON) { Self::Csv } else { Self::Json })
    }

    fn describe(_: &mut Op<'_>) {}
}

/// The record in the form that it is wanted in.
pub(super) struct Record {
    pub(super) list: ProcessingActivityList,
    pub(super) form: Form,
}

impl Reply for Record {
    fn into_answer(self) -> Answer {
        match self.form {
            Form::Json => Plain(self.list).into_answer(),
            Form::Csv => Answer::bytes(200, csv::CSV_UTF8, written(&self.list.items)),
        }
    }

    fn describe(op: &mut Op<'_>) {
        Plain::<ProcessingActivityList>::describe(op);
        op.also_answers(200, csv::CSV);
    }
}

/// A recipient in a cell, such as `Guildhall (venue, until 2027-06-30): name, email`.
fn in_a_cell(recipient: &AgreedRecipient) -> String {
    let AgreedRecipient { organisation, kind, fields, ends_on, .. } = recipient;
    let fields: Vec<&str> = fields.iter().map(Into::into).collect();
    format!("{} ({}, until {ends_on}): {}", organisation.as_str(), <&str>::from(kind), fields.join(", "))
}

fn written(activities: &[ProcessingActivity]) -> Vec<u8> {
    let mut bytes = Vec::new();
    csv::write_row(&mut bytes, HEAD);
    for activity in activities {
        // Named one by one: a member that is added does not compile before it has a column.
        let ProcessingActivity {
            purpose,
            lawful_basis,
            controller,
            data_protection_officer,
            subjects,
            data,
            recipients,
            recipients_by_agreement,
            transfers,
            retention,
            security,
        } = activity;
        let bases: Vec<&str> = lawful_basis.iter().map(Into::into).collect();
        let agreed: Vec<String> = recipients_by_agreement.iter().map(in_a_cell).collect();
        let cells = [
            <&str>::from(purpose),
            &bases.join(SEPARATOR),
            controller,
            data_protection_officer,
            &subjects.join(SEPARATOR),
            &data.join(SEPARATOR),
            &recipients.join(SEPARATOR),
            &agreed.join(SEPARATOR),
            transfers,
            retention,
            &security.join(SEPARATOR),
        ];
        csv::write_row(&mut bytes, cells.map(csv::formula_safe));
    }
    bytes
}
