//! The description of one operation, built by the types of its handler.

use std::collections::BTreeMap;

use utoipa::openapi::path::{Operation, Parameter, ParameterBuilder, ParameterIn};
use utoipa::openapi::request_body::RequestBodyBuilder;
use utoipa::openapi::{ContentBuilder, HeaderBuilder, Ref, RefOr, Required, Response, ResponseBuilder, Schema};
use utoipa::{PartialSchema, ToSchema};

use super::negotiation::HTML;
use super::problem::{PROBLEM_JSON, Problem};
use crate::domain::CODES;

/// An operation being described, with its schemas.
pub struct Op<'a> {
    /// The operation so far.
    pub operation: &'a mut Operation,
    /// The schemas of the whole document, by name.
    pub schemas: &'a mut BTreeMap<String, RefOr<Schema>>,
}

impl Op<'_> {
    /// Adds the schema of `T` to the document, and returns a reference to it.
    pub fn schema<T: ToSchema>(&mut self) -> RefOr<Schema> {
        let mut more = Vec::new();
        T::schemas(&mut more);
        self.schemas.extend(more);
        self.schemas.insert(T::name().into_owned(), T::schema());
        RefOr::Ref(Ref::from_schema_name(T::name()))
    }

    /// Adds a response with a body of type `T`.
    pub fn answers<T: ToSchema>(&mut self, status: u16, text: &str, media_type: &str) -> &mut Response {
        let schema = self.schema::<T>();
        self.answers_with(status, text, media_type, Some(schema))
    }

    /// Adds a response with a body of the given schema, or none.
    pub fn answers_with(
        &mut self,
        status: u16,
        text: &str,
        media_type: &str,
        schema: Option<RefOr<Schema>>,
    ) -> &mut Response {
        let response = ResponseBuilder::new().description(text);
        let response = match schema {
            Some(schema) => response.content(media_type, ContentBuilder::new().schema(Some(schema)).build()),
            None => response,
        };
        let entry = self.operation.responses.responses.entry(status.to_string());
        match entry.insert_entry(RefOr::T(response.build())).into_mut() {
            RefOr::T(response) => response,
            RefOr::Ref(_) => unreachable!("a response was just put in"),
        }
    }

    /// Adds a text of another media type to the response `status`.
    pub fn also_answers(&mut self, status: u16, media_type: &str) {
        if let Some(RefOr::T(response)) = self.operation.responses.responses.get_mut(&status.to_string()) {
            let content = ContentBuilder::new().schema(Some(String::schema())).build();
            response.content.insert(media_type.to_owned(), content.into());
        }
    }

    /// Adds a page to every response with a body.
    pub(in crate::platform) fn as_pages_too(&mut self) {
        let with_body = |response: &RefOr<Response>| matches!(response, RefOr::T(known) if !known.content.is_empty());
        let responses = self.operation.responses.responses.iter();
        let statuses: Vec<String> =
            responses.filter(|(_, response)| with_body(response)).map(|(status, _)| status.clone()).collect();
        for status in statuses.iter().filter_map(|status| status.parse().ok()) {
            self.also_answers(status, HTML);
        }
    }

    /// Adds another media type to the body.
    pub fn also_takes<T: ToSchema>(&mut self, media_type: &str) {
        let schema = self.schema::<T>();
        if let Some(RefOr::T(body)) = &mut self.operation.request_body {
            let content = ContentBuilder::new().schema(Some(schema)).build();
            body.content.insert(media_type.to_owned(), content.into());
        }
    }

    /// Adds a problem of the operation; several of one status get a line each.
    pub fn problem(&mut self, status: u16, text: &str) {
        self.schema::<Problem>();
        let key = status.to_string();
        let text = match self.operation.responses.responses.get(&key) {
            Some(RefOr::T(known)) if known.description.contains(text) => known.description.clone(),
            Some(RefOr::T(known)) => format!("{}\n\n{text}", known.description),
            _ => text.to_owned(),
        };
        let schema = Ref::from_schema_name(Problem::name());
        let content = ContentBuilder::new().schema(Some(schema)).build();
        let response = ResponseBuilder::new().description(text).content(PROBLEM_JSON, content);
        let response = if status == 503 || status == 429 {
            response.header("Retry-After", header::<u32>("Seconds to wait before you try again."))
        } else {
            response
        };
        self.operation.responses.responses.insert(key, RefOr::T(response.build()));
    }

    /// Adds a problem with the text of its code.
    pub fn code(&mut self, code: crate::domain::Code) {
        let entry = code.entry();
        debug_assert!(CODES.iter().any(|known| known.name == entry.name));
        self.problem(entry.status, &format!("`{}`: {}", entry.name, entry.meaning));
    }

    /// Adds a parameter.
    pub fn parameter(&mut self, parameter: Parameter) {
        self.operation.parameters.get_or_insert_default().push(RefOr::T(parameter));
    }

    /// Adds a parameter of the path.
    pub fn path_parameter(&mut self, name: &str, text: &str, schema: RefOr<Schema>) {
        let parameter = ParameterBuilder::new()
            .name(name)
            .parameter_in(ParameterIn::Path)
            .required(Required::True)
            .description(Some(text))
            .schema(Some(schema));
        self.parameter(parameter.build());
    }

    /// Adds the members of `T` as parameters of the query.
    pub fn query<T: ToSchema>(&mut self) {
        let mut more = Vec::new();
        T::schemas(&mut more);
        let more: BTreeMap<_, _> = more.into_iter().collect();
        let RefOr::T(Schema::Object(object)) = T::schema() else { return };
        for (name, schema) in object.properties {
            let required = if object.required.contains(&name) { Required::True } else { Required::False };
            let description = description_of(&schema);
            let schema = without_example(schema, &more);
            if let Some((name, referred)) = referred(&schema).and_then(|name| more.get_key_value(name)) {
                self.schemas.insert(name.clone(), referred.clone());
            }
            let parameter = ParameterBuilder::new()
                .name(name)
                .parameter_in(ParameterIn::Query)
                .required(required)
                .description(description)
                .schema(Some(schema));
            self.parameter(parameter.build());
        }
        self.code(crate::domain::Code::InvalidQuery);
    }

    /// Adds a required body of type `T`.
    pub fn body<T: ToSchema>(&mut self, media_type: &str, required: bool) {
        let schema = self.schema::<T>();
        let content = ContentBuilder::new().schema(Some(schema)).build();
        let required = if required { Required::True } else { Required::False };
        let body = RequestBodyBuilder::new().content(media_type, content).required(Some(required)).build();
        self.operation.request_body = Some(RefOr::T(body));
    }

    /// Adds the limit of the body in bytes: to the body, if the document shows one, and to the problem 413.
    pub(in crate::platform) fn body_limit(&mut self, bytes: usize) {
        let limit = format!("At most {}.", size(bytes));
        let Some(RefOr::T(too_large)) = self.operation.responses.responses.get_mut("413") else { return };
        too_large.description = format!("{}\n\n{limit}", too_large.description);
        if let Some(RefOr::T(body)) = &mut self.operation.request_body {
            let known = body.description.take().map(|text| format!("{text} ")).unwrap_or_default();
            body.description = Some(format!("{known}{limit}"));
        }
    }
}

