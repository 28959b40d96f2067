//! Who saw a person's data or did something with it, in words: each act once with its number in the letter, and every single
//! one in the annex.

use std::borrow::Cow;
use std::collections::HashMap;

use super::super::model::PackageAccess;
use super::Said;
use crate::domain::{Instant, day_words, london_date};
use crate::platform::audit::Action;

/// The actions of people who follow a link: their entries have no roles.
const FOLLOWS_A_LINK: &[Action] = &[
    Action::ConfirmationsUse,
    Action::PreferencesAsk,
    Action::PreferencesRead,
    Action::PreferencesUse,
    Action::SubjectRequestsDownloadPackage,
    Action::SubjectRequestsPackageLink,
    Action::SubjectRequestsStatus,
    Action::SubjectRequestsWrongReference,
    Action::UnsubscribeShow,
    Action::UnsubscribeUse,
];

/// One kind of act by one kind of person.
pub(super) struct Acts {
    pub(super) what: Said,
    pub(super) by: Cow<'static, str>,
    pub(super) times: usize,
    pub(super) first: String,
    pub(super) last: String,
}

/// The second entries of acts that the audit records twice: of a merge under the other contact, and of the end of a restriction
/// under the request. The letter counts such an act once, and the annex lists both entries.
const SECOND_ENTRIES: &[Action] = &[Action::ContactsMergedAway, Action::SubjectRequestsLift];

