//! What becomes of two answers when two records turn out to be one person's.

use super::{Act, CONFIRM_WITHIN, Decision, MaterialChange, Projection, State, state_at};
use crate::domain::Instant;
use crate::policy::Lawful;

/// How strict an answer is: the more, the less may be done.
fn strictness(answer: &Projection, state: State) -> (bool, u8) {
    let by_state = match state {
        State::Given => 0,
        State::Stale => 1,
        State::Pending | State::Expired => 2,
        State::Withdrawn => 3,
    };
    (answer.objected_at.is_some(), by_state)
}

/// Judges whether the answer of the `other` record replaces the survivor's `own`, when two records of one person are merged.
/// A person who said no anywhere has said no (Articles 5(1)(d) and 7(3)), so it does in four cases: `own` is missing, `other`
/// is stricter, both are withdrawals and `other` is the later, or `own` is a yes from before a no of `other`. Otherwise `None`.
/// A given consent is taken over unconfirmed if the survivor's mailbox must confirm it ([`mailbox_must_confirm`]).
///
/// [`mailbox_must_confirm`]: super::mailbox_must_confirm
pub fn take_over(
    own: Option<&Projection>,
    other: &Projection,
    must_confirm: bool,
    last_change: Option<MaterialChange>,
    now: Instant,
) -> Option<Lawful<Decision>> {
    // Another yes that waits while the first holds goes with its mail; the first is what is taken over.
    let first = Projection { pending: other.pending.filter(|_| other.state == State::Pending), ..other.clone() };
    let other = &first;
    let theirs = state_at(other, last_change, now);
    if let Some(own) = own {
        let ours = state_at(own, last_change, now);
        let superseded = theirs == ours
            && match ours {
                State::Withdrawn => other.withdrawn_at > own.withdrawn_at,
                State::Given | State::Stale => other.withdrawn_at > Some(own.since),
                // The mailbox has yet to answer. Its answer will be later than any no.
                State::Pending | State::Expired => false,
            };
        if strictness(other, theirs) <= strictness(own, ours) && !superseded {
            return None;
        }
    }
    let stands = own.is_some_and(|own| own.objected_at.is_some());
    let act = match (other.state, other.pending) {
        // Where an objection comes with a yes that waits, it is the objection that is taken over.
        _ if other.objected_at.is_some() && !stands => Act::Object,
        (State::Withdrawn, _) => Act::Withdraw,
        (State::Pending, Some(pending)) => Act::TakeOverUnconfirmed(pending.until),
        _ if must_confirm && theirs == State::Given => Act::TakeOverUnconfirmed(now.plus(CONFIRM_WITHIN)),
        _ => Act::Give,
    };
    let &Projection { method, since, notice_version, withdrawn_at, objected_at, .. } = other;
    let occurred_at = match act {
        Act::Withdraw => withdrawn_at.unwrap_or(since),
        Act::Object => objected_at.unwrap_or(since),
        _ => since,
    };
    Some(Lawful::ruled(Decision { act, method, occurred_at, notice_version }))
}

/// Returns the last withdrawal of the `other` record, if it is later than the survivor's `own`. The survivor must remember it
/// whatever answer it keeps, because a yes dated before a person's last no stays refused (Article 7(3)).
pub fn later_no(own: Option<&Projection>, other: &Projection) -> Option<Instant> {
    other.withdrawn_at.filter(|&no| own.and_then(|own| own.withdrawn_at) < Some(no))
}
