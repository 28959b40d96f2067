//! What becomes of an answer when the person's e-mail address changes.

use super::{Act, CONFIRM_WITHIN, Decision, Mailbox, MaterialChange, Projection, State, state_at};
use crate::domain::Instant;
use crate::policy::Lawful;

/// Whether the proof of a given consent is that its mailbox said so: it was given by web form or e-mail, or a mailbox
/// `confirmed` it. Otherwise the proof is a call, a paper or another record, which no address changes.
pub fn proved_by_mailbox(answer: &Projection, confirmed: bool) -> bool {
    answer.state == State::Given && (answer.method.needs_confirmation() || confirmed)
}

/// Whether a contact's present `mailbox` must confirm a given consent before it counts (Article 7(1)): another mailbox was the
/// proof (`proved_elsewhere`), or another person had the address before.
pub fn mailbox_must_confirm(mailbox: Option<Mailbox>, proved_elsewhere: bool) -> bool {
    proved_elsewhere || mailbox == Some(Mailbox::AnothersBefore)
}

/// Judges a given consent whose mailbox proved it, and whose person has another address now: the new mailbox must confirm it
/// (Article 7(1)). `None` for a stale consent, which nothing is sent under.
pub fn ask_again(answer: &Projection, last_change: Option<MaterialChange>, now: Instant) -> Option<Lawful<Decision>> {
    if state_at(answer, last_change, now) != State::Given {
        return None;
    }
    let &Projection { method, since, notice_version, .. } = answer;
    let act = Act::TakeOverUnconfirmed(now.plus(CONFIRM_WITHIN));
    Some(Lawful::ruled(Decision { act, method, occurred_at: since, notice_version }))
}
