//! What two records of one person have answered, once the records are merged.

use serde_json::{Value, json};

use crate::harness::people::{grant, withdrawal};
use crate::harness::{Service, on_both_engines};

on_both_engines! {
    a_no_is_remembered_whatever_answer_stands,
    a_later_no_is_remembered_though_the_survivors_answer_stands,
    a_yes_from_before_the_no_gives_way_to_the_yes_after_it,
    a_consent_for_anothers_former_address_waits_for_its_mailbox,
    a_proof_by_mailbox_is_one_after_every_merge,
}

/// An import of a yes from before every no of these stories that is not dated.
fn old_import(contact: &str) -> Value {
    let mut import = grant(contact, "newsletter", "import");
    import["occurred_at"] = json!("2026-11-20T10:00:00Z");
    import
}

impl Service {
    /// Confirms the grant that waits at the contact's mailbox.
    async fn confirm(&self, contact: &str) {
        let waiting = self.newest_decision(contact, "newsletter").await;
        let link = self.link(waiting["id"].as_str().unwrap()).await;
        self.follow("POST", &link).await.expect(200);
    }

    async fn refuses_the_old_import(&self, contact: &str) {
        self.decide(old_import(contact)).await.problem(409, "superseded_by_withdrawal");
    }
}

async fn a_no_is_remembered_whatever_answer_stands(service: Service) {
    for (number, own) in [None, Some(old_import("")), Some(withdrawal("", "newsletter"))].into_iter().enumerate() {
        let into = service.sign_up("Ann", &format!("ann{number}@example.org")).await;
        let from = service.sign_up("Ann", &format!("old{number}@example.org")).await;
        if let Some(mut own) = own {
            own["contact_id"] = json!(into);
            own["occurred_at"] = json!("2026-11-19T10:00:00Z");
            service.decide(own).await.expect(201);
        }
        service.withdraw(&from, "newsletter").await;
        service.decide(grant(&from, "newsletter", "web_form")).await.expect(201);
        service.refuses_the_old_import(&from).await;
        service.merge(&into, &from).await;
        service.refuses_the_old_import(&into).await;
        // And once more, into a third record.
        let third = service.sign_up("Ann", &format!("third{number}@example.org")).await;
        service.merge(&third, &into).await;
        service.refuses_the_old_import(&third).await;
    }
    assert!(service.audience("newsletter").await.is_empty());
}

async fn a_later_no_is_remembered_though_the_survivors_answer_stands(service: Service) {
    // The survivor's mailbox is asked already, and the other record's yes counts.
    let into = service.sign_up("Ann", "ann@example.org").await;
    service.decide(grant(&into, "newsletter", "web_form")).await.expect(201);
    let asked = service.consent(&into, "newsletter").await;
    let from = service.sign_up("Ann", "old@example.org").await;
    service.withdraw(&from, "newsletter").await;
    service.give(&from, "newsletter").await;
    service.merge(&into, &from).await;
    let kept = service.consent(&into, "newsletter").await;
    assert_eq!((&kept["state"], &kept["decision_id"]), (&json!("pending"), &asked["decision_id"]), "it is asked once");
    service.refuses_the_old_import(&into).await;
    service.confirm(&into).await;
    assert_eq!(service.newsletter(&into).await, "given");
}

async fn a_yes_from_before_the_no_gives_way_to_the_yes_after_it(service: Service) {
    let into = service.sign_up("Ann", "ann@example.org").await;
    service.decide(old_import(&into)).await.expect(201);
    let from = service.sign_up("Ann", "old@example.org").await;
    service.withdraw(&from, "newsletter").await;
    let newer = service.give(&from, "newsletter").await;
    service.merge(&into, &from).await;
    assert_eq!(service.newsletter(&into).await, "given");
    assert_eq!(service.newest_decision(&into, "newsletter").await["merged_from"], newer["decision_id"]);
    service.refuses_the_old_import(&into).await;
}

async fn a_consent_for_anothers_former_address_waits_for_its_mailbox(service: Service) {
    for method in ["paper", "import"] {
        let desk = format!("desk.{method}@example.org");
        let dan = service.sign_up("Dan", &desk).await;
        service.withdraw(&dan, "newsletter").await;
        service.correct(&dan, json!({ "email": format!("dan.{method}@example.org") })).await;
        let sue = service.sign_up("Sue", &desk).await;
        let other = service.sign_up("Sue", &format!("sue.{method}@example.org")).await;
        service.decide(grant(&other, "newsletter", method)).await.expect(201);
        service.merge(&sue, &other).await;
        assert_eq!(service.newsletter(&sue).await, "pending", "{method}");
        assert!(service.audience("newsletter").await.iter().all(|email| *email != desk));
        service.confirm(&sue).await;
        assert!(service.audience("newsletter").await.contains(&desk), "the mailbox is its own again");
    }
}

async fn a_proof_by_mailbox_is_one_after_every_merge(service: Service) {
    // Zoe has objected, so that her mailbox had to confirm the paper.
    let zoe = service.sign_up("Zoe", "zoe@example.org").await;
    service.object(&zoe, None).await.unwrap();
    // At another person's former address, the mailbox had to confirm it as well.
    let dan = service.sign_up("Dan", "desk@example.org").await;
    service.correct(&dan, json!({ "email": "dan@example.org" })).await;
    let sue = service.sign_up("Sue", "desk@example.org").await;
    for (number, contact) in [zoe, sue].iter().enumerate() {
        service.decide(grant(contact, "newsletter", "paper")).await.expect(201);
        service.confirm(contact).await;
        let first = service.sign_up_by_number("Z", "01905 765765").await;
        service.merge(&first, contact).await;
        assert_eq!(service.newsletter(&first).await, "given", "the mailbox came along");
        let second = service.sign_up_by_number("Z", "01905 765766").await;
        service.merge(&second, &first).await;
        assert_eq!(service.newsletter(&second).await, "given");
        // A merge into a record with a mailbox of its own, or another address: both are another mailbox.
        let last = if number == 0 {
            service.correct(&second, json!({ "email": "someone@example.org" })).await;
            second
        } else {
            let own = service.sign_up("Z", "own@example.org").await;
            service.merge(&own, &second).await;
            own
        };
        assert_eq!(service.newsletter(&last).await, "pending", "{number}");
    }
    assert!(service.audience("newsletter").await.is_empty());
}
