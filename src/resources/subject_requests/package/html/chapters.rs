//! The information that goes with the copy (UK GDPR Article 15(1)): uses, bases and recipients, and how long data is kept.

use std::collections::HashSet;

use serde_json::Value;

use super::super::model::{Package, Recipient, RecipientCategory};
use super::{Said, codes, sharing_codes};
use crate::domain::{Card, Cards, Instant, Purpose, RecordClass, day_words, london_date};
use crate::policy::retention::{in_words, schedule};

/// Something that the person's data is used for.
pub(super) struct Use {
    pub(super) what: Said,
    pub(super) basis: Said,
    pub(super) data: String,
    pub(super) recipients: String,
    pub(super) kept: String,
}

/// The uses of the notice that the person's data is put to: those that they agree to now, that a network is run for, and that
/// an event is run for. A no, and a yes that the person has not confirmed, is no use.
pub(super) fn uses(package: &Package) -> Vec<Use> {
    let is_used = |purpose: &Value| {
        let agrees = |consent: &Value| {
            let is_earlier = member(consent, "is_of_earlier_record") == true;
            member(consent, "purpose") == purpose && member(consent, "state") == "given" && !is_earlier
        };
        let agreed = package.records("consents").iter().any(agrees);
        let runs_for = match serde_json::from_value(purpose.clone()) {
            Ok(Purpose::ProfessionalNetworks) => !package.records("memberships").is_empty(),
            Ok(Purpose::EventAdministration | Purpose::VenueSecurity) => !package.records("registrations").is_empty(),
            _ => false,
        };
        agreed || runs_for
    };
    let one = |purpose: &Value| Use {
        what: said(member(purpose, "purpose"), codes::purpose),
        basis: items(member(purpose, "lawful_basis")).iter().map(|basis| said(basis, codes::lawful_basis)).collect(),
        data: listed(member(purpose, "data")),
        recipients: listed(member(purpose, "recipients")),
        kept: without_code(member(purpose, "retention").as_str().unwrap_or_default()),
    };
    package.particulars.purposes.iter().filter(|purpose| is_used(member(purpose, "purpose"))).map(one).collect()
}

/// A member of an object; null where it has none of that name.
fn member<'a>(value: &'a Value, name: &str) -> &'a Value {
    value.get(name).unwrap_or(&Value::Null)
}

fn items(value: &Value) -> &[Value] {
    value.as_array().map_or(&[], Vec::as_slice)
}

fn listed(value: &Value) -> String {
    items(value).iter().filter_map(Value::as_str).collect::<Vec<_>>().join("; ")
}

fn said(code: &Value, words: codes::Words) -> Said {
    words(code).map_or_else(|| Said::unworded(code.as_str().unwrap_or_default().to_owned()), Said::words)
}

/// The notice's words about a period, without the code of the period in brackets: `Six years (P6Y)`.
fn without_code(text: &str) -> String {
    let code = text.split_once(" (P").and_then(|(before, rest)| Some((before, rest.split_once(')')?)));
    match code {
        Some((before, (code, after))) if code.bytes().all(|byte| byte.is_ascii_alphanumeric()) => {
            format!("{before}{after}")
        }
        _ => text.to_owned(),
    }
}

/// Who has received the person's data.
pub(super) struct Received {
    pub(super) who: String,
    pub(super) data: String,
    pub(super) times: usize,
    pub(super) first: String,
    pub(super) last: String,
}

/// Who has received the person's data from our system (Article 15(1)(c)).
pub(super) fn recipients(package: &Package) -> Vec<Received> {
    let received = |recipient: &Recipient| {
        let (who, data) = match recipient.category {
            RecipientCategory::MailServer => (
                "The operator of our mail server, who carried our emails to you",
                "Your email address, and the text of each email",
            ),
            RecipientCategory::ApprovedContractor => (
                "Approved contractors, who work for us",
                "What they saw or changed: see \u{201c}An approved contractor\u{201d} in the next table",
            ),
        };
        let day = |at| day_words(london_date(at));
        let (first, last) = (day(recipient.first_at), day(recipient.last_at));
        Received { who: who.to_owned(), data: data.to_owned(), times: recipient.times, first, last }
    };
    let named = package.held.iter().filter(|part| part.table == "disclosures").flat_map(|part| &part.records);
    package.recipients.iter().map(received).chain(named.filter_map(|told| by_name(package, told))).collect()
}

