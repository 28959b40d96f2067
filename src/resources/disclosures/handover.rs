//! A handover as it is sent besides its JSON: a file of one row, or a page to be printed.

use askama::Template;

use super::model::{DisclosedMembers, Handover};
use crate::domain::{Error, day_words, london_date, london_words};
use crate::platform::http::answer::JSON;
use crate::platform::http::{Answer, DISCLOSURE_BATCH, Frame, Incoming, Op, Reply, Take, csv};

/// Whether `Accept` prefers CSV.
pub(super) struct AsCsv(pub(super) bool);

impl Take for AsCsv {
    async fn take(incoming: &mut Incoming) -> Result<Self, Error> {
        Ok(Self(incoming.prefers(csv::CSV, JSON)))
    }

    fn describe(_: &mut Op<'_>) {}
}

/// The members that are there, by their names on the wire and for a reader.
fn members(person: &DisclosedMembers) -> Vec<(&'static str, &'static str, String)> {
    let DisclosedMembers { name, email, telephone, telephone_extension, organisation, job_title } = person;
    let members = [
        ("name", "Name", name.as_ref().map(|name| name.as_str().to_owned())),
        ("email", "Email address", email.as_ref().map(|email| email.shown().into_owned())),
        ("telephone", "Telephone number", telephone.as_ref().map(|number| number.as_str().to_owned())),
        ("telephone_extension", "Extension", telephone_extension.as_ref().map(|digits| digits.as_str().to_owned())),
        ("organisation", "Organisation", organisation.as_ref().map(|of| of.as_str().to_owned())),
        ("job_title", "Job title", job_title.as_ref().map(|title| title.as_str().to_owned())),
    ];
    members.into_iter().filter_map(|(name, words, value)| Some((name, words, value?))).collect()
}

/// A handover as a file: a row of names, and a row of values.
pub(super) struct Csv(pub(super) Handover);

impl Reply for Csv {
    fn into_answer(self) -> Answer {
        let members = members(&self.0.person);
        let mut bytes = Vec::new();
        csv::write_row(&mut bytes, members.iter().map(|(name, ..)| *name));
        let cell = |(name, _, value): &(&'static str, &'static str, String)| match *name {
            "telephone" => value.clone(),
            _ => csv::formula_safe(value).into_owned(),
        };
        csv::write_row(&mut bytes, members.iter().map(cell));
        let batch = self.0.disclosure_batch.to_string();
        Answer::bytes(200, csv::CSV_UTF8, bytes).header(DISCLOSURE_BATCH, batch).by_accept()
    }

    fn describe(op: &mut Op<'_>) {
        op.also_answers(200, csv::CSV);
    }
}

#[derive(Template)]
#[template(path = "pages/handover.html")]
struct Page<'a> {
    frame: &'a Frame,
    handover: &'a Handover,
    members: Vec<(&'static str, &'static str, String)>,
    handed_over: String,
    until: Option<String>,
}

/// The page to be printed.
pub(super) fn page(handover: &Handover, frame: &Frame) -> askama::Result<String> {
    let until = handover.expires_at.map(|end| day_words(london_date(end)));
    let handed_over = london_words(handover.handed_over_at);
    Page { frame, handover, members: members(&handover.person), handed_over, until }.render()
}
