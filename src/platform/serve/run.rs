//! The path of every request: from the judgement of its token to its response.

use std::future::Future;

use actix_web::dev::Payload;
use actix_web::http::Method;
use actix_web::{HttpMessage, HttpRequest, HttpResponse};

use super::once::once;
use super::operation::Operation;
use crate::domain::Error;
use crate::platform::access::Access;
use crate::platform::http::{
    Answer, caught, choose_coding, encode, guarded, log_cause, page_problem, problem_for, request_id, reserve,
    unless_known,
};
use crate::platform::rate::Left;

impl Operation {
    /// Answers a request.
    pub(super) async fn run(self, request: HttpRequest, payload: Payload) -> HttpResponse {
        let answer = survive(self.settle(&request, payload), &request, self.shows_pages).await;
        let answer = if self.shows_pages { guarded(answer) } else { answer };
        let is_read = request.method() == Method::GET || !self.terms.writes;
        let (answer, held) = reserve(answer, &request, is_read);
        let answer = if self.is_compressed() { compressed(answer, &request) } else { unless_known(answer, &request) };
        answer.into_response(&request, !self.terms.public, held)
    }

    async fn settle(&self, request: &HttpRequest, payload: Payload) -> Result<Answer, Error> {
        let access = Access::judge(request, &self.terms).await?;
        if let Some(left) = access.rate_left() {
            request.extensions_mut().insert(left.clone());
        }
        let incoming = access.incoming(request.clone(), payload, self.body_limit);
        if request.method() == Method::POST && !self.terms.public {
            once(access, incoming, self).await
        } else {
            self.carry_out(access, incoming).await
        }
    }
}

/// The response in the coding that its caller prefers, or a 304.
fn compressed(mut answer: Answer, request: &HttpRequest) -> Answer {
    let coding = choose_coding(&mut answer, request);
    let answer = unless_known(answer, request);
    let Some(coding) = coding.filter(|_| answer.status != 304) else { return answer };
    encode(answer, coding).unwrap_or_else(|error| {
        log_cause(&error, &request_id(request));
        problem_for(&error, request)
    })
}

/// The answer of a request that is carried out, a problem if that fails or panics.
async fn survive(
    carried_out: impl Future<Output = Result<Answer, Error>>,
    request: &HttpRequest,
    shows_pages: bool,
) -> Answer {
    let answer = caught(carried_out).await.flatten();
    let mut answer = answer.unwrap_or_else(|error| {
        log_cause(&error, &request_id(request));
        if shows_pages { page_problem(&error, request) } else { problem_for(&error, request) }
    });
    if let Some(left) = request.extensions().get::<Left>() {
        answer.headers.extend(left.headers());
    }
    answer
}

#[cfg(test)]
mod tests {
    use actix_web::test::TestRequest;

    use super::*;

    #[actix_web::test]
    async fn a_panic_in_a_handler_is_a_problem_and_tells_nothing_of_itself() {
        let request = TestRequest::default().to_http_request();
        let answer = survive(async { panic!("Ada Lovelace") }, &request, false).await;
        assert_eq!(answer.status, 500);
        let crate::platform::http::answer::Payload::Whole(body) = answer.payload else { panic!("a stream") };
        let text = String::from_utf8(body).unwrap();
        assert!(text.contains(r#""code":"internal""#) && !text.contains("Ada"), "{text}");
    }
}
