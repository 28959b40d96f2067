//! Bodies made from the schemas of the document: the required members, and every member that is an id.

use iewm::domain::Instant;
use serde_json::{Map, Value, json};

fn resolved<'a>(document: &'a Value, schema: &'a Value) -> &'a Value {
    let reference = schema["$ref"].as_str().or_else(|| schema["allOf"][0]["$ref"].as_str());
    let first =
        || ["oneOf", "anyOf"].iter().find_map(|of| schema[*of].as_array()?.iter().find(|it| it["type"] != "null"));
    match reference {
        Some(reference) => {
            let name = reference.rsplit('/').next().unwrap();
            resolved(document, &document["components"]["schemas"][name])
        }
        None => first().map_or(schema, |first| resolved(document, first)),
    }
}

/// Whether a value of the schema is an id.
pub(super) fn is_id(document: &Value, schema: &Value) -> bool {
    resolved(document, schema)["format"] == "uuid"
}

/// Whether an id is anywhere in a value of the schema.
pub(super) fn has_id(document: &Value, schema: &Value) -> bool {
    let schema = resolved(document, schema);
    let in_members = schema["properties"].as_object().is_some_and(|all| all.values().any(|it| has_id(document, it)));
    schema["format"] == "uuid" || in_members || schema.get("items").is_some_and(|items| has_id(document, items))
}

/// A value of the schema, with `id` for each id.
pub(super) fn sample(document: &Value, schema: &Value, id: &str, now: Instant) -> Value {
    let schema = resolved(document, schema);
    if let Some(members) = schema["properties"].as_object() {
        let required = schema["required"].as_array();
        let is_required = |name: &str| required.is_some_and(|names| names.iter().any(|it| it == name));
        let wanted = members.iter().filter(|(name, schema)| is_required(name) || has_id(document, schema));
        let members = wanted.map(|(name, schema)| (name.clone(), sample(document, schema, id, now)));
        return Value::Object(members.collect::<Map<_, _>>());
    }
    if let Some(items) = schema.get("items") {
        return json!([sample(document, items, id, now)]);
    }
    let example = || schema.get("example").or_else(|| schema["examples"].get(0)).cloned();
    match schema["format"].as_str() {
        Some("uuid") => json!(id),
        Some("date-time") => json!(now.to_string()),
        Some("date") => example().unwrap_or(json!("2026-11-24")),
        _ => schema["enum"].get(0).cloned().or_else(example).unwrap_or_else(|| match schema["type"].as_str() {
            Some("integer" | "number") => json!(1),
            Some("boolean") => json!(true),
            _ => json!("text"),
        }),
    }
}
