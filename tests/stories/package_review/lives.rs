//! What becomes of a draft that is not released.

use chrono::Duration;
use iewm::domain::{ContactId, Role};
use iewm::inventory::holders;
use iewm::jobs::Digest;
use iewm::personal::{Erasing, Person};
use iewm::platform::audit::{Action, Entry};
use iewm::platform::transaction::WriteTx;
use iewm::policy::restriction::RestrictionGround;
use serde_json::json;

use super::redaction;
use crate::access_packages::asked;
use crate::harness::{Service, on_both_engines};

on_both_engines! {
    what_ends_the_request_discards_the_draft,
    a_draft_that_is_not_released_is_deleted,
    the_restricted_are_answered_and_the_erased_are_not,
}

async fn what_ends_the_request_discards_the_draft(service: Service) {
    let (ada, first) = service.drafted("access").await;
    let known_as = service.sign_up("A. Lovelace", "a@example.org").await;
    let bob = service.sign_up("Bob", "bob@example.org").await;
    let refusal = json!({ "ground": "UKGDPR.12(5)", "explanation": "The tenth this week." });
    let merge = format!("/v1/contacts/{ada}/merge");
    for (nth, (path, body)) in [
        ("/withdrawal".to_owned(), json!({})),
        ("/refusal".to_owned(), refusal),
        ("/clarifications".to_owned(), json!({ "asked_on": "2026-11-24", "question": "Which event?" })),
        ("/match".to_owned(), json!({ "contact_id": bob })),
        (merge, json!({ "from_contact_id": known_as })),
    ]
    .into_iter()
    .enumerate()
    {
        let request = if nth == 0 { first.clone() } else { service.taken(asked("access", &ada)).await };
        if nth > 0 {
            service.build(&request, json!({})).await.expect(200);
        }
        service.left_out(&request, &[("complaints", "/details")]).await;
        let path = if path.starts_with("/v1") { path } else { format!("{request}{path}") };
        let token = service.token("both-1", &[Role::IewmStaff, Role::Council], None);
        let done = service.request("POST", &path).token(&token).json(&body).send().await;
        assert!(done.status < 300, "{path}: {}", done.text());
        service.draft(&request).await.problem(404, "not_found");
        // Where no step into another state tells why the draft is gone, a step of its own does.
        let deleted = service.items(&format!("{request}/history")).await;
        let deleted = deleted.iter().filter(|step| step["kind"] == "draft_deleted").count();
        assert_eq!(deleted, usize::from(nth > 2), "{path}");
        for table in ["subject_request_packages", "subject_request_package_parts", "subject_request_redactions"] {
            assert_eq!(service.count(table), 0, "{table} after {path}");
        }
    }
}

async fn a_draft_that_is_not_released_is_deleted(service: Service) {
    let (_, path) = service.drafted("access").await;
    service.left_out(&path, &[("complaints", "/details")]).await;
    service.hands.advance(Duration::days(30));
    service.draft(&path).await.problem(404, "not_found");
    service.released(&path).await.problem(404, "not_found");
    service.tick(&Digest::new(service.state.clone())).await.unwrap();
    assert_eq!((service.count("subject_request_packages"), service.count("subject_request_redactions")), (0, 0));
    assert_eq!(service.items(&format!("{path}/history")).await[0]["kind"], "draft_deleted");
    service.build(&path, json!({})).await.expect(200);
    service.hands.advance(Duration::days(29));
    service.released(&path).await.expect(200);
    service.hands.advance(Duration::days(29));
    service.by_council("GET", &path, "").await.expect(200);
}

async fn the_restricted_are_answered_and_the_erased_are_not(service: Service) {
    let (ada, path) = service.drafted("access").await;
    service.restrict(&ada, RestrictionGround::AccuracyContested).await.unwrap();
    service.left_out(&path, &[("complaints", "/details")]).await;
    service.released(&path).await.expect(200);
    service.by_council("GET", &path, "").await.expect(200);

    let bob = service.sign_up("Bob", "bob@example.org").await;
    let path = service.taken(asked("access", &bob)).await;
    service.build(&path, json!({})).await.expect(200);
    service.left_out(&path, &[("contacts", "/email")]).await;
    // An open access request is in the way of an erasure: only a restore can lead to an erased person with a draft.
    let contact: ContactId = bob.parse().unwrap();
    let erase = move |mut tx: WriteTx<'_>| {
        let person = Person { ids: vec![contact], ..Person::unknown(contact) };
        let erasing = Erasing { person, withheld: Vec::new(), unsure: Vec::new() };
        holders().iter().try_for_each(|holder| holder.erase(&mut tx, &erasing))?;
        tx.destroy_key(contact.uuid())?;
        tx.record(Entry::new(Action::ContactsDelete).contact(contact), ())
    };
    service.state.job("story").run(erase).await.unwrap();
    service.draft(&path).await.problem(404, "not_found");
    service.released(&path).await.problem(410, "erased");
    service.redact(&path, &json!([redaction("/search/elsewhere")])).await.problem(410, "erased");
    service.build(&path, json!({})).await.problem(410, "erased");
    assert_eq!(service.count("subject_request_redactions"), 1, "that of the other person");
}
