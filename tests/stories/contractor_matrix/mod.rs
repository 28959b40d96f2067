//! What one organisation can find out about another: nothing. The matrix is generated from the API document, so that a new operation is
//! in it from its first day. One organisation uses every id that is in the service and not its own, in paths, filters and bodies.
//! The answers must equal those to an id of nothing, byte for byte.

mod bodies;
mod ids;

use std::collections::BTreeMap;

use iewm::app::{openapi, operations};
use iewm::domain::Role;
use iewm::platform::auth::PERMISSIONS;
use serde_json::{Value, json};

use crate::harness::client::{Answer, Request};
use crate::harness::{Service, on_both_engines};

use ids::World;

on_both_engines! {
    an_id_of_another_in_a_path_is_an_id_of_nothing,
    an_id_of_another_in_a_filter_is_an_id_of_nothing,
    an_id_of_another_in_a_body_is_an_id_of_nothing,
    a_cursor_of_another_is_no_cursor,
    an_idempotency_key_of_another_is_unused,
    without_the_permission_every_id_is_forbidden,
}

/// An id that names nothing.
const NOTHING: &str = "01937a5e-8f00-7c3a-9d55-3f2a60b1c901";

/// An operation of the document.
struct Operation {
    method: String,
    path: String,
    details: Value,
    permission: Option<&'static str>,
}

impl Operation {
    /// The parameters in a place, as names and schemas.
    fn parameters<'a>(&'a self, place: &'a str) -> impl Iterator<Item = (&'a str, &'a Value)> {
        let all = self.details["parameters"].as_array().into_iter().flatten();
        let there = all.filter(move |parameter| parameter["in"] == place);
        there.map(|parameter| (parameter["name"].as_str().unwrap(), &parameter["schema"]))
    }

    /// The schema of its JSON body.
    fn body(&self) -> Option<&Value> {
        let content = self.details["requestBody"]["content"].as_object()?;
        ["application/json", "application/merge-patch+json"]
            .iter()
            .find_map(|kind| content.get(*kind))
            .map(|it| &it["schema"])
    }
}

/// Every operation that needs a token, with whether a contractor may call it.
fn guarded() -> Vec<(Operation, bool)> {
    let document = serde_json::to_value(openapi()).unwrap();
    let guarded = operations().into_iter().filter_map(|listing| {
        let row = PERMISSIONS.iter().find(|row| Some(row.name) == listing.permission)?;
        let details = document["paths"][&listing.path][listing.method.to_lowercase()].clone();
        let operation =
            Operation { method: listing.method, path: listing.path, details, permission: listing.permission };
        Some((operation, row.roles.contains(&Role::Contractor)))
    });
    guarded.collect()
}

/// The operations that a contractor may call.
fn for_contractors() -> Vec<Operation> {
    let all = guarded().into_iter().filter(|(_, is_open)| *is_open).map(|(operation, _)| operation);
    let found: Vec<Operation> = all.collect();
    assert!(found.len() > 15, "only {} operations", found.len());
    found
}

/// What of an answer must be equal: its status, its headers but those that differ each time, and its body without the id of the
/// request. The id that was asked about is left out.
fn told(answer: &Answer, asked: &str) -> (u16, BTreeMap<String, String>, String) {
    let differs = ["date", "x-request-id", "ratelimit"];
    let headers = answer.headers().filter(|(name, _)| !differs.contains(&name.as_str()));
    let headers = headers.map(|(name, value)| (name, value.replace(asked, "{asked}"))).collect();
    let mut body = answer.text();
    if let Ok(mut problem) = serde_json::from_str::<Value>(&body)
        && problem.get("instance").is_some()
    {
        problem.as_object_mut().unwrap().remove("instance");
        body = problem.to_string();
    }
    (answer.status, headers, body.replace(asked, "{asked}"))
}

/// The path with one value in place of each parameter, or that of `values` for those that it names.
fn filled(path: &str, values: &[(&str, &str)], rest: &str) -> String {
    let mut path =
        values.iter().fold(path.to_owned(), |path, (name, value)| path.replace(&format!("{{{name}}}"), value));
    while let Some((before, after)) = path.split_once('{') {
        path = format!("{before}{rest}{}", after.split_once('}').map_or("", |(_, after)| after));
    }
    path
}

/// The path with what it names of the organisation's own.
fn own_path(world: &World, path: &str) -> String {
    let own = world.own_of(path);
    filled(path, &[("id", &own), ("purpose", "newsletter")], NOTHING)
}

/// A request of the other organisation, with the body of the operation, if it has one, about `id`.
fn request(service: &Service, world: &World, operation: &Operation, path: &str, id: &str) -> Request {
    let request = service.request(&operation.method, path).token(&world.token);
    let document = &world.document;
    match operation.body() {
        Some(schema) if operation.method == "PATCH" => {
            request.if_match("\"1\"").merge_patch(&bodies::sample(document, schema, id, service.now()))
        }
        Some(schema) => request.json(&bodies::sample(document, schema, id, service.now())),
        None => request,
    }
}