/// Sums up accesses, which come newest first; the kind of act that was last done comes first. Actions with the same words are one
/// kind.
pub(super) fn summed_up(accesses: &[PackageAccess]) -> Vec<Acts> {
    let mut places: HashMap<(Cow<'_, str>, Cow<'_, str>), usize> = HashMap::new();
    let mut found: Vec<(&PackageAccess, usize, Instant)> = Vec::new();
    let is_second =
        |access: &&PackageAccess| Action::named(&access.action).is_some_and(|it| SECOND_ENTRIES.contains(&it));
    for access in accesses.iter().filter(|access| !is_second(access)) {
        let place = *places.entry((what(&access.action).text, by(access))).or_insert(found.len());
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
        let is_by_link = Action::named(action).is_some_and(|action| FOLLOWS_A_LINK.contains(&action));
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
#[expect(clippy::too_many_lines, reason = "one line for each action")]
pub(super) fn what(action: &str) -> Said {
    let Some(known) = Action::named(action) else { return Said::unworded(action.to_owned()) };
    let words = match known {
        Action::AccessRequirementsDelete => "Deleted what you needed at an event",
        Action::AudiencesRead => "Read the list of people to send emails to",
        Action::AttendeesList => "Read a list of the people at an event",
        Action::CheckInsRecord => "Recorded when you went in or out at an event",
        Action::ComplaintsAcknowledge => "Recorded that we told you that we have your complaint",
        Action::ComplaintsInvestigate => "Recorded what we investigate for your complaint",
        Action::ComplaintsOutcome => "Recorded the outcome of your complaint",
        Action::ComplaintsReceive => "Recorded your complaint",
        Action::ComplaintsWithdraw => "Recorded that you withdrew your complaint",
        Action::ComplaintsList => "Read a list of complaints",
        Action::ComplaintsRead => "Read your complaint",
        Action::ComplaintsHistory => "Read the steps of your complaint",
        Action::ConfirmationsMint => "Created a link that asked you to confirm",
        Action::ConfirmationsUse => "Followed a link that asked you to confirm",
        Action::ConsentsCheck => "Checked what you agreed to",
        Action::ConsentsHistory => "Read your answers about emails",
        Action::ConsentsObject => "Recorded your objection",
        Action::ConsentsList | Action::ConsentsRead => "Read what you agreed to",
        Action::ConsentsReceipt => "Created a receipt of what you agreed to",
        Action::ConsentsRecord => "Recorded your answer about emails",
        Action::ContactsAllowSharing => "Recorded that your data may be shared",
        Action::ContactsBounced => "Recorded that your mailbox refused email",
        Action::ContactsCreate => "Recorded you",
        Action::ContactsDelete => "Deleted your record",
        Action::ContactsExport => "Took a list of people with you on it",
        Action::ContactsImport | Action::ContactsImportDryRun => "Imported a list with you on it",
        Action::ContactsList => "Read a list of people with you on it",
        Action::ContactsLiftRestriction | Action::SubjectRequestsLift => "Ended the restriction of your data",
        Action::ContactsMerge | Action::ContactsMergedAway => "Merged two records of you",
        Action::ContactsRead => "Read your name and contact details",
        Action::ContactsRefuseSharing => "Recorded that you do not want your data shared",
        Action::ContactsRestrict => "Restricted your data",
        Action::ContactsRights => "Read which rights apply to your data",
        Action::ContactsSearch => "Found you in a search",
        Action::ContactsSharingRefusals => "Read whom you do not want your data shared with",
        Action::ContactsUpdate => "Changed your name and contact details",
        Action::DisclosuresApprove => "Approved that your data goes to an organisation, because a law requires it",
        Action::DisclosuresCreate => "Recorded that your data goes to an organisation",
        Action::DisclosuresExtend => "Changed what we share about you with an organisation",
        Action::DisclosuresHandover => "Handed your data over to an organisation",
        Action::DisclosuresList | Action::DisclosuresOfPerson | Action::DisclosuresRead => {
            "Read what we shared about you"
        }
        Action::DisclosuresMerge => "Combined two records of what we shared about you",
        Action::DisclosuresRecall => "Stopped sharing your data with an organisation",
        Action::ErasuresExecute | Action::ErasuresRepeat => "Erased your data",
        Action::ErasuresNote => "Recorded that your data was erased",
        Action::ErasuresPropose => "Planned the erasure of your data",
        Action::MembershipsEnd => "Recorded that you left a network",
        Action::MembershipsJoin => "Recorded that you joined a network",
        Action::MembershipsList => "Read a list of a network's members",
        Action::MembershipsRead => "Read about you in a network",
        Action::MembershipsUpdate => "Changed what we record about you in a network",
        Action::MessagesAttempt => "Tried to send an email to you",
        Action::MessagesCompose => "Wrote an email to you",
        Action::MessagesDead => "Recorded that an email to you could not be delivered",
        Action::MessagesDeferred => "Delayed an email to you",
        Action::MessagesDropped => "Dropped an email to you that was no longer needed",
        Action::MessagesList => "Read a list of emails that we sent",
        Action::MessagesRead => "Read the delivery of an email to you",
        Action::MessagesRetry => "Sent an email to you again",
        Action::MessagesSent => "Sent an email to you",
        Action::NetworksDirectory => "Read a network's directory",
        Action::ObligationsAcknowledge => "Recorded what an organisation did with your data",
        Action::ObligationsClose => "Recorded that an organisation cannot be asked about your data",
        Action::ObligationsOpen => "Told an organisation to correct, restrict or erase your data",
        Action::ObligationsRemind => "Reminded an organisation to correct, restrict or erase your data",
        Action::PreferencesRead => "Looked at your choices about emails",
        Action::PreferencesUse => "Changed your choices about emails",
        Action::RegistrationsCreate => "Registered you for an event",
        Action::RegistrationsHistory => "Read the steps of your registration",
        Action::RegistrationsList => "Read a list of people who registered for an event",
        Action::RegistrationsPriority => "Moved you up a waiting list",
        Action::RegistrationsRead => "Read your registration",
        Action::RegistrationsStatus | Action::RegistrationsUpdate => "Changed your registration",
        Action::SubjectRequestsBeginPackage => "Started a copy of your data",
        Action::SubjectRequestsBuildPackage => "Created a draft of the copy of your data",
        Action::SubjectRequestsCreate => "Recorded your request",
        Action::SubjectRequestsDownloadPackage => "Opened the copy of your data by a link",
        Action::SubjectRequestsMailPackageLink => "Sent you a link to the copy of your data",
        Action::SubjectRequestsPackageLink => "Looked at the page that opens the copy of your data",
        Action::SubjectRequestsWrongReference => "Tried to open the copy of your data with a wrong reference number",
        Action::SubjectRequestsDraft => "Read the draft of the copy of your data",
        Action::SubjectRequestsRedactions => "Read what is left out of the copy of your data",
        Action::SubjectRequestsRedeliverPackage => "Chose another way to give you the copy of your data",
        Action::SubjectRequestsReleasePackage => "Gave you the copy of your data",
        Action::SubjectRequestsWithhold => "Left something out of the copy of your data",
        Action::SubjectRequestsEmpty => "Erased the words of your request",
        Action::SubjectRequestsGather => "Read your data to make a copy for you",
        Action::SubjectRequestsHistory => "Read the steps of your request",
        Action::SubjectRequestsLetter => "Printed a letter to you",
        Action::SubjectRequestsList => "Read a list of requests",
        Action::SubjectRequestsMatch => "Recorded that a request was about you",
        Action::SubjectRequestsPackage => "Read the copy of your data",
        Action::SubjectRequestsQuestion => "Recorded a question about your request",
        Action::SubjectRequestsRead => "Read your request",
        Action::SubjectRequestsRewordPackage => "Changed our answer to your request",
        Action::SubjectRequestsStatus => "Looked up the progress of your request",
        Action::SubjectRequestsStep => "Recorded a step of your request",
        Action::SharedContactsList | Action::SharedContactsRead => "Read your data, which we share with them",
        Action::UnsubscribeShow => "Looked at the page that stops emails",
        Action::UnsubscribeUse => "Stopped emails by a link",
        // Actions whose entries name no person.
        Action::AgreementsApprove
        | Action::AgreementsEnd
        | Action::AgreementsPropose
        | Action::AgreementsReinstate
        | Action::AgreementsSuspend
        | Action::AssignmentsCreate
        | Action::AssignmentsUpdate
        | Action::AssignmentsWithdraw
        | Action::BreachesAssess
        | Action::BreachesClose
        | Action::BreachesHistory
        | Action::BreachesList
        | Action::BreachesNotify
        | Action::BreachesRead
        | Action::BreachesReport
        | Action::CalendarChanged
        | Action::ComplaintsReindex
        | Action::ContactsReindex
        | Action::DeadlinesDigest
        | Action::EventsCreate
        | Action::EventsStatus
        | Action::EventsUpdate
        | Action::HoldsList
        | Action::HoldsPlace
        | Action::HoldsProposeRelease
        | Action::HoldsRead
        | Action::HoldsRejectRelease
        | Action::HoldsRelease
        | Action::HoldsUpdate
        | Action::KeysPurge
        | Action::KeysSweep
        | Action::MessagesSweep
        | Action::NetworksCreate
        | Action::NetworksStatus
        | Action::NetworksUpdate
        | Action::NoticesDraft
        | Action::NoticesPublish
        | Action::NoticesUpdate
        | Action::OrganisationsCreate
        | Action::OrganisationsStatus
        | Action::OrganisationsUpdate
        | Action::PreferencesAsk
        | Action::RegistrationsSettle
        | Action::RequestsRefuse
        | Action::SubjectRequestsGiveBackPackage
        | Action::SubjectRequestsReindex
        | Action::SubjectRequestsRestartPackage
        | Action::SubjectRequestsSweepPackages
        | Action::SubjectRequestsTakeUpPackage
        | Action::TokensRevoke => return Said::unworded(action.to_owned()),
    };
    Said::words(words)
}
