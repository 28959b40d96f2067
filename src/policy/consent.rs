//! Consent (UK GDPR Articles 4(11) and 7): which decisions may be recorded, and what state they make.
//!
//! Decisions are facts that nothing changes; the state is their projection. What time alone changes
//! (a grant that lapses unconfirmed, a notice that changes materially) is computed when it is read.

use chrono::{Duration, NaiveDate};
use macro_rules_attribute::apply;

use super::Lawful;
use super::restriction::{self, Restriction};
use crate::domain::{Code, DecisionId, Instant, Purpose, Refusal, london_date, words};

/// How long a waiting grant blocks another like it. A repeat within this time sends no second mail, and
/// the sent link confirms the first grant.
pub const ASK_AGAIN_AFTER: Duration = Duration::days(1);

/// How long a grant waits for the mailbox to confirm it before it lapses.
pub const CONFIRM_WITHIN: Duration = Duration::days(14);

/// The way in which a person gave a decision.
#[apply(words!)]
#[derive(strum::VariantArray)]
#[schema(as = ConsentMethod)]
pub enum Method {
    /// On a web form.
    WebForm,
    /// By e-mail.
    Email,
    /// On the telephone.
    Telephone,
    /// Face to face.
    InPerson,
    /// On paper.
    Paper,
    /// Brought over from another system, with its proof.
    Import,
}

impl Method {
    /// Whether any person could have filled it in, so that only the owner of the mailbox can confirm it.
    pub fn needs_confirmation(self) -> bool {
        matches!(self, Self::WebForm | Self::Email)
    }

    /// Whether the proof lies elsewhere and must be referred to (Article 7(1)).
    pub fn needs_evidence(self) -> bool {
        matches!(self, Self::Telephone | Self::InPerson | Self::Paper)
    }
}

/// The state of a consent.
#[apply(words!)]
#[derive(strum::VariantArray)]
#[schema(as = ConsentState)]
pub enum State {
    /// Given, and waiting for the mailbox to confirm it.
    Pending,
    /// Given.
    Given,
    /// Withdrawn.
    Withdrawn,
    /// Given, never confirmed, and lapsed.
    Expired,
    /// Given under a notice that has since changed materially: to be asked for again.
    Stale,
}

/// A grant that waits for the mailbox.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Pending {
    /// The decision that waits.
    pub decision_id: DecisionId,
    /// When it lapses.
    pub until: Instant,
}

/// The state of a consent as its decisions make it, before time is taken into account.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Projection {
    /// `Pending`, `Given` or `Withdrawn`.
    pub state: State,
    /// Since when, as the decision is dated.
    pub since: Instant,
    /// The notice that the person was shown.
    pub notice_version: NaiveDate,
    /// How they told it.
    pub method: Method,
    /// The decision that led to the present state.
    pub decision_id: DecisionId,
    /// A grant that waits: the state itself, or one recorded over a consent that stays given.
    pub pending: Option<Pending>,
    /// The date of the last withdrawal.
    pub withdrawn_at: Option<Instant>,
    /// Since when an objection to direct marketing stands, which the mailbox alone lifts. While it does, the state is
    /// not `Given`.
    pub objected_at: Option<Instant>,
}

/// What a decision says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Act {
    /// Yes, and it counts at once.
    Give,
    /// Yes, once the mailbox has confirmed it, at the latest at this instant.
    GiveUnconfirmed(Instant),
    /// The mailbox confirms an earlier yes.
    Confirm(DecisionId),
    /// No.
    Withdraw,
    /// Withdrawn, and only the owner of the mailbox can lift it.
    Object,
    /// Yes, once the mailbox has confirmed it, in place of what held here: it repeats an earlier yes, of another record of
    /// the same person or of the mailbox that the person had before.
    TakeOverUnconfirmed(Instant),
}

/// A decision as it is recorded.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Decision {
    /// The decision: give or withdraw.
    pub act: Act,
    /// The way in which the person gave the decision.
    pub method: Method,
    /// When they did.
    pub occurred_at: Instant,
    /// The notice that they were shown.
    pub notice_version: NaiveDate,
}

/// What is remembered of a contact's e-mail address.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mailbox {
    /// Nothing that stands against the contact's word.
    Unmarked,
    /// It bears a suppression mark for the purpose.
    Suppressed,
    /// Another person had it before, and it has not confirmed for this contact. It may be suppressed as well.
    AnothersBefore,
    /// The contact's telephone number and name may be those of another contact, whose no must be remembered: one that is known by
    /// them alone, one that had them before, or one that was erased. The address may be suppressed as well.
    AnothersNumber,
}

