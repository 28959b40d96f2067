//! Who saw a person's data or did something with it, in words: each act once with its number in the letter, and every single
//! one in the annex.

use std::borrow::Cow;
use std::collections::HashMap;

use super::super::model::PackageAccess;
use super::Said;
use crate::domain::{Instant, day_words, london_date};

/// One kind of act by one kind of person.
pub(super) struct Acts {
    pub(super) what: Said,
    pub(super) by: Cow<'static, str>,
    pub(super) times: usize,
    pub(super) first: String,
    pub(super) last: String,
}

/// Sums up accesses, which come newest first; the kind of act that was last done comes first.
pub(super) fn summed_up(accesses: &[PackageAccess]) -> Vec<Acts> {
    let mut places: HashMap<(&str, &str), usize> = HashMap::new();
    let mut found: Vec<(&PackageAccess, usize, Instant)> = Vec::new();
    for access in accesses {
        let place = *places.entry((&access.action, &access.roles)).or_insert(found.len());
        match found.get_mut(place) {
            Some((_, times, first)) => (*times, *first) = (*times + 1, access.at),
            None => found.push((access, 1, access.at)),
        }
    }
    let day = |at| day_words(london_date(at));
    let acts = |(newest, times, first): (&PackageAccess, usize, Instant)| Acts {
        what: what(&newest.action),
        by: by(newest),
        times,
        first: day(first),
        last: day(newest.at),
    };
    found.into_iter().map(acts).collect()
}

/// Who acted, by the roles that the audit has, and where it has none, by what was done.
pub(super) fn by(PackageAccess { action, roles, .. }: &PackageAccess) -> Cow<'static, str> {
    if roles.is_empty() {
        let follows_a_link = [
            "confirmations.use",
            "preferences.",
            "unsubscribe.",
            "subject_requests.status",
            "subject_requests.download_package",
            "subject_requests.package_link",
            "subject_requests.wrong_reference",
        ];
        let is_by_link = follows_a_link.iter().any(|act| action.starts_with(act));
        return Cow::from(if is_by_link { "A person with a link from an email to you" } else { "Our computer system" });
    }
    let role = |role: &str| match role {
        "iewm_staff" => Cow::from("Our staff"),
        "council" => Cow::from("A data protection officer of the council"),
        "contractor" => Cow::from("An approved contractor"),
        other => Cow::from(other.to_owned()),
    };
    if roles.contains(',') { roles.split(',').map(role).collect::<Vec<_>>().join(", ").into() } else { role(roles) }
}

