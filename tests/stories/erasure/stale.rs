//! A plan holds for what it was made of, for another person, and once.

use futures_util::future::join;
use iewm::domain::Code;
use serde_json::json;

use super::{EXECUTOR, PROPOSER, code};
use crate::harness::mail::MailServer;
use crate::harness::people::{grant, text, withdrawal};
use crate::harness::{Service, on_both_engines};

on_both_engines! {
    the_proposer_of_a_plan_cannot_carry_it_out,
    only_the_plan_that_was_proposed_last_is_carried_out,
    what_changes_meanwhile_makes_a_plan_stale,
    what_passes_by_itself_leaves_a_plan_good,
    no_contact_is_erased_twice,
    an_erasure_and_a_yes_at_once_end_one_way_or_the_other,
}

async fn the_proposer_of_a_plan_cannot_carry_it_out(service: Service) {
    let ada = service.sign_up("Ada Lovelace", "ada@example.org").await;
    assert_eq!(code(service.execute(EXECUTOR, &ada, &"0".repeat(64)).await), Code::PlanStale, "none was proposed");
    let plan = service.propose(PROPOSER, &ada, Vec::new()).await.unwrap();
    assert_eq!(code(service.execute(PROPOSER, &ada, &plan.plan_sha256).await), Code::SamePerson);
    service.get(&format!("/v1/contacts/{ada}")).await.expect(200);
    // Nor by proposing what another has proposed before.
    service.propose(EXECUTOR, &ada, Vec::new()).await.unwrap();
    assert_eq!(code(service.execute(EXECUTOR, &ada, &plan.plan_sha256).await), Code::SamePerson);
    assert!(service.execute(PROPOSER, &ada, &plan.plan_sha256).await.unwrap().erased, "each has said yes to it");
}

async fn only_the_plan_that_was_proposed_last_is_carried_out(service: Service) {
    let ada = service.sign_up("Ada Lovelace", "ada@example.org").await;
    let bob = service.sign_up("Bob", "bob@example.org").await;
    let of_ada = service.propose(PROPOSER, &ada, Vec::new()).await.unwrap().plan_sha256;
    let of_bob = service.propose(PROPOSER, &bob, Vec::new()).await.unwrap().plan_sha256;
    for asked in [of_bob.as_str(), "", "not a hash", &of_ada.to_uppercase()] {
        assert_eq!(code(service.execute(EXECUTOR, &ada, asked).await), Code::PlanStale, "{asked}");
    }
    service.give(&ada, "newsletter").await;
    let newer = service.propose(PROPOSER, &ada, Vec::new()).await.unwrap().plan_sha256;
    assert_ne!(newer, of_ada);
    assert_eq!(code(service.execute(EXECUTOR, &ada, &of_ada).await), Code::PlanStale);
    assert!(service.execute(EXECUTOR, &ada, &newer).await.unwrap().erased);
    service.get(&format!("/v1/contacts/{bob}")).await.expect(200);
}

async fn what_changes_meanwhile_makes_a_plan_stale(service: Service) {
    let ada = service.sign_up("Ada Lovelace", "ada@example.org").await;
    let goes = service.sign_up("A. Lovelace", "countess@example.org").await;
    let network = service.network("adass").await;
    for step in 0..6 {
        let plan = service.propose(PROPOSER, &ada, Vec::new()).await.unwrap().plan_sha256;
        match step {
            0 => drop(service.give(&ada, "newsletter").await),
            // As many consents as before, and another state.
            1 => drop(service.decide(withdrawal(&ada, "newsletter")).await.expect(201)),
            2 => drop(service.join(&network, &ada, "Dudley").await),
            3 => {
                let path = format!("/v1/contacts/{ada}");
                let etag = service.get(&path).await.etag();
                service.patch(&path, &etag, json!({ "job_title": "Countess" })).await.expect(200);
            }
            4 => {
                let path = format!("/v1/contacts/{ada}/merge");
                service.post(&path, json!({ "from_contact_id": goes })).await.expect(200);
            }
            // A withdrawal that names the id of the one that was merged.
            _ => drop(service.decide(withdrawal(&goes, "trade_articles")).await.expect(201)),
        }
        assert_eq!(code(service.execute(EXECUTOR, &ada, &plan).await), Code::PlanStale, "step {step}");
        service.get(&format!("/v1/contacts/{ada}")).await.expect(200);
    }
    assert!(service.erase(&ada, Vec::new()).await.erased);
}

async fn what_passes_by_itself_leaves_a_plan_good(service: Service) {
    let ada = service.sign_up("Ada Lovelace", "ada@example.org").await;
    service.decide(grant(&ada, "newsletter", "web_form")).await.expect(201);
    let plan = service.propose(PROPOSER, &ada, Vec::new()).await.unwrap().plan_sha256;
    let mails = MailServer::start();
    assert_eq!(service.deliver(&mails).await, 1);
    service.get(&format!("/v1/contacts/{ada}")).await.expect(200);
    service.post("/v1/preference-links", json!({ "email": "ada@example.org" })).await.expect(202);
    service.sign_up("Bob", "bob@example.org").await;
    service.hands.advance(chrono::Duration::days(20));
    assert!(service.execute(EXECUTOR, &ada, &plan).await.unwrap().erased);
    service.follow("POST", &mails.taken()[0].link("confirmations")).await.problem(404, "not_found");
}

async fn no_contact_is_erased_twice(service: Service) {
    let ada = service.sign_up("Ada Lovelace", "ada@example.org").await;
    let merged = service.sign_up("A. Lovelace", "countess@example.org").await;
    let path = format!("/v1/contacts/{ada}/merge");
    service.post(&path, json!({ "from_contact_id": merged })).await.expect(200);
    assert_eq!(code(service.propose(PROPOSER, &merged, Vec::new()).await), Code::Merged);
    let plan = service.propose(PROPOSER, &ada, Vec::new()).await.unwrap().plan_sha256;
    service.execute(EXECUTOR, &ada, &plan).await.unwrap();
    for contact in [&ada, &merged] {
        let expected = if *contact == ada { Code::Erased } else { Code::Merged };
        assert_eq!(code(service.execute(EXECUTOR, contact, &plan).await), expected);
        assert_eq!(code(service.propose(PROPOSER, contact, Vec::new()).await), expected);
    }
    let nobody = "01937a5e-8f00-7c3a-9d55-3f2a60b1c901";
    assert_eq!(code(service.propose(PROPOSER, nobody, Vec::new()).await), Code::NotFound);
    assert_eq!(code(service.execute(EXECUTOR, nobody, &plan).await), Code::NotFound);
}

async fn an_erasure_and_a_yes_at_once_end_one_way_or_the_other(service: Service) {
    for round in 0..12 {
        let person = service.sign_up("Ada Lovelace", &format!("ada-{round}@example.org")).await;
        let plan = service.propose(PROPOSER, &person, Vec::new()).await.unwrap().plan_sha256;
        let yes = service.decide(grant(&person, "newsletter", "paper"));
        let (executed, yes) = join(service.execute(EXECUTOR, &person, &plan), yes).await;
        match executed {
            Ok(executed) => {
                assert!(executed.erased);
                yes.problem(410, "erased");
                assert!(service.items(&format!("/v1/consents?contact_id={person}")).await.is_empty());
            }
            Err(error) => {
                assert_eq!(error.code(), Code::PlanStale);
                let given = yes.expect(201).json();
                let receipt = format!("/v1/consents/{}/receipt", text(&given, "id"));
                service.get(&receipt).await.expect(200);
            }
        }
    }
}
