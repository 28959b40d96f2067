//! What the database itself keeps under a legal hold: plain SQL deletes and empties nothing that is held, and a value that is
//! overwritten stays, sealed as it was.

use std::collections::BTreeMap;
use std::path::Path;

use chrono::Duration;
use iewm::jobs::Upkeep;
use serde_json::{Value, json};

use crate::erasure::canaries::plant;
use crate::harness::audited::for_each_source;
use crate::harness::holds::{hold, id_of};
use crate::harness::{Service, on_both_engines};

on_both_engines! {
    plain_sql_neither_deletes_nor_empties_what_is_held,
    an_overwritten_value_is_kept_until_the_release,
    a_value_of_another_person_is_not_kept,
    requirements_that_are_deleted_are_kept,
}

/// What guards a table against a deleting statement of the source.
enum Guard {
    /// The database refuses the deletion of a held row.
    Refused,
    /// The database keeps the value of a held row.
    Kept,
    /// No hold keeps these rows, and why.
    Free(&'static str),
}
use Guard::{Free, Kept, Refused};

const MACHINERY: Guard = Free("the service deletes these for its own work: ids, links and copies");
const OWN_ROWS: Guard = Free("the audit has each of them, and how it ended");

/// The deleting statements of the source, by their files and tables, and what guards each.
const DELETING: &[(&str, &str, usize, Guard)] = &[
    ("platform/auth/store.rs", "token_revocations", 1, MACHINERY),
    ("platform/records_to_index.rs", "records_to_index", 1, MACHINERY),
    (
        "platform/vault/store.rs",
        "vault.data_keys",
        1,
        Free("a key is destroyed after its rows were emptied, which is refused"),
    ),
    ("platform/vault/store/remnants.rs", "vault.key_remnants", 1, MACHINERY),
    ("platform/outbox/store.rs", "messages", 2, MACHINERY),
    ("platform/outbox/store/attempts.rs", "messages", 1, MACHINERY),
    ("platform/idempotency/store.rs", "kept_answers", 2, MACHINERY),
    ("platform/idempotency/store/bound.rs", "kept_answers", 1, MACHINERY),
    ("resources/networks/memberships/store/erase.rs", "memberships", 1, Refused),
    ("resources/registrations/requirements/store.rs", "access_requirements", 1, Kept),
    ("resources/contacts/store/answers.rs", "match_answers", 4, OWN_ROWS),
    ("resources/contacts/store/plans.rs", "erasure_plans", 2, OWN_ROWS),
    ("resources/contacts/sharing_refusals/store.rs", "sharing_refusals", 2, OWN_ROWS),
    ("resources/consents/store/confirmation_links.rs", "consent_confirmations", 1, MACHINERY),
    ("resources/preferences/allowances/links.rs", "sharing_allowance_links", 2, MACHINERY),
    ("resources/preferences/links.rs", "preference_links", 2, MACHINERY),
    ("resources/subject_requests/package/store/parts.rs", "subject_request_package_parts", 2, MACHINERY),
    ("resources/subject_requests/package/store/redactions.rs", "subject_request_redactions", 1, MACHINERY),
    ("resources/subject_requests/package/store/building.rs", "subject_request_package_builds", 1, MACHINERY),
    ("resources/subject_requests/package/store/links.rs", "subject_request_package_links", 1, MACHINERY),
    ("resources/subject_requests/store/package_rows.rs", "subject_request_packages", 4, MACHINERY),
    ("resources/subject_requests/store/farewell.rs", "subject_request_farewells", 1, MACHINERY),
    ("resources/subject_requests/status/store.rs", "subject_request_links", 1, MACHINERY),
    ("resources/events/assignments/store.rs", "event_assignments", 1, Free("an assignment names no person")),
    (
        "resources/suppressions/store.rs",
        "suppressions",
        1,
        Free("the mailbox's owner lifts a mark, which names no contact"),
    ),
    ("resources/suppressions/store/former.rs", "former_addresses", 3, Kept),
    ("resources/deadlines/store.rs", "deadline_digests", 1, MACHINERY),
    ("resources/holds/store/catching.rs", "held_erasures", 1, OWN_ROWS),
    ("resources/holds/store/values.rs", "held_values", 2, Refused),
];

/// Statements that would lose something of the person who is held.
const LOSING: &[&str] = &[
    "DELETE FROM contacts",
    "UPDATE contacts SET status = 'erased', particulars = NULL",
    "DELETE FROM consents",
    "UPDATE consent_decisions SET evidence = NULL WHERE evidence IS NOT NULL",
    "DELETE FROM memberships",
    "DELETE FROM registrations",
    "UPDATE registration_steps SET reason = NULL WHERE reason IS NOT NULL",
    "DELETE FROM complaints WHERE contact_id IS NOT NULL",
    "UPDATE complaints SET particulars = substr(particulars, 1, 0) WHERE contact_id IS NOT NULL",
    "DELETE FROM subject_requests WHERE contact_id IS NOT NULL",
    "UPDATE subject_requests SET particulars = substr(particulars, 1, 0) WHERE contact_id IS NOT NULL",
    "UPDATE subject_request_steps SET told = NULL WHERE told IS NOT NULL",
    "DELETE FROM disclosures",
    "DELETE FROM held_values",
];

/// Every statement of the source that deletes rows has a guard, or a reason why it needs none.
#[test]
fn every_deleting_statement_of_the_source_has_a_guard() {
    let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut found: BTreeMap<String, usize> = BTreeMap::new();
    for_each_source(&source, &mut |path, text| {
        let count = text.matches("diesel::delete(").count();
        if count > 0 {
            found.insert(path.strip_prefix(&source).unwrap().display().to_string(), count);
        }
    });
    let listed: BTreeMap<String, usize> =
        DELETING.iter().map(|(file, _, count, _)| ((*file).to_owned(), *count)).collect();
    assert_eq!(found, listed, "list each deleting statement with what guards it under a legal hold");
    for (_, table, _, guard) in DELETING {
        match guard {
            Refused => assert!(LOSING.iter().any(|statement| statement.contains(&format!("FROM {table}"))), "{table}"),
            Kept => {}
            Free(reason) => assert!(!reason.is_empty()),
        }
    }
}

async fn plain_sql_neither_deletes_nor_empties_what_is_held(service: Service) {
    let canary = plant(&service).await;
    let contact = format!("/v1/contacts/{}", canary.contact);
    let network = service.network("held").await;
    service.join(&network, &canary.contact, "Dudley").await;
    // Each kind of hold that catches the person is enough.
    for asked in [hold("contact", Some(&canary.contact)), hold("network", Some(&network)), hold("all", None)] {
        let path = service.hold(asked).await;
        let etag = service.get(&contact).await.expect(200).etag();
        service.patch(&contact, &etag, json!({ "job_title": "Analyst" })).await.expect(200);
        for statement in LOSING {
            let refused = service.sql(statement).expect_err(statement);
            assert!(refused.contains("a legal hold keeps this row"), "{statement}: {refused}");
        }
        for table in ["access_requirements", "former_addresses"] {
            let kept = service.count("held_values");
            let rows = service.count(table);
            assert!(rows > 0, "{table}");
            service.sql(&format!("DELETE FROM {table}")).unwrap();
            assert_eq!(service.count("held_values"), kept + rows, "{table}");
            restore(&service, table);
        }
        service.release(&path).await;
        assert_eq!(service.count("held_values"), 0);
        let etag = service.get(&contact).await.expect(200).etag();
        service.patch(&contact, &etag, json!({ "job_title": "Director" })).await.expect(200);
        assert_eq!(service.count("held_values"), 0, "no hold catches the person any longer");
    }
    service.sql("DELETE FROM memberships").unwrap();
}

/// Puts a kept value back, so that the next hold finds one.
fn restore(service: &Service, table: &str) {
    let statement = match table {
        "access_requirements" => {
            "INSERT INTO access_requirements (registration_id, contact_id, event_id, requirements) \
             SELECT kept.record_id, kept.contact_id, registrations.event_id, kept.value \
             FROM held_values AS kept JOIN registrations ON registrations.id = kept.record_id \
             WHERE kept.table_name = 'access_requirements'"
        }
        _ => {
            "INSERT INTO former_addresses (mark, contact_id, kind, since) \
             SELECT value, contact_id, 'email', (SELECT max(created_at) FROM contacts) FROM held_values \
             WHERE table_name = 'former_addresses'"
        }
    };
    service.sql(statement).unwrap();
}

async fn an_overwritten_value_is_kept_until_the_release(service: Service) {
    let ada = service.sign_up("Ada Lovelace", "ada@example.org").await;
    let network = service.network("adass").await;
    let membership = format!("/v1/memberships/{}", service.join(&network, &ada, "Dudley").await);
    let contact = format!("/v1/contacts/{ada}");
    let path = service.hold(hold("network", Some(&network))).await;
    let mut kept = Vec::new();
    let sealed = |table: &str| service.cells(table, "particulars").remove(0);
    for patch in [json!({ "name": "Ada King" }), json!({ "email": null, "telephone": "01905 765765" })] {
        kept.push(sealed("contacts"));
        let etag = service.get(&contact).await.expect(200).etag();
        service.patch(&contact, &etag, patch).await.expect(200);
    }
    kept.push(sealed("contacts"));
    let request = service.asked_by(&ada, "rectification").await;
    let patch = json!({ "patch": { "name": "Ada Byron" } });
    service.council_does("council-1", &format!("{request}/rectification"), Some(patch)).await.expect(200);
    kept.push(sealed("memberships"));
    let etag = service.get(&membership).await.expect(200).etag();
    service.patch(&membership, &etag, json!({ "represents": "Sandwell" })).await.expect(200);
    let mut found = service.cells("held_values", "value");
    found.sort_unstable();
    kept.sort_unstable();
    assert_eq!(found, kept, "each value as it was sealed");
    service.release(&path).await;
    assert_eq!(service.count("held_values"), 0);
}

async fn a_value_of_another_person_is_not_kept(service: Service) {
    let ada = service.sign_up("Ada Lovelace", "ada@example.org").await;
    let bob = service.sign_up("Bob", "bob@example.org").await;
    service.hold_contact(&ada).await;
    service.hold(hold("record_class", Some("complaint"))).await;
    let path = format!("/v1/contacts/{bob}");
    let etag = service.get(&path).await.expect(200).etag();
    service.patch(&path, &etag, json!({ "name": "Robert" })).await.expect(200);
    assert_eq!(service.count("held_values"), 0);
    service.delete(&bob).await.expect(204);
}

/// Registers a person who needs something, and returns the path of the registration.
async fn needs(service: &Service, event: &str, contact: &str) -> String {
    let asked: Value = json!({ "contact_id": contact, "access_requirements": { "details": "A seat near the door." } });
    service.post(&format!("{event}/registrations"), asked).await.expect(201).header("location")
}

async fn requirements_that_are_deleted_are_kept(service: Service) {
    let ada = service.sign_up("Ada Lovelace", "ada@example.org").await;
    let (event, other) = (service.announce(json!({})).await, service.announce(json!({})).await);
    let cancelled = needs(&service, &event, &ada).await;
    needs(&service, &other, &ada).await;
    let mut sealed = service.cells("access_requirements", "requirements");
    let path = service.hold(hold("event", Some(&id_of(&event)))).await;
    // At a cancellation, and thirty days after the event.
    service.verb(&cancelled, "cancellation").await.expect(200);
    let read = service.get(&cancelled).await.expect(200).json();
    assert_eq!(read.get("access_requirements"), None, "a hold keeps data and does not permit its use");
    service.hands.advance(Duration::days(200));
    while service.tick(&Upkeep::new(service.state.clone())).await.unwrap() > 0 {}
    assert_eq!(service.count("access_requirements"), 0);
    let mut kept = service.cells("held_values", "value");
    kept.sort_unstable();
    sealed.sort_unstable();
    assert_eq!(kept, sealed);
    service.release(&path).await;
    assert_eq!(service.count("held_values"), 0);
}
