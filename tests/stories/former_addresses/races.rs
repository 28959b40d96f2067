//! What happens when an address changes hands while something else is done about the person.

use futures_util::future::join;
use serde_json::{Value, json};

use crate::erasure::{EXECUTOR, PROPOSER};
use crate::harness::people::{grant, text};
use crate::harness::{Service, on_both_engines};

on_both_engines! {
    a_merge_and_a_grant_at_once_leave_one_answer_of_the_person,
    an_erasure_and_an_import_of_a_former_address_at_once_bring_no_contact_back,
    a_correction_and_an_import_at_once_create_no_contact,
    a_correction_and_a_confirmation_at_once_leave_the_new_mailbox_to_answer,
}

/// How often each pair is raced.
const ROUNDS: usize = 8;

async fn a_merge_and_a_grant_at_once_leave_one_answer_of_the_person(service: Service) {
    for round in 0..ROUNDS {
        let into = service.sign_up("Ann", &format!("ann{round}@example.org")).await;
        let from = service.sign_up("Ann", &format!("old{round}@example.org")).await;
        let path = format!("/v1/contacts/{into}/merge");
        let merging = service.post(&path, json!({ "from_contact_id": from }));
        let (merged, given) = join(merging, service.decide(grant(&from, "newsletter", "paper"))).await;
        merged.expect(200);
        if given.status == 201 {
            assert_eq!(service.checked(&into, "newsletter").await, "given", "it was taken over");
        } else {
            given.problem(410, "merged");
            assert_eq!(service.checked(&into, "newsletter").await, "not_given");
        }
    }
}

async fn an_erasure_and_an_import_of_a_former_address_at_once_bring_no_contact_back(service: Service) {
    for round in 0..ROUNDS {
        let old = format!("eve.old{round}@example.org");
        let eve = service.sign_up("Eve", &old).await;
        service.correct(&eve, json!({ "email": format!("eve{round}@example.org") })).await;
        let proposed = service.propose(PROPOSER, &eve, Vec::new()).await.unwrap();
        let file = format!("name,email\nEve,{old}\n");
        let (erased, rows) = join(service.execute(EXECUTOR, &eve, &proposed.plan_sha256), service.import(&file)).await;
        assert!(erased.unwrap().erased);
        let result = rows[0]["result"].as_str().unwrap();
        assert!(["unchanged", "suppressed"].contains(&result), "{}", rows[0]);
    }
    assert!(service.items("/v1/contacts").await.is_empty());
}

async fn a_correction_and_an_import_at_once_create_no_contact(service: Service) {
    for round in 0..ROUNDS {
        let old = format!("dan.old{round}@example.org");
        let dan = service.sign_up("Dan", &old).await;
        let path = format!("/v1/contacts/{dan}");
        let etag = service.get(&path).await.etag();
        let patch = json!({ "email": format!("dan{round}@example.org") });
        let file = format!("name,email\nDan,{old}\n");
        let (patched, rows) = join(service.patch(&path, &etag, patch), service.import(&file)).await;
        patched.expect(200);
        assert_eq!((&rows[0]["result"], &rows[0]["contact_id"]), (&json!("unchanged"), &json!(dan)), "{}", rows[0]);
    }
    assert_eq!(service.items("/v1/contacts").await.len(), ROUNDS);
}

async fn a_correction_and_a_confirmation_at_once_leave_the_new_mailbox_to_answer(service: Service) {
    for round in 0..ROUNDS {
        let ada = service.sign_up("Ada", &format!("ada{round}@example.org")).await;
        let waiting = service.decide(grant(&ada, "newsletter", "web_form")).await.expect(201).json();
        let link = service.link(&text(&waiting, "decision_id")).await;
        let path = format!("/v1/contacts/{ada}");
        let etag = service.get(&path).await.etag();
        let patch = json!({ "email": format!("new{round}@example.org") });
        let (patched, confirmed) = join(service.patch(&path, &etag, patch), service.follow("POST", &link)).await;
        patched.expect(200);
        if confirmed.status != 200 {
            confirmed.problem(410, "gone");
        }
        let consent: Value = service.consent(&ada, "newsletter").await;
        assert_eq!(consent["state"], "pending", "in either order, the new mailbox has not answered");
        service.follow("POST", &service.link(&text(&consent, "decision_id")).await).await.expect(200);
        assert_eq!(service.checked(&ada, "newsletter").await, "given");
    }
}
