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

/// Two records of one person are merged. Judges whether the answer of the `other` takes the place of
/// the one that stays, which it does where it is stricter, where it is a later withdrawal, or where the
/// one that stays has no answer: a person who said no anywhere has said no (Articles 5(1)(d) and 7(3)).
/// `None` when the one that stays needs no change. A consent that another mailbox than the survivor's proved (`other_mailbox`)
/// is taken over unconfirmed.
pub fn take_over(
    own: Option<&Projection>,
    other: &Projection,
    other_mailbox: bool,
    last_change: Option<MaterialChange>,
    now: Instant,
) -> Option<Lawful<Decision>> {
    // Another yes that waits while the first holds goes with its mail; the first is what is taken over.
    let first = Projection { pending: other.pending.filter(|_| other.state == State::Pending), ..other.clone() };
    let other = &first;
    let theirs = state_at(other, last_change, now);
    if let Some(own) = own {
        let ours = state_at(own, last_change, now);
        let later_withdrawal = ours == State::Withdrawn && theirs == ours && other.withdrawn_at > own.withdrawn_at;
        if strictness(other, theirs) <= strictness(own, ours) && !later_withdrawal {
            return None;
        }
    }
    let stands = own.is_some_and(|own| own.objected_at.is_some());
    let act = match (other.state, other.pending) {
        // Where an objection comes with a yes that waits, it is the objection that is taken over.
        _ if other.objected_at.is_some() && !stands => Act::Object,
        (State::Withdrawn, _) => Act::Withdraw,
        (State::Pending, Some(pending)) => Act::TakeOverUnconfirmed(pending.until),
        _ if other_mailbox && theirs == State::Given => Act::TakeOverUnconfirmed(now.plus(CONFIRM_WITHIN)),
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
