//! A body that never changes, compressed once for each coding.

use std::sync::{Arc, OnceLock};

use actix_web::http::header;
use actix_web::web::Bytes;
use actix_web::{HttpRequest, HttpResponse, HttpResponseBuilder};

use super::{ACCEPT_ENCODING, Coding, accepted, encoder};

/// A body that never changes. Clones share its forms, which the first request for each makes.
#[derive(Clone)]
pub struct FixedBody(Arc<Forms>);

struct Forms {
    plain: Bytes,
    gzip: OnceLock<Option<Bytes>>,
    zstd: OnceLock<Option<Bytes>>,
}

impl FixedBody {
    /// A body of these bytes, more than a kilobyte.
    pub fn new(plain: Bytes) -> Self {
        Self(Arc::new(Forms { plain, gzip: OnceLock::new(), zstd: OnceLock::new() }))
    }

    /// Finishes a response with this body, in the coding that the request prefers.
    pub fn finish(&self, mut response: HttpResponseBuilder, request: &HttpRequest) -> HttpResponse {
        response.insert_header((header::VARY, ACCEPT_ENCODING));
        let coded = accepted::of(request).coding.and_then(|coding| Some((coding, self.form(coding)?)));
        let Some((coding, body)) = coded else { return response.body(self.0.plain.clone()) };
        response.insert_header((header::CONTENT_ENCODING, coding.name())).body(body)
    }

    /// Returns the body in a coding; `None` if it could not be compressed.
    fn form(&self, coding: Coding) -> Option<Bytes> {
        let form = match coding {
            Coding::Gzip => &self.0.gzip,
            Coding::Zstd => &self.0.zstd,
        };
        form.get_or_init(|| encoder::whole(&self.0.plain, coding).ok().map(Bytes::from)).clone()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_form_is_made_once() {
        let body = FixedBody::new(Bytes::from(vec![b' '; 100_000]));
        for coding in [Coding::Gzip, Coding::Zstd] {
            let (first, second) = (body.form(coding).unwrap(), body.clone().form(coding).unwrap());
            assert!(first.len() < 1_000);
            assert_eq!(first.as_ptr(), second.as_ptr(), "the same bytes in memory");
        }
    }
}
