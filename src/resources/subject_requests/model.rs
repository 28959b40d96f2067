//! The request as the world sees it.

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use validator::Validate;

pub use crate::domain::{Channel, Reference};
use crate::domain::{ContactId, EmailAddress, Instant, RequestStepId, SubjectRequestId, Telephone, prose_type};
use crate::platform::http::{Command, Resource};
pub use crate::policy::clock::Right;
use crate::policy::clock::{ClockReading, ClockState};
pub use crate::policy::subject_requests::{Ground, OutcomeKind, RequestStatus};
use crate::resources::contacts::model::PersonName;

prose_type! {
    /// What is asked for, as it was written or noted down: at most 10,000 characters. Sealed at rest.
    Details, 10000, "Please send me a copy of everything that you hold about me."
}

prose_type! {
    /// What whoever asked is told, in plain English: at most 4,000 characters.
    Explanation, 4000, "We have sent you a copy of everything that we hold about you."
}

prose_type! {
    /// A question to whoever asked, in plain English: at most 4,000 characters. Sealed at rest.
    Question, 4000, "Which of our events do you mean?"
}

prose_type! {
    /// Why we ask, or why we close: at most 1,000 characters. Sealed at rest.
    Reason, 1000, "The address that the request came from is not the one that we have."
}

/// For whom somebody asks.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum ActingFor {
    /// For themselves.
    #[default]
    #[serde(rename = "self")]
    Oneself,
    /// For another person, as their agent.
    Agent,
}

/// Who asks, and where the answer goes.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Requester {
    /// Their name.
    pub name: PersonName,
    /// Their e-mail address. Without one, letters go by post: each can be had as text.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub email: Option<EmailAddress>,
    /// Their telephone number, in E.164; an extension follows as `;ext=12`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub telephone: Option<Telephone>,
    /// For whom they ask; for themselves unless said.
    #[serde(default)]
    #[schema(default = "self")]
    pub acting_for: ActingFor,
}

/// Whether a request's clock runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
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

/// A request's clock, worked out from its facts and the bank holidays. Members that cannot be known in its state are null.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct RequestClock {
    /// Whether it runs.
    pub state: ClockRuns,
    /// The day from which the period is counted; null before the start.
    #[schema(required, example = "2026-04-01")]
    pub clock_start_on: Option<NaiveDate>,
    /// The end of the period by the number of the day, before it moves to a working day; null unless running.
    #[schema(required, example = "2026-05-01")]
    pub nominal_due_on: Option<NaiveDate>,
    /// The last lawful day, to its end in Europe/London; null unless running.
    #[schema(required, example = "2026-05-01")]
    pub due_on: Option<NaiveDate>,
    /// The days that do not count because we waited for clarification; null while they are still being added.
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

/// What became of a request.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct RequestOutcome {
    /// What.
    pub kind: OutcomeKind,
    /// What whoever asked is told of it.
    pub explanation: Explanation,
    /// Why the right was not carried out, in whole or in part.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub ground: Option<Ground>,
    /// The request that is answered instead of this one.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub duplicate_of: Option<SubjectRequestId>,
    /// When it was decided.
    #[schema(example = "2026-04-20")]
    pub decided_on: NaiveDate,
}

/// A request of a person about one of their rights.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct SubjectRequest {
    /// Its id.
    pub id: SubjectRequestId,
    /// Its reference number, for letters and telephone calls.
    pub reference: Reference,
    /// The right that is asked for.
    pub kind: Right,
    /// Where it is in its life.
    pub status: RequestStatus,
    /// The contact whose data it is about.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub contact_id: Option<ContactId>,
    /// Who asks. Absent once the person is erased, although the last letter still has the name.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub requester: Option<Requester>,
    /// How it came.
    pub channel: Channel,
    /// The day on which it reached us, by whatever way and whichever member of staff.
    #[schema(example = "2026-04-01")]
    pub received_on: NaiveDate,
    /// What is asked for, in the words of whoever asks or noted it down.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub details: Option<Details>,
    /// Whether it was known who asks when the request came.
    pub identity_known: bool,
    /// By when it must be answered.
    pub clock: RequestClock,
    /// What became of it.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub outcome: Option<RequestOutcome>,
    /// True where it may be about a person who was erased, or about another: it is kept, and once it is closed, its words are
    /// not shown.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub restricted: Option<bool>,
    /// Raised by everything that is done about it.
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

/// A request to be taken in.
#[derive(Clone, Debug, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct CreateSubjectRequest {
    /// The right that is asked for.
    pub kind: Right,
    /// The contact whose data it is about, where that is known.
    #[schema(nullable = false)]
    pub contact_id: Option<ContactId>,
    /// Who asks.
    pub requester: Requester,
    /// How it came.
    pub channel: Channel,
    /// The day on which it reached us; not in the future.
    #[schema(example = "2026-04-01")]
    pub received_on: NaiveDate,
    /// What is asked for.
    #[schema(nullable = false)]
    pub details: Option<Details>,
    /// Whether it is known who asks, such as by a login or in person. Proof is asked for only with reason to doubt it
    /// (UK GDPR Article 12(6)).
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
    /// Only those with this status.
    #[schema(nullable = false)]
    pub status: Option<RequestStatus>,
    /// Only those about this right.
    #[schema(nullable = false)]
    pub kind: Option<Right>,
    /// Only those whose clock shows a last day before this one.
    #[schema(nullable = false, example = "2026-05-02")]
    pub due_before: Option<NaiveDate>,
    /// Only the one with this reference number.
    #[schema(nullable = false)]
    pub reference: Option<Reference>,
    /// Only those about this contact.
    #[schema(nullable = false)]
    pub contact_id: Option<ContactId>,
}

/// What was done about a request.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema, strum::IntoStaticStr, strum::EnumString,
)]
#[serde(rename_all = "snake_case")]
#[strum(serialize_all = "snake_case")]
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
    /// We told whoever asked that we need two further months.
    ExtensionNotified,
    /// An erasure was planned that keeps a part, with words about it for the person.
    ErasurePlanned,
    /// The right was carried out here; recipients of the data have yet to do the same.
    CarriedOut,
    /// The right was carried out.
    Completed,
    /// The right was carried out in part.
    PartiallyCompleted,
    /// It was refused.
    Refused,
    /// Whoever asked withdrew it.
    Withdrawn,
    /// It was closed, since what we had asked for did not come.
    Lapsed,
    /// It was closed as the same as another.
    Duplicate,
}

/// A step in a request's history.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct RequestStep {
    /// Its id; that of a question names it where it is answered.
    pub id: RequestStepId,
    /// What was done.
    pub kind: StepKind,
    /// The day on which it was, in Europe/London.
    #[schema(example = "2026-04-03")]
    pub on: NaiveDate,
    /// Of proof that came, whether it was enough.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub sufficient: Option<bool>,
    /// The question that it answers.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub answers: Option<RequestStepId>,
    /// What was written: a question, a reason, an explanation; absent once erased.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false, example = "Which of our events do you mean?")]
    pub text: Option<String>,
    /// When it was recorded.
    pub recorded_at: Instant,
    /// Who recorded it: the subject of a token, `link:request-status` for whoever asked, or `job:gathering` where a large
    /// package has completed the request.
    #[schema(example = "staff-17")]
    pub recorded_by: String,
}
