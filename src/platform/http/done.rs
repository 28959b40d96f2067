//! The answer of a write.

use super::answer::Answer;
use super::describe::Op;
use super::replay::Replayable;
use super::reply::Reply;
use crate::domain::Code;

/// The answer of a write: rendered already when its body is kept for an idempotency key.
pub enum Done<T> {
    /// To be rendered.
    Fresh(T),
    /// Rendered.
    Rendered(Answer),
}

impl<T: Replayable> Reply for Done<T> {
    fn into_answer(self) -> Answer {
        match self {
            Self::Fresh(value) => value.into_answer(),
            Self::Rendered(answer) => answer,
        }
    }

    fn describe(op: &mut Op<'_>) {
        T::describe(op);
        op.code(Code::OutcomeUnknown);
        if T::CAN_BE_LOST {
            op.code(Code::AnswerNotKept);
        }
    }
}
