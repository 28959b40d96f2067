//! The codes of what recipients must do.

use serde_json::Value;

use super::say;
use crate::policy::obligations::{ClosureReason, ObligationAction, ObligationStatus, RecipientAct};

pub(in super::super) fn obligation_action(value: &Value) -> Option<&'static str> {
    say(value, |code| match code {
        ObligationAction::Correct => "Correct your data",
        ObligationAction::Restrict => "Store your data and not use it",
        ObligationAction::Erase => "Erase your data",
    })
}

pub(in super::super) fn obligation_status(value: &Value) -> Option<&'static str> {
    say(value, |code| match code {
        ObligationStatus::Open => "We are waiting for it",
        ObligationStatus::Acknowledged => "It told us what it did",
        ObligationStatus::Closed => "We closed it without an answer",
    })
}

pub(in super::super) fn recipient_act(value: &Value) -> Option<&'static str> {
    say(value, |code| match code {
        RecipientAct::Corrected => "It corrected your data",
        RecipientAct::Restricted => "It stores your data and does not use it",
        RecipientAct::Erased => "It erased your data",
        RecipientAct::NotHeld => "It has none of your data",
    })
}

pub(in super::super) fn closure_reason(value: &Value) -> Option<&'static str> {
    say(value, |code| match code {
        ClosureReason::Impossible => "We cannot reach it",
        ClosureReason::Disproportionate => "The effort to reach it would be out of proportion",
    })
}
