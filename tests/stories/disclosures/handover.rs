//! The handover of a disclosure, and the lists of recipients and their reads for staff and for the person.

use chrono::Duration;
use iewm::policy::restriction::RestrictionGround;
use serde_json::{Value, json};

use crate::access_packages::asked;
use crate::harness::client::Answer;
use crate::harness::disclosures::{demanded, under};
use crate::harness::people::text;
use crate::harness::{Service, on_both_engines};

on_both_engines! {
    a_handover_gives_exactly_the_disclosed_members,
    nothing_is_handed_over_but_while_the_disclosure_is_live,
    a_page_and_a_file_say_the_same,
    staff_see_who_received_and_read_a_persons_data,
    the_persons_package_names_the_recipients,
}

impl Service {
    /// `GET .../handover` by staff, in a form.
    async fn handover(&self, id: &str, form: &str) -> Answer {
        let request = self.request("GET", &format!("/v1/disclosures/{id}/handover")).token(&self.staff());
        request.header("Accept", form).send().await
    }

    /// Ada Lovelace, with everything that a contact can have.
    async fn ada(&self) -> String {
        let made = json!({
            "name": "Ada Lovelace", "email": "ada@example.org", "telephone": "+442079460958",
            "organisation": "Analytical Engines", "job_title": "Analyst",
            "source": { "kind": "self", "obtained_on": "2026-11-24" },
        });
        text(&self.post("/v1/contacts", made).await.expect(201).json(), "id")
    }
}

async fn a_handover_gives_exactly_the_disclosed_members(service: Service) {
    let police = service.organisation("West Mercia Police", "public_authority").await;
    let ada = service.ada().await;
    let id = service.disclosed(demanded("Sch2.p2", police, &[&ada])).await;
    service.council_verb(&format!("/v1/disclosures/{id}"), "approval", None).await.expect(200);
    let handover = service.handover(&id, "application/json").await.expect(200).json();
    let expected = json!({
        "disclosure_id": id, "disclosure_batch": handover["disclosure_batch"], "contact_id": ada,
        "organisation_id": police, "organisation_name": "West Mercia Police",
        "legal_gateway": { "code": "Sch2.p2", "reference": "Crime reference 22/4711", "requested_by": "DC Brown" },
        "handed_over_at": "2026-11-24T10:00:00.000000Z",
        "person": { "name": "Ada Lovelace", "email": "ada@example.org" },
    });
    assert_eq!(handover, expected);
    // Each is recorded as a look at the person, and as a batch that leads to the reader.
    let looks = service.audit(&format!("contact_id={ada}&action=disclosures.handover")).await;
    assert_eq!((looks.len(), &looks[0]["outcome"]), (1, &json!("looked")));
    assert_eq!(looks[0]["detail"]["batch"], handover["disclosure_batch"]);
    let traced = service.items(&format!("/v1/disclosures?batch={}", text(&handover, "disclosure_batch"))).await;
    let read = json!({
        "disclosure_batch": handover["disclosure_batch"], "read_at": "2026-11-24T10:00:00.000000Z",
        "operation": "handover", "caller": "staff-1",
    });
    assert_eq!((traced.len(), &traced[0]["id"], &traced[0]["read"]), (1, &json!(id), &read));
    assert!(service.items(&format!("/v1/disclosures?batch={}", super::UNKNOWN)).await.is_empty());
    let contractor = service.contractor(police);
    let forbidden = service.request("GET", &format!("/v1/disclosures/{id}/handover")).token(&contractor).send().await;
    forbidden.problem(403, "forbidden");
}

async fn nothing_is_handed_over_but_while_the_disclosure_is_live(service: Service) {
    let (venue, agreement) = service.venue().await;
    let ada = service.ada().await;
    let proposed = service.disclosed(demanded("Sch2.p5(3)", venue, &[&ada])).await;
    service.handover(&proposed, "application/json").await.problem(409, "conflict");
    let id = service.disclosed(under(&agreement, venue, &[&ada])).await;
    service.handover(&id, "application/json").await.expect(200);
    service.council_verb(&agreement, "suspension", None).await.expect(200);
    let suspended = service.handover(&id, "application/json").await.problem(409, "agreement_not_live").json();
    assert_eq!(suspended["agreement_status"], "suspended");
    service.council_verb(&agreement, "reinstatement", None).await.expect(200);
    service.restrict(&ada, RestrictionGround::NeededForClaims).await.unwrap();
    service.handover(&id, "application/json").await.problem(423, "restricted");
    service.council_verb(&format!("/v1/disclosures/{proposed}"), "approval", None).await.expect(200);
    let for_claims = service.handover(&proposed, "application/json").await.expect(200).json();
    assert_eq!(for_claims["person"]["name"], "Ada Lovelace", "legal claims override a restriction");
    service.verb(&format!("/v1/disclosures/{proposed}"), "recall").await.expect(200);
    service.handover(&proposed, "application/json").await.problem(410, "gone");
    service.handover(super::UNKNOWN, "application/json").await.problem(404, "not_found");
    assert_eq!(service.audit("action=disclosures.handover").await.len(), 2);
}