/// A number of bytes, in words.
fn size(bytes: usize) -> String {
    const KIB: usize = 1024;
    const MIB: usize = 1024 * KIB;
    match bytes {
        _ if bytes >= MIB && bytes.is_multiple_of(MIB) => format!("{} MiB", bytes / MIB),
        _ if bytes.is_multiple_of(KIB) => format!("{} KiB", bytes / KIB),
        _ => format!("{bytes} bytes"),
    }
}

/// The name of the schema that this one refers to.
fn referred(schema: &RefOr<Schema>) -> Option<&str> {
    match schema {
        RefOr::Ref(reference) => reference.ref_location.rsplit('/').next(),
        RefOr::T(_) => None,
    }
}

/// The schema without its example: the page fills parameters in with their examples, and a filter by an
/// example finds nothing.
fn without_example(schema: RefOr<Schema>, known: &BTreeMap<String, RefOr<Schema>>) -> RefOr<Schema> {
    let mut object = match &schema {
        RefOr::T(Schema::Object(object)) => object.clone(),
        RefOr::T(_) => return schema,
        RefOr::Ref(reference) => {
            let Some(RefOr::T(Schema::Object(object))) = referred(&schema).and_then(|name| known.get(name)) else {
                return schema;
            };
            if object.example.is_none() && object.examples.is_empty() {
                return schema;
            }
            let mut object = object.clone();
            object.description = Some(reference.description.clone()).filter(|text| !text.is_empty());
            object
        }
    };
    object.example = None;
    object.examples.clear();
    RefOr::T(Schema::Object(object))
}

/// A header of type `T`.
pub fn header<T: PartialSchema>(text: &str) -> utoipa::openapi::Header {
    let mut header = HeaderBuilder::new().schema(Some(T::schema())).build();
    header.description = Some(text.to_owned());
    header
}

fn description_of(schema: &RefOr<Schema>) -> Option<String> {
    match schema {
        RefOr::Ref(reference) => Some(reference.description.clone()).filter(|text| !text.is_empty()),
        RefOr::T(Schema::Object(object)) => object.description.clone(),
        RefOr::T(Schema::OneOf(one_of)) => one_of.description.clone(),
        RefOr::T(Schema::AllOf(all_of)) => all_of.description.clone(),
        RefOr::T(_) => None,
    }
}