/// What must be known to judge a decision, as it is in the transaction that records it.
#[derive(Clone, Debug)]
pub struct Facts {
    /// The contact was erased.
    pub erased: bool,
    /// The contact's data is restricted.
    pub restriction: Option<Restriction>,
    /// The contact's e-mail address, which can be asked to confirm; `None` without one.
    pub mailbox: Option<Mailbox>,
    /// The consent as it is.
    pub current: Option<Projection>,
}

/// Whether `purpose` can be consented to at all.
///
/// # Errors
/// The refusal: it rests on a contract (Article 6(1)(b)).
pub fn must_take_consent(purpose: Purpose) -> Result<(), Refusal> {
    if purpose.takes_consent() {
        return Ok(());
    }
    Err(Refusal {
        code: Code::PurposeNotConsent,
        reason: "this purpose rests on a contract, so there is no consent to give or withdraw and nothing to object to; the \
                 right that applies is erasure, once the contract no longer needs the data",
        article: "UK GDPR Article 6(1)(b)",
        pointer: Some("/purpose"),
    })
}

/// Returns when a decision occurs that is recorded `now` and not dated: now, or when a clock that was ahead has dated the
/// last decision later, at the same instant as that one. What is recorded later counts as later.
pub fn occurs(current: Option<&Projection>, now: Instant) -> Instant {
    current.map_or(now, |current| now.max(current.since).max(current.withdrawn_at.unwrap_or(now)))
}

/// Judges a yes.
///
/// # Errors
/// The refusal: the contact was erased or is restricted, or a later withdrawal stands (Article 7(3)).
pub fn give(
    facts: &Facts,
    method: Method,
    occurred_at: Instant,
    notice_version: NaiveDate,
    now: Instant,
) -> Result<Lawful<Decision>, Refusal> {
    if facts.erased {
        return Err(Refusal {
            code: Code::Erased,
            reason: "The person's data was erased, so the contact can give no consent.",
            article: "UK GDPR Article 17",
            pointer: None,
        });
    }
    restriction::may_be_used(facts.restriction.as_ref())?;
    let withdrawn_at = facts.current.as_ref().and_then(|current| current.withdrawn_at);
    // A withdrawal that a clock which was ahead has dated in the future was recorded before now.
    if withdrawn_at.is_some_and(|withdrawn_at| occurred_at < withdrawn_at.min(now)) {
        return Err(Refusal {
            code: Code::SupersededByWithdrawal,
            reason: "The consent is dated before the person's last withdrawal, so the withdrawal still applies.",
            article: "UK GDPR Article 7(3)",
            pointer: Some("/occurred_at"),
        });
    }
    // After an objection, for a suppressed address, and where the address, or the number and name, was or may be another
    // person's, only the mailbox owner can consent, however the yes arrives (Article 21(3)).
    let objected = facts.current.as_ref().is_some_and(|current| current.objected_at.is_some());
    let marked = facts.mailbox.is_some_and(|mailbox| mailbox != Mailbox::Unmarked);
    let mailbox_decides = method.needs_confirmation() || marked || objected;
    if mailbox_decides && facts.mailbox.is_none() {
        return Err(Refusal {
            code: Code::EmailNeeded,
            reason: "The person's mailbox must confirm this consent, and the contact has no e-mail address. Add the \
                     address to the contact first, or record the way in which the person gave it: by telephone, in \
                     person or on paper.",
            article: "UK GDPR Article 7(1)",
            pointer: Some("/contact_id"),
        });
    }
    let act = if mailbox_decides { Act::GiveUnconfirmed(now.plus(CONFIRM_WITHIN)) } else { Act::Give };
    Ok(Lawful::ruled(Decision { act, method, occurred_at, notice_version }))
}

/// Judges a no: it is always lawful, for everyone, whatever the state (Article 7(3)).
pub fn withdraw(method: Method, occurred_at: Instant, notice_version: NaiveDate) -> Lawful<Decision> {
    Lawful::ruled(Decision { act: Act::Withdraw, method, occurred_at, notice_version })
}

/// Judges an objection to direct marketing: it is always lawful and absolute, for everyone, whatever the state; nothing is
/// weighed against it (Article 21(2) and (3)).
pub fn object(method: Method, occurred_at: Instant, notice_version: NaiveDate) -> Lawful<Decision> {
    Lawful::ruled(Decision { act: Act::Object, method, occurred_at, notice_version })
}