async fn a_page_and_a_file_say_the_same(service: Service) {
    let (venue, agreement) = service.venue().await;
    let formula = json!({
        "name": "=Ada & Co", "email": "ada@example.org", "source": { "kind": "self", "obtained_on": "2026-11-24" },
    });
    let ada = text(&service.post("/v1/contacts", formula).await.expect(201).json(), "id");
    let mut asked = under(&agreement, venue, &[&ada]);
    asked["fields"] = json!(["name", "email"]);
    let id = service.disclosed(asked).await;
    let file = service.handover(&id, "text/csv").await.expect(200);
    assert_eq!(file.text(), "name,email\r\n'=Ada & Co,ada@example.org\r\n");
    assert_eq!(file.header("content-type"), "text/csv; charset=utf-8");
    let batch = file.header("disclosure-batch");
    assert_eq!(service.items(&format!("/v1/disclosures?batch={batch}")).await.len(), 1);
    let page = service.handover(&id, "text/html").await.expect(200);
    assert_eq!(page.header("content-type"), "text/html; charset=utf-8");
    let page = page.text();
    for words in ["Personal data for Guildhall", "=Ada &#38; Co", "ada@example.org", "30 June 2027"] {
        assert!(page.contains(words), "{words}: {page}");
    }
    assert!(!page.contains("Telephone"), "{page}");
}

async fn staff_see_who_received_and_read_a_persons_data(service: Service) {
    let (venue, agreement) = service.venue().await;
    let [ada, former] = [service.ada().await, service.sign_up("Ada", "former@example.org").await];
    let id = service.disclosed(under(&agreement, venue, &[&former])).await;
    service.hands.advance(Duration::minutes(1));
    let batch = service.handover(&id, "application/json").await.expect(200).json()["disclosure_batch"].clone();
    service.merge(&ada, &former).await;
    for contact in [&ada, &former] {
        let items = service.items(&format!("/v1/contacts/{contact}/disclosures")).await;
        let expected = json!({
            "id": id, "recipient": { "organisation_id": venue, "name": "Guildhall", "kind": "venue" },
            "agreement_id": agreement.rsplit('/').next(), "purpose": "venue_security", "fields": ["name"],
            "status": "live", "disclosed_at": "2026-11-24T10:00:00.000000Z",
            "expires_at": "2027-06-30T22:59:59.999999Z",
            "reads": [{ "disclosure_batch": batch, "read_at": "2026-11-24T10:01:00.000000Z", "operation": "handover",
                        "caller": "staff-1" }],
        });
        assert_eq!(items, [expected], "under any id of the person");
    }
    let none = service.get(&format!("/v1/contacts/{}/disclosures", super::UNKNOWN)).await;
    none.problem(404, "not_found");
    // A batch of before the merge leads to the person.
    assert_eq!(service.items(&format!("/v1/disclosures?batch={}", batch.as_str().unwrap())).await.len(), 1);
    assert_eq!(service.audit(&format!("contact_id={ada}&action=disclosures.of_person")).await.len(), 2);
}

async fn the_persons_package_names_the_recipients(service: Service) {
    let (venue, agreement) = service.venue().await;
    let ada = service.ada().await;
    let id = service.disclosed(under(&agreement, venue, &[&ada])).await;
    service.handover(&id, "application/json").await.expect(200);
    let path = service.taken(asked("access", &ada)).await;
    service.by_council("POST", &path, "").await.expect(200);
    service.released(&path).await.expect(200);
    let package = service.by_council("GET", &path, "").await.expect(200).json();
    let held = |table: &str| -> Vec<Value> {
        let parts = package["held"].as_array().unwrap().iter();
        let part = parts.into_iter().find(|part| part["table"] == table).unwrap();
        part["records"].as_array().unwrap().clone()
    };
    let told = &held("disclosures")[0];
    assert_eq!((&told["recipient"], &told["recipient_kind"]), (&json!("Guildhall"), &json!("venue")));
    assert_eq!((&told["purpose"], &told["fields"]), (&json!("venue_security"), &json!(["name"])));
    assert_eq!((&told["disclosed_at"], &told["status"]), (&json!("2026-11-24T10:00:00.000000Z"), &json!("live")));
    let read = &held("disclosure_batches")[0];
    assert_eq!((&read["recipient"], &read["operation"]), (&json!("Guildhall"), &json!("handover")));
    assert!(!package.to_string().contains("guest list"), "the words of a call are about all of its people");
}
