//! What handlers give back, and how each is described.

use std::marker::PhantomData;

use actix_web::http::header;
use aws_lc_rs::digest;
use serde::Serialize;
use utoipa::ToSchema;

use super::answer::{Answer, JSON};
use super::describe::{self, Op};
use super::own_tag::DIGEST_DIGITS;
use crate::domain::{Error, hex};

/// A resource of the API: has an address and a version.
pub trait Resource: Serialize + ToSchema + Send + 'static {
    /// Its address.
    fn location(&self) -> String;

    /// Its version, which every change of it raises.
    fn version(&self) -> i32;

    /// The members that change without a change of version (by time, or by another room's doings), in
    /// any fixed form; they become part of the entity tag.
    fn derived(&self) -> Option<String> {
        None
    }

    /// The strong entity tag: `"<version>"` or `"<version>-<digest of the derived members>"`.
    fn etag(&self) -> String {
        match self.derived() {
            None => format!("\"{}\"", self.version()),
            Some(members) => {
                let digest = digest::digest(&digest::SHA256, members.as_bytes());
                format!("\"{}-{}\"", self.version(), hex(digest.as_ref().get(..DIGEST_DIGITS / 2).unwrap_or_default()))
            }
        }
    }
}

/// What can be sent as an answer.
pub trait Reply: Send + 'static {
    /// The answer.
    fn into_answer(self) -> Answer;

    /// Adds it to the description of the operation.
    fn describe(op: &mut Op<'_>);
}

/// A resource that was read, or changed by a verb: 200 with its `ETag`.
#[derive(Debug)]
pub struct Found<T>(pub T);

impl<T: Resource> Reply for Found<T> {
    fn into_answer(self) -> Answer {
        Answer::json(200, &self.0).header(header::ETAG, self.0.etag())
    }

    fn describe(op: &mut Op<'_>) {
        let response = op.answers::<T>(200, "The resource as it is now.", JSON);
        response.headers.insert("ETag".into(), describe::header::<String>("The version, for `If-Match`.").into());
    }
}

/// A resource that was made: 201 with `Location` and `ETag`.
#[derive(Debug)]
pub struct Created<T>(pub T);

impl<T: Resource> Reply for Created<T> {
    fn into_answer(self) -> Answer {
        Answer::json(201, &self.0).header(header::LOCATION, self.0.location()).header(header::ETAG, self.0.etag())
    }

    fn describe(op: &mut Op<'_>) {
        let response = op.answers::<T>(201, "Created.", JSON);
        response
            .headers
            .insert("Location".into(), describe::header::<String>("The address of the new resource.").into());
        response.headers.insert("ETag".into(), describe::header::<String>("The version, for `If-Match`.").into());
    }
}

/// Something made that has no address of its own: 201.
#[derive(Debug)]
pub struct Noted<T>(pub T);

impl<T: Serialize + ToSchema + Send + 'static> Reply for Noted<T> {
    fn into_answer(self) -> Answer {
        Answer::json(201, &self.0)
    }

    fn describe(op: &mut Op<'_>) {
        op.answers::<T>(201, "Done and recorded.", JSON);
    }
}

/// A value that is no resource: 200.
#[derive(Debug)]
pub struct Plain<T>(pub T);

impl<T: Serialize + ToSchema + Send + 'static> Reply for Plain<T> {
    fn into_answer(self) -> Answer {
        Answer::json(200, &self.0)
    }

    fn describe(op: &mut Op<'_>) {
        op.answers::<T>(200, "The result.", JSON);
    }
}

/// Done, with nothing to tell: 204.
#[derive(Debug)]
pub struct NoContent;

impl Reply for NoContent {
    fn into_answer(self) -> Answer {
        Answer::empty(204)
    }

    fn describe(op: &mut Op<'_>) {
        op.answers_with(204, "Done.", JSON, None);
    }
}

/// Taken, with nothing to tell of what comes of it: 202.
#[derive(Debug)]
pub struct Accepted;

impl Reply for Accepted {
    fn into_answer(self) -> Answer {
        Answer::empty(202)
    }

    fn describe(op: &mut Op<'_>) {
        op.answers_with(202, "Accepted. The response is the same whatever the result.", JSON, None);
    }
}

/// Begun, and to be had at an address once it is done: 202 with `Location` and `Retry-After`.
#[derive(Debug)]
pub struct Begun<T> {
    /// How far it is.
    pub state: T,
    /// The address at which the result will be.
    pub location: String,
    /// Seconds to wait before the next request for the result.
    pub look_after: u32,
}

impl<T: Serialize + ToSchema + Send + 'static> Reply for Begun<T> {
    fn into_answer(self) -> Answer {
        let answer = Answer::json(202, &self.state).header(header::LOCATION, self.location);
        answer.header(header::RETRY_AFTER, self.look_after.to_string())
    }

    fn describe(op: &mut Op<'_>) {
        let response = op.answers::<T>(202, "Started. The work takes longer than a request may.", JSON);
        response.headers.insert("Location".into(), describe::header::<String>("The address of the progress.").into());
        let seconds = describe::header::<u32>("Seconds to wait before you read the progress.");
        response.headers.insert("Retry-After".into(), seconds.into());
    }
}

/// One of two answers, of different statuses.
#[derive(Debug)]
pub enum Either<A, B> {
    /// The one.
    One(A),
    /// The other.
    Other(B),
}

impl<A: Reply, B: Reply> Reply for Either<A, B> {
    fn into_answer(self) -> Answer {
        match self {
            Self::One(answer) => answer.into_answer(),
            Self::Other(answer) => answer.into_answer(),
        }
    }

    fn describe(op: &mut Op<'_>) {
        A::describe(op);
        B::describe(op);
    }
}

/// A body that is not JSON, of a media type that `M` names.
pub struct Text<M>(pub Vec<u8>, PhantomData<fn() -> M>);

/// A media type.
pub trait MediaType: 'static {
    /// Its name.
    const NAME: &'static str;
}

impl<M> Text<M> {
    /// A body of that media type.
    pub fn new(body: impl Into<Vec<u8>>) -> Self {
        Self(body.into(), PhantomData)
    }
}

impl<M: MediaType> Reply for Text<M> {
    fn into_answer(self) -> Answer {
        Answer::bytes(200, M::NAME, self.0)
    }

    fn describe(op: &mut Op<'_>) {
        let schema = <String as utoipa::PartialSchema>::schema();
        op.answers_with(200, "The document.", M::NAME, Some(schema));
    }
}

/// What a handler returns: a reply, or a problem.
pub trait Outcome {
    /// The answer, or the error.
    ///
    /// # Errors
    /// The problem of the response.
    fn settle(self) -> Result<Answer, Error>;

    /// Adds it to the description of the operation.
    fn describe(op: &mut Op<'_>);
}

impl<T: Reply> Outcome for Result<T, Error> {
    fn settle(self) -> Result<Answer, Error> {
        self.map(Reply::into_answer)
    }

    fn describe(op: &mut Op<'_>) {
        T::describe(op);
    }
}