async fn an_id_of_another_in_a_path_is_an_id_of_nothing(service: Service) {
    let world = World::made(&service).await;
    let mut asked = 0;
    for operation in for_contractors() {
        let names: Vec<&str> =
            operation.parameters("path").map(|(name, _)| name).filter(|name| *name != "purpose").collect();
        for name in names {
            let own = world.own_of(&operation.path);
            let places: [Vec<(&str, &str)>; 2] = [vec![], vec![("id", own.as_str())]];
            for others in places.iter().filter(|others| others.iter().all(|(other, _)| *other != name)) {
                let send = |id: String| {
                    let mut values = vec![(name, id.as_str())];
                    values.extend(others.iter().copied());
                    let path = filled(&operation.path, &values, NOTHING);
                    request(&service, &world, &operation, &path, NOTHING).send()
                };
                let nothing = told(&send(NOTHING.to_owned()).await, NOTHING);
                for id in &world.others {
                    let answer = told(&send(id.clone()).await, id);
                    assert_eq!(
                        answer,
                        nothing,
                        "{} {} with {} of {}",
                        operation.method,
                        operation.path,
                        name,
                        world.kind_of(id)
                    );
                    asked += 1;
                }
            }
        }
    }
    assert!(asked > 200, "{asked} requests");
}

async fn an_id_of_another_in_a_filter_is_an_id_of_nothing(service: Service) {
    let world = World::made(&service).await;
    let mut asked = 0;
    for operation in for_contractors() {
        let ids = operation.parameters("query").filter(|(_, schema)| bodies::is_id(&world.document, schema));
        for name in ids.map(|(name, _)| name) {
            let path = own_path(&world, &operation.path);
            let send = |id: &str| request(&service, &world, &operation, &format!("{path}?{name}={id}"), NOTHING).send();
            let nothing = told(&send(NOTHING).await, NOTHING);
            for id in &world.others {
                let answer = told(&send(id).await, id);
                assert_eq!(answer, nothing, "{} {}?{name} of {}", operation.method, operation.path, world.kind_of(id));
                asked += 1;
            }
        }
    }
    assert!(asked > 30, "{asked} requests");
}

async fn an_id_of_another_in_a_body_is_an_id_of_nothing(service: Service) {
    let world = World::made(&service).await;
    let mut asked = 0;
    for operation in for_contractors() {
        let Some(schema) = operation.body() else { continue };
        if !bodies::has_id(&world.document, schema) {
            continue;
        }
        let path = own_path(&world, &operation.path);
        let send = |id: &str| request(&service, &world, &operation, &path, id).send();
        let nothing = told(&send(NOTHING).await, NOTHING);
        for id in &world.others {
            let answer = told(&send(id).await, id);
            assert_eq!(answer, nothing, "{} {} about {}", operation.method, operation.path, world.kind_of(id));
            asked += 1;
        }
    }
    assert!(asked > 15, "{asked} requests");
}

async fn a_cursor_of_another_is_no_cursor(service: Service) {
    let world = World::made(&service).await;
    let mut turned = 0;
    for operation in
        for_contractors().iter().filter(|operation| operation.parameters("query").any(|(name, _)| name == "cursor"))
    {
        let list = format!("{}?limit=1", own_path(&world, &operation.path));
        let theirs = filled(&operation.path, &[("id", &world.theirs_of(&operation.path))], NOTHING);
        let page = service.request("GET", &format!("{theirs}?limit=1")).token(&world.their_token).send().await;
        let Some(cursor) = page.json()["next_cursor"].as_str().map(str::to_owned) else { continue };
        let send = |cursor: &str| service.request("GET", &format!("{list}&cursor={cursor}")).token(&world.token).send();
        let garbage = "A".repeat(cursor.len());
        assert_eq!(told(&send(&cursor).await, &cursor), told(&send(&garbage).await, &garbage), "{}", operation.path);
        turned += 1;
    }
    assert!(turned > 1, "{turned} lists have a second page");
}

async fn an_idempotency_key_of_another_is_unused(service: Service) {
    let world = World::made(&service).await;
    let mut sent = 0;
    for operation in for_contractors().iter().filter(|operation| operation.method == "POST") {
        let path = own_path(&world, &operation.path);
        let with = |token: String, key: &str| {
            let request = service.request("POST", &path).token(&token).header("Idempotency-Key", key);
            let body = operation.body().map(|schema| bodies::sample(&world.document, schema, NOTHING, service.now()));
            async move { body.into_iter().fold(request, |request, body| request.json(&body)).send().await }
        };
        let key = format!("the-key-of-{sent}");
        with(world.their_token.clone(), &key).await;
        let again = with(world.token.clone(), &key).await;
        let fresh = with(world.token.clone(), &format!("another-{sent}")).await;
        assert_eq!(
            (again.status, again.header("idempotent-replayed")),
            (fresh.status, String::new()),
            "{}",
            operation.path
        );
        sent += 1;
    }
    assert!(sent > 1, "{sent} requests");
}

async fn without_the_permission_every_id_is_forbidden(service: Service) {
    let world = World::made(&service).await;
    let mut asked = 0;
    for (operation, _) in guarded().iter().filter(|(_, is_open)| !is_open) {
        let send = |id: &str| {
            let path = filled(&operation.path, &[("version", "2019-01-29"), ("recipient_kind", "venue")], id);
            service.request(&operation.method, &path).token(&world.token).send()
        };
        let nothing = send(NOTHING).await;
        assert_eq!(
            nothing.problem(403, "forbidden").json()["permission"],
            json!(operation.permission),
            "{}",
            operation.path
        );
        let nothing = told(&send(NOTHING).await, NOTHING);
        for id in world.one_of_each().into_iter().filter(|_| operation.path.contains('{')) {
            assert_eq!(told(&send(id).await, id), nothing, "{} {}", operation.method, operation.path);
            asked += 1;
        }
    }
    assert!(asked > 200, "{asked} requests");
}