/// A recipient by name: what was disclosed, since when, and how often the recipient read it. A proposal has disclosed nothing.
fn by_name(package: &Package, told: &Value) -> Option<Received> {
    let day =
        |value: &Value| value.as_str().and_then(|at| Instant::parse(at).ok()).map(|at| day_words(london_date(at)));
    let (who, first) = (told["recipient"].as_str()?.to_owned(), day(&told["disclosed_at"])?);
    let fields = told["fields"].as_array()?.iter().filter_map(sharing_codes::field);
    let reads = package.held.iter().filter(|part| part.table == "disclosure_batches").flat_map(|part| &part.records);
    let times = reads.filter(|read| read["recipient"] == told["recipient"]).count();
    let last = day(&told["recalled_at"]).or_else(|| day(&told["expires_at"])).unwrap_or_else(|| first.clone());
    Some(Received { who, data: fields.collect::<Vec<_>>().join("; "), times, first, last })
}

/// How long something is kept.
pub(super) struct Kept {
    pub(super) what: Said,
    pub(super) period: String,
    pub(super) from: &'static str,
}

/// How long each kind of record is kept of which there is one.
pub(super) fn kept(package: &Package, cards: Cards) -> Vec<Kept> {
    let holds = |card: &&Card| match card.table {
        super::super::search::AUDIT => !package.accesses.is_empty(),
        table => !package.records(table).is_empty(),
    };
    let classes: HashSet<RecordClass> = cards.iter().filter(holds).map(|card| card.retention).collect();
    let rules = schedule().filter(|rule| classes.contains(&rule.class));
    let kept = |class: RecordClass, period| {
        let (what, from) = class_in_words(class).unzip();
        Kept {
            what: what.map_or_else(|| Said::unworded(<&str>::from(class).to_owned()), Said::words),
            period,
            from: from.unwrap_or_default(),
        }
    };
    rules.map(|rule| kept(rule.class, in_words(rule.period))).collect()
}

/// A class of the retention schedule, and what its period runs from, as the person reads them.
fn class_in_words(class: RecordClass) -> Option<(&'static str, &'static str)> {
    const DEALING: &str = "When you last dealt with us";
    const SENT: &str = "When we sent the link";
    Some(match class {
        RecordClass::Contact => ("Your name and contact details", DEALING),
        RecordClass::Consent => ("What you agreed to", DEALING),
        RecordClass::Membership => ("Networks", DEALING),
        RecordClass::Registration => ("Events that you registered for", DEALING),
        RecordClass::AccessRequirement => ("What you need at events", "The end of the event"),
        RecordClass::Disclosure => ("Which organisations received your data", DEALING),
        RecordClass::Obligation => ("What these organisations must do", "Their answer"),
        RecordClass::LegalHold => ("Why we must keep your data", "When we decided to keep it"),
        RecordClass::FormerAddress => ("Codes of addresses and numbers that you had before", DEALING),
        RecordClass::SuppressionMark => {
            ("Codes of addresses that we must not write to", "When you objected, or were erased")
        }
        RecordClass::Complaint => ("Complaints", "When the complaint was closed"),
        RecordClass::SubjectRequest => ("Requests about your data", "When we answered the request"),
        RecordClass::AccessPackage => ("Copies of your data that we made for you", "When we made the copy"),
        RecordClass::Erasure => ("Plans to erase your data", "When it was erased"),
        RecordClass::Message => ("Which emails we sent you", "When it left, or was given up"),
        RecordClass::ConfirmationLink => ("Links that asked you to confirm", SENT),
        RecordClass::PreferenceLink => ("Links to your choices about emails", SENT),
        RecordClass::AccessPackageLink => ("Links to copies of your data", SENT),
        RecordClass::RequestStatusLink => ("Links to the progress of a request", SENT),
        RecordClass::Audit => ("Who saw or changed your data", "When they did"),
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_code_of_a_period_is_left_out_of_the_notices_words() {
        let notice = "Six years (P6Y), unless a legal hold requires longer";
        assert_eq!(without_code(notice), "Six years, unless a legal hold requires longer");
        for whole in ["Six years (Please ask.)", "Six years (P", "For good"] {
            assert_eq!(without_code(whole), whole);
        }
    }
}