/// What was done, by the action that the audit has.
pub(super) fn what(action: &str) -> Said {
    let words = match action {
        "access_requirements.delete" => "Deleted what you needed at an event",
        "audiences.read" => "Read the list of people to send emails to",
        "check_ins.record" => "Recorded when you went in or out at an event",
        "complaints.acknowledge" => "Recorded that we told you that we have your complaint",
        "complaints.investigate" => "Recorded what we look into for your complaint",
        "complaints.outcome" => "Recorded the outcome of your complaint",
        "complaints.receive" => "Recorded your complaint",
        "complaints.withdraw" => "Recorded that you withdrew your complaint",
        "complaints.list" => "Read a list of complaints",
        "complaints.read" => "Read your complaint",
        "complaints.history" => "Read what was done about your complaint",
        "confirmations.mint" => "Made a link that asked you to confirm",
        "confirmations.use" => "Followed a link that asked you to confirm",
        "consents.check" => "Checked what you agreed to",
        "consents.history" => "Read your answers about emails",
        "consents.object" => "Recorded your objection",
        "consents.list" | "consents.read" => "Read what you agreed to",
        "consents.receipt" => "Made a receipt of what you agreed to",
        "consents.record" => "Recorded your answer about emails",
        "contacts.allow_sharing" => "Recorded that your data may be shared",
        "contacts.bounced" => "Recorded that your mailbox refused email",
        "contacts.create" => "Recorded you",
        "contacts.delete" => "Deleted your record",
        "contacts.export" => "Took a list of people with you on it",
        "contacts.import" | "contacts.import_dry_run" => "Imported a list with you on it",
        "contacts.list" => "Read a list of people with you on it",
        "contacts.lift_restriction" | "subject_requests.lift" => "Ended the restriction of your data",
        "contacts.merge" | "contacts.merged_away" => "Made one record of two records of you",
        "contacts.read" => "Read who you are and how we reach you",
        "contacts.refuse_sharing" => "Recorded that you do not want your data shared",
        "contacts.restrict" => "Restricted your data",
        "contacts.rights" => "Read which rights apply to your data",
        "contacts.search" => "Found you in a search",
        "contacts.sharing_refusals" => "Read whom you do not want your data shared with",
        "contacts.update" => "Changed who you are and how we reach you",
        "erasures.execute" | "erasures.repeat" => "Erased your data",
        "erasures.note" => "Recorded that your data was erased",
        "erasures.propose" => "Planned the erasure of your data",
        "memberships.end" => "Recorded that you left a network",
        "memberships.join" => "Recorded that you joined a network",
        "memberships.list" => "Read a list of a network's members",
        "memberships.read" => "Read about you in a network",
        "memberships.update" => "Changed what we record about you in a network",
        "messages.attempt" => "Tried to send an email to you",
        "messages.compose" => "Wrote an email to you",
        "messages.dead" => "Recorded that an email to you could not be delivered",
        "messages.deferred" => "Put off an email to you",
        "messages.dropped" => "Dropped an email to you that was no longer needed",
        "messages.list" => "Read a list of emails that we sent",
        "messages.read" => "Read what became of an email to you",
        "messages.retry" => "Sent an email to you again",
        "messages.sent" => "Sent an email to you",
        "networks.directory" => "Read a network's directory",
        "preferences.read" => "Looked at your choices about emails",
        "preferences.use" => "Changed your choices about emails",
        "registrations.create" => "Registered you for an event",
        "registrations.history" => "Read what happened to your registration",
        "registrations.list" => "Read a list of people who registered for an event",
        "registrations.priority" => "Moved you up a waiting list",
        "registrations.read" => "Read your registration",
        "registrations.status" | "registrations.update" => "Changed your registration",
        "subject_requests.begin_package" => "Began to make a copy of your data",
        "subject_requests.build_package" => "Made a draft of the copy of your data",
        "subject_requests.create" => "Recorded your request",
        "subject_requests.download_package" => "Opened the copy of your data by a link",
        "subject_requests.mail_package_link" => "Sent you a link to the copy of your data",
        "subject_requests.package_link" => "Looked at the page that opens the copy of your data",
        "subject_requests.wrong_reference" => "Tried to open the copy of your data with a wrong reference number",
        "subject_requests.draft" => "Read the draft of the copy of your data",
        "subject_requests.redactions" => "Read what is left out of the copy of your data",
        "subject_requests.release_package" => "Gave you the copy of your data",
        "subject_requests.withhold" => "Left something out of the copy of your data",
        "subject_requests.empty" => "Erased what was written in your request",
        "subject_requests.gather" => "Read your data to make a copy for you",
        "subject_requests.history" => "Read what was done about your request",
        "subject_requests.letter" => "Printed a letter to you",
        "subject_requests.list" => "Read a list of requests",
        "subject_requests.match" => "Recorded that a request was about you",
        "subject_requests.package" => "Read the copy of your data",
        "subject_requests.question" => "Recorded a question about your request",
        "subject_requests.read" => "Read your request",
        "subject_requests.reword_package" => "Changed our answer to your request",
        "subject_requests.status" => "Looked up where your request is",
        "subject_requests.step" => "Recorded what was done about your request",
        "unsubscribe.show" => "Looked at the page that stops emails",
        "unsubscribe.use" => "Stopped emails by a link",
        unknown => return Said::unworded(unknown.to_owned()),
    };
    Said::words(words)
}
