//! What becomes of an answer when the person's e-mail address changes, or the number and name by which others may be meant.

use super::{Act, CONFIRM_WITHIN, Decision, Mailbox, MaterialChange, Projection, State, state_at};
use crate::domain::Instant;
use crate::policy::Lawful;

/// Whether the proof of a given consent is that its mailbox said so: it was given by web form or e-mail, or a mailbox
/// `confirmed` it. Otherwise the proof is a call, a paper or another record, which no address changes.
pub fn proved_by_mailbox(answer: &Projection, confirmed: bool) -> bool {
    answer.state == State::Given && (answer.method.needs_confirmation() || confirmed)
}

/// What proves a given consent, as seen from the contact's present mailbox.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Proof {
    /// The present mailbox said so.
    ThisMailbox,
    /// A mailbox said so that the contact has no longer.
    AnotherMailbox,
    /// A call, a paper or another record.
    Record,
}

/// Whether a contact's present `mailbox` must confirm a given consent before it counts (Article 7(1)): another mailbox was the
/// proof, or the proof is a record, and the address, or the number and name, was or may be another person's.
pub fn mailbox_must_confirm(mailbox: Option<Mailbox>, proof: Proof) -> bool {
    match proof {
        Proof::ThisMailbox => false,
        Proof::AnotherMailbox => true,
        Proof::Record => matches!(mailbox, Some(Mailbox::AnothersBefore | Mailbox::AnothersNumber)),
    }
}

/// Judges a given consent that the contact's present mailbox must confirm ([`mailbox_must_confirm`], Article 7(1)). `None` for a
/// stale consent, which nothing is sent under.
pub fn ask_again(answer: &Projection, last_change: Option<MaterialChange>, now: Instant) -> Option<Lawful<Decision>> {
    if state_at(answer, last_change, now) != State::Given {
        return None;
    }
    let &Projection { method, since, notice_version, .. } = answer;
    let act = Act::TakeOverUnconfirmed(now.plus(CONFIRM_WITHIN));
    Some(Lawful::ruled(Decision { act, method, occurred_at: since, notice_version }))
}
