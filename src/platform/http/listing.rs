//! Lists: filters, a limit, and a cursor that is opaque, authenticated, and valid only for its caller
//! and filters.

use std::marker::PhantomData;
use std::sync::Arc;

use actix_web::http::{Method, header};
use aws_lc_rs::digest;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa::openapi::{ArrayBuilder, ObjectBuilder, RefOr, Schema, Type};

use super::answer::{Answer, JSON};
use super::describe::{self, Op};
use super::incoming::{Incoming, Take};
use super::query;
use super::reply::Reply;
use crate::domain::{Code, Entropy, Error, Limit, ListPage};
use crate::platform::vault::CursorKey;

/// The parameters that every list has.
#[derive(Debug, Default, Deserialize, ToSchema)]
struct PageParameters {
    /// The most items to return on one page: 1 to 200.
    #[serde(default)]
    limit: Limit,
    /// The place to continue from: the `next_cursor` of the previous page, with the same filters.
    #[schema(max_length = 1024, nullable = false)]
    cursor: Option<String>,
}

/// A request for a list: the filters `F`, and the page. `K` is the key of the list's order.
pub struct Listing<F, K> {
    /// The filters.
    pub filter: F,
    /// The page.
    pub page: Pager<K>,
}

/// A requested page, with the facts for the next cursor.
pub struct Pager<K> {
    limit: Limit,
    after: Option<K>,
    link: Link,
    key: PhantomData<fn() -> K>,
}

/// The values that bind a cursor, and the address that it is added to.
struct Link {
    cursors: Arc<CursorKey>,
    entropy: Arc<dyn Entropy>,
    bound_to: Vec<u8>,
    address: String,
}

impl<K> Pager<K> {
    /// The most items of the page.
    pub fn limit(&self) -> Limit {
        self.limit
    }
}

impl<K: Clone> Pager<K> {
    /// The key to continue after.
    pub fn after(&self) -> Option<K> {
        self.after.clone()
    }
}

impl<K: Serialize> Pager<K> {
    /// The response for this page.
    pub fn turn<T>(self, page: ListPage<T, K>) -> Listed<T> {
        let Link { cursors, entropy, bound_to, address } = self.link;
        let cursor = page.next.and_then(|key| {
            let key = serde_json::to_vec(&key).ok()?;
            Some(cursors.seal(&*entropy, &bound_to, &key))
        });
        let joint = if address.contains('?') { '&' } else { '?' };
        let link = cursor.as_ref().map(|cursor| format!("<{address}{joint}cursor={cursor}>; rel=\"next\""));
        Listed { items: page.items, next_cursor: cursor, link }
    }
}

impl<F, K> Take for Listing<F, K>
where
    F: DeserializeOwned + ToSchema,
    K: DeserializeOwned,
{
    async fn take(incoming: &mut Incoming) -> Result<Self, Error> {
        let filters = query::members::<F>();
        let known: Vec<String> = filters.iter().cloned().chain(query::members::<PageParameters>()).collect();
        let mut given = query::pairs(incoming.query_string(), &known)?;
        given.sort();
        let (of_filter, of_page): (Vec<_>, Vec<_>) = given.into_iter().partition(|(name, _)| filters.contains(name));
        let filter_pairs: Vec<(String, String)> = of_filter;
        let page: PageParameters = query::parse(&of_page)?;
        let written = serde_urlencoded::to_string(&filter_pairs).map_err(|error| Error::internal(error))?;
        let path = incoming.request.path().to_owned();
        let mut bound_to = format!("{}\n{path}\n{written}\n", incoming.caller).into_bytes();
        if incoming.request.method() == Method::POST {
            // The filters of a search are its body.
            let body = incoming.body().await?;
            bound_to.extend_from_slice(digest::digest(&digest::SHA256, &body).as_ref());
        }
        let after = match &page.cursor {
            None => None,
            Some(cursor) => Some(open(&incoming.cursors, &bound_to, cursor)?),
        };
        let limit =
            if page.limit == Limit::default() { String::new() } else { format!("limit={}", u16::from(page.limit)) };
        let query = [written, limit].into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join("&");
        let address = if query.is_empty() { path.clone() } else { format!("{path}?{query}") };
        let (cursors, entropy) = (incoming.cursors.clone(), incoming.entropy.clone());
        let link = Link { cursors, entropy, bound_to, address };
        Ok(Self {
            filter: query::parse(&filter_pairs)?,
            page: Pager { limit: page.limit, after, link, key: PhantomData },
        })
    }

    fn describe(op: &mut Op<'_>) {
        op.query::<F>();
        op.query::<PageParameters>();
        op.code(Code::InvalidCursor);
    }
}

fn open<K: DeserializeOwned>(cursors: &CursorKey, bound_to: &[u8], cursor: &str) -> Result<K, Error> {
    cursors.open(bound_to, cursor).and_then(|key| serde_json::from_slice(&key).ok()).ok_or_else(|| {
        Error::new(
            Code::InvalidCursor,
            "The cursor does not belong to you, this list and these filters. Start again without a cursor.",
        )
    })
}

/// For a list without filters.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NoFilter {}

/// A page of a list as it is sent.
#[derive(Debug, Serialize)]
pub struct Listed<T> {
    items: Vec<T>,
    next_cursor: Option<String>,
    #[serde(skip)]
    link: Option<String>,
}

impl<T> Listed<T> {
    /// An answer of `body` with the link to the next page.
    pub(super) fn answer(&self, body: &impl Serialize) -> Answer {
        let answer = Answer::json(200, body);
        match &self.link {
            Some(link) => answer.header(header::LINK, link),
            None => answer,
        }
    }
}

impl<T: Serialize + ToSchema + Send + 'static> Reply for Listed<T> {
    fn into_answer(self) -> Answer {
        self.answer(&self)
    }

    fn describe(op: &mut Op<'_>) {
        let schema = envelope::<T>(op, |envelope| envelope);
        describe_page(op, schema);
    }
}

/// Adds the schema of a page of the list to the document, with what `more` adds to it.
pub(super) fn envelope<T: ToSchema>(
    op: &mut Op<'_>,
    more: impl FnOnce(ObjectBuilder) -> ObjectBuilder,
) -> RefOr<Schema> {
    let item = op.schema::<T>();
    let cursor = ObjectBuilder::new()
        .schema_type(utoipa::openapi::schema::SchemaType::from_iter([Type::String, Type::Null]))
        .description(Some("The cursor of the next page; null on the last page."))
        .build();
    let envelope = ObjectBuilder::new()
        .property("items", ArrayBuilder::new().items(item).description(Some("The items of this page.")).build())
        .required("items")
        .property("next_cursor", cursor)
        .required("next_cursor");
    let name = format!("{}List", T::name());
    op.schemas.insert(name.clone(), RefOr::T(Schema::Object(more(envelope).build())));
    RefOr::Ref(utoipa::openapi::Ref::from_schema_name(name))
}

/// Describes a page of a list, of this schema, as the answer of an operation.
pub(super) fn describe_page(op: &mut Op<'_>, schema: RefOr<Schema>) {
    let response = op.answers_with(200, "A page of the list.", JSON, Some(schema));
    response
        .headers
        .insert("Link".to_owned(), describe::header::<String>("The next page, as rel=\"next\" (RFC 8288).").into());
}
