//! The bounds of a schema, checked before their content: an array with too many items is one fault,
//! however many of its items are wrong. Values outside the bounds are removed, so that checking the
//! rest costs no more than the schema allows.

use std::collections::HashSet;

use serde_json::{Map, Value};

use crate::domain::{Fault, Faults, member};

/// The values outside the bounds of a schema.
pub(super) struct Outside {
    /// A fault for each unknown member, and for each array and text that is too long.
    pub(super) faults: Faults,
    /// The pointers of arrays and texts that were too long, and are empty now: their other faults do not
    /// count.
    pub(super) emptied: HashSet<String>,
}

/// Removes from `value` the members that its schema does not have, and empties the arrays and texts
/// that are too long. A member that only `read_only` names gets a fault of its own.
pub(super) fn take_out(schema: &Value, value: &mut Value, read_only: &[String]) -> Outside {
    let outside = Outside { faults: Faults::default(), emptied: HashSet::new() };
    let mut walk = Walk { root: schema, read_only, outside };
    walk.value(schema, value, "");
    walk.outside
}

struct Walk<'a> {
    root: &'a Value,
    read_only: &'a [String],
    outside: Outside,
}

impl<'a> Walk<'a> {
    fn value(&mut self, schema: &'a Value, value: &mut Value, at: &str) {
        let schema = self.resolved(schema);
        match value {
            Value::Object(members) => self.object(schema, members, at),
            Value::Array(items) => {
                if let Some(limit) = exceeded(schema, "maxItems", || items.len()) {
                    items.clear();
                    self.too_long(at, Fault::new(at, "too_many", format!("must have at most {limit} items")));
                } else if let Some(schema) = schema.get("items") {
                    for (index, item) in items.iter_mut().enumerate() {
                        self.value(schema, item, &format!("{at}/{index}"));
                    }
                }
            }
            Value::String(text) => {
                if let Some(limit) = exceeded(schema, "maxLength", || text.chars().count()) {
                    text.clear();
                    self.too_long(at, Fault::new(at, "too_long", format!("must have at most {limit} characters")));
                }
            }
            Value::Null | Value::Bool(_) | Value::Number(_) => {}
        }
    }

    fn object(&mut self, schema: &'a Value, members: &mut Map<String, Value>, at: &str) {
        let known = schema.get("properties").and_then(Value::as_object);
        if schema.get("additionalProperties") == Some(&Value::Bool(false)) {
            let read_only = if at.is_empty() { self.read_only } else { &[] };
            members.retain(|name, _| {
                let is_known = known.is_some_and(|known| known.contains_key(name));
                if !is_known {
                    self.outside.faults.push_with(|| not_a_member(at, name, read_only, known));
                }
                is_known
            });
        }
        for (name, schema) in known.into_iter().flatten() {
            if let Some(value) = members.get_mut(name) {
                self.value(schema, value, &member(at, name));
            }
        }
    }

    fn too_long(&mut self, at: &str, fault: Fault) {
        self.outside.faults.push(fault);
        self.outside.emptied.insert(at.to_owned());
    }

    /// The schema that a reference names, or the one beside `null`.
    fn resolved(&self, mut schema: &'a Value) -> &'a Value {
        loop {
            let beside_null = || {
                let mut branches = schema.get("oneOf")?.as_array()?.iter().filter(|it| it["type"] != "null");
                branches.next().filter(|_| branches.next().is_none())
            };
            let named = || self.root.pointer(schema.get("$ref")?.as_str()?.strip_prefix('#')?);
            match named().or_else(beside_null) {
                Some(next) => schema = next,
                None => return schema,
            }
        }
    }
}

/// Returns the bound of that name, if `count` is beyond it.
fn exceeded(schema: &Value, bound: &str, count: impl FnOnce() -> usize) -> Option<u64> {
    let limit = schema.get(bound)?.as_u64()?;
    (u64::try_from(count()).ok()? > limit).then_some(limit)
}

/// The fault of a member that is not among the `known` ones of its object.
pub(super) fn not_a_member(at: &str, name: &String, read_only: &[String], known: Option<&Map<String, Value>>) -> Fault {
    if read_only.contains(name) {
        Fault::new(member(at, name), "read_only", "is set by the service and cannot be sent")
    } else {
        Fault::unknown_member(at, name, known.into_iter().flat_map(Map::keys).map(String::as_str))
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn schema() -> Value {
        json!({
            "$ref": "#/components/schemas/Group",
            "components": { "schemas": {
                "Group": { "type": "object", "additionalProperties": false, "properties": {
                    "people": { "type": "array", "maxItems": 3, "items": { "$ref": "#/components/schemas/Person" } },
                    "leader": { "oneOf": [{ "type": "null" }, { "$ref": "#/components/schemas/Person" }] },
                }},
                "Person": { "type": "object", "additionalProperties": false, "properties": {
                    "name": { "type": "string", "maxLength": 5 },
                }},
            }},
        })
    }

    fn found(mut value: Value) -> (Vec<String>, Value) {
        let outside = take_out(&schema(), &mut value, &["id".to_owned()]);
        let told = |fault: &Fault| format!("{} {}", fault.pointer(), fault.code);
        (outside.faults.listed().iter().map(told).collect(), value)
    }

    #[test]
    fn what_is_inside_the_bounds_stays_as_it_is() {
        let value = json!({ "people": [{ "name": "Grace" }, { "name": 7 }, 1], "leader": null });
        assert_eq!(found(value.clone()), (vec![], value));
    }

    #[test]
    fn what_is_outside_is_told_once_and_taken_out() {
        let value = json!({ "people": [{ "nick": 1 }, 2, 3, 4], "leader": { "name": "Lovelace", "x": [] }, "id": 1 });
        let (told, rest) = found(value);
        assert_eq!(told, ["/id read_only", "/people too_many", "/leader/x unknown", "/leader/name too_long"]);
        assert_eq!(rest, json!({ "people": [], "leader": { "name": "" } }));
    }
}
