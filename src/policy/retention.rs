//! Retention: how long a record is kept (UK GDPR Article 5(1)(e); the notice's six years).

use chrono::{NaiveDate, TimeDelta};

use super::months::six_years_after;

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
    /// The class of records, as the schedule and the disposal of records name it.
    pub record_class: &'static str,
    /// The event that starts the period.
    pub trigger: &'static str,
    /// The length of the period, as an ISO 8601 duration, or in words where it has no fixed length.
    pub period: &'static str,
    /// The action at the end of the period.
    pub action: &'static str,
    /// The tables that hold the class.
    pub tables: &'static [&'static str],
}

/// The retention schedule: the notice's six years, and what is kept for a shorter time or for good.
pub const SCHEDULE: &[RetentionRule] = &[
    RetentionRule {
        record_class: "contact",
        trigger: "The person's last dealing with IEWM",
        period: "P6Y",
        action: "Erased, and the person's key destroyed, in a reviewed disposal",
        tables: &["contacts", "sharing_refusals", "vault.data_keys"],
    },
    RetentionRule {
        record_class: "consent",
        trigger: "The person's last dealing with IEWM",
        period: "P6Y",
        action: "Emptied of the wording and the proof; ids and dates stay as evidence of compliance",
        tables: &["consents", "consent_decisions"],
    },
    RetentionRule {
        record_class: "membership",
        trigger: "The person's last dealing with IEWM",
        period: "P6Y",
        action: "Deleted with the person",
        tables: &["memberships"],
    },
    RetentionRule {
        record_class: "subject_request",
        trigger: "Its outcome",
        period: "P6Y",
        action: "Disposed of, and its key destroyed, in a reviewed disposal; an erasure deletes the requester and \
                 the words earlier",
        tables: &[
            "subject_requests",
            "subject_request_steps",
            "subject_request_redactions",
            "subject_request_package_downloads",
            "subject_request_farewells",
        ],
    },
    RetentionRule {
        record_class: "request_status_link",
        trigger: "The sending of the link",
        period: "P180D",
        action: "Can no longer be used; deleted within another thirty days of mailing",
        tables: &["subject_request_links"],
    },
    RetentionRule {
        record_class: "access_package_link",
        trigger: "The sending of the link",
        period: "P14D",
        action: "Can no longer be used; deleted within another thirty days of mailing",
        tables: &["subject_request_package_links"],
    },
    RetentionRule {
        record_class: "access_package",
        trigger: "Its release; for a draft, its build",
        period: "P30D",
        action: "The content is deleted, and a draft completely; unreadable at once when the person is erased",
        tables: &["subject_request_packages", "subject_request_package_builds", "subject_request_package_parts"],
    },
    RetentionRule {
        record_class: "deadline_digest",
        trigger: "The day",
        period: "P30D",
        action: "Deleted with the next one",
        tables: &["deadline_digests"],
    },
    RetentionRule {
        record_class: "working_days",
        trigger: "Another table of bank holidays",
        period: "As long as the service runs",
        action: "Replaced by the new table's name",
        tables: &["working_days"],
    },
    RetentionRule {
        record_class: "event",
        trigger: "Its end or cancellation",
        period: "P6Y",
        action: "Disposed of in a reviewed disposal",
        tables: &["events", "event_places"],
    },
    RetentionRule {
        record_class: "registration",
        trigger: "The person's last dealing with IEWM",
        period: "P6Y",
        action: "The words become unreadable with the person's key; the pseudonymous history stays",
        tables: &["registrations", "registration_steps", "check_ins"],
    },
    RetentionRule {
        record_class: "access_requirement",
        trigger: "The end of the event; at once when the registration is cancelled",
        period: "P30D",
        action: "Deleted by a job, regardless of the six years; not shown from that moment on",
        tables: &["access_requirements"],
    },
    RetentionRule {
        record_class: "complaint",
        trigger: "Its outcome or withdrawal",
        period: "P6Y",
        action: "Disposed of, and its key destroyed, in a reviewed disposal",
        tables: &["complaints", "complaint_steps"],
    },
    RetentionRule {
        record_class: "breach",
        trigger: "Its closure",
        period: "P6Y",
        action: "Disposed of in a reviewed disposal",
        tables: &["breaches", "breach_steps"],
    },
    RetentionRule {
        record_class: "network",
        trigger: "Its closure",
        period: "P6Y",
        action: "Disposed of in a reviewed disposal",
        tables: &["networks"],
    },
    RetentionRule {
        record_class: "confirmation_link",
        trigger: "The sending of the link",
        period: "P7D",
        action: "Can no longer be used",
        tables: &["consent_confirmations"],
    },
    RetentionRule {
        record_class: "preference_link",
        trigger: "The sending of the link",
        period: "P30D",
        action: "Can no longer be used; deleted within another thirty days of mailing",
        tables: &["preference_links"],
    },
    RetentionRule {
        record_class: "message",
        trigger: "The mail server took the message, or it was dropped or given up",
        period: "P30D",
        action: "Deleted; it holds ids alone",
        tables: &["messages"],
    },
    RetentionRule {
        record_class: "suppression_mark",
        trigger: "Erasure of the person, or an objection",
        period: "As long as mailings are sent",
        action: "Lifted only by the owner of the mailbox, for one purpose at a time",
        tables: &["suppressions"],
    },
    RetentionRule {
        record_class: "former_address",
        trigger: "The person's last dealing with IEWM",
        period: "P6Y",
        action: "Deleted with the person's contact, for whom suppression marks take its place",
        tables: &["former_addresses"],
    },
    RetentionRule {
        record_class: "record_to_index",
        trigger: "An upgrade",
        period: "Until the next start",
        action: "Deleted once the record is indexed; holds ids alone",
        tables: &["records_to_index"],
    },
    RetentionRule {
        record_class: "erasure",
        trigger: "The erasure",
        period: "P6Y",
        action: "Disposed of in a reviewed disposal; holds ids, counts and grounds alone",
        tables: &["erasure_plans"],
    },
    RetentionRule {
        record_class: "destroyed_key",
        trigger: "The destruction of the key",
        period: "For good",
        action: "Kept, so that a restored backup does not restore erased people; holds ids alone",
        tables: &["vault.destroyed_keys"],
    },
    RetentionRule {
        record_class: "executed_plan",
        trigger: "The execution of the plan",
        period: "For good",
        action: "Kept, so that a restored backup does not restore erased data; holds ids, counts and grounds alone",
        tables: &["vault.executed_plans"],
    },
    RetentionRule {
        record_class: "key_remnant",
        trigger: "The destruction of the key",
        period: "PT1H",
        action: "Deleted as soon as the table of keys has been rewritten, on PostgreSQL",
        tables: &["vault.key_remnants"],
    },
    RetentionRule {
        record_class: "audit",
        trigger: "The act",
        period: "P6Y",
        action: "Disposed of in a reviewed disposal; holds ids and commitments alone",
        tables: &["audit_entries", "audit_subjects"],
    },
    RetentionRule {
        record_class: "kept_answer",
        trigger: "The answer",
        period: "PT24H",
        action: "Deleted; it holds ids alone, and stays when the person is erased",
        tables: &["kept_answers"],
    },
    RetentionRule {
        record_class: "token_revocation",
        trigger: "The revocation",
        period: "PT2H1M",
        action: "Deleted: the token has expired by then",
        tables: &["token_revocations"],
    },
    RetentionRule {
        record_class: "organisation",
        trigger: "The end of the last dealing with it",
        period: "P6Y",
        action: "Disposed of in a reviewed disposal",
        tables: &["organisations"],
    },
    RetentionRule {
        record_class: "privacy_notice",
        trigger: "None",
        period: "For good",
        action: "Kept: consents refer to the version that was shown",
        tables: &["privacy_notices", "material_changes"],
    },
    RetentionRule {
        record_class: "reference_number",
        trigger: "None",
        period: "For good",
        action: "Kept, so that no reference is issued twice",
        tables: &["reference_numbers"],
    },
    RetentionRule {
        record_class: "service_key",
        trigger: "None",
        period: "As long as the service runs",
        action: "Kept",
        tables: &["vault.service_keys"],
    },
];

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
        for rule in SCHEDULE {
            let words = in_words(rule.period);
            let is_code = words.starts_with('P') && words.ends_with(|last: char| last.is_ascii_uppercase());
            assert!(!is_code, "{}: {words}", rule.record_class);
        }
    }

    #[test]
    fn six_years_to_the_day_and_leap_days_end_a_day_early() {
        let day = |text: &str| text.parse::<NaiveDate>().unwrap();
        assert_eq!(keep_until(day("2026-11-24")), day("2032-11-24"));
        assert_eq!(keep_until(day("2024-02-29")), day("2030-02-28"));
    }
}
