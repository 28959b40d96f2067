//! Phrases that letters, pages and packages about requests share.

use super::model::{ActingFor, Right, SubjectRequest};

/// A right, as what is asked for: the middle of a sentence.
pub(super) fn asked_for(right: Right, whom: &str) -> String {
    match right {
        Right::Access => format!("a copy of the data that we hold about {whom} (UK GDPR, Article 15)"),
        Right::Rectification => format!("the correction of data about {whom} (UK GDPR, Article 16)"),
        Right::Erasure => format!("the erasure of data about {whom} (UK GDPR, Article 17)"),
        Right::Restriction => format!("a restriction of what we do with data about {whom} (UK GDPR, Article 18)"),
        Right::Portability => format!("the data about {whom} in a form that programs read (UK GDPR, Article 20)"),
        Right::Objection => format!("an end to a use of data about {whom} (UK GDPR, Article 21)"),
    }
}

/// The person whom a request is about, as the letter to the requester names them.
pub(super) fn whom(request: &SubjectRequest) -> &'static str {
    match request.requester.as_ref().map(|requester| requester.acting_for) {
        Some(ActingFor::Agent) => "the person for whom you ask",
        _ => "you",
    }
}
