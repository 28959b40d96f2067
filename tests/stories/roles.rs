//! The matrix of roles: every operation with every set of roles, driven from the tables that the service itself runs
//! on, so that a new operation or a new permission is in it from its first day.

use std::collections::BTreeSet;

use iewm::app::{openapi, operations};
use iewm::domain::{OrganisationId, Role};
use iewm::platform::auth::{PERMISSIONS, PermissionRow};
use iewm::platform::serve::OperationListing;
use serde_json::{Value, json};

use crate::harness::{Service, on_both_engines};

on_both_engines! {
    every_operation_judges_every_set_of_roles,
}

/// Whom a request comes from: a caller without a token, or a token with these roles.
const CASTS: &[Option<&[Role]>] = &[
    None,
    Some(&[Role::IewmStaff]),
    Some(&[Role::Council]),
    Some(&[Role::Contractor]),
    Some(&[Role::IewmStaff, Role::Council]),
    Some(&[Role::IewmStaff, Role::Contractor]),
    Some(&[Role::Council, Role::Contractor]),
    Some(&[Role::IewmStaff, Role::Council, Role::Contractor]),
];

/// An address of the operation that names nothing.
fn address(path: &str) -> String {
    path.replace("{id}", "01937a5e-8f00-7c3a-9d55-3f2a60b1c901")
        .replace("{version}", "1999-01-01")
        .replace("{purpose}", "newsletter")
        .replace("{recipient_kind}", "venue")
        .replace("{code}", "not_found")
        .replace("{token}", "3q2-7w")
        .replace("{part}", "01937a5e-8f00-7c3a-9d55-3f2a60b1c901")
        .replace("{letter}", "acknowledgement")
}

fn row(name: &str) -> &'static PermissionRow {
    PERMISSIONS.iter().find(|row| row.name == name).unwrap_or_else(|| panic!("{name} is not in the table"))
}

async fn every_operation_judges_every_set_of_roles(service: Service) {
    let asked = json!({ "name": "Brightwater Mailing", "kind": "approved_contractor" });
    let made = service.post("/v1/organisations", asked).await.expect(201);
    let organisation: OrganisationId = made.json()["id"].as_str().unwrap().parse().unwrap();

    let operations = operations();
    let mut cells = 0;
    for operation in &operations {
        for roles in CASTS {
            judged(&service, operation, *roles, organisation).await;
            cells += 1;
        }
    }
    assert_eq!(cells, operations.len() * CASTS.len());
    assert!(operations.len() > 30, "{} operations", operations.len());
}

/// One cell of the matrix.
async fn judged(service: &Service, operation: &OperationListing, roles: Option<&[Role]>, organisation: OrganisationId) {
    let OperationListing { method, path, permission, .. } = operation;
    let cell = format!("{method} {path} by {roles:?}");
    let path = address(path);
    assert!(!path.contains('{'), "{cell}: say what stands in the path");
    let mut request = service.request(method, &path);
    if let Some(roles) = roles {
        let organisation = roles.contains(&Role::Contractor).then_some(organisation);
        request = request.token(&service.token("somebody", roles, organisation));
    }
    let answer = request.send().await;
    let granted = permission.is_none_or(|name| {
        let row = row(name);
        roles.is_some_and(|roles| roles.iter().any(|role| row.roles.contains(role)))
    });
    match (granted, roles) {
        (true, _) => assert!(![401, 403].contains(&answer.status), "{cell}: {}", answer.text()),
        (false, None) => {
            assert_eq!(answer.status, 401, "{cell}");
            assert_eq!(answer.header("www-authenticate"), "Bearer realm=\"iewm\"", "{cell}");
            answer.problem(401, "unauthenticated");
        }
        (false, Some(_)) => {
            assert_eq!(answer.status, 403, "{cell}");
            let problem = answer.problem(403, "forbidden").json();
            assert_eq!(problem["permission"], json!(permission), "{cell}");
        }
    }
    if method == "GET" {
        let mut request = service.request("HEAD", &path);
        if let Some(roles) = roles {
            let organisation = roles.contains(&Role::Contractor).then_some(organisation);
            request = request.token(&service.token("somebody", roles, organisation));
        }
        let head = request.send().await;
        let refused = [401, 403].contains(&head.status);
        assert_eq!(refused, !granted, "HEAD {cell}: {}", head.status);
    }
}

#[test]
fn every_permission_guards_an_operation_and_every_guard_is_in_the_table() {
    let guards: BTreeSet<&str> = operations().iter().flat_map(|it| [it.permission, it.form_needs]).flatten().collect();
    let table: BTreeSet<&str> = PERMISSIONS.iter().map(|row| row.name).collect();
    assert_eq!(guards, table);
    assert_eq!(table.len(), PERMISSIONS.len(), "a permission stands twice");
    for row in PERMISSIONS {
        assert!(!row.roles.is_empty(), "no role has {}", row.name);
    }
}

#[test]
fn what_changes_something_is_guarded_by_a_permission_that_writes() {
    // A search and a check read; their questions are bodies so that no person's data stands in an address.
    let reads = ["/v1/contacts/search", "/v1/consents/check", "/v1/consents/checks", "/v1/subject-requests/deadline"];
    for OperationListing { method, path, permission, .. } in operations() {
        let Some(name) = permission else { continue };
        let changes = method != "GET" && !reads.contains(&path.as_str());
        let writes = row(name).writes;
        assert!(writes || !changes, "{method} {path} is guarded by {name}, which only reads");
    }
}

#[test]
fn the_document_says_the_permission_of_each_operation() {
    let document = serde_json::to_value(openapi()).unwrap();
    let mut said = 0;
    for OperationListing { method, path, permission, .. } in operations() {
        let operation = &document["paths"][&path][method.to_lowercase()];
        let security = &operation["security"];
        said += 1;
        let Some(name) = permission else {
            assert!([json!([]), json!([{}, { "bearer": [] }])].contains(security), "{method} {path}: {security}");
            assert!(operation["responses"]["403"].is_null(), "{method} {path}");
            continue;
        };
        assert_eq!(*security, json!([{ "bearer": [name] }]), "{method} {path}");
        let description = operation["description"].as_str().unwrap();
        for role in row(name).roles {
            assert!(description.contains(role.as_str()), "{method} {path}: {description}");
        }
        for status in ["401", "403"] {
            assert!(operation["responses"][status].is_object(), "{method} {path} {status}");
        }
    }
    let paths = document["paths"].as_object().unwrap().values().filter_map(Value::as_object);
    let documented: usize = paths
        .map(|methods| {
            methods.keys().filter(|key| ["get", "post", "put", "patch", "delete"].contains(&&***key)).count()
        })
        .sum();
    assert_eq!(said, documented, "the document has operations that no route serves");
}
