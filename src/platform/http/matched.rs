//! The path of a request as the routes matched it.

use std::sync::Arc;

use actix_web::{HttpMessage, HttpRequest};
use matchit::Params;

/// The values of a path's parameters, by name.
pub struct PathValues(Vec<(Box<str>, Box<str>)>);

impl PathValues {
    pub(in crate::platform) fn of(params: &Params<'_, '_>) -> Self {
        Self(params.iter().map(|(name, value)| (name.into(), value.into())).collect())
    }

    /// The value of a parameter.
    pub(super) fn get(&self, name: &str) -> Option<&str> {
        self.0.iter().find(|(known, _)| &**known == name).map(|(_, value)| &**value)
    }
}

/// The path of a request as it was matched, kept in the request.
pub struct Matched {
    /// The path as the document has it.
    pub pattern: Arc<str>,
    /// The values of its parameters.
    pub values: PathValues,
}

/// The part of a request's path that a parameter stands for.
pub fn path_value<T>(request: &HttpRequest, name: &str, read: impl FnOnce(&str) -> Option<T>) -> Option<T> {
    let extensions = request.extensions();
    extensions.get::<Matched>()?.values.get(name).and_then(read)
}

/// The operation of a request as the document has it, such as `GET /v1/contacts/{id}`.
pub fn operation(request: &HttpRequest) -> String {
    format!("{} {}", request.method(), pattern(request).as_deref().unwrap_or_default())
}

/// The path of a request as the document has it; `None` when nothing is there.
pub fn pattern(request: &HttpRequest) -> Option<Arc<str>> {
    let matched = request.extensions().get::<Matched>().map(|matched| matched.pattern.clone());
    matched.or_else(|| request.match_pattern().map(Arc::from))
}
