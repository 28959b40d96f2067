//! The life of a person's request about their rights: which state follows which, and what may be done by when.

use chrono::NaiveDate;
use macro_rules_attribute::apply;

use super::Lawful;
use super::clock::{self, ClockEvent, ClockEventKind, ClockFacts, ClockState, Right};
use super::restriction::RestrictionGround;
use crate::domain::{Calendar, Code, ErasureGround, Error, Lifecycle, Refusal, words};

/// The stage of a request.
#[apply(words!)]
#[derive(strum::VariantArray)]
pub enum RequestStatus {
    /// Received, from an unknown requester.
    Received,
    /// We wait for what proves who asks, or for whom.
    IdentityPending,
    /// It is being worked on.
    InProgress,
    /// We wait to be told what is meant.
    ClarificationPending,
    /// The right was carried out here; those to whom the data went have yet to do the same (Article 19).
    AwaitingRecipients,
    /// Carried out whole.
    Completed,
    /// Carried out in part; the rest was refused.
    PartiallyCompleted,
    /// Refused.
    Refused,
    /// Withdrawn by the requester.
    Withdrawn,
    /// Closed, since what we had asked for did not come.
    Lapsed,
    /// The same as another request, which is the one that is answered.
    Duplicate,
}

impl Lifecycle for RequestStatus {
    fn next(self) -> &'static [Self] {
        use RequestStatus::{
            AwaitingRecipients, ClarificationPending, Completed, Duplicate, IdentityPending, InProgress, Lapsed,
            PartiallyCompleted, Received, Refused, Withdrawn,
        };
        match self {
            Received => &[IdentityPending, InProgress, Refused, Withdrawn, Duplicate],
            IdentityPending => &[InProgress, Lapsed, Refused, Withdrawn, Duplicate],
            InProgress => &[
                ClarificationPending,
                AwaitingRecipients,
                Completed,
                PartiallyCompleted,
                Refused,
                Withdrawn,
                Duplicate,
            ],
            ClarificationPending => &[InProgress, Lapsed, Refused, Withdrawn],
            AwaitingRecipients => &[Completed, PartiallyCompleted],
            Completed | PartiallyCompleted | Refused | Withdrawn | Lapsed | Duplicate => &[],
        }
    }
}

impl RequestStatus {
    /// Whether nothing more will be done about the request.
    pub fn is_final(self) -> bool {
        self.next().is_empty()
    }

    /// Whether it is still open what becomes of the request.
    ///
    /// # Errors
    /// 409 `illegal_transition` once the right was carried out, or the request is closed.
    pub fn must_be_undecided(self) -> Result<(), Error> {
        if self == Self::AwaitingRecipients { Err(self.stays()) } else { self.must_be_open() }
    }

    /// Where a request begins: at work where it is known who asks.
    pub fn first(identity_known: bool) -> Self {
        if identity_known { Self::InProgress } else { Self::Received }
    }

    /// Whether anything can still be done about the request.
    ///
    /// # Errors
    /// 409 `illegal_transition` once it is closed.
    pub fn must_be_open(self) -> Result<(), Error> {
        if self.is_final() { Err(self.stays()) } else { Ok(()) }
    }
}

/// The outcome of a request.
#[apply(words!)]
#[derive(strum::VariantArray)]
#[schema(as = RequestOutcomeKind)]
pub enum OutcomeKind {
    /// The right was carried out.
    Fulfilled,
    /// The right was carried out in part; the rest was refused.
    PartlyFulfilled,
    /// The request was refused.
    Refused,
    /// The requester withdrew the request.
    Withdrawn,
    /// The requester did not send the proof, fee or clarification that we asked for.
    Lapsed,
    /// Another request is the same, and is the one that is answered.
    Duplicate,
}

impl OutcomeKind {
    /// The state that a request with this outcome ends in.
    pub fn ends(self) -> RequestStatus {
        match self {
            Self::Fulfilled => RequestStatus::Completed,
            Self::PartlyFulfilled => RequestStatus::PartiallyCompleted,
            Self::Refused => RequestStatus::Refused,
            Self::Withdrawn => RequestStatus::Withdrawn,
            Self::Lapsed => RequestStatus::Lapsed,
            Self::Duplicate => RequestStatus::Duplicate,
        }
    }
}