/// Judges the mailbox's confirmation of the grant `confirmed`, recorded with `method` under
/// `notice_version`.
///
/// # Errors
/// The refusal: the contact is restricted; or the grant no longer waits, because it lapsed, was withdrawn, or is
/// confirmed already.
pub fn confirm(
    facts: &Facts,
    confirmed: DecisionId,
    method: Method,
    notice_version: NaiveDate,
    now: Instant,
) -> Result<Lawful<Decision>, Refusal> {
    restriction::may_be_used(facts.restriction.as_ref())?;
    let pending = facts.current.as_ref().and_then(|current| current.pending);
    match pending {
        Some(pending) if pending.decision_id == confirmed && pending.until > now && !facts.erased => {
            Ok(Lawful::ruled(Decision { act: Act::Confirm(confirmed), method, occurred_at: now, notice_version }))
        }
        _ => Err(Refusal {
            code: Code::Gone,
            reason: "This link has nothing left to confirm: the consent was confirmed or withdrawn, or has lapsed.",
            article: "UK GDPR Article 7(1)",
            pointer: None,
        }),
    }
}

/// The state after `decision`, recorded as `id`.
pub fn project(before: Option<&Projection>, id: DecisionId, decision: &Decision) -> Projection {
    let &Decision { act, method, occurred_at, notice_version } = decision;
    let withdrawn_at = before.and_then(|before| before.withdrawn_at);
    let objected_at = before.and_then(|before| before.objected_at);
    let after = |state, pending| Projection {
        state,
        since: occurred_at,
        notice_version,
        method,
        decision_id: id,
        pending,
        withdrawn_at,
        objected_at,
    };
    let no = || Projection {
        withdrawn_at: Some(withdrawn_at.map_or(occurred_at, |earlier| earlier.max(occurred_at))),
        ..after(State::Withdrawn, None)
    };
    match act {
        Act::Give | Act::Confirm(_) => Projection { objected_at: None, ..after(State::Given, None) },
        Act::GiveUnconfirmed(until) => {
            let first =
                before.and_then(|before| before.pending).filter(|first| until < first.until.plus(ASK_AGAIN_AFTER));
            let pending = first.or(Some(Pending { decision_id: id, until }));
            match before {
                // What was given stays given while another yes waits for its mailbox.
                Some(given) if given.state == State::Given => Projection { pending, ..given.clone() },
                // What was asked for a moment ago is still what the mailbox is asked.
                Some(waiting) if first.is_some() => waiting.clone(),
                _ => after(State::Pending, pending),
            }
        }
        Act::TakeOverUnconfirmed(until) => after(State::Pending, Some(Pending { decision_id: id, until })),
        Act::Withdraw => no(),
        Act::Object => Projection { objected_at: objected_at.or(Some(occurred_at)), ..no() },
    }
}

/// A material change of a purpose: since when, and in which version of the notice.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct MaterialChange {
    /// The version that changed it.
    pub notice_version: NaiveDate,
    /// When that version took effect.
    pub effective_on: NaiveDate,
}

/// What of a projection decides how its state reads.
#[derive(Clone, Copy, Debug)]
pub struct Reading {
    /// The state as the decisions left it.
    pub state: State,
    /// The version that the person was shown.
    pub notice_version: NaiveDate,
    /// Until when a grant waits for its mailbox, if one does.
    pub pending_until: Option<Instant>,
}

impl From<&Projection> for Reading {
    fn from(projection: &Projection) -> Self {
        let Projection { state, notice_version, pending, .. } = *projection;
        Self { state, notice_version, pending_until: pending.map(|pending| pending.until) }
    }
}

/// The state as it reads at `now`, given the last material change of the purpose that a published
/// notice has made.
pub fn state_at(reading: impl Into<Reading>, last_change: Option<MaterialChange>, now: Instant) -> State {
    let Reading { state, notice_version, pending_until } = reading.into();
    match state {
        State::Pending if pending_until.is_some_and(|until| until <= now) => State::Expired,
        State::Given if is_stale(notice_version, last_change, now) => match pending_until {
            // What is asked for again waits for its mailbox like a first yes.
            Some(until) if until > now => State::Pending,
            _ => State::Stale,
        },
        state => state,
    }
}

fn is_stale(shown: NaiveDate, last_change: Option<MaterialChange>, now: Instant) -> bool {
    last_change.is_some_and(|change| shown < change.notice_version && change.effective_on <= london_date(now))
}

mod merging;
mod new_mailbox;
pub use merging::{later_no, take_over};
pub use new_mailbox::{Proof, ask_again, mailbox_must_confirm, proved_by_mailbox};

#[cfg(test)]
mod tests;
