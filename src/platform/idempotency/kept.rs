//! What is kept of the answer to a request with a key.

use actix_web::http::header::HeaderName;
use serde::{Deserialize, Serialize};

use crate::platform::http::answer::Payload;
use crate::platform::http::{Answer, Replay};

/// What is kept of an answer.
pub enum Kept {
    /// The path of the resource that was made or changed, and the first status.
    Resource { status: u16, path: String },
    /// A status without a body.
    Status(u16),
    /// A body of ids, codes, numbers and dates; `None` where it is not kept, or no longer.
    Body(Option<KeptBody>),
    /// A problem: nothing was done.
    Problem(KeptBody),
    /// The `instance` of a problem whose body is not kept: nothing was done, and the request is judged again.
    Refused(KeptBody),
}

/// An answer whose body is kept.
#[derive(Serialize, Deserialize)]
pub struct KeptBody {
    pub(in crate::platform) status: u16,
    pub(in crate::platform) headers: Vec<(String, String)>,
    pub(in crate::platform) body: String,
}

impl Kept {
    /// What is kept of an answer that is not rendered; `None` when the rendered answer is needed.
    pub(in crate::platform) fn of(replay: Replay) -> Option<Self> {
        match replay {
            Replay::Resource { status, path } => Some(Self::Resource { status, path }),
            Replay::Status(status) => Some(Self::Status(status)),
            Replay::Nothing => Some(Self::Body(None)),
            Replay::Body => None,
        }
    }

    /// The name of its kind in the table.
    pub(super) fn kind(&self) -> &'static str {
        match self {
            Self::Resource { .. } => "resource",
            Self::Status(_) => "status",
            Self::Body(_) => "body",
            Self::Problem(_) => "problem",
            Self::Refused(_) => "refused",
        }
    }
}

impl KeptBody {
    /// The `instance` of a problem, without its body.
    pub(in crate::platform) fn instance(status: u16, instance: String) -> Self {
        Self { status, headers: Vec::new(), body: instance }
    }

    /// The form in which an answer is kept; `None` for a stream and for a body that is not text.
    pub(in crate::platform) fn of(answer: &Answer) -> Option<Self> {
        let body = std::str::from_utf8(answer.whole()?).ok()?;
        Some(Self {
            status: answer.status,
            headers: answer.headers.iter().map(|(name, value)| (name.to_string(), value.clone())).collect(),
            body: body.to_owned(),
        })
    }

    /// The answer whose body was kept.
    pub(in crate::platform) fn into_answer(self) -> Answer {
        let headers = self.headers.into_iter();
        let headers = headers.filter_map(|(name, value)| Some((HeaderName::try_from(name).ok()?, value)));
        Answer { status: self.status, headers: headers.collect(), payload: Payload::Whole(self.body.into_bytes()) }
    }
}
