//! `If-None-Match`: a caller that has the response already gets a 304 (RFC 9110 section 13.1.2).

use actix_web::HttpRequest;
use actix_web::http::Method;
use actix_web::http::header::{self, HeaderMap};

use super::answer::{Answer, NOT_MODIFIED, Payload};
use super::entity_tag::{EntityTag, EntityTags};
use super::own_tag;

/// The same response, or a 304 if it answers a `GET` whose `If-None-Match` names its `ETag`. The 304 repeats the tag as the caller
/// wrote it.
pub fn unless_known(mut answer: Answer, request: &HttpRequest) -> Answer {
    let is_read = request.method() == Method::GET && answer.status == 200;
    let own = answer.get(&header::ETAG).filter(|_| is_read);
    let Some(named) = own.and_then(|etag| named_etag(request.headers(), etag)) else { return answer };
    answer.headers.retain(|(name, _)| *name != header::CONTENT_TYPE && *name != header::ETAG);
    let headers = answer.headers;
    Answer { status: NOT_MODIFIED, headers, payload: Payload::Whole(Vec::new()) }.header(header::ETAG, named)
}

/// The tag by which `If-None-Match` names the entity tag `etag`, as the caller wrote it (weak comparison). It ignores the coding
/// of a compressed form.
fn named_etag(headers: &HeaderMap, etag: &str) -> Option<String> {
    let own = etag.trim_matches('"');
    let is_own = |tag: &&EntityTag<'_>| tag.opaque == own || own_tag::without_coding(tag.opaque) == own;
    let mut values = headers.get_all(header::IF_NONE_MATCH).filter_map(|value| value.to_str().ok());
    values.find_map(|value| match EntityTags::parse(value)? {
        EntityTags::Any => Some(etag.to_owned()),
        EntityTags::Listed(tags) => tags.iter().find(is_own).map(EntityTag::to_string),
    })
}
