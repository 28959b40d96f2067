//! `/openapi.json` and `/docs/`: the document and a page to read and try it, all from the binary.

use std::borrow::Cow;
use std::future::ready;
use std::sync::Arc;

use actix_web::http::header;
use actix_web::web::{Bytes, ServiceConfig};
use actix_web::{HttpRequest, HttpResponse};
use utoipa_swagger_ui::Config;

use crate::platform::http::FixedBody;
use crate::platform::serve::{install_page, not_found};

/// The page may load nothing from elsewhere. Swagger UI styles its elements inline.
const CSP: &str = "default-src 'self'; img-src 'self' data:; style-src 'self' 'unsafe-inline'; frame-ancestors 'none'";

/// A file of the page as bytes that every answer shares, where it is in the binary.
fn shared(file: Cow<'static, [u8]>) -> Bytes {
    match file {
        Cow::Borrowed(file) => Bytes::from_static(file),
        Cow::Owned(file) => file.into(),
    }
}

/// Serves the document and the page.
pub fn install(document: FixedBody, config: &mut ServiceConfig) {
    let ui = Config::from("/openapi.json").persist_authorization(false).display_request_duration(true);
    // Else the page would send the document's address to a validator on the Internet.
    let ui = Arc::new(ui.validator_url("none"));
    let page = move |request: HttpRequest| {
        let mut response = HttpResponse::Ok();
        response
            .content_type("application/json")
            .insert_header((header::CACHE_CONTROL, "no-cache"))
            .insert_header((header::X_CONTENT_TYPE_OPTIONS, "nosniff"));
        ready(document.finish(response, &request))
    };
    install_page("/openapi.json", page, config);
    let onward = || async { HttpResponse::PermanentRedirect().insert_header((header::LOCATION, "/docs/")).finish() };
    install_page("/docs", onward, config);
    let file = move |request: HttpRequest| {
        let ui = ui.clone();
        async move {
            let file = request.match_info().get("file").unwrap_or_default();
            let file = if file.is_empty() { "index.html" } else { file };
            match utoipa_swagger_ui::serve(file, ui) {
                Ok(Some(found)) => HttpResponse::Ok()
                    .content_type(found.content_type)
                    .insert_header((header::CONTENT_SECURITY_POLICY, CSP))
                    .insert_header((header::X_CONTENT_TYPE_OPTIONS, "nosniff"))
                    .body(shared(found.bytes)),
                _ => not_found(&request),
            }
        }
    };
    install_page("/docs/{file:.*}", file, config);
}
