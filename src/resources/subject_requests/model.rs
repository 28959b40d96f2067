//! The request as the world sees it.

use chrono::NaiveDate;
use macro_rules_attribute::apply;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use validator::{Validate, ValidationError};

use crate::domain::words;
pub use crate::domain::{Channel, Reference};
use crate::domain::{
    ContactId, EmailAddress, Instant, RequestStepId, SubjectRequestId, Telephone, TelephoneExtension, prose_type,
};
use crate::platform::http::{Command, Resource};
pub use crate::policy::clock::Right;
use crate::policy::clock::{ClockReading, ClockState};
pub use crate::policy::subject_requests::{Ground, OutcomeKind, RequestStatus};
use crate::resources::contacts::model::{PersonName, one_extension};

prose_type! {
    /// The request in the requester's words, or as staff noted it: at most 10,000 characters. Sealed at
    /// rest.
    #[schema(as = RequestDetails)]
    Details, 10000, "Please send me a copy of everything that you hold about me."
}

prose_type! {
    /// The words of a letter to the requester, in plain English: at most 4,000 characters.
    #[schema(as = RequestExplanation)]
    Explanation, 4000, "We have sent you a copy of everything that we hold about you."
}

prose_type! {
    /// A question to the requester, in plain English: at most 4,000 characters. Sealed at rest.
    #[schema(as = ClarificationText)]
    Question, 4000, "Which of our events do you mean?"
}

prose_type! {
    /// A reason for asking or for closing: at most 1,000 characters. Sealed at rest.
    #[schema(as = RequestReason)]
    Reason, 1000, "The address that the request came from is not the one that we have."
}

/// The person on whose behalf the requester asks.
#[apply(words!)]
#[derive(Default)]
pub enum ActingFor {
    /// For themselves.
    #[default]
    #[serde(rename = "self")]
    #[strum(serialize = "self")]
    Oneself,
    /// For another person, as their agent.
    Agent,
}

/// The requester, and where the answer goes.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
#[validate(schema(function = "one_extension_of"))]
pub struct Requester {
    /// The requester's name.
    pub name: PersonName,
    /// The requester's e-mail address. Without one, letters go by post: you can read each letter as text.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub email: Option<EmailAddress>,
    /// The requester's telephone number, in E.164.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub telephone: Option<Telephone>,
    /// The extension of the telephone number. You may also write it with the number.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub telephone_extension: Option<TelephoneExtension>,
    /// The person on whose behalf the requester asks; the default is the requester.
    #[serde(default)]
    #[schema(default = "self")]
    pub acting_for: ActingFor,
}

impl Requester {
    /// The requester with the extension apart from the number.
    #[must_use]
    pub fn with_extension_apart(self) -> Self {
        let (telephone, telephone_extension) = Telephone::both_apart(self.telephone, self.telephone_extension);
        Self { telephone, telephone_extension, ..self }
    }
}

fn one_extension_of(requester: &Requester) -> Result<(), ValidationError> {
    one_extension(requester.telephone.as_ref(), requester.telephone_extension.as_ref())
}

/// Whether a request's clock runs.
#[apply(words!)]
pub enum ClockRuns {
    /// Something that was asked for before we can begin has not come.
    NotStarted,
    /// It runs, or has run out.
    Running,
    /// We wait for clarification of an access request.
    Paused,
    /// The request is closed: the clock shows what it showed then.
    Stopped,
}

/// A request's clock, computed from its facts and the bank holidays. A member is null while its value
/// cannot be known.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct RequestClock {
    /// Whether the clock runs.
    pub state: ClockRuns,
    /// The day from which the period counts; null before the start.
    #[schema(required, example = "2026-04-01")]
    pub clock_start_on: Option<NaiveDate>,
    /// The last day of the period by the calendar, before it moves to a working day; null unless the clock
    /// runs.
    #[schema(required, example = "2026-05-01")]
    pub nominal_due_on: Option<NaiveDate>,
    /// The last lawful day, until its end in Europe/London; null unless the clock runs.
    #[schema(required, example = "2026-05-01")]
    pub due_on: Option<NaiveDate>,
    /// The days that do not count because we waited for clarification; null while the pause lasts.
    #[schema(required, example = 6)]
    pub paused_days: Option<i64>,
    /// The last day on which an extension can be notified.
    #[schema(required, example = "2026-05-01")]
    pub extension_notice_due_on: Option<NaiveDate>,
    /// Whether the period is three months instead of one.
    pub extended: bool,
    /// The days left: 0 on the last lawful day, negative when late; null before the start.
    #[schema(required, example = 12)]
    pub days_left: Option<i64>,
}

impl RequestClock {
    /// The clock of a request that is open, on `today`.
    pub(super) fn shown(reading: &ClockReading, today: NaiveDate) -> Self {
        Self {
            state: match reading.state {
                ClockState::NotStarted => ClockRuns::NotStarted,
                ClockState::Running => ClockRuns::Running,
                ClockState::Paused => ClockRuns::Paused,
            },
            clock_start_on: reading.clock_start_on,
            nominal_due_on: reading.nominal_due_on,
            due_on: reading.due_on,
            paused_days: reading.paused_days,
            extension_notice_due_on: reading.extension_notice_due_on,
            extended: reading.extension_accepted == Some(true),
            days_left: reading.days_left(today),
        }
    }
}

/// The outcome of a request.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct RequestOutcome {
    /// The kind of outcome.
    pub kind: OutcomeKind,
    /// The words of the letter to the requester about the outcome.
    pub explanation: Explanation,
    /// The ground for not carrying out the right, in whole or in part.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub ground: Option<Ground>,
    /// The request that is answered instead of this one.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub duplicate_of: Option<SubjectRequestId>,
    /// The day of the decision.
    #[schema(example = "2026-04-20")]
    pub decided_on: NaiveDate,
}

