//! Answering a request that was carried out before.

use actix_web::HttpRequest;
use actix_web::http::header::{self, HeaderName};

use super::routes::read_again;
use crate::domain::{Code, Error};
use crate::platform::access::{Access, Judged};
use crate::platform::http::{Answer, problem_answer, request_id};
use crate::platform::idempotency::{Kept, in_use};

const REPLAYED: HeaderName = HeaderName::from_static("idempotent-replayed");

/// Answers from what was kept. A resource is read again by the operation that a `GET` of its path runs, so that its
/// permission, its scope and the entry in the audit are those of a `GET`.
///
/// # Errors
/// 409 `idempotency_key_in_use` where the request did nothing before; 401, 403 and 503 as the `GET` answers. That the resource is
/// not there, gone or restricted, and 409 `answer_not_kept`, are answers of the replay.
pub(super) async fn replay(access: Access<Judged>, request: &HttpRequest, kept: Kept) -> Result<Answer, Error> {
    let answer = match kept {
        Kept::Resource { status, path } => match read_again(request, access, &path).await {
            Ok(read) => as_at_first(read, status, path),
            Err(error) if hides_the_resource(&error) => problem_answer(&error, &request_id(request)),
            Err(error) => return Err(error),
        },
        Kept::Status(status) => Answer::empty(status),
        Kept::Body(Some(body)) | Kept::Problem(body) => body.into_answer(),
        Kept::Refused(_) => return Err(in_use()),
        Kept::Body(None) => {
            let detail =
                "The service carried out this request before, and no longer stores its response. It did nothing now.";
            problem_answer(&Error::new(Code::AnswerNotKept, detail), &request_id(request))
        }
    };
    Ok(marked(answer))
}

/// The answer with the header that marks a replay.
pub(super) fn marked(answer: Answer) -> Answer {
    answer.header(REPLAYED, "true")
}

/// The resource as it was read now, with the status and `Location` of the first answer.
fn as_at_first(read: Answer, status: u16, path: String) -> Answer {
    let answer = Answer { status, ..read };
    if status == 201 { answer.header(header::LOCATION, path) } else { answer }
}

/// Whether a problem of the `GET` tells what became of the resource: that it is not there, gone or restricted.
fn hides_the_resource(error: &Error) -> bool {
    matches!(error.code().entry().status, 404 | 410 | 423)
}