macro_rules! grounds {
    ($($(#[$about:meta])* $name:ident $code:tt $plain:literal;)*) => {
        /// The ground for not carrying out a right, in whole or in part: an exemption of the Data Protection
        /// Act 2018 (`Sch2.p...`), an article of the UK GDPR, or that we cannot tell who asks or what is meant.
        #[apply(words!)]
        #[derive(strum::VariantArray)]
        #[schema(as = RefusalGround)]
        pub enum Ground {
            $($(#[$about])* #[serde(rename = $code)] #[strum(serialize = $code)] $name,)*
        }

        impl Ground {
            /// The ground in plain English, as the middle of a sentence.
            pub fn plain(self) -> &'static str {
                match self { $(Self::$name => $plain,)* }
            }
        }
    };
}

grounds! {
    /// Crime and taxation (Schedule 2 paragraph 2).
    CrimeAndTaxation "Sch2.p2" "it would harm the prevention or detection of crime, or the assessment of a tax (Data Protection Act 2018, Schedule 2, paragraph 2)";
    /// Required by law or by a court (paragraph 5(2)).
    RequiredByLaw "Sch2.p5(2)" "the law or a court's order requires otherwise (Data Protection Act 2018, Schedule 2, paragraph 5(2))";
    /// Legal proceedings (paragraph 5(3)).
    LegalProceedings "Sch2.p5(3)" "it concerns legal proceedings or legal advice (Data Protection Act 2018, Schedule 2, paragraph 5(3))";
    /// The rights of others (paragraph 16).
    RightsOfOthers "Sch2.p16" "it is about another person, who also has rights (Data Protection Act 2018, Schedule \
                               2, paragraph 16)";
    /// Legal professional privilege (paragraph 19).
    LegalPrivilege "Sch2.p19" "it is covered by legal professional privilege (Data Protection Act 2018, Schedule 2, paragraph 19)";
    /// Confidential references (paragraph 24).
    ConfidentialReference "Sch2.p24" "it is a reference given in confidence (Data Protection Act 2018, Schedule 2, paragraph 24)";
    /// Manifestly unfounded or excessive (Article 12(5)).
    UnfoundedOrExcessive "UKGDPR.12(5)" "the request is manifestly unfounded or excessive (UK GDPR, Article 12(5))";
    /// We cannot tell who the person is among those we hold data of (Article 11(2)).
    CannotIdentify "UKGDPR.11(2)" "we cannot tell which of the data that we hold are about you (UK GDPR, Article 11(2))";
    /// Freedom of expression and information (Article 17(3)(a)).
    Expression "UKGDPR.17(3)(a)" "we need the data for freedom of expression and information (UK GDPR, Article \
                                  17(3)(a))";
    /// A legal obligation or a public task (Article 17(3)(b)).
    LegalObligation "UKGDPR.17(3)(b)" "the law obliges us to keep the data (UK GDPR, Article 17(3)(b))";
    /// Public health (Article 17(3)(c)).
    PublicHealth "UKGDPR.17(3)(c)" "we need the data for public health (UK GDPR, Article 17(3)(c))";
    /// Archiving and research (Article 17(3)(d)).
    Archiving "UKGDPR.17(3)(d)" "we need the data for archiving in the public interest or for research (UK GDPR, \
                                 Article 17(3)(d))";
    /// Legal claims (Article 17(3)(e)).
    LegalClaims "UKGDPR.17(3)(e)" "we need the data for legal claims (UK GDPR, Article 17(3)(e))";
    /// It was not proven who asks (Article 12(6)).
    IdentityNotVerified "identity_not_verified" "we could not be sure that the request is from you (UK GDPR, Article \
                                                 12(6))";
    /// Nothing is held of the person.
    NoMatch "no_match" "we hold no data about you";
}

/// How data that an erasure must leave is restricted meanwhile (Article 18(1)(c)): it is kept for its ground alone.
pub const WITHHELD: RestrictionGround = RestrictionGround::NeededForClaims;

impl From<ErasureGround> for Ground {
    /// The ground on which an erasure is refused in part. That a copy is owed is an obligation of the law.
    fn from(withheld: ErasureGround) -> Self {
        match withheld {
            ErasureGround::Expression => Self::Expression,
            ErasureGround::LegalObligation | ErasureGround::AccessRequest => Self::LegalObligation,
            ErasureGround::PublicHealth => Self::PublicHealth,
            ErasureGround::Archiving => Self::Archiving,
            ErasureGround::LegalClaims => Self::LegalClaims,
            ErasureGround::CannotIdentify => Self::CannotIdentify,
        }
    }
}

impl Ground {
    /// Whether the ground can be given for this right: those of Article 17(3) are against erasure alone.
    pub fn fits(self, right: Right) -> bool {
        let against_erasure = matches!(
            self,
            Self::Expression | Self::LegalObligation | Self::PublicHealth | Self::Archiving | Self::LegalClaims
        );
        right == Right::Erasure || !against_erasure
    }
}

/// Extends the period by two months (Article 12A; R7, R8).
///
/// # Errors
/// 409 `already_extended`, or `too_late` after the last day for the notice; 503 outside the table of bank holidays.
pub fn extend(facts: &ClockFacts, on: NaiveDate, calendar: &Calendar) -> Result<Lawful<ClockEvent>, Error> {
    const NOTICE: Refusal = Refusal {
        code: Code::TooLate,
        reason: "You must notify an extension before the ordinary period ends. The deadline does not change.",
        article: "UK GDPR Article 12A",
        pointer: None,
    };
    if facts.events.iter().any(|event| event.kind == ClockEventKind::ExtensionNotified) {
        return Err(Refusal {
            code: Code::AlreadyExtended,
            reason: "The period was extended already, and you can extend it only once.",
            ..NOTICE
        }
        .into());
    }
    let event = ClockEvent { kind: ClockEventKind::ExtensionNotified, on, sufficient: true };
    let mut after = facts.clone();
    after.events.push(event);
    match clock::read(&after, calendar)?.extension_accepted {
        Some(true) => Ok(Lawful::ruled(event)),
        _ => Err(NOTICE.into()),
    }
}

/// Asks what is meant. A question about an access request stops its clock, and can be put until its last day (R10, R14);
/// another right's clock goes on, so that a question about it is never too late.
///
/// # Errors
/// 409 `too_late` after the last day; 503 outside the table of bank holidays.
pub fn ask(facts: &ClockFacts, on: NaiveDate, calendar: &Calendar) -> Result<Lawful<ClockEvent>, Error> {
    let reading = clock::read(facts, calendar)?;
    let late = reading.state == ClockState::Running && reading.due_on.is_some_and(|due| on > due);
    if facts.right == Right::Access && late {
        return Err(Refusal {
            code: Code::TooLate,
            reason: "A question asked after the last day does not stop the clock. The deadline does not change.",
            article: "UK GDPR Article 12A",
            pointer: None,
        }
        .into());
    }
    Ok(Lawful::ruled(ClockEvent { kind: ClockEventKind::ClarificationRequested, on, sufficient: true }))
}

/// Whether it is known who asks, or was proven (Article 12(6)).
pub fn is_proven(identity_known: bool, events: &[ClockEvent]) -> bool {
    let proof = |event: &ClockEvent| event.kind == ClockEventKind::IdentityReceived && event.sufficient;
    identity_known || events.iter().any(proof)
}

/// Whether a right may be carried out: the request is open, and it is known or proven who asks.
///
/// # Errors
/// 409 `illegal_transition` for one that is closed, 409 `identity_unproven`.
pub fn must_be_proven(status: RequestStatus, identity_known: bool, events: &[ClockEvent]) -> Result<(), Error> {
    status.must_be_open()?;
    if is_proven(identity_known, events) {
        return Ok(());
    }
    let allowed = status.next().iter().map(|&state| state.into()).collect();
    let refusal = Error::from(Refusal {
        code: Code::IdentityUnproven,
        reason: "The requester's identity is not known or proven. Record a sufficient identity check first.",
        article: "UK GDPR Article 12(6)",
        pointer: None,
    });
    Err(refusal.with(|p| p.allowed_transitions = Some(allowed)))
}

#[cfg(test)]
mod tests;
