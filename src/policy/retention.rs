//! Retention: how long a record is kept (UK GDPR Article 5(1)(e); the notice's six years).

use chrono::{NaiveDate, TimeDelta};

use super::months::six_years_after;
use crate::domain::RecordClass;

/// The last day on which a record is kept: the same date six calendar years after the person's last
/// dealing with IEWM; 28 February where there is no 29th.
pub fn keep_until(last_activity_on: NaiveDate) -> NaiveDate {
    six_years_after(last_activity_on)
}

/// How long after an event's end is kept what people needed at it, whatever the six years (UK GDPR Article 5(1)(e)).
pub const ACCESS_REQUIREMENTS: TimeDelta = TimeDelta::days(30);

/// How long a package of what is held about a person can be had.
pub const PACKAGES: TimeDelta = TimeDelta::days(30);

/// How long a link to a package can be used.
pub const PACKAGE_LINKS: TimeDelta = TimeDelta::days(14);

/// How long the last letter to a person who was erased can be printed where no mail reaches them: until then the name is kept.
pub const LETTERS_FOR_THE_POST: TimeDelta = TimeDelta::days(14);

/// A period of the schedule in words: `six years` for `P6Y`. A period that is in words already stays as it is.
pub fn in_words(period: &str) -> String {
    worded(period).unwrap_or_else(|| period.to_owned())
}

fn worded(period: &str) -> Option<String> {
    let (rest, is_time) = match period.strip_prefix("PT") {
        Some(time) => (time, true),
        None => (period.strip_prefix('P')?, false),
    };
    let parts = rest.split_inclusive(|last: char| last.is_ascii_uppercase());
    Some(parts.map(|part| part_in_words(part, is_time)).collect::<Option<Vec<_>>>()?.join(" and "))
}

/// One part of a period, such as `6Y`, in words.
fn part_in_words(part: &str, is_time: bool) -> Option<String> {
    const NUMBERS: [&str; 12] =
        ["one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve"];
    let unit = part.chars().next_back()?;
    let number: usize = part.strip_suffix(unit)?.parse().ok()?;
    let unit = match (unit, is_time) {
        ('Y', false) => "year",
        ('M', false) => "month",
        ('D', false) => "day",
        ('H', true) => "hour",
        ('M', true) => "minute",
        _ => return None,
    };
    let ending = if number == 1 { "" } else { "s" };
    let number = number.checked_sub(1).and_then(|at| NUMBERS.get(at)).map_or(number.to_string(), ToString::to_string);
    Some(format!("{number} {unit}{ending}"))
}

/// One line of the retention schedule.
#[derive(Clone, Copy, Debug)]
pub struct RetentionRule {
    /// The class of records.
    pub class: RecordClass,
    /// The event that starts the period.
    pub trigger: &'static str,
    /// The length of the period, as an ISO 8601 duration, or in words where it has no fixed length.
    pub period: &'static str,
    /// The action at the end of the period.
    pub action: &'static str,
}

/// Returns the retention schedule: the notice's six years, and what is kept for a shorter time or for good. The card of a table
/// names its class.
pub fn schedule() -> impl Iterator<Item = RetentionRule> {
    <RecordClass as strum::VariantArray>::VARIANTS.iter().map(|&class| rule(class))
}

