//! Answers that show people to a recipient: they name the record of what was shown, so that a leaked list leads to its caller.

use actix_web::http::header::HeaderName;
use serde::Serialize;
use utoipa::openapi::{ObjectBuilder, OneOfBuilder, RefOr, Response, Schema};
use utoipa::{PartialSchema, ToSchema};

use super::answer::Answer;
use super::describe::{self, Op};
use super::listing::{Listed, describe_page, envelope};
use super::reply::Reply;
use crate::domain::DisclosureBatchId;

/// The header of a stream or file that names the record of what it shows.
pub const DISCLOSURE_BATCH: HeaderName = HeaderName::from_static("disclosure-batch");

/// What the member and the header say.
const MEANING: &str = "The id under which the service recorded which people this answer shows, and to whom. Keep it with the \
                       data: it leads from a lost copy to its reader. Absent when the answer shows no person, and for staff and council.";

/// A page of a list as it is sent to a recipient, or to staff.
#[derive(Debug, Serialize)]
pub struct DisclosedList<T> {
    #[serde(flatten)]
    list: Listed<T>,
    #[serde(skip_serializing_if = "Option::is_none")]
    disclosure_batch: Option<DisclosureBatchId>,
}

impl<T> DisclosedList<T> {
    /// A page whose showing was recorded under `batch`; without a batch, one for staff, or one that shows no person.
    pub fn new(list: Listed<T>, batch: Option<DisclosureBatchId>) -> Self {
        Self { list, disclosure_batch: batch }
    }
}

impl<T: ToSchema> DisclosedList<T> {
    fn schema(op: &mut Op<'_>) -> RefOr<Schema> {
        envelope::<T>(op, |envelope| envelope.property("disclosure_batch", batch_schema()))
    }

    /// Describes an answer that is such a page, or an object of another schema.
    pub fn describe_or(op: &mut Op<'_>, other: RefOr<Schema>) {
        let page = Self::schema(op);
        let either = OneOfBuilder::new().item(page).item(other).build();
        describe_page(op, RefOr::T(Schema::OneOf(either)));
    }
}

impl<T: Serialize + ToSchema + Send + 'static> Reply for DisclosedList<T> {
    fn into_answer(self) -> Answer {
        self.list.answer(&self)
    }

    fn describe(op: &mut Op<'_>) {
        let schema = Self::schema(op);
        describe_page(op, schema);
    }
}

/// The schema of the member `disclosure_batch`.
fn batch_schema() -> RefOr<Schema> {
    match DisclosureBatchId::schema() {
        RefOr::T(Schema::Object(id)) => ObjectBuilder::from(id).description(Some(MEANING)).into(),
        other => other,
    }
}

/// Adds the header to the description of a stream or file.
pub fn describe_batch_header(response: &mut Response) {
    response.headers.insert("Disclosure-Batch".to_owned(), describe::header::<String>(MEANING).into());
}