/// A person's request to exercise a right.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct SubjectRequest {
    /// The request's id.
    pub id: SubjectRequestId,
    /// The reference number for letters and telephone calls.
    pub reference: Reference,
    /// The right that the person asks us to carry out.
    pub kind: Right,
    /// The stage of the request.
    pub status: RequestStatus,
    /// The contact whose data the request is about.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub contact_id: Option<ContactId>,
    /// The requester. Absent after the person is erased, in whole or in part, although the last letter still has the name.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub requester: Option<Requester>,
    /// The channel by which the request came.
    pub channel: Channel,
    /// The day of receipt, by any channel and any member of staff.
    #[schema(example = "2026-04-01")]
    pub received_on: NaiveDate,
    /// The request, in the words of the requester or of the member of staff who noted it.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub details: Option<Details>,
    /// Whether the requester's identity was known when the request came.
    pub identity_known: bool,
    /// The deadline for the answer.
    pub clock: RequestClock,
    /// The outcome; absent while the request is open.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub outcome: Option<RequestOutcome>,
    /// True if the request may be about an erased person, or about another. The service keeps it, and hides
    /// its words and those of its outcome once it is closed.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub restricted: Option<bool>,
    /// Increases with every act about the request.
    #[schema(example = 1, minimum = 1)]
    pub version: i32,
}

impl SubjectRequest {
    /// Whether its words are shown no more: it is restricted, and closed. While it is open, it must be answered.
    pub(super) fn is_set_aside(&self) -> bool {
        self.restricted.is_some() && self.status.is_final()
    }
}

impl Resource for SubjectRequest {
    fn location(&self) -> String {
        format!("/v1/subject-requests/{}", self.id)
    }

    fn version(&self) -> i32 {
        self.version
    }

    fn derived(&self) -> Option<String> {
        serde_json::to_string(&self.clock).ok()
    }
}

/// A request to record.
#[derive(Clone, Debug, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct CreateSubjectRequest {
    /// The right that the person asks us to carry out.
    pub kind: Right,
    /// The contact whose data the request is about, if known.
    #[schema(nullable = false)]
    pub contact_id: Option<ContactId>,
    /// The requester.
    #[validate(nested)]
    pub requester: Requester,
    /// The channel by which the request came.
    pub channel: Channel,
    /// The day of receipt; not in the future.
    #[schema(example = "2026-04-01")]
    pub received_on: NaiveDate,
    /// The request, in words.
    #[schema(nullable = false)]
    pub details: Option<Details>,
    /// Whether the requester's identity is known, such as by a login or in person. You may ask for proof
    /// only with a reason to doubt it (UK GDPR Article 12(6)).
    #[serde(default)]
    #[schema(default = false)]
    pub identity_known: bool,
}

impl Command for CreateSubjectRequest {
    type Resource = SubjectRequest;
}

/// Which requests to list.
#[derive(Clone, Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SubjectRequestFilter {
    /// Only requests in this stage.
    #[schema(nullable = false)]
    pub status: Option<RequestStatus>,
    /// Only requests about this right.
    #[schema(nullable = false)]
    pub kind: Option<Right>,
    /// Only requests whose clock shows a last day before this one.
    #[schema(nullable = false, example = "2026-05-02")]
    pub due_before: Option<NaiveDate>,
    /// Only the request with this reference number.
    #[schema(nullable = false)]
    pub reference: Option<Reference>,
    /// Only requests about this contact.
    #[schema(nullable = false)]
    pub contact_id: Option<ContactId>,
}

/// The kind of an act about a request.
#[apply(words!)]
#[schema(as = RequestStepKind)]
pub enum StepKind {
    /// It came.
    Received,
    /// The day on which it came was corrected.
    ReceiptCorrected,
    /// We asked for proof of who asks.
    IdentityRequested,
    /// Proof of that came.
    IdentityReceived,
    /// We asked an agent for the person's authority.
    AuthorityRequested,
    /// It came.
    AuthorityReceived,
    /// We asked what is meant.
    ClarificationRequested,
    /// We were told.
    ClarificationReceived,
    /// We told the requester that we need two further months.
    ExtensionNotified,
    /// An erasure was planned that keeps a part, with words about it for the person.
    ErasurePlanned,
    /// The draft of the package was deleted: the contact was merged with another, the request
    /// was matched to another contact, or the draft was not released in time.
    DraftDeleted,
    /// The right was carried out here; recipients of the data have yet to do the same.
    CarriedOut,
    /// The right was carried out.
    Completed,
    /// The right was carried out in part.
    PartiallyCompleted,
    /// The request was refused.
    Refused,
    /// The requester withdrew the request.
    Withdrawn,
    /// It was closed, since what we had asked for did not come.
    Lapsed,
    /// It was closed as the same as another.
    Duplicate,
}

/// A step in a request's history.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct RequestStep {
    /// The step's id. Use the id of a question to answer it.
    pub id: RequestStepId,
    /// The kind of step.
    pub kind: StepKind,
    /// The day of the step, in Europe/London.
    #[schema(example = "2026-04-03")]
    pub on: NaiveDate,
    /// For proof that came, whether it was enough.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub sufficient: Option<bool>,
    /// The question that the step answers.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub answers: Option<RequestStepId>,
    /// The words of the step: a question, a reason, an explanation; absent after they were erased.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false, example = "Which of our events do you mean?")]
    pub text: Option<String>,
    /// When the step was recorded.
    pub recorded_at: Instant,
    /// The author of the record: the subject of a token; `link:request-status` for the requester;
    /// `job:gathering` if a large package completed the request.
    #[schema(example = "staff-17")]
    pub recorded_by: String,
}