/// Returns how long a class of records is kept.
#[expect(clippy::too_many_lines, reason = "it is the table of the schedule")]
pub fn rule(class: RecordClass) -> RetentionRule {
    let (trigger, period, action) = match class {
        RecordClass::Contact => (
            "The person's last dealing with IEWM",
            "P6Y",
            "Erased, and the person's key destroyed, in a reviewed disposal",
        ),
        RecordClass::Consent => (
            "The person's last dealing with IEWM",
            "P6Y",
            "Emptied of the wording and the proof; ids and dates stay as evidence of compliance",
        ),
        RecordClass::Membership => ("The person's last dealing with IEWM", "P6Y", "Deleted with the person"),
        RecordClass::SubjectRequest => (
            "Its outcome",
            "P6Y",
            "Disposed of, and its key destroyed, in a reviewed disposal; an erasure deletes the requester and the words earlier",
        ),
        RecordClass::RequestStatusLink => {
            ("The sending of the link", "P180D", "Can no longer be used; deleted within another thirty days of mailing")
        }
        RecordClass::AccessPackageLink => {
            ("The sending of the link", "P14D", "Can no longer be used; deleted within another thirty days of mailing")
        }
        RecordClass::AccessPackage => (
            "Its release; for a draft, its build",
            "P30D",
            "The content is deleted, and a draft completely; unreadable at once when the person is erased",
        ),
        RecordClass::DeadlineDigest => ("The day", "P30D", "Deleted with the next one"),
        RecordClass::WorkingDays => {
            ("Another table of bank holidays", "As long as the service runs", "Replaced by the new table's name")
        }
        RecordClass::Event => ("Its end or cancellation", "P6Y", "Disposed of in a reviewed disposal"),
        RecordClass::Registration => (
            "The person's last dealing with IEWM",
            "P6Y",
            "The words become unreadable with the person's key; the pseudonymous history stays",
        ),
        RecordClass::AccessRequirement => (
            "The end of the event; at once when the registration is cancelled",
            "P30D",
            "Deleted by a job, regardless of the six years; not shown from that moment on",
        ),
        RecordClass::Complaint => {
            ("Its outcome or withdrawal", "P6Y", "Disposed of, and its key destroyed, in a reviewed disposal")
        }
        RecordClass::Breach | RecordClass::Network => ("Its closure", "P6Y", "Disposed of in a reviewed disposal"),
        RecordClass::ConfirmationLink => ("The sending of the link", "P7D", "Can no longer be used"),
        RecordClass::PreferenceLink => {
            ("The sending of the link", "P30D", "Can no longer be used; deleted within another thirty days of mailing")
        }
        RecordClass::Message => {
            ("The mail server took the message, or it was dropped or given up", "P30D", "Deleted; it holds ids alone")
        }
        RecordClass::SuppressionMark => (
            "Erasure of the person, or an objection",
            "As long as mailings are sent",
            "Lifted only by the owner of the mailbox, for one purpose at a time",
        ),
        RecordClass::FormerAddress => (
            "The person's last dealing with IEWM",
            "P6Y",
            "Deleted with the person's contact, for whom suppression marks take its place",
        ),
        RecordClass::RecordToIndex => {
            ("An upgrade", "Until the next start", "Deleted once the record is indexed; holds ids alone")
        }
        RecordClass::Erasure => {
            ("The erasure", "P6Y", "Disposed of in a reviewed disposal; holds ids, counts and grounds alone")
        }
        RecordClass::DestroyedKey => (
            "The destruction of the key",
            "For good",
            "Kept, so that a restored backup does not restore erased people; holds ids alone",
        ),
        RecordClass::ExecutedPlan => (
            "The execution of the plan",
            "For good",
            "Kept, so that a restored backup does not restore erased data; holds ids, counts and grounds alone",
        ),
        RecordClass::KeyRemnant => (
            "The destruction of the key",
            "PT1H",
            "Deleted as soon as the table of keys has been rewritten, on PostgreSQL",
        ),
        RecordClass::Audit => ("The act", "P6Y", "Disposed of in a reviewed disposal; holds ids and commitments alone"),
        RecordClass::KeptAnswer => {
            ("The answer", "PT24H", "Deleted; it holds ids alone, and stays when the person is erased")
        }
        RecordClass::TokenRevocation => ("The revocation", "PT2H1M", "Deleted: the token has expired by then"),
        RecordClass::Organisation => {
            ("The end of the last dealing with it", "P6Y", "Disposed of in a reviewed disposal")
        }
        RecordClass::SharingAgreement => ("Its end", "P6Y", "Disposed of in a reviewed disposal"),
        RecordClass::Disclosure => (
            "The person's last dealing with IEWM",
            "P6Y",
            "Disposed of in a reviewed disposal; after an erasure it holds ids, dates and the names of members alone",
        ),
        RecordClass::EventAssignment => ("The end of the event", "P6Y", "Disposed of in a reviewed disposal"),
        RecordClass::Obligation => ("Its acknowledgement or closure", "P6Y", "Disposed of in a reviewed disposal"),
        RecordClass::PrivacyNotice => ("None", "For good", "Kept: consents refer to the version that was shown"),
        RecordClass::LegalHold => ("None", "For good", "Kept, so that the council can explain what was kept, and why"),
        RecordClass::ReferenceNumber => ("None", "For good", "Kept, so that no reference is issued twice"),
        RecordClass::ServiceKey => ("None", "As long as the service runs", "Kept"),
    };
    RetentionRule { class, trigger, period, action }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_period_of_the_schedule_has_words() {
        let periods = [
            ("P6Y", "six years"),
            ("P30D", "30 days"),
            ("PT1H", "one hour"),
            ("PT62M", "62 minutes"),
            ("PT2H1M", "two hours and one minute"),
        ];
        for (period, words) in periods {
            assert_eq!(in_words(period), words);
        }
        for rule in schedule() {
            let words = in_words(rule.period);
            let is_code = words.starts_with('P') && words.ends_with(|last: char| last.is_ascii_uppercase());
            assert!(!is_code, "{:?}: {words}", rule.class);
        }
    }

    #[test]
    fn six_years_to_the_day_and_leap_days_end_a_day_early() {
        let day = |text: &str| text.parse::<NaiveDate>().unwrap();
        assert_eq!(keep_until(day("2026-11-24")), day("2032-11-24"));
        assert_eq!(keep_until(day("2024-02-29")), day("2030-02-28"));
    }
}
